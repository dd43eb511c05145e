"""Children on Windows: created suspended and tied to the agent's life, let go once on record, asked to end by
a real Ctrl+C. Everything here is called from worker threads; nothing works on other systems."""

from __future__ import annotations

import ctypes
import logging
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext, suppress
from ctypes import wintypes
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from tray_agent.adapters.runs import interrupt
from tray_agent.adapters.runs.environment import bundle_root, foreign_environment, outside_bundle
from tray_agent.adapters.runs.interrupt import Sent
from tray_agent.adapters.system import program, windows_jobs

log = logging.getLogger(__name__)

ASK_SECONDS = 5.0

_CREATE_SUSPENDED = 0x00000004
_CREATE_NO_WINDOW = (
    0x08000000  # a console of its own, unseen. Not a new process group: that is deaf to Ctrl+C
)
_PROCESS_TERMINATE, _PROCESS_SET_QUOTA = 0x0001, 0x0100
_PROCESS_SUSPEND_RESUME, _PROCESS_QUERY_LIMITED = 0x0800, 0x1000
_THREAD_QUERY = 0x0040
_THREAD_SUSPEND_COUNT = 35
_EVENT_MODIFY_STATE = 0x0002
_PROCESS_IDS = 3
_MOST_MEMBERS = 256
_CONSOLE = "conhost.exe"
_PROCESSES, _THREADS = 0x2, 0x4
_NO_HANDLE = ctypes.c_void_p(-1).value
_EPOCH = 116_444_736_000_000_000  # 1970 in Windows' count of 100 ns since 1601


class _ThreadEntry(ctypes.Structure):
    """THREADENTRY32."""

    _fields_ = (
        ("size", ctypes.c_uint32),
        ("usage", ctypes.c_uint32),
        ("thread", ctypes.c_uint32),
        ("owner", ctypes.c_uint32),
        ("priority", ctypes.c_int32 * 2),
        ("flags", ctypes.c_uint32),
    )


class _ProcessEntry(ctypes.Structure):
    """PROCESSENTRY32W."""

    _fields_ = (
        ("size", ctypes.c_uint32),
        ("usage", ctypes.c_uint32),
        ("pid", ctypes.c_uint32),
        ("heap", ctypes.c_size_t),
        ("module", ctypes.c_uint32),
        ("threads", ctypes.c_uint32),
        ("parent", ctypes.c_uint32),
        ("priority", ctypes.c_int32),
        ("flags", ctypes.c_uint32),
        ("exe", ctypes.c_uint16 * 260),
    )


class _ProcessIds(ctypes.Structure):
    """JOBOBJECT_BASIC_PROCESS_ID_LIST."""

    _fields_ = (
        ("assigned", ctypes.c_uint32),
        ("count", ctypes.c_uint32),
        ("ids", ctypes.c_size_t * _MOST_MEMBERS),
    )


@dataclass(slots=True)
class HeldChild:
    """A child that exists and has not run a single instruction. ``created`` is in seconds since 1970."""

    pid: int
    created: float
    popen: subprocess.Popen[bytes]
    _job: int | None = field(default=None, repr=False)

    def let_go(self, marker: Path) -> None:
        """Let it begin. ``marker`` is made just before: without it, or with it and still suspended, the child
        never ran. Raises OSError if it cannot begin; it is still held then, and :meth:`drop` ends it.
        """
        if self._job is not None:
            windows_jobs.limit(self._job, 0)
        marker.touch()
        with _process(self.pid, _PROCESS_SUSPEND_RESUME) as handle:
            status = _ntdll().NtResumeProcess(handle)
        if status:
            raise OSError(f"NtResumeProcess: 0x{status & 0xFFFFFFFF:08X}")

    def drop(self) -> None:
        """End it and all its descendants at once: a held child never begins."""
        if self._job is not None:
            _kernel().TerminateJobObject(self._job, 1)
        self.popen.kill()
        self.close()

    def others(self) -> list[tuple[int, float]]:
        """The other live processes of its job, with their creation: what it started and they started. The
        console that Windows itself put there is none of them."""
        if self._job is None:
            return []
        names = {entry.pid: _name(entry) for entry in _listed(_PROCESSES)}
        found = []
        for pid in _members(self._job):
            if pid != self.pid and names.get(pid, _CONSOLE) != _CONSOLE:
                with suppress(OSError):  # it has ended since
                    found.append((pid, created(pid)))
        return found

    def close(self) -> None:
        """Give the job back; the processes in it live on once let go."""
        if self._job is not None:
            windows_jobs.close(self._job)
            self._job = None


