from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tray_agent.adapters.system import autostart
from tray_agent.adapters.system.autostart import (
    APPROVED,
    NAME,
    RUN,
    AutostartRefused,
    AutostartState,
    OnlyWindows,
    command_line,
    is_vetoed,
    login_command,
    program_of,
    repair,
    status,
    turn_off,
    turn_on,
)
from tray_agent.adapters.system.windows_registry import Bits, Hive, Registry, this_machine

EXE = "C:\\Program Files\\C6 CTVM LTDA, BANCO C6 S.A\\tray-agent.exe"
VETO = bytes.fromhex("03000000a1b2c3d4e5f6d901")
ALLOWED = bytes.fromhex("020000000000000000000000")


class PersonsRegistry:
    """HKCU as a plain mapping; ``closed`` is what a policy does."""

    def __init__(self, closed: bool = False) -> None:
        self.values: dict[tuple[str, str], str | bytes] = {}
        self._closed = closed

    def keys(self, hive: Hive, path: str, bits: Bits = 0) -> list[str]:
        raise AssertionError("autostart lists no keys")

    def read(self, hive: Hive, path: str, name: str, bits: Bits = 0) -> str | bytes | None:
        assert hive == "HKCU"
        return self.values.get((path, name))

    def write(self, path: str, name: str, value: str | bytes) -> None:
        if self._closed:
            raise PermissionError(13, "Acesso negado")
        self.values[path, name] = value

    def delete(self, path: str, name: str) -> None:
        if self._closed:
            raise PermissionError(13, "Acesso negado")
        self.values.pop((path, name), None)


def test_turning_it_on_and_off_leaves_one_entry_and_then_none() -> None:
    registry = PersonsRegistry()
    assert status(registry).state is AutostartState.OFF
    turn_on([EXE, "--autostart"], registry)
    turn_on([EXE, "--autostart"], registry)
    assert registry.values == {(RUN, NAME): f'"{EXE}" --autostart'}
    assert status(registry).state is AutostartState.ON
    assert status(registry).command == f'"{EXE}" --autostart'
    turn_off(registry)
    assert registry.values == {}


@pytest.mark.parametrize(
    ("approved", "vetoed"),
    [
        (None, False),
        (b"", False),
        ("text", False),
        (ALLOWED, False),
        (bytes.fromhex("000000000000000000000000"), False),
        (bytes.fromhex("060000000000000000000000"), False),
        (VETO, True),
        (bytes.fromhex("070000000000000000000000"), True),
    ],
)
def test_an_odd_first_byte_is_the_persons_veto(approved: str | bytes | None, vetoed: bool) -> None:
    assert is_vetoed(approved) is vetoed
    registry = PersonsRegistry()
    turn_on([EXE], registry)
    if approved is not None:
        registry.values[APPROVED, NAME] = approved
    assert status(registry).state is (AutostartState.BLOCKED if vetoed else AutostartState.ON)


def test_turning_it_on_by_hand_lifts_the_veto_and_a_repair_does_not(tmp_path: Path) -> None:
    registry = PersonsRegistry()
    registry.values[RUN, NAME] = '"C:\\gone\\tray-agent.exe" --autostart'
    registry.values[APPROVED, NAME] = VETO
    assert repair([EXE, "--autostart"], registry)
    assert status(registry).state is AutostartState.BLOCKED
    turn_on([EXE, "--autostart"], registry)
    assert status(registry).state is AutostartState.ON


def test_the_entry_follows_an_exe_that_was_moved(tmp_path: Path) -> None:
    registry = PersonsRegistry()
    assert not repair([EXE], registry), "off stays off"
    assert registry.values == {}
    old = tmp_path / "velho" / "tray-agent.exe"
    old.parent.mkdir()
    old.touch()
    turn_on([str(old)], registry)
    assert not repair([EXE], registry), "the program on record is still there: this one is a copy"
    old.unlink()
    assert repair([EXE], registry)
    assert status(registry).command == f'"{EXE}"'
    assert not repair([EXE], registry)


def test_the_entry_never_follows_into_the_temporary_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    registry = PersonsRegistry()
    turn_on(["C:\\gone.exe"], registry)
    monkeypatch.setattr(autostart.tempfile, "gettempdir", lambda: str(tmp_path))
    assert not repair([str(tmp_path / "unzipped" / "tray-agent.exe")], registry)


@pytest.mark.parametrize(
    ("command", "line"),
    [
        ([EXE], f'"{EXE}"'),
        (["C:\\a.exe", "--autostart"], '"C:\\a.exe" --autostart'),
        (
            ["C:\\a.exe", "--app-dir", "D:\\Meu Drive\\x", "--autostart"],
            '"C:\\a.exe" --app-dir "D:\\Meu Drive\\x" --autostart',
        ),
    ],
)
def test_the_program_is_always_quoted_and_found_again(command: list[str], line: str) -> None:
    assert command_line(command) == line
    assert program_of(line) == command[0]
    assert program_of("C:\\a.exe --x") == "C:\\a.exe"


def test_a_path_longer_than_windows_reads_is_refused() -> None:
    registry = PersonsRegistry()
    with pytest.raises(AutostartRefused, match="longo demais"):
        turn_on(["C:\\" + "x" * 260 + ".exe"], registry)
    assert registry.values == {}


def test_a_policy_that_closes_the_key_is_told_in_one_sentence() -> None:
    closed = PersonsRegistry(closed=True)
    for change in (lambda: turn_on([EXE], closed), lambda: turn_off(closed)):
        with pytest.raises(AutostartRefused, match="não permitiu"):
            change()


@pytest.mark.skipif(sys.platform == "win32", reason="says what other systems are told")
def test_other_systems_are_told_that_it_is_windows_only() -> None:
    for call in (status, turn_off, lambda: turn_on([EXE]), lambda: repair([EXE])):
        with pytest.raises(OnlyWindows, match="só é possível no Windows"):
            call()


def test_what_runs_at_login_starts_hidden() -> None:
    assert login_command(Path("app"))[-1] == "--autostart"


def test_the_built_exe_is_named_as_the_person_put_it_and_not_as_it_was_unpacked(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    file = tmp_path / "Equipe" / "tray-agent.exe"
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    monkeypatch.setattr(sys, "executable", str(tmp_path / "versions" / "0a1b2c3d4e5f6a7b" / "tray-agent.exe"))
    monkeypatch.setenv("TRAY_AGENT_FILE", str(file))
    assert login_command(file.parent) == [str(file), "--autostart"]
    assert login_command(tmp_path) == [str(file), "--app-dir", str(tmp_path), "--autostart"]


@pytest.mark.windows
@pytest.mark.skipif(sys.platform != "win32", reason="writes the person's own registry")
def test_on_windows_the_entry_is_written_where_windows_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(autostart, "NAME", "tray-agent-test")
    registry = this_machine()
    assert registry is not None
    written: Registry = registry
    try:
        turn_on([EXE, "--autostart"])
        shown = subprocess.run(
            ["reg", "query", f"HKCU\\{RUN}", "/v", "tray-agent-test"], stdout=subprocess.PIPE, check=True
        )
        assert EXE.encode() in shown.stdout
        assert status().state is AutostartState.ON
        written.write(APPROVED, "tray-agent-test", VETO)
        assert status().state is AutostartState.BLOCKED
    finally:
        turn_off()
    assert status().state is AutostartState.OFF
    assert written.read("HKCU", APPROVED, "tray-agent-test") is None
