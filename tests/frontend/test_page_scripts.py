"""The page's modules by themselves: their own tests under Node, their types, their size, their words."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.frontend.conftest import FRONTEND, HERE

SCRIPTS = sorted((FRONTEND / "scripts").rglob("*.js"))


def node(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    program = shutil.which("node")
    if not program:
        pytest.skip("no node on this machine")
    return subprocess.run([program, *map(str, arguments)], capture_output=True, text=True, check=False)


def test_the_pure_modules_pass_their_own_tests() -> None:
    answer = node("--test", *sorted(HERE.glob("*.test.js")))
    assert answer.returncode == 0, answer.stdout


def test_the_types_agree(packages: Path) -> None:
    answer = node(packages / "typescript" / "bin" / "tsc", "-p", HERE / "tsconfig.json")
    assert answer.returncode == 0, answer.stdout


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.name)
def test_a_module_is_short_and_sets_text_only_as_text(script: Path) -> None:
    source = script.read_text(encoding="utf-8")
    assert source.startswith("/**\n * ")
    assert len(source.splitlines()) <= 200
    assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|DOMParser|\beval\b", source)


def test_only_one_module_knows_pywebview() -> None:
    knowing = [path.name for path in SCRIPTS if "pywebview" in path.read_text(encoding="utf-8")]
    assert knowing == ["bridge.js"]


def test_the_words_of_the_page_are_in_one_place() -> None:
    accented = re.compile(r'"[^"\n]*[áàâãéêíóôõúçÁÉÍÓÚÇ][^"\n]*"')
    holding = [path for path in SCRIPTS if accented.search(path.read_text(encoding="utf-8"))]
    assert {path.parent.name for path in holding} == {"texts"}


def test_the_page_has_no_script_of_its_own_and_may_load_nothing_foreign() -> None:
    page = (FRONTEND / "index.html").read_text(encoding="utf-8")
    assert set(re.findall(r"<script[^>]*>(.*?)</script>", page, re.DOTALL)) == {""}
    assert not re.search(r"\son\w+=|https?://", page)
    [policy] = re.findall(r'http-equiv="Content-Security-Policy" content="([^"]+)"', page)
    assert policy.startswith("default-src 'none'; script-src 'self' 'unsafe-eval';")
    assert "'unsafe-inline'" not in policy.split("script-src")[1].split(";")[0]
