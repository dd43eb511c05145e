"""Every live process of a seed, read from /proc by the mark that all of them inherit."""

from __future__ import annotations

import os
from dataclasses import dataclass


@dataclass(frozen=True)
class Proc:
    """One live process. ``kind`` is agent, reader, held, script or other; ``run`` is "" for none."""

    pid: int
    kind: str
    run: str
    mode: str
    parent: int
    born: int
    stopped: bool


def scan(mark: str) -> list[Proc]:
    """Every live process whose environment has that line. Zombies have none."""
    found = []
    wanted = mark.encode()
    for name in os.listdir("/proc"):  # noqa: PTH208 - many a second
        if name.isdigit() and int(name) != os.getpid():
            proc = _look(int(name), wanted)
            if proc is not None:
                found.append(proc)
    return found


def _read(pid: int, name: str) -> bytes:
    with open(f"/proc/{pid}/{name}", "rb", buffering=0) as file:  # noqa: PTH123 - many a second
        return file.read()


def _look(pid: int, wanted: bytes) -> Proc | None:
    try:
        environment = _read(pid, "environ").split(b"\0")
        if wanted not in environment:
            return None
        words, stat = _read(pid, "cmdline").split(b"\0"), _read(pid, "stat")
    except OSError:
        return None
    fields = stat[stat.rindex(b")") + 2 :].split()
    if fields[0] in (b"Z", b"X"):
        return None
    names = dict(each.partition(b"=")[::2] for each in environment)
    run, mode = names.get(b"TRAY_AGENT_RUN", b"").decode(), names.get(b"ENV_EXEC_MODE", b"").decode()
    return Proc(pid, _kind(words, names), run, mode, int(fields[1]), int(fields[19]), fields[0] == b"T")


def _kind(words: list[bytes], names: dict[bytes, bytes]) -> str:
    if b"FAULTS_BYSTANDER" in names:
        return "bystander"
    if b"TRAY_AGENT_RUN" not in names:
        if b"--internal" in words:
            return "reader"
        return "agent" if b"--headless" in words else "other"
    if b"held" in words[:4]:
        return "held"
    return "script" if len(words) > 1 and words[1].endswith(b".py") else "other"
