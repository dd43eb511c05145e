"""What the end-to-end tests share: fresh workspaces, and programs that never outlive their test."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import pytest

from tests.e2e.agent import Program
from tests.e2e.workspace import Workspace


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything in this folder starts the real program."""
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.e2e)


@pytest.fixture
def place(tmp_path: Path) -> Workspace:
    """An empty workspace, with a blank and an accent in its path."""
    return Workspace(tmp_path / "área de teste")


@pytest.fixture
def program(place: Workspace) -> Iterator[Program]:
    """The program on that workspace: local history, Tuesday 10 March 2026, 14:05 in São Paulo."""
    with closing(Program(place)) as made:
        yield made


@pytest.fixture
def programs(tmp_path: Path) -> Iterator[Callable[[str], Program]]:
    """Makes further programs, each on a workspace of its own."""
    with ExitStack() as stack:
        yield lambda name: stack.enter_context(closing(Program(Workspace(tmp_path / name))))
