"""A module holds one subject: a long one holds several, and one no longer finds the way."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import tray_agent

PACKAGE = Path(tray_agent.__file__).parent
MODULES = sorted(PACKAGE.rglob("*.py"))
LINES, LINES_OF_THE_HEART, LINES_OF_A_FUNCTION = 400, 300, 60


@pytest.mark.parametrize("module", MODULES, ids=lambda path: path.relative_to(PACKAGE).as_posix())
def test_no_module_and_no_function_is_long(module: Path) -> None:
    text = module.read_text(encoding="utf-8")
    is_heart = module.relative_to(PACKAGE).parts[0] in ("core", "engine")
    assert len(text.splitlines()) <= (LINES_OF_THE_HEART if is_heart else LINES)
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            assert node.end_lineno is not None
            assert node.end_lineno - node.lineno < LINES_OF_A_FUNCTION, node.name
