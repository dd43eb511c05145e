from __future__ import annotations

import subprocess
import sys
import threading
from pathlib import Path

import pytest

from tray_agent.adapters.system import power
from tray_agent.adapters.system.power import KeepAwake, on_battery

CONTINUOUS = 0x80000000


class Requests:
    """Stands for Windows: remembers what was asked for, and by which thread."""

    def __init__(self, answer: int = 1) -> None:
        self.made: list[tuple[int, threading.Thread]] = []
        self._answer = answer
        self._more = threading.Condition()

    def __call__(self, flags: int) -> int:
        with self._more:
            self.made.append((flags, threading.current_thread()))
            self._more.notify_all()
        return self._answer

    def wait_for(self, count: int) -> list[int]:
        with self._more:
            assert self._more.wait_for(lambda: len(self.made) >= count, 10)
            return [flags for flags, _thread in self.made]


@pytest.mark.parametrize(("mode", "flags"), [("display", 0x80000003), ("system", 0x80000001)])
def test_one_thread_of_its_own_asks_and_takes_it_back_at_the_end(mode: str, flags: int) -> None:
    requests = Requests()
    awake = KeepAwake(mode, requests)
    awake.start()
    awake.start()
    requests.wait_for(1)
    awake.close()
    assert requests.wait_for(2) == [flags, CONTINUOUS]
    threads = {thread for _flags, thread in requests.made}
    assert len(threads) == 1
    assert threading.current_thread() not in threads
    assert all(thread.daemon and not thread.is_alive() for thread in threads)


def test_it_asks_again_from_time_to_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(power, "ASSERT_AGAIN_SECONDS", 0.01)
    requests = Requests()
    awake = KeepAwake("display", requests)
    awake.start()
    assert requests.wait_for(3)[:3] == [0x80000003] * 3
    awake.close()


def test_off_asks_for_nothing() -> None:
    requests = Requests()
    awake = KeepAwake("off", requests)
    awake.start()
    awake.close()
    assert requests.made == []


def test_a_refusal_is_told() -> None:
    requests = Requests(answer=0)
    awake = KeepAwake("display", requests)
    awake.start()
    requests.wait_for(1)
    awake.close()
    assert awake.failure == "O sistema não aceitou manter o computador acordado."


@pytest.mark.skipif(sys.platform == "win32", reason="Windows needs no session bus")
def test_without_a_desktop_session_the_library_is_not_even_imported() -> None:
    code = """
import os, sys
os.environ.pop("DBUS_SESSION_BUS_ADDRESS", None)
os.environ["XDG_RUNTIME_DIR"] = "/nonexistent"
from tray_agent.adapters.system.power import KeepAwake
awake = KeepAwake("display")
awake.start()
awake.close()
assert awake.failure
assert "wakepy" not in sys.modules
"""
    subprocess.run([sys.executable, "-c", code], check=True, timeout=30)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows needs no session bus")
def test_a_desktop_session_that_offers_nothing_is_a_refusal_and_not_a_crash(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", f"unix:path={tmp_path}/nobody")
    awake = KeepAwake("display")
    awake.start()
    assert awake._thread is not None
    awake._thread.join(20)
    assert not awake._thread.is_alive()
    assert awake.failure
    awake.close()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows tells it by a call")
@pytest.mark.parametrize(
    ("supplies", "expected"),
    [
        ({"AC": ("Mains", "1"), "BAT0": ("Battery", "0")}, False),
        ({"AC": ("Mains", "0")}, True),
        ({"mouse": ("Battery", "1")}, None),
        ({}, None),
    ],
)
def test_the_battery_is_in_use_when_no_mains_supply_is_online(
    tmp_path: Path, supplies: dict[str, tuple[str, str]], expected: bool | None
) -> None:
    for name, (kind, online) in supplies.items():
        (tmp_path / name).mkdir()
        (tmp_path / name / "type").write_text(kind + "\n")
        (tmp_path / name / "online").write_text(online + "\n")
    assert on_battery(tmp_path) is expected


@pytest.mark.windows
@pytest.mark.skipif(sys.platform != "win32", reason="asks Windows itself")
def test_windows_accepts_the_request_and_tells_about_the_battery() -> None:
    awake = KeepAwake("display")
    awake.start()
    awake.close()
    assert awake.failure == ""
    assert on_battery() in {True, False, None}
