"""Start with Windows: one value in the person's own Run key, and Task Manager's veto respected."""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from tray_agent.adapters.system import program
from tray_agent.adapters.system.windows_registry import Registry, this_machine

NAME = "tray-agent"
RUN = "Software\\Microsoft\\Windows\\CurrentVersion\\Run"
APPROVED = "Software\\Microsoft\\Windows\\CurrentVersion\\Explorer\\StartupApproved\\Run"
LONGEST = 260  # characters that Windows reads of a Run value


class AutostartRefused(Exception):
    """It could not be changed; the text is one Portuguese sentence."""


class OnlyWindows(AutostartRefused):
    """This system has no such thing."""

    def __init__(self) -> None:
        super().__init__("iniciar com o Windows só é possível no Windows.")


class AutostartState(StrEnum):
    """Whether the agent starts at login."""

    OFF = "off"
    ON = "on"
    BLOCKED = "blocked"  # asked for here, switched off in Task Manager or in Windows' settings


@dataclass(frozen=True, slots=True)
class Autostart:
    """``command`` is the command line on record, "" without one."""

    state: AutostartState
    command: str = ""

    @property
    def text(self) -> str:
        """One Portuguese sentence."""
        match self.state:
            case AutostartState.ON:
                return f"O agente inicia com o Windows: {self.command}"
            case AutostartState.BLOCKED:
                return (
                    "O início com o Windows está desativado no Gerenciador de Tarefas; "
                    "ative-o lá ou use tray-agent autostart on."
                )
            case _:
                return "O agente não inicia com o Windows."


def login_command(app_dir: Path) -> list[str]:
    """What Windows is to run at login: this program, hidden; from source through the windowless Python.

    The application folder is named unless it is where the exe finds it by itself: at login the current
    folder is somebody else's.
    """
    own = program.is_frozen() and program.executable_folder() == app_dir
    words = [*(() if own else ("--app-dir", str(app_dir))), "--autostart"]
    if program.is_frozen():  # the person's file, not what was unpacked: a file put in its place starts next
        return [str(program.started_file()), *words]
    command = program.command(*words)
    windowless = Path(command[0]).with_name("pythonw.exe")
    return [str(windowless), *command[1:]] if windowless.is_file() else command


def status(registry: Registry | None = None) -> Autostart:
    """What is on record. Raises OnlyWindows."""
    keys = _registry(registry)
    command = keys.read("HKCU", RUN, NAME)
    if not isinstance(command, str) or not command:
        return Autostart(AutostartState.OFF)
    vetoed = is_vetoed(keys.read("HKCU", APPROVED, NAME))
    return Autostart(AutostartState.BLOCKED if vetoed else AutostartState.ON, command)


def turn_on(command: Sequence[str], registry: Registry | None = None) -> None:
    """Start at login from now on; a veto is lifted, since a person asked. Raises AutostartRefused."""
    line = command_line(command)
    if len(line) > LONGEST:
        raise AutostartRefused(
            f"o caminho do programa é longo demais para iniciar com o Windows ({len(line)} caracteres; "
            f"o máximo é {LONGEST}): mova o programa para uma pasta de nome mais curto."
        )
    keys = _registry(registry)
    try:
        keys.write(RUN, NAME, line)
        keys.delete(APPROVED, NAME)
    except OSError as error:
        raise _refusal(error) from error


def turn_off(registry: Registry | None = None) -> None:
    """Start at login no more. Raises AutostartRefused."""
    keys = _registry(registry)
    try:
        keys.delete(RUN, NAME)
        keys.delete(APPROVED, NAME)
    except OSError as error:
        raise _refusal(error) from error


def repair(command: Sequence[str], registry: Registry | None = None) -> bool:
    """Follow a program that was moved: only where what is on record is gone, and never to a passing place.

    Returns whether the record was changed. The veto is left as it is. Raises AutostartRefused.
    """
    keys = _registry(registry)
    recorded = status(keys).command
    line = command_line(command)
    if not recorded or recorded == line or len(line) > LONGEST:
        return False
    if Path(program_of(recorded)).exists() or _is_passing(command[0]):
        return False
    try:
        keys.write(RUN, NAME, line)
    except OSError as error:
        raise _refusal(error) from error
    return True


def is_vetoed(approved: str | bytes | None) -> bool:
    """Windows' 12 bytes on an entry: an odd first byte means that the person switched it off there."""
    return isinstance(approved, bytes) and len(approved) > 0 and approved[0] % 2 == 1


def command_line(command: Sequence[str]) -> str:
    """The command as one line. The program is quoted in any case: its folder may hold blanks and commas."""
    return f'"{command[0]}" {subprocess.list2cmdline(command[1:])}'.rstrip()


def program_of(line: str) -> str:
    """The program that a command line names."""
    if line.startswith('"'):
        return line[1:].split('"', 1)[0]
    return line.split(" ", 1)[0]


def _is_passing(path: str) -> bool:
    """Whether the program lies where things do not last."""
    return Path(path).is_relative_to(tempfile.gettempdir())


def _registry(registry: Registry | None) -> Registry:
    found = registry or this_machine()
    if found is None:
        raise OnlyWindows
    return found


def _refusal(error: OSError) -> AutostartRefused:
    return AutostartRefused(f"o Windows não permitiu mudar o início automático ({error.strerror or error}).")
