"""A throw-away Windows: private mounts and processes over the cached layers, gone when the session closes."""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import subprocess
import sys
import tempfile
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path, PureWindowsPath
from types import TracebackType

CHECKOUT = Path(__file__).parents[2]
WINE = "/usr/lib/wine/wine64"
SERVER = "/usr/lib/wine/wineserver64"
PYTHON = r"C:\Python311\python.exe"
PREFIX = "/wine"
SCREEN = "1024x768x24"
COMMAND_SECONDS = 180.0  # of a command that takes one on a machine of one's own
_END_SECONDS = 120.0

# PID 1 of the session: mounts, says so, and stays until its standard input closes; the kernel ends the rest.
_INIT = """
mount -t overlay overlay -o "lowerdir=$LOWER,upperdir=$UPPER,workdir=$SCRATCH" "$ROOT"
mount -t proc proc "$ROOT/proc"
mount --rbind /dev "$ROOT/dev"
mount -t tmpfs tmpfs "$ROOT/tmp"
for path in "$WORK" /etc/ssl /etc/resolv.conf /etc/hosts /tmp/.X11-unix; do
  [ -e "$path" ] || continue
  if [ -d "$path" ]; then mkdir -p "$ROOT$path"; else touch "$ROOT$path"; fi
  mount --bind "$path" "$ROOT$path"
done
mkdir -p "$ROOT/wine" "$ROOT$CHECKOUT"
mount --bind "$CHECKOUT" "$ROOT$CHECKOUT"
mount -o remount,bind,ro "$ROOT$CHECKOUT"
echo ready
read -r _ || true
"""


class TooLong(Exception):
    """A command outlived its time limit; every Windows process of the session was ended."""


def windows_path(path: Path) -> str:
    """The path as Windows programs of a session see it (drive Z: is the root)."""
    return str(PureWindowsPath("Z:" + path.absolute().as_posix()))


