"""W8: the dashboard's page with a thousand cards in Chromium, against an empty page and one of ten cards."""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from benchmarks.setting import ROOT, Figure, Skipped, median
from tests.frontend.files import serving

CARDS = 1000
_JOB = "baixa_extrato_str"
_WORDS = ("envia", "concilia pix", "carga_mensageria")
_STAND_IN = (ROOT / "tests" / "frontend" / "stand_in.js").read_text(encoding="utf-8")
_PAINTED = "const painted = () => new Promise((done) => requestAnimationFrame(() => setTimeout(done)));"
_EMPTY = f"""async () => {{ {_PAINTED} const taken = [];
for (let n = 0; n < 20; n++) {{ const from = performance.now(); document.body.textContent = n;
  await painted(); taken.push(performance.now() - from); }} return taken; }}"""
_CHANGE = f"""async (changes) => {{ {_PAINTED} const taken = [];
for (const change of changes) {{ const from = performance.now(); standIn.push(change);
  const shown = () => document.querySelector("[data-job={_JOB}]")?.textContent ?? "";
  while (!shown().includes(change.cards[0].why)) await painted();
  await painted(); taken.push(performance.now() - from); }} return taken; }}"""
_WATCH = """() => { window.__frames = []; let last = performance.now();
const next = (now) => { __frames.push(now - last); last = now; requestAnimationFrame(next); };
requestAnimationFrame(next); }"""
_HEAP = "() => { window.__sample = null; gc(); gc(); return performance.memory.usedJSHeapSize / 1e6; }"


class _Browser:
    """Chromium and the address of the page."""

    def __init__(self, chromium: Any, address: str) -> None:
        self._chromium = chromium
        self._address = address

    @contextmanager
    def page(self, sample: Any) -> Iterator[Any]:
        """The page on a snapshot; without one an empty page."""
        context = self._chromium.new_context(viewport={"width": 1560, "height": 760})
        page = context.new_page()
        if sample is None:
            page.goto("about:blank")
        else:
            page.add_init_script(f"window.__sample = {json.dumps(sample)};{_STAND_IN}")
            page.goto(self._address)
            page.wait_for_function("window.dashboardReady === true")
        yield page
        context.close()


@contextmanager
def _browser() -> Iterator[_Browser]:
    program = shutil.which("chromium") or shutil.which("chromium-browser")
    if not program or importlib.util.find_spec("playwright") is None:
        raise Skipped("no Chromium with playwright")
    from playwright.sync_api import sync_playwright

    rooted = ["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
    args = [*rooted, "--enable-precise-memory-info", "--js-flags=--expose-gc"]
    with serving(ROOT / "frontend") as address, sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=program, args=args)
        yield _Browser(chromium, address)
        chromium.close()


def _renderers_mb() -> float:
    """The private memory of the one page that is open: every renderer of ours, less what they share."""
    import psutil

    total = 0
    for process in psutil.Process().children(recursive=True):
        if "--type=renderer" in " ".join(process.cmdline()):
            text = Path(f"/proc/{process.pid}/smaps_rollup").read_text(encoding="ascii")
            total += next(int(line.split()[1]) for line in text.splitlines() if line.startswith("Pss:"))
    return total / 1024


def _longest_frame(page: Any) -> float:
    """Typing and deleting words in the search: the longest time between two frames, in ms."""
    box = page.get_by_role("searchbox", name="Buscar")
    box.focus()
    page.evaluate(_WATCH)
    for word in _WORDS:
        box.press_sequentially(word, delay=40)
        for _ in word:
            box.press("Backspace", delay=15)
    frames: list[float] = page.evaluate("__frames.splice(0)")
    return max(frames[1:])


def measure(short: bool) -> list[Figure]:
    """Change to pixel, typing, memory."""
    from tests.frontend import sample

    changes = [
        sample.delta(100 + n, [sample.card(_JOB, area="Tarifas", state="ERROR", why=f"vez {n}")])
        for n in range(20)
    ]
    few, many = sample.sample(10), sample.sample(CARDS)
    with _browser() as browser:
        with browser.page(None) as page:
            floor = median(page.evaluate(_EMPTY))
        with browser.page(few) as page:
            small = page.evaluate(_HEAP), _renderers_mb()
        with browser.page(many) as page:
            large = page.evaluate(_HEAP), _renderers_mb()
            pixels = page.evaluate(_CHANGE, changes)
            longest = [_longest_frame(page) for _ in range(3 if short else 7)]
    frame = f"an empty page: {floor:.1f} ms"
    return [
        Figure("W8", f"change to pixel, {CARDS} cards", median(pixels), "ms", 100, 300, frame),
        Figure("W8", "typing, longest frame (median of rounds)", median(longest), "ms", 50, 150, frame),
        Figure(
            *("W8", f"memory, {CARDS} cards", large[1] / small[1], "×", 1.5, 1.9),
            f"10 cards: {small[1]:.0f} MB (scripts' heap {small[0]:.1f} against {large[0]:.1f} MB)",
        ),
    ]
