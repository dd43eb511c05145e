"""The agent's side of the dashboard, with real children that speak the real channel."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from tests.shell.channel.peers import Agent, until
from tray_agent.shell.channel.client import connect
from tray_agent.shell.window import dashboard
from tray_agent.shell.window.dashboard import Dashboard

ROOT = Path(dashboard.__file__).parents[3]

WINDOW = """
import os, sys, threading
from pathlib import Path
from tray_agent.shell.channel.client import connect
folder, manners = Path(sys.argv[1]), sys.argv[2]
pause = threading.Event()
def note(what):
    with (folder / "log").open("a") as log: log.write(f"{what} {os.getpid()}\\n")
def wait_for(name):
    while not (folder / name).exists(): pause.wait(0.01)
note("start")
if manners == "fails": sys.exit(4)
if manners == "slow": wait_for("ready")
channel, end = connect(Path(os.environ["TRAY_AGENT_CHANNEL_DIR"])), threading.Event()
def hear(event):
    note(event["event"] + ":" + event["job"] if "job" in event else event["event"])
    if event["event"] == "close" and manners != "stubborn": end.set()
channel.listen(hear)
while not end.wait(0.01) and not (folder / "closed").exists(): pass
channel.close()
if manners == "lingers": wait_for("gone")
"""


class Windows:
    """Children that note what they hear."""

    def __init__(self, folder: Path, agent: Agent, manners: str) -> None:
        self.folder = folder
        self.agent = agent
        self.children: list[subprocess.Popen[bytes]] = []
        self.codes: list[int] = []
        script = folder / "window.py"
        script.write_text(WINDOW)
        command = [sys.executable, str(script), str(folder), manners]
        environment = {**os.environ, "PYTHONPATH": str(ROOT)}
        self.dashboard = Dashboard(command, environment, agent.server, self._spawn, self.codes.append)

    def _spawn(self, command: list[str], environment: Mapping[str, str]) -> subprocess.Popen[bytes]:
        child = subprocess.Popen(command, env=dict(environment), stdin=subprocess.DEVNULL)
        self.children.append(child)
        return child

    def heard(self) -> list[str]:
        log = self.folder / "log"
        return [line.split()[0] for line in log.read_text().splitlines()] if log.exists() else []

    def is_up(self) -> bool:
        return self.agent.server.subscribers > 0

    def touch(self, name: str) -> None:
        (self.folder / name).touch()

    def end(self) -> None:
        for child in self.children:
            if child.poll() is None:
                child.kill()
        until(lambda: all(child.poll() is not None for child in self.children))


@pytest.fixture
def manners() -> str:
    return "good"


@pytest.fixture
def windows(tmp_path: Path, manners: str) -> Iterator[Windows]:
    with Agent(tmp_path / "data") as agent:
        windows = Windows(tmp_path, agent, manners)
        yield windows
        windows.end()


def test_opening_starts_a_child_that_finds_the_agent(windows: Windows) -> None:
    assert windows.dashboard.open() == ""
    until(windows.is_up)
    assert windows.dashboard.is_open


def test_opening_again_brings_the_one_window_to_the_front(windows: Windows) -> None:
    windows.dashboard.open()
    until(windows.is_up)
    windows.dashboard.open()
    until(lambda: windows.heard() == ["start", "raise"])
    assert len(windows.children) == 1


def test_opening_at_a_job_leads_the_window_there_be_it_new_or_not(windows: Windows) -> None:
    windows.dashboard.open("envia_pix")
    until(lambda: windows.heard() == ["start", "show:envia_pix"])
    windows.dashboard.open()
    windows.dashboard.open("ted")
    until(lambda: windows.heard()[2:] == ["raise", "raise", "show:ted"])


@pytest.mark.parametrize("manners", ["slow"])
def test_a_window_that_comes_up_is_led_to_the_job_asked_for_last(windows: Windows) -> None:
    for job in ("pix", "ted", ""):
        windows.dashboard.open(job)
    windows.touch("ready")
    until(lambda: windows.heard() == ["start", "show:ted"])


@pytest.mark.parametrize("manners", ["slow"])
def test_impatient_clicks_while_it_starts_open_one_window(windows: Windows) -> None:
    clicks = [threading.Thread(target=windows.dashboard.open) for _ in range(20)]
    for click in clicks:
        click.start()
    for click in clicks:
        click.join(10)
    windows.touch("ready")
    until(windows.is_up)
    assert len(windows.children) == 1


@pytest.mark.parametrize("manners", ["lingers"])
def test_a_click_while_it_closes_opens_a_new_one_when_it_is_gone(windows: Windows) -> None:
    windows.dashboard.open()
    until(windows.is_up)
    windows.touch("closed")
    until(lambda: not windows.is_up())
    assert windows.dashboard.open() == ""
    windows.dashboard.open()
    assert len(windows.children) == 1
    (windows.folder / "closed").unlink()
    windows.touch("gone")
    until(lambda: len(windows.children) == 2)
    until(windows.is_up)
    assert windows.codes == [0]


@pytest.mark.parametrize("manners", ["lingers"])
def test_a_window_that_does_not_end_after_closing_is_killed_for_the_next_one(
    windows: Windows, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dashboard, "CLOSE_SECONDS", 0.2)
    windows.dashboard.open()
    until(windows.is_up)
    windows.touch("closed")
    until(lambda: not windows.is_up())
    (windows.folder / "closed").unlink()
    windows.dashboard.open()
    until(lambda: len(windows.children) == 2)
    until(windows.is_up)


def test_a_closed_window_stays_closed_and_can_be_opened_five_times(windows: Windows) -> None:
    for number in range(1, 6):
        windows.dashboard.open()
        until(windows.is_up)
        windows.touch("closed")
        until(lambda: not windows.dashboard.is_open)
        (windows.folder / "closed").unlink()
        until(lambda wanted=number: windows.codes == [0] * wanted)
        assert len(windows.children) == number


def test_closing_asks_the_window_to_close(windows: Windows) -> None:
    windows.dashboard.open()
    until(windows.is_up)
    windows.dashboard.close()
    assert windows.children[0].poll() == 0
    assert windows.heard() == ["start", "close"]
    assert not windows.dashboard.is_open


@pytest.mark.parametrize("manners", ["stubborn"])
def test_a_window_that_does_not_close_is_killed(windows: Windows, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dashboard, "CLOSE_SECONDS", 0.2)
    windows.dashboard.open()
    until(windows.is_up)
    windows.dashboard.close()
    assert windows.children[0].poll() not in (None, 0)
    assert not windows.dashboard.is_open
    assert windows.codes == []  # no surprise to tell anybody of


@pytest.mark.parametrize("manners", ["slow"])
def test_a_window_that_still_starts_is_killed_at_once(windows: Windows) -> None:
    windows.dashboard.open()
    windows.dashboard.close()
    assert windows.children[0].poll() not in (None, 0)


def test_closing_without_a_window_does_nothing(windows: Windows) -> None:
    windows.dashboard.close()
    assert windows.dashboard.open() == ""
    until(windows.is_up)


def test_a_killed_window_can_be_opened_again(windows: Windows) -> None:
    windows.dashboard.open()
    until(windows.is_up)
    windows.children[0].kill()
    until(lambda: not windows.dashboard.is_open)
    windows.dashboard.open()
    until(windows.is_up)
    with connect(windows.agent.data_dir) as channel:
        assert channel.call("ping")
    assert len(windows.children) == 2


@pytest.mark.parametrize("manners", ["fails"])
def test_the_exit_code_of_a_window_that_did_not_come_up_is_told(windows: Windows) -> None:
    windows.dashboard.open()
    until(lambda: windows.codes == [4])
    assert not windows.dashboard.is_open


def test_a_child_that_cannot_be_started_is_one_sentence(tmp_path: Path) -> None:
    def refuse(command: list[str], environment: Mapping[str, str]) -> subprocess.Popen[bytes]:
        return subprocess.Popen([str(tmp_path / "missing")])

    with Agent(tmp_path / "data") as agent:
        broken = Dashboard(["x"], {}, agent.server, refuse)
        text = broken.open()
        assert text.startswith("Não foi possível abrir o painel")
        assert "\n" not in text
        assert not broken.is_open
