"""Another file in the place of the one that an agent was started from: noticed, made ready, changed to."""

from __future__ import annotations

import shutil
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.adapters.versions.programs import payload, program_file
from tray_agent.adapters.versions import archive
from tray_agent.adapters.versions.archive import Package
from tray_agent.adapters.versions.file_watch import FileWatch
from tray_agent.core.model import Problem
from tray_agent.start.updates import Updates

OWN = "1.0.0 (aaaaaaaa)"
SECONDS = 20


class Agent:
    """What surrounds the updates, in memory."""

    def __init__(self) -> None:
        self.idle = True
        self.trouble = ""
        self.prepared: list[str] = []
        self.shown: tuple[Problem, ...] = ()
        self.changed: list[str] = []
        self.news = threading.Condition()

    def prepare(self, package: Package) -> str:
        self.prepared.append(package.identity)
        return self.trouble

    def is_idle(self) -> bool:
        return self.idle

    def say(self, *problems: Problem) -> None:
        with self.news:
            self.shown = problems
            self.news.notify_all()

    def change(self, package: Package) -> None:
        with self.news:
            self.changed.append(package.identity)
            self.news.notify_all()

    def sweep(self) -> None:
        """Nothing to remove."""

    def until(self, true: Callable[[], bool]) -> None:
        with self.news:
            assert self.news.wait_for(true, SECONDS)


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Two versions."""
    place = tmp_path_factory.mktemp("versões")
    old = program_file(place / "um.exe", payload(place / "um", count=2), version="1.0.0")
    new = program_file(place / "dois.exe", payload(place / "dois", seed=2, count=2), version="1.1.0")
    return old, new


class Setting:
    """An agent of the first version, whose file the test replaces."""

    def __init__(self, files: tuple[Path, Path], place: Path, refused: str = "") -> None:
        self.file = Path(shutil.copy(files[0], place / "tray-agent.exe"))
        self.new = archive.read(files[1])
        self.agent = Agent()
        watch = FileWatch(self.file, archive.read(files[0]).identity)
        self.updates = Updates(watch, OWN, self.agent, refused=refused, look_seconds=0.05)
        self.updates.start()

    def replace(self, content: bytes) -> None:
        beside = self.file.with_suffix(".sync")
        beside.write_bytes(content)
        beside.replace(self.file)


@pytest.fixture
def setting(files: tuple[Path, Path], tmp_path: Path) -> Setting:
    return Setting(files, tmp_path)


def test_an_idle_agent_changes_to_the_new_file_by_itself(setting: Setting) -> None:
    setting.replace(setting.new.file.read_bytes())
    setting.agent.until(lambda: bool(setting.agent.changed))
    assert setting.agent.changed == setting.agent.prepared == [setting.new.identity]
    assert setting.agent.shown == ()


def test_while_something_runs_the_new_version_is_made_ready_and_said(setting: Setting) -> None:
    setting.agent.idle = False
    setting.replace(setting.new.file.read_bytes())
    setting.agent.until(lambda: bool(setting.agent.shown))
    assert setting.agent.shown[0].what == (
        f"A versão {setting.new.version} está pronta; a {OWN} dá lugar a ela quando nada executar."
    )
    assert setting.agent.changed == []
    view = setting.updates.view()
    assert (view["running"], view["found"], view["state"]) == (OWN, setting.new.version, "another")
    setting.agent.idle = True
    setting.agent.until(lambda: bool(setting.agent.changed))
    assert setting.agent.prepared == [setting.new.identity]


def test_a_person_who_asks_gets_it_at_once(setting: Setting) -> None:
    setting.agent.idle = False
    setting.replace(setting.new.file.read_bytes())
    changes, text = setting.updates.ask()
    assert changes
    assert setting.new.version in text
    setting.agent.until(lambda: bool(setting.agent.changed))


def test_asked_without_another_file_the_answer_is_its_own_version(setting: Setting) -> None:
    assert setting.updates.ask() == (False, f"O arquivo é desta mesma versão, {OWN}.")
    assert setting.agent.changed == []


def test_half_a_file_changes_nothing_and_is_said(setting: Setting) -> None:
    content = setting.new.file.read_bytes()
    setting.replace(content[: len(content) * 2 // 3])
    setting.agent.until(lambda: bool(setting.agent.shown))
    assert "não está completo (o fim do arquivo falta)" in setting.agent.shown[0].what
    assert setting.agent.shown[0].what.endswith(f"a versão {OWN} segue.")
    assert setting.updates.ask()[0] is False
    assert setting.agent.prepared == setting.agent.changed == []
    setting.replace(content)  # the rest arrived
    setting.agent.until(lambda: bool(setting.agent.changed))
    assert setting.agent.shown == ()


def test_a_version_that_cannot_be_made_ready_changes_nothing_and_is_said(setting: Setting) -> None:
    setting.agent.trouble = "disco cheio"
    setting.replace(setting.new.file.read_bytes())
    setting.agent.until(lambda: bool(setting.agent.shown))
    assert "não pôde ser usada: disco cheio" in setting.agent.shown[0].what
    assert setting.agent.changed == []


def test_a_version_that_did_not_come_up_is_not_tried_again_by_itself(
    files: tuple[Path, Path], tmp_path: Path
) -> None:
    setting = Setting(files, tmp_path, refused=archive.read(files[1]).identity)
    setting.replace(setting.new.file.read_bytes())
    setting.agent.until(lambda: bool(setting.agent.shown))
    assert "ela não iniciou" in setting.agent.shown[0].what
    assert setting.agent.changed == []
    assert setting.updates.ask()[0]  # a person may want to see it once more
    setting.agent.until(lambda: bool(setting.agent.changed))


def test_going_back_to_the_file_of_before_takes_the_word_away(
    setting: Setting, files: tuple[Path, Path]
) -> None:
    setting.agent.idle = False
    setting.replace(setting.new.file.read_bytes())
    setting.agent.until(lambda: bool(setting.agent.shown))
    setting.replace(files[0].read_bytes())
    setting.agent.until(lambda: setting.agent.shown == ())
    deadline = time.monotonic() + SECONDS
    while setting.updates.view()["found"] is not None:
        assert time.monotonic() < deadline
    assert setting.agent.changed == []