def start_held(argv: Sequence[str], cwd: Path, env: Mapping[str, str], log_path: Path) -> HeldChild:
    """Create the process, suspended, its output going to ``log_path``.

    Should the agent die before :meth:`HeldChild.let_go`, Windows ends the child. Raises OSError.
    """
    # Whether Ctrl+C is ignored is inherited; it may have been switched off for us by who started us.
    _kernel().SetConsoleCtrlHandler(None, False)
    with log_path.open("ab", buffering=0) as output, outside_bundle():
        popen = subprocess.Popen(
            list(argv),
            cwd=cwd,
            env=dict(env),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            creationflags=_CREATE_NO_WINDOW | _CREATE_SUSPENDED,
        )
    try:
        return HeldChild(popen.pid, created(popen.pid), popen, _job_of(popen.pid))
    except OSError:
        popen.kill()
        raise


def created(pid: int) -> float:
    """When a process was created (seconds since 1970). Raises OSError if it is gone."""
    times = [wintypes.FILETIME() for _ in range(4)]
    with _process(pid, _PROCESS_QUERY_LIMITED) as handle:
        _check(_kernel().GetProcessTimes(handle, *(ctypes.byref(each) for each in times)))
    return ((times[0].dwHighDateTime << 32) + times[0].dwLowDateTime - _EPOCH) / 1e7


def is_suspended(pid: int) -> bool:
    """Whether the process exists and all its threads are suspended: a held child nobody has let go."""
    counts = [_suspend_count(entry.thread) for entry in _listed(_THREADS) if entry.owner == pid]
    return bool(counts) and all(count > 0 for count in counts)


def ask_to_end(pid: int, interpreter: str | None) -> bool:
    """Ctrl+C for the run whose own process is ``pid``; blocks for some tenths of a second.

    ``interpreter`` is a Python that sends it; None: the agent's own exe does. False: it could not be asked.
    """
    if _ring(pid):
        return True
    sent = _send(pid, interpreter)
    if sent is not Sent.YES:
        log.warning("process %d could not be asked to end: %s", pid, sent.name)
    return sent is Sent.YES


def _send(pid: int, interpreter: str | None) -> Sent:
    """Start the throw-away process and read its verdict."""
    if interpreter is None:
        argv, env = program.command("--internal", "interrupt", str(pid)), program.environment()
    else:
        argv = [interpreter, "-I", "-S", str(Path(interrupt.__file__).with_suffix(".py")), str(pid)]
        env = foreign_environment(os.environ, bundle_root())
    nowhere = subprocess.DEVNULL
    flags = _CREATE_NO_WINDOW if sys.platform == "win32" else 0
    try:
        with nullcontext() if interpreter is None else outside_bundle():
            sender = subprocess.Popen(
                argv, env=env, stdin=nowhere, stdout=nowhere, stderr=nowhere, creationflags=flags
            )
        with sender:
            try:
                return Sent(sender.wait(ASK_SECONDS))
            except subprocess.TimeoutExpired:
                sender.kill()
                return Sent.REFUSED
    except (OSError, ValueError) as error:
        log.warning("the sender of Ctrl+C failed: %s", error)
        return Sent.REFUSED


def _ring(pid: int) -> bool:
    """Ask a script that the agent's own exe runs: without a console, it waits for an event instead.

    The exe may be two processes, the launcher and the Python it unpacked: the event is the second's.
    """
    if sys.platform != "win32":
        return False
    children = [entry.pid for entry in _listed(_PROCESSES) if entry.parent == pid]
    return any(_set_event(interrupt.bell_name(each)) for each in (pid, *children))


def _set_event(name: str) -> bool:
    event = _kernel().OpenEventW(_EVENT_MODIFY_STATE, False, name)
    if not event:
        return False
    try:
        return bool(_kernel().SetEvent(event))
    finally:
        _kernel().CloseHandle(event)


def _job_of(pid: int) -> int | None:
    """A new job that ends the process when the agent goes. Without one (an old nesting rule, a policy) the
    child is still held: the next start finds it suspended and ends it."""
    job: int | None = None
    try:
        job = windows_jobs.new_job(windows_jobs.KILL_ON_CLOSE)
        with _process(pid, _PROCESS_SET_QUOTA | _PROCESS_TERMINATE) as handle:
            windows_jobs.put_in(job, handle)
    except OSError as error:
        log.warning("process %d is in no job of ours: %s", pid, error)
        if job is not None:
            windows_jobs.close(job)
        return None
    return job


