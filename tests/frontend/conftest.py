"""The page in Debian's Chromium, against a stand-in for the window's Python side."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.frontend.files import serving

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
FRONTEND = ROOT / "frontend"
FETCHED = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "tray-agent-tests"
STAND_IN = (HERE / "stand_in.js").read_text(encoding="utf-8")

OpenPage = Callable[..., Page]


@pytest.fixture(scope="session")
def frontend_url() -> Iterator[str]:
    with serving(FRONTEND) as address:
        yield address


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    program = shutil.which("chromium") or shutil.which("chromium-browser")
    if not program:
        pytest.skip("no chromium on this machine")
    rooted = ["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
    args = [*rooted, "--enable-precise-memory-info", "--force-color-profile=srgb", "--js-flags=--expose-gc"]
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=program, args=args)
        yield chromium
        chromium.close()


@pytest.fixture(scope="session")
def packages() -> Path:
    """What package.json names, fetched once into a cache that no commit holds."""
    wanted = (HERE / "package.json").read_text(encoding="utf-8")
    kept = FETCHED / "package.json"
    if not kept.is_file() or kept.read_text(encoding="utf-8") != wanted or not (FETCHED / "done").is_file():
        npm = shutil.which("npm")
        if not npm:
            pytest.skip("no npm on this machine")
        FETCHED.mkdir(parents=True, exist_ok=True)
        kept.write_text(wanted, encoding="utf-8")
        order = [npm, "install", "--no-audit", "--no-fund", "--no-package-lock", "--silent"]
        subprocess.run(order, cwd=FETCHED, check=True, timeout=300)
        (FETCHED / "done").touch()
    return FETCHED / "node_modules"


@pytest.fixture
def complaints() -> list[str]:
    """What the page said to the console or threw; whatever is left at the end fails the test."""
    return []


@pytest.fixture
def open_page(browser: Browser, frontend_url: str, complaints: list[str]) -> Iterator[OpenPage]:
    """Opens the page on a snapshot."""
    contexts = []

    def opened(sample: dict[str, Any], *, ready: bool = True, before: str = "", **options: Any) -> Page:
        settings: dict[str, Any] = {
            "viewport": {"width": 1560, "height": 760},
            "locale": "en-US",
            "timezone_id": "Asia/Tokyo",
        }
        context = browser.new_context(**(settings | options))
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(10_000)
        page.on("pageerror", lambda error: complaints.append(f"{error}"))
        page.on(
            "console",
            lambda said: complaints.append(said.text) if said.type in {"error", "warning"} else None,
        )
        page.add_init_script(f"window.__sample = {json.dumps(sample)};{before};{STAND_IN}")
        page.goto(frontend_url)
        if ready:
            page.wait_for_function("window.dashboardReady === true")
        return page

    yield opened
    for context in contexts:
        context.close()
    assert complaints == []
