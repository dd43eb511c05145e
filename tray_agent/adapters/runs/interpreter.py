"""Which Python runs a script (product 4.4). Frozen, ``sys.executable`` is the agent and never a candidate."""

from __future__ import annotations

import errno
import os
import re
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path, PureWindowsPath
from typing import IO

from tray_agent.adapters.runs.environment import bundle_root, foreign_environment, outside_bundle
from tray_agent.adapters.system import program
from tray_agent.adapters.system.windows_registry import Bits, Hive, Registry, this_machine

PROBE_SECONDS = 10.0
LOOK_AGAIN_SECONDS = 300.0  # a machine too busy to answer, or without a Python, is asked again after this
_OWN_VERSION = ".".join(str(part) for part in sys.version_info[:3])
_OLDEST = (3, 7)  # the first with a UTF-8 mode
_PROBE = "import sys; sys.stdout.write('.'.join(str(part) for part in sys.version_info[:3]))"
_BUNDLED = "embutido no agente"
_NO_ROOM = (errno.ENOSPC, errno.EMFILE, errno.ENFILE, errno.EAGAIN, errno.ENOMEM)
_NO_WINDOW = 0x08000000 if sys.platform == "win32" else 0

_KEYS: tuple[tuple[Hive, Bits], ...] = (("HKCU", 0), ("HKLM", 64), ("HKLM", 32))
_PEP_514 = "Software\\Python"
_LISTED = re.compile(r'((?:[A-Za-z]:[\\/]|\\\\)[^"<>|?*]+\.exe)"?\s*\*?\s*$')


class NoInterpreter(Exception):
    """No Python for the script; the text is one Portuguese sentence."""


@dataclass(frozen=True, slots=True)
class Interpreter:
    """``argv`` goes before the script's path. ``version`` is "" where nobody asked it yet."""

    argv: tuple[str, ...]
    path: str
    version: str
    source: str

    @property
    def is_bundled(self) -> bool:
        """Whether it is the agent's own exe: the scripts then have the exe's packages and no others."""
        return self.source == _BUNDLED

    @property
    def text(self) -> str:
        """One line for the person: version, place, and why this one."""
        return f"Python {self.version}".rstrip() + f" em {self.path} ({self.source})"


@dataclass(frozen=True, slots=True)
class _Probe:
    changed: int
    version: str | None
    at: float


