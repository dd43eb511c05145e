"""Commands to an agent inside a session: the exe's, and quicker ones from source to watch the same agent."""

from __future__ import annotations

import json
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path, PureWindowsPath
from typing import Any, TypeVar

from tests.wine.provision import provision
from tests.wine.session import CHECKOUT, COMMAND_SECONDS, PYTHON, Session, windows_path

LOCAL = "/wine/drive_c/users/root/AppData/Local"  # of the Windows user, as a session sees it
EXE = PureWindowsPath("C:/Programas da equipe/tray-agent.exe")
LONGEST_SECONDS = 300.0
NO_AGENT = 3
FROM_SOURCE = {"PYTHONPATH": windows_path(CHECKOUT), "PYTHONDONTWRITEBYTECODE": "1"}

T = TypeVar("T")


class Program:
    """One way to start the program: the exe, or the package by the Windows Python."""

    def __init__(
        self, windows: Session, command: Sequence[str], env: Mapping[str, str] | None = None
    ) -> None:
        self.windows = windows
        self._command = list(command)
        self._env = dict(env or {})

    def run(
        self, *arguments: str, seconds: float = COMMAND_SECONDS, env: Mapping[str, str] | None = None
    ) -> subprocess.CompletedProcess[str]:
        """Run one command to its end (stderr is in `stdout`). Raises TooLong after `seconds`."""
        command = [*self._command, *arguments]
        return self.windows.run(command, timeout=seconds, env={**self._env, **(env or {})})

    def start(self, *arguments: str, env: Mapping[str, str] | None = None) -> subprocess.Popen[bytes]:
        """Start an agent and leave it."""
        return self.windows.start([*self._command, *arguments], env={**self._env, **(env or {})})


def from_source(windows: Session) -> Program:
    """The same program from the checkout: it starts in a second, where the exe first unpacks itself."""
    return Program(windows, [PYTHON, "-m", "tray_agent"], FROM_SOURCE)


@contextmanager
def fresh_windows() -> Iterator[Session]:
    """A Windows of one's own, with the external Python registered as installers do."""
    with provision().session() as session:
        register_python(session)
        yield session


_MAKE_A_WINDOW = """
import ctypes, sys, time
ctypes.WinDLL("user32").CreateWindowExW(0, "STATIC", "", 0, 0, 0, 0, 0, None, None, None, None)
time.sleep(float(sys.argv[1]))
"""


def hold_desktop(windows: Session) -> None:
    """Windows always has a desktop; Wine makes one, in seconds, for each first program with a window."""
    windows.start([PYTHON, "-c", _MAKE_A_WINDOW, "7200"])
    windows.python("-c", _MAKE_A_WINDOW, "0")  # it waits for the desktop


def register_python(windows: Session) -> None:
    """What an installer of Python writes (PEP 514)."""
    key = r"HKCU\Software\Python\PythonCore\3.11\InstallPath"
    done = windows.run(["reg.exe", "add", key, "/v", "ExecutablePath", "/d", PYTHON, "/f"])
    assert done.returncode == 0, done.stdout


def until(look: Callable[[], T | None], what: str, said: Callable[[], str] = str) -> T:
    """Look until there is something; most looks are commands that take a second or more themselves.

    How long it may take depends on the machine, so one long limit is for all: it only ends what never comes.
    """
    deadline = time.monotonic() + LONGEST_SECONDS
    while True:
        seen = look()
        if seen is not None:
            return seen
        assert time.monotonic() < deadline, f"not within {LONGEST_SECONDS:.0f} s: {what}; {said()}"
        time.sleep(0.05)


class Agent:
    """The agent of one application folder, watched from source."""

    def __init__(self, windows: Session, folder: str) -> None:
        self.folder = folder
        self._windows = windows
        self._source = from_source(windows)
        self._said = "nothing was asked"

    def status(self) -> dict[str, Any] | None:
        """The JSON of the contract, None while no agent answers: one that is starting or leaving says so in
        more than one way."""
        if not self.seen("tray_agent.toml").is_file():
            return None
        answer = self._source.run("--app-dir", self.folder, "status", "--json")
        self._said = answer.stdout[-4000:]
        return _parsed(answer) if answer.returncode == 0 else None

    def seen(self, name: str) -> Path:
        """A file of the application folder as this side reaches it."""
        return (
            self._windows.seen("/wine/drive_c")
            / PureWindowsPath(self.folder, name).relative_to("C:/").as_posix()
        )

    def make_demo(self, job: str, text: str) -> None:
        """Make the demo's workspace, and put a script of the test's in the place of one of its own."""
        made = self._source.run("--internal", "make-demo", self.folder)
        assert made.returncode == 0, made.stdout
        script = next(self.seen("automacoes").rglob(f"metodos/{job}.py"))
        script.write_text(text, "utf-8")

    def when(self, true: Callable[[dict[str, Any]], bool], what: str) -> dict[str, Any]:
        """The first status for which `true` holds."""

        def look() -> dict[str, Any] | None:
            status = self.status()
            return status if status is not None and true(status) else None

        return until(look, what, lambda: f"last said: {self._said}")

    def log(self, job: str) -> str:
        """The output of the job's newest run."""
        return self._source.run("--app-dir", self.folder, "logs", job).stdout


def _parsed(answer: subprocess.CompletedProcess[str]) -> dict[str, Any]:
    status: dict[str, Any] = json.loads(answer.stdout[answer.stdout.index("{") :])
    return status


def card(status: dict[str, Any], job: str) -> dict[str, Any]:
    """One card of a status."""
    return next(each for each in status["cards"] if each["id"] == job or each["name"] == job)


_LIST = """
import json, psutil
seen = []
for each in psutil.process_iter():
    try:
        seen.append({"pid": each.pid, "name": each.name(), "exe": each.exe(), "cmdline": each.cmdline()})
    except (psutil.Error, OSError):
        pass
print(json.dumps(seen))
"""


def processes(windows: Session) -> list[dict[str, Any]]:
    """The Windows processes that can be asked: pid, name, exe, cmdline."""
    asked = windows.python("-c", _LIST)
    assert asked.returncode == 0, asked.stdout
    seen: list[dict[str, Any]] = json.loads(asked.stdout[asked.stdout.index("[") :])
    return seen