class Session:
    """Windows processes over `lower` layers (topmost first); changes land in `upper` or are thrown away.

    `work` is a folder that both sides see under the same path; the checkout is visible and read-only.
    """

    def __init__(self, sessions: Path, lower: Sequence[Path], upper: Path | None = None) -> None:
        self.folder, self._lock = _new_folder(sessions)
        self.work = self.folder / "work"
        self.root = self.folder / "root"
        self._upper = upper or self.folder / "upper"
        for folder in (self.work, self.root, self._upper, self._scratch):
            folder.mkdir(parents=True, exist_ok=True)
        self._lower = list(lower)
        self._init: subprocess.Popen[bytes] | None = None
        self._screen: subprocess.Popen[bytes] | None = None
        self._started: list[subprocess.Popen[bytes]] = []
        self.display = ""

    @property
    def _scratch(self) -> Path:
        return self._upper.with_name(self._upper.name + ".scratch")

    def __enter__(self) -> Session:
        try:
            self._start_screen()
            self._start_init()
            self._start_windows()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End every process of the session and remove its folder."""
        if self._init is not None:
            with contextlib.suppress(subprocess.TimeoutExpired, OSError):
                self._linux([SERVER, "-k"], timeout=_END_SECONDS)  # writes the registry before it ends
                self._linux([SERVER, "-w"], timeout=_END_SECONDS)
            assert self._init.stdin is not None
            self._init.stdin.close()
            self._init.wait(_END_SECONDS)
            assert self._init.stdout is not None
            self._init.stdout.close()
        for process in self._started:
            process.wait(_END_SECONDS)
        if self._screen is not None:
            self._screen.terminate()
            self._screen.wait(_END_SECONDS)
        shutil.rmtree(self._scratch, ignore_errors=True)
        shutil.rmtree(self.folder, ignore_errors=True)
        os.close(self._lock)

    def _start_screen(self) -> None:
        reading, writing = os.pipe()
        ours = ["setpriv", "--pdeathsig", "TERM"]  # also when this process is killed
        screen = ["Xvfb", "-displayfd", str(writing), "-screen", "0", SCREEN, "-nolisten", "tcp", "-noreset"]
        self._screen = subprocess.Popen(
            [*ours, *screen],
            pass_fds=[writing],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        os.close(writing)
        with os.fdopen(reading) as number:
            self.display = ":" + number.readline().strip()

    def _start_init(self) -> None:
        environment = {
            "PATH": os.environ["PATH"],
            "LOWER": ":".join(map(str, self._lower)),
            "UPPER": str(self._upper),
            "SCRATCH": str(self._scratch),
            "ROOT": str(self.root),
            "WORK": str(self.work),
            "CHECKOUT": str(CHECKOUT),
        }
        unshare = ["unshare", "--mount", "--pid", "--fork", "--kill-child", "--propagation", "private"]
        self._init = subprocess.Popen(
            [*unshare, "bash", "-euc", _INIT], stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment
        )
        assert self._init.stdout is not None
        if self._init.stdout.readline() != b"ready\n":
            raise RuntimeError(
                "the mounts failed (see above): this needs root, mount namespaces and overlay mounts"
            )

    def _start_windows(self) -> None:
        # Started with no pipe of ours: the server and Windows' own processes would keep it open for ever.
        for command in ([SERVER, "-p"], [WINE, "wineboot", "-i"]):
            if self._linux(command, timeout=2 * COMMAND_SECONDS) != 0:
                raise RuntimeError(f"{command} failed in the session")

    def environment(self, extra: Mapping[str, str] | None = None) -> dict[str, str]:
        """What a Windows program starts with; this machine's settings of pip and certificates carry over."""
        kept = {
            name: value
            for name, value in os.environ.items()
            if name.startswith("PIP_")
            or name.endswith(("_CA_BUNDLE", "_CERT_FILE"))
            or name.lower().endswith("_proxy")
        }
        kept.pop("PIP_FIND_LINKS", None)
        return {
            **kept,
            "HOME": "/root",
            "USER": "root",
            "LOGNAME": "root",
            "LANG": "C.UTF-8",
            "PATH": "/usr/sbin:/usr/bin:/sbin:/bin",
            "DISPLAY": self.display,
            "WINEPREFIX": PREFIX,
            "WINEARCH": "win64",
            "WINEDEBUG": "-all",
            "WINEDLLOVERRIDES": "mscoree,mshtml,winemenubuilder.exe=",
            # The checkout is read-only here, where Windows' tempfile would try names for ever.
            "HYPOTHESIS_STORAGE_DIRECTORY": r"C:\hypothesis",
            **(extra or {}),
        }

    def seen(self, path: str) -> Path:
        """A path of the session's root as this side reaches it while the session lives."""
        return Path(f"/proc/{self._first}/root{self.root}{path}")

    @property
    def _first(self) -> int:
        assert self._init is not None
        return int(
            Path(f"/proc/{self._init.pid}/task/{self._init.pid}/children").read_text("ascii").split()[0]
        )

    def mount(self, path: str, *options: str) -> None:
        """A small disk of its own at a path of the session's root, for instance `size=20m` or `ro`."""
        self.seen(path).mkdir(parents=True)
        inside = ["mount", "-t", "tmpfs", "-o", ",".join(options), "tmpfs", f"{self.root}{path}"]
        subprocess.run(["nsenter", "--target", str(self._first), "--mount", *inside], check=True)

    def _enter(self, command: Sequence[str], cwd: Path | None) -> list[str]:
        inside = ["chroot", str(self.root), "env", "-C", str(cwd or self.work), *command]
        return ["nsenter", "--target", str(self._first), "--mount", "--pid", *inside]

    def _linux(self, command: Sequence[str], timeout: float) -> int:
        return subprocess.run(
            self._enter(command, Path("/")),
            env=self.environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=timeout,
            check=False,
        ).returncode

    def start(
        self, command: Sequence[str], *, env: Mapping[str, str] | None = None, cwd: Path | None = None
    ) -> subprocess.Popen[bytes]:
        """Start a Windows program and leave it running; its output goes nowhere."""
        process = subprocess.Popen(
            self._enter([WINE, *command], cwd),
            env=self.environment(env),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        self._started.append(process)
        return process

    def run(
        self,
        command: Sequence[str],
        *,
        timeout: float = COMMAND_SECONDS,
        env: Mapping[str, str] | None = None,
        cwd: Path | None = None,
        echo: bool = False,
    ) -> subprocess.CompletedProcess[str]:
        """Run a Windows program to its end, for at most `timeout` seconds, and collect all it prints.

        Raises TooLong, with what was printed so far, after ending every process of the session.
        """
        process = subprocess.Popen(
            self._enter([WINE, *command], cwd),
            env=self.environment(env),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        printed: list[str] = []
        reader = threading.Thread(target=_collect, args=(process, printed, echo), daemon=True)
        reader.start()
        try:
            code = process.wait(timeout)
        except subprocess.TimeoutExpired:
            self._linux([SERVER, "-k"], timeout=30)
            # Where its server had died it ends with the session only.
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(30)
            reader.join(1)
            said = "".join(printed)
            raise TooLong(f"{list(command)} took more than {timeout:.0f} s; it printed:\n{said}") from None
        reader.join(10)  # what was left running may hold the pipe: then what was printed so far counts
        return subprocess.CompletedProcess(list(command), code, "".join(printed))

    def python(
        self,
        *arguments: str,
        timeout: float = COMMAND_SECONDS,
        env: Mapping[str, str] | None = None,
        cwd: Path | None = None,
    ) -> subprocess.CompletedProcess[str]:
        """Run the Windows Python as `run` does."""
        return self.run([PYTHON, *arguments], timeout=timeout, env=env, cwd=cwd)


def _collect(process: subprocess.Popen[bytes], printed: list[str], echo: bool) -> None:
    assert process.stdout is not None
    with process.stdout as output:
        for line in output:
            text = line.decode("utf-8", "replace").replace("\r\n", "\n")
            printed.append(text)
            if echo:
                sys.stdout.write(text)
                sys.stdout.flush()


def _new_folder(sessions: Path) -> tuple[Path, int]:
    """A folder for a session and the lock by which it is seen to live; one process at a time makes one.

    A sweep that met a folder between its making and its locking took it for a dead session's.
    """
    sessions.mkdir(parents=True, exist_ok=True)
    turn = _locked(sessions.with_name(sessions.name + ".lock"), waiting=True)
    try:
        _sweep(sessions)
        folder = Path(tempfile.mkdtemp(dir=sessions))
        folder.chmod(0o755)
        return folder, _locked(folder / "lock")
    finally:
        os.close(turn)


def _locked(path: Path, *, waiting: bool = False) -> int:
    handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX if waiting else fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(handle)
        raise
    return handle


def _sweep(sessions: Path) -> None:
    """Remove what sessions that were killed left behind; those alive hold their lock."""
    for folder in sessions.iterdir():
        try:
            handle = _locked(folder / "lock")
        except OSError:
            continue
        shutil.rmtree(folder, ignore_errors=True)
        os.close(handle)