class Interpreters:
    """Finds and remembers interpreters. Any thread may ask; as it may take seconds, never the engine's."""

    def __init__(
        self,
        setting: str,
        base_path: Callable[[], Path],
        frozen: bool,
        registry: Registry | None = None,
        probe_seconds: float = PROBE_SECONDS,
    ) -> None:
        self._setting = setting.strip()
        self._base_path = base_path
        self._frozen = frozen
        self._registry = registry or this_machine()
        self._probe_seconds = probe_seconds
        self._probes: dict[str, _Probe] = {}
        self._set: str | None = None
        self._found: Interpreter | None = None
        self._looked_at: float | None = None
        self._lock = threading.Lock()

    def for_script(self, path: Path) -> Interpreter:
        """The interpreter for one script.

        Raises NoInterpreter when the ``python`` setting names none.
        """
        with self._lock:
            fixed = self._fixed()
            return fixed or self._beside(path) or self._on_machine() or self._bundled()

    def describe(self) -> Interpreter:
        """The interpreter of scripts that have no ``.venv`` of their own, with its version asked.

        Raises NoInterpreter like :meth:`for_script`, also when the setting's program is no Python.
        """
        with self._lock:
            chosen = self._fixed() or self._on_machine() or self._bundled()
            if chosen.version:
                return chosen
            version = self._version(chosen.path)
            if version is None:
                raise NoInterpreter(
                    f"interpretador não respondeu: {chosen.path}; corrija a configuração python"
                )
            return Interpreter(chosen.argv, chosen.path, version, chosen.source)

    def wrong_setting(self) -> str:
        """Why the ``python`` setting names no Python, as a clause; "" where it does, or names none.

        What is not there, or does not answer in time, is not judged: a drive may come late.
        """
        path = _named(self._setting) if self._setting else None
        if path is None:
            return "é uma pasta" if _is_folder(self._setting) else ""
        if self._is_agent(path):
            return "é o próprio agente"
        if not os.access(path, os.X_OK):
            return "não pode ser executado"
        try:
            said = _ask(path, self._probe_seconds)
        except TimeoutError:
            return ""
        answer = (said or b"").decode("ascii", errors="replace")
        return "" if _acceptable(answer) else "não respondeu como um Python (3.7 ou mais novo)"

    def any_python(self) -> str | None:
        """Some Python that is not the agent, for a few lines of our own; None without one."""
        try:
            with self._lock:
                chosen = self._fixed() or self._on_machine()
        except NoInterpreter:
            return None
        return chosen.path if chosen else None

    def _fixed(self) -> Interpreter | None:
        """What needs no search: the setting, and from source the agent's own Python."""
        if self._setting:
            path = self._set
            if path is None or _changed(path) is None:  # every start asks: looked up anew once it is gone
                path = self._set = _named(self._setting)
            if path is None or self._is_agent(path):
                raise NoInterpreter(
                    f"interpretador não encontrado: {self._setting}; corrija a configuração python"
                )
            if not os.access(path, os.X_OK):
                raise NoInterpreter(f"{path} não pode ser executado; corrija a configuração python")
            known = self._probes.get(os.path.normcase(path))
            version = known.version if known and known.version else ""
            return Interpreter((path,), path, version, "configuração python")
        if self._frozen:
            return None
        own = _with_console(sys.executable)
        return Interpreter((own,), own, _OWN_VERSION, "o mesmo do agente")

    def _beside(self, script: Path) -> Interpreter | None:
        """A ``.venv`` beside the script's ``metodos`` folder, or above it up to the base path."""
        base = self._base_path()
        first = script.parent.parent
        above = [*first.parents] if first.is_relative_to(base) else []
        for folder in (first, *(parent for parent in above if parent.is_relative_to(base))):
            path = str(folder.joinpath(".venv", *_IN_VENV))
            found = self._usable(path, ".venv")
            if found:
                return found
        return None

    def _on_machine(self) -> Interpreter | None:
        """The first that answers, newest registered first. Looking again starts from what was found."""
        if self._found and (known := self._usable(self._found.path, self._found.source)):
            return known
        now = time.monotonic()
        if self._looked_at is not None and self._found is None and now - self._looked_at < LOOK_AGAIN_SECONDS:
            return None
        self._looked_at = now
        self._found = next(
            (found for path, source in self._candidates() if (found := self._usable(path, source))), None
        )
        return self._found

    def _candidates(self) -> Iterator[tuple[str, str]]:
        if self._registry:
            yield from ((path, "registro do Windows") for path in registered(self._registry))
        if sys.platform == "win32":
            yield from ((path, "lançador py") for path in self._launcher_list())
        for name in _NAMES:
            yield from ((path, "PATH") for path in _on_path(name))

    def _launcher_list(self) -> list[str]:
        """What the launcher knows. Asked for its list only: a newer one installs what it is asked to run."""
        for launcher in _launchers():
            with suppress(TimeoutError):
                said = _output([launcher, "-0p"], self._probe_seconds)
                if said is not None:
                    return listed(said.decode("utf-8", errors="replace"))
        return []

    def _bundled(self) -> Interpreter:
        argv = tuple(program.command("--internal", "run-script"))
        return Interpreter(argv, sys.executable, _OWN_VERSION, _BUNDLED)

    def _usable(self, path: str, source: str) -> Interpreter | None:
        if _is_alias_or_windowed(path) or self._is_agent(path):
            return None
        version = self._version(path)
        return Interpreter((path,), path, version, source) if version else None

    def _version(self, path: str) -> str | None:
        """The version it answers with, asked once for each state of the file; None if we cannot use it."""
        changed = _changed(path)
        if changed is None:
            return None
        key, now = os.path.normcase(path), time.monotonic()
        known = self._probes.get(key)
        if known and known.changed == changed and (known.version or now - known.at < LOOK_AGAIN_SECONDS):
            return known.version
        try:
            said = _ask(path, self._probe_seconds)
        except TimeoutError:
            said = None
        version = _acceptable(said.decode("ascii", errors="replace")) if said else None
        self._probes[key] = _Probe(changed, version, now)
        return version

    def _is_agent(self, path: str) -> bool:
        if not self._frozen:
            return False
        try:
            return any(Path(path).samefile(own) for own in (sys.executable, program.started_file()))
        except OSError:
            return False


_IN_VENV = ("Scripts", "python.exe") if sys.platform == "win32" else ("bin", "python")
_NAMES = ("python.exe", "python3.exe") if sys.platform == "win32" else ("python3", "python")


def registered(registry: Registry) -> list[str]:
    """The executables registered as PEP 514 says, python.org's before others', newest version first."""
    found: list[tuple[tuple[bool, int, int, bool, int], str]] = []
    for place, (hive, bits) in enumerate(_KEYS):
        for company in registry.keys(hive, _PEP_514, bits):
            if company == "PyLauncher":
                continue
            for tag in registry.keys(hive, f"{_PEP_514}\\{company}", bits):
                key = f"{_PEP_514}\\{company}\\{tag}"
                path = _registered_path(registry, hive, f"{key}\\InstallPath", bits)
                version = re.match(
                    r"(?:\D*)(\d+)\.(\d+)", str(registry.read(hive, key, "SysVersion", bits) or tag)
                )
                if path and version:
                    plain = re.fullmatch(r"[\d.]+", tag) is not None
                    major, minor = int(version[1]), int(version[2])
                    found.append(((company != "PythonCore", -major, -minor, not plain, place), path))
    return list(dict.fromkeys(path for _order, path in sorted(found)))


