"""Teams for tests: joined once as people join, then copied with their keys and ports for each test."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import pytest

from tests.team.rig import Joined, Team

Make = Callable[..., Team]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything in this folder starts the real program."""
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.e2e)


@pytest.fixture(scope="session")
def joined(tmp_path_factory: pytest.TempPathFactory) -> Joined:
    """A brain and three PCs that joined it."""
    with closing(Team(tmp_path_factory.mktemp("joined") / "time", 3)) as team:
        team.register()
        team.gather()
        return team.as_joined()


@pytest.fixture
def make(tmp_path: Path, joined: Joined) -> Iterator[Make]:
    """Makes a team of so many PCs; ``gather()`` starts it."""
    with ExitStack() as stack:
        yield lambda count=1, **settings: stack.enter_context(
            closing(Team(tmp_path / "time", count, joined=joined, **settings))
        )