def _members(job: int) -> list[int]:
    """The ids of a job's live processes; of a job of very many the first."""
    listed = _ProcessIds()
    size = ctypes.sizeof(listed)
    _kernel().QueryInformationJobObject(job, _PROCESS_IDS, ctypes.byref(listed), size, None)
    return [int(pid) for pid in listed.ids[: listed.count]]


def _name(entry: Any) -> str:
    """The file name of a process's program, in small letters."""
    return bytes(entry.exe).decode("utf-16-le").partition("\0")[0].casefold()


def _suspend_count(thread: int) -> int:
    handle = _kernel().OpenThread(_THREAD_QUERY, False, thread)
    if not handle:
        return 0
    try:
        count = wintypes.ULONG()
        size = ctypes.sizeof(count)
        status = _ntdll().NtQueryInformationThread(
            handle, _THREAD_SUSPEND_COUNT, ctypes.byref(count), size, None
        )
        return 0 if status else count.value
    finally:
        _kernel().CloseHandle(handle)


def _listed(what: int) -> Iterator[Any]:
    """All threads or all processes of the machine."""
    kernel = _kernel()
    names = ("Thread32First", "Thread32Next") if what == _THREADS else ("Process32FirstW", "Process32NextW")
    entry = _ThreadEntry() if what == _THREADS else _ProcessEntry()
    entry.size = ctypes.sizeof(entry)
    snapshot = kernel.CreateToolhelp32Snapshot(what, 0)
    if snapshot == _NO_HANDLE:
        return
    try:
        more = getattr(kernel, names[0])(snapshot, ctypes.byref(entry))
        while more:
            yield entry
            more = getattr(kernel, names[1])(snapshot, ctypes.byref(entry))
    finally:
        kernel.CloseHandle(snapshot)


@contextmanager
def _process(pid: int, access: int) -> Iterator[int]:
    handle = _check(_kernel().OpenProcess(access, False, pid))
    try:
        yield handle
    finally:
        _kernel().CloseHandle(handle)


def _check(result: int | None) -> int:
    """The result of a call that answers 0 on failure. Raises OSError."""
    if sys.platform == "win32" and not result:
        raise ctypes.WinError(ctypes.get_last_error())
    return result or 0


# Our own handles on the libraries: on those of ctypes.windll any other package may change the argument types.
@cache
def _kernel() -> Any:
    if sys.platform != "win32":
        raise OSError("only on Windows")
    kernel = ctypes.WinDLL("kernel32", use_last_error=True)
    handle, number, flag, pointer = wintypes.HANDLE, wintypes.DWORD, wintypes.BOOL, ctypes.c_void_p
    signatures: dict[str, tuple[Any, list[Any]]] = {
        "SetConsoleCtrlHandler": (flag, [pointer, flag]),
        "OpenProcess": (handle, [number, flag, number]),
        "OpenThread": (handle, [number, flag, number]),
        "OpenEventW": (handle, [number, flag, wintypes.LPCWSTR]),
        "SetEvent": (flag, [handle]),
        "CloseHandle": (flag, [handle]),
        "GetProcessTimes": (flag, [handle, pointer, pointer, pointer, pointer]),
        "QueryInformationJobObject": (flag, [handle, ctypes.c_int, pointer, number, pointer]),
        "TerminateJobObject": (flag, [handle, wintypes.UINT]),
        "CreateToolhelp32Snapshot": (handle, [number, number]),
        "Thread32First": (flag, [handle, pointer]),
        "Thread32Next": (flag, [handle, pointer]),
        "Process32FirstW": (flag, [handle, pointer]),
        "Process32NextW": (flag, [handle, pointer]),
    }
    for name, (result, arguments) in signatures.items():
        call = getattr(kernel, name)
        call.restype, call.argtypes = result, arguments
    return kernel


@cache
def _ntdll() -> Any:
    if sys.platform != "win32":
        raise OSError("only on Windows")
    ntdll = ctypes.WinDLL("ntdll")
    ntdll.NtResumeProcess.argtypes = [wintypes.HANDLE]
    ntdll.NtQueryInformationThread.argtypes = [
        wintypes.HANDLE,
        ctypes.c_int,
        ctypes.c_void_p,
        wintypes.ULONG,
        ctypes.c_void_p,
    ]
    return ntdll