def _registered_path(registry: Registry, hive: Hive, key: str, bits: Bits) -> str | None:
    path = registry.read(hive, key, "ExecutablePath", bits)
    if isinstance(path, str) and path:
        return path
    folder = registry.read(hive, key, "", bits)
    return str(PureWindowsPath(folder, "python.exe")) if isinstance(folder, str) and folder else None


def listed(output: str) -> list[str]:
    """The paths in the answer of ``py -0p``, the classic launcher's or the install manager's."""
    return [match[1].strip() for line in output.splitlines() if (match := _LISTED.search(line))]


def _launchers() -> Iterator[str]:
    yield from (path for path in _on_path("py.exe") if not _is_alias_or_windowed(path))
    for root, *rest in (("SystemRoot",), ("LOCALAPPDATA", "Programs", "Python", "Launcher")):
        folder = os.environ.get(root)
        if folder and _changed(path := str(Path(folder, *rest, "py.exe"))) is not None:
            yield path


def _named(setting: str) -> str | None:
    """The file that the setting names: a path, or a name looked up in PATH."""
    text = os.path.expandvars(setting.strip('"'))
    if PureWindowsPath(text).name == text:
        names = (text, f"{text}.exe") if sys.platform == "win32" else (text,)
        return next((path for name in names for path in _on_path(name)), None)
    path = str(Path(text).expanduser().absolute())
    return path if _changed(path) is not None else None


def _is_folder(setting: str) -> bool:
    try:
        return bool(setting) and Path(os.path.expandvars(setting.strip('"'))).is_dir()
    except (OSError, ValueError):
        return False


def _on_path(name: str) -> Iterator[str]:
    """Files of that name in PATH's absolute folders: unlike the system's search, never the current folder."""
    for folder in os.environ.get("PATH", "").split(os.pathsep):
        path = Path(folder.strip('"'), name)
        if path.is_absolute() and _changed(str(path)) is not None:
            yield str(path)


def _is_alias_or_windowed(path: str) -> bool:
    """A Store alias, which may open the Store, or ``pythonw``, which has no console to send Ctrl+C to."""
    parts = [part.casefold() for part in PureWindowsPath(path).parts]
    return "windowsapps" in parts or parts[-1].startswith("pythonw")


def _with_console(path: str) -> str:
    """``python.exe`` beside a ``pythonw.exe``."""
    if PureWindowsPath(path).name.casefold() != "pythonw.exe":
        return path
    beside = str(Path(path).with_name("python.exe"))
    return beside if _changed(beside) is not None else path


def _changed(path: str) -> int | None:
    """When the file changed (ns), None if there is no such file with anything in it."""
    try:
        status = os.stat(path)  # noqa: PTH116 - asked at every start, where a Path costs twice as much
    except (OSError, ValueError):
        return None
    return status.st_mtime_ns if stat.S_ISREG(status.st_mode) and status.st_size else None


def _acceptable(version: str) -> str | None:
    parts = version.split(".")
    if len(parts) != 3 or not all(part.isdecimal() for part in parts):
        return None
    return version if (int(parts[0]), int(parts[1])) >= _OLDEST else None


def _ask(path: str, seconds: float) -> bytes | None:
    return _output([path, "-I", "-c", _PROBE], seconds)


def _output(argv: list[str], seconds: float) -> bytes | None:
    """What a program prints, None if it fails. Raises TimeoutError when it takes longer than the deadline,
    and where nothing can be said of it: it was killed, or the system has no room for the question.

    It prints into a file: a pipe could be held open by a grandchild beyond any deadline.
    """
    import tempfile

    try:
        printed = tempfile.TemporaryFile(buffering=0)  # noqa: SIM115 - it is, once it is there
    except OSError as error:  # no folder of the system's takes a file
        raise TimeoutError from error
    with printed:
        try:
            code = _wait(_start(argv, printed), seconds)
            if code > 0:
                printed.write(bytes(4096))  # had its answer no room, this has none either
        except TimeoutError:
            raise
        except OSError as error:
            if error.errno in _NO_ROOM:
                raise TimeoutError from error
            return None
        if code < 0:
            raise TimeoutError
        printed.seek(0)
        return printed.read() if code == 0 else None


def _start(argv: list[str], printed: IO[bytes]) -> subprocess.Popen[bytes]:
    with outside_bundle():
        return subprocess.Popen(
            argv,
            stdin=subprocess.DEVNULL,
            stdout=printed,
            stderr=subprocess.DEVNULL,
            creationflags=_NO_WINDOW,
            env=foreign_environment(os.environ, bundle_root()),
        )


def _wait(process: subprocess.Popen[bytes], seconds: float) -> int:
    with process:
        try:
            return process.wait(seconds)
        except subprocess.TimeoutExpired:
            process.kill()
            raise TimeoutError from None
