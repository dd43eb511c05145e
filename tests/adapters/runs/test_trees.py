from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.adapters.children import until
from tray_agent.adapters.runs import identity as ids
from tray_agent.adapters.runs import trees
from tray_agent.adapters.runs.environment import RUN_MARK
from tray_agent.core.model import Identity

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals and sessions")

DEAF = "trap '' TERM; : > {name}; while :; do sleep 0.05; done"


@pytest.fixture
def mark() -> str:
    return f"run-of-test-{os.getpid()}-{time.monotonic_ns()}"


class Tree:
    """A root process carrying a run's mark, in a session of its own."""

    def __init__(self, script: str, mark: str, folder: Path) -> None:
        self.process = subprocess.Popen(
            ["/bin/sh", "-c", script],
            cwd=folder,
            env={"PATH": "/usr/bin:/bin", RUN_MARK: mark},
            start_new_session=True,
        )
        created = ids.created(self.process.pid)
        assert created is not None
        self.root = Identity(self.process.pid, created)
        self._reaper = threading.Thread(target=self.process.wait, daemon=True)
        self._reaper.start()

    def close(self) -> None:
        """End the root if it is still there."""
        self.process.kill()
        self._reaper.join(30)


Grow = Callable[[str, str], Tree]


@pytest.fixture
def grow(tmp_path: Path) -> Iterator[Grow]:
    """Trees that are gone after the test, whatever it came to."""
    with ExitStack() as grown:

        def one(script: str, mark: str) -> Tree:
            tree = Tree(script, mark, tmp_path)
            grown.callback(tree.close)
            return tree

        yield one


def polite(members: list[Identity]) -> None:
    for each in members:
        trees.signal_one(each, signal.SIGTERM)


def all_there(folder: Path, *names: str) -> None:
    until(lambda: all((folder / name).exists() for name in names))


@pytest.fixture
def no_survivors(mark: str) -> Iterator[None]:
    yield
    left = trees.tree(Identity(2**22 + 1, 0.0), mark)
    for each in left:
        trees.signal_one(each, signal.SIGKILL)
    assert left == []


def test_a_tree_that_listens_ends_within_the_grace(
    grow: Grow, mark: str, tmp_path: Path, no_survivors: None
) -> None:
    tree = grow("sleep 60 & sleep 60 & : > up; wait", mark)
    all_there(tmp_path, "up")

    assert trees.stop_tree(tree.root, mark, 30.0, polite) == (False, ())


def test_nothing_survives_of_a_stubborn_tree(
    grow: Grow, mark: str, tmp_path: Path, no_survivors: None
) -> None:
    """Ignores SIGTERM: the root, a child, a child in another session, a daemon whose parent is gone."""
    script = "; ".join(
        [
            "trap '' TERM",
            f'sh -c "{DEAF.format(name="child")}" & :',
            f'setsid sh -c "{DEAF.format(name="session")}" & :',
            f'(setsid sh -c "{DEAF.format(name="daemon")}" & )',
            DEAF.format(name="root"),
        ]
    ).replace("& :;", "&")
    tree = grow(script, mark)
    all_there(tmp_path, "root", "child", "session", "daemon")
    members = trees.tree(tree.root, mark)
    assert members[0] == tree.root
    assert len(members) >= 4

    began = time.monotonic()
    killed, survivors = trees.stop_tree(tree.root, mark, 0.3, polite)

    assert (killed, survivors) == (True, ())
    assert time.monotonic() - began >= 0.3
    assert not any(ids.is_alive(each) for each in members)


def test_a_child_born_while_the_tree_is_asked_does_not_survive(
    grow: Grow, mark: str, tmp_path: Path, no_survivors: None
) -> None:
    """The root's last deed on SIGTERM is a new process that ignores it."""
    late = DEAF.format(name="late")
    tree = grow(f"trap 'setsid sh -c \"{late}\" & exit 0' TERM; : > up; while :; do sleep 0.05; done", mark)
    all_there(tmp_path, "up")

    killed, survivors = trees.stop_tree(tree.root, mark, 1.0, polite)

    assert survivors == ()
    assert killed or not (tmp_path / "late").exists()


def test_a_daemon_is_found_after_its_root_is_gone(
    grow: Grow, mark: str, tmp_path: Path, no_survivors: None
) -> None:
    tree = grow(
        f'(setsid sh -c "{DEAF.format(name="daemon")}" & ); until [ -e go ]; do sleep 0.05; done', mark
    )
    all_there(tmp_path, "daemon")
    (tmp_path / "go").touch()
    until(lambda: not ids.is_alive(tree.root))

    assert len(trees.tree(tree.root, mark)) >= 1
    assert trees.stop_tree(tree.root, mark, 0.1, polite) == (True, ())


def test_another_runs_processes_are_left_alone(grow: Grow, mark: str) -> None:
    one, other = grow("exec sleep 60", mark), grow("exec sleep 60", mark + "0")

    assert trees.stop_tree(one.root, mark, 30.0, polite) == (False, ())

    assert ids.is_alive(other.root)


def test_a_pids_new_owner_is_never_signalled(grow: Grow, mark: str) -> None:
    stranger = grow("exec sleep 60", "somebody-elses")
    former = Identity(stranger.root.pid, stranger.root.created - 5)

    trees.signal_one(former, signal.SIGKILL)
    assert trees.stop_tree(former, mark, 0.1, polite) == (False, ())

    assert ids.is_alive(stranger.root)


def test_the_agent_itself_is_no_member_whatever_it_carries(tmp_path: Path) -> None:
    """An agent started from another agent's script carries that run's mark."""
    program = (
        "import os\n"
        "from tray_agent.adapters.runs import identity; from tray_agent.adapters.runs import trees\n"
        "me = identity.Identity(os.getpid(), identity.created(os.getpid()))\n"
        "print([each.pid for each in trees.tree(identity.Identity(2**22 + 1, 0.0), 'outer')] == [])\n"
    )
    found = subprocess.run(
        [sys.executable, "-c", program],
        env={**os.environ, RUN_MARK: "outer"},
        stdout=subprocess.PIPE,
        check=True,
        timeout=60,
    )

    assert found.stdout == b"True\n"


class TestWaiting:
    def test_what_is_gone_is_gone_at_once(self) -> None:
        assert trees.wait_gone([Identity(2**22 + 1, 1.0)], 0.0)
        assert trees.wait_gone([], 0.0)

    def test_it_gives_up_after_its_time(self, grow: Grow, mark: str) -> None:
        tree = grow("exec sleep 60", mark)

        assert not trees.wait_gone([tree.root], 0.05)
        tree.process.kill()
        assert trees.wait_gone([tree.root], 30.0)
