"""The faults: each function does harm to a world, and what undoes it if that is not done at once."""

from __future__ import annotations

import os
import resource
import signal
import socket
import sqlite3
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path

from tests.e2e.history import row
from tests.faults.disk import Cover
from tests.faults.procs import Proc
from tests.faults.world import World, today, wait_for

Injury = Callable[[World], None]
HISTORY_FAULTS = (
    "400",
    "401",
    "403",
    "404",
    "429",
    "500",
    "503",
    "hang",
    "drip",
    "reset",
    "close",
    "truncated",
    "broken-json",
    "html",
    "html-502",
    "empty",
    "slow-job",
    "token-400",
    "token-503",
    "token-hang",
)


def pause(world: World, least: float, most: float) -> None:
    """Let the world go on for a moment."""
    threading.Event().wait(world.chance.uniform(least, most))


def trigger(world: World) -> None:
    """Give the agent something to start: a debt, or a person's word."""
    if world.chance.random() < 0.5:
        world.run_soon(world.chance.choice(list(world.jobs)[:12]))
    else:
        world.jump(timedelta(hours=1))


# -- the agent


def kill_agent(world: World) -> None:
    """SIGKILL at any moment, or on the very heels of a start; then, sooner or later, another agent."""
    chance = world.chance
    if not world.is_up():
        world.start()
    how = chance.choice(("any", "trigger", "trigger", "held", "journalled", "let go", "coming up"))
    if how == "coming up":
        world.kill_agent()
        world.start()
        pause(world, 0.1, 0.9)
    elif how != "any":
        wait_for(lambda: (world.status() or {}).get("cards"), 4)
        trigger(world)
        _await_moment(world, how)
    world.kill_agent()
    world.fault("kill agent", how)
    if chance.random() < 0.5:
        chance.choice((_while_dead_kill, _while_dead_wait, _while_dead_jump, reuse_pid))(world)
    if not world.is_up():
        world.start()


def _await_moment(world: World, how: str) -> None:
    if how == "trigger":
        pause(world, 0, 0.12)
        return
    deadline = time.monotonic() + 0.4
    wal = world.journal.with_name(world.journal.name + "-wal")
    size = _stamp(wal)
    begun = len(world.read_records())
    while time.monotonic() < deadline:
        if how == "held" and world.processes("held"):
            return
        if how == "journalled" and _stamp(wal) != size:
            return
        if how == "let go" and len(world.read_records()) > begun:
            return


def _stamp(path: Path) -> int:
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return 0


def _while_dead_kill(world: World) -> None:
    kill_child(world)


def _while_dead_wait(world: World) -> None:
    pause(world, 0.1, 1.0)


def _while_dead_jump(world: World) -> None:
    jump_clock(world)


def reuse_pid(world: World) -> None:
    """A run's process dies while nobody watches, and a stranger gets its very pid."""
    if world.is_up():
        world.kill_agent()
        world.fault("kill agent", "before its run's pid is reused")
    scripts = world.processes("script")
    if scripts:
        gone = world.chance.choice(scripts)
        world.kill_process(gone, "pid reused")
        wait_for(lambda: not _is_there(gone.pid), 2)
        stranger = world.add_bystander(gone.pid)
        if stranger is not None and stranger.pid == gone.pid:
            world.fault("pid reused", f"{gone.pid} of {gone.run}")
        else:
            world.fault("kill child", gone.run)
    if not world.is_up():
        world.start()


def _is_there(pid: int) -> bool:
    return Path(f"/proc/{pid}").exists()


def stop_and_continue(world: World) -> None:
    """The agent sleeps for a while, as a suspended machine does; things happen meanwhile."""
    if not world.is_up() or world.agent is None:
        return
    if world.chance.random() < 0.6:
        trigger(world)
    world.agent.send_signal(signal.SIGSTOP)
    world.fault("stop agent")
    pause(world, 0.02, 0.6)
    kind = world.chance.choice(("", "", "", "kill child", "kill child", "jump", "jump", "kill agent"))
    if kind == "kill child":
        kill_child(world)
    elif kind == "jump":
        jump_clock(world)
    elif kind == "kill agent":
        world.kill_agent()
        world.fault("kill agent", "stopped")
        world.start()
        return
    world.agent.send_signal(signal.SIGCONT)


def end_agent(world: World) -> None:
    """A quit in good order, with runs left or stopped, and a start."""
    if not world.is_up() or wait_for(world.status, 5) is None:
        return
    world.end_agent(stop_runs=world.chance.random() < 0.4)
    world.fault("quit and start")
    world.start()


def second_start(world: World) -> None:
    """Another agent on the same folder, which the first has taken by now."""
    if world.is_up() and wait_for(world.status, 5) is not None:
        second = world.program.popen("--headless", stdin=-3, stdout=-3, stderr=-3)
        second.wait(30)
        world.fault("second start")


def few_descriptors(world: World) -> None:
    """The agent may open nothing more for a moment."""
    if world.agent is None or not world.is_up():
        return
    pid = world.agent.pid
    try:
        most = max(int(each.name) for each in Path(f"/proc/{pid}/fd").iterdir())
        soft, hard = resource.prlimit(pid, resource.RLIMIT_NOFILE)
        resource.prlimit(pid, resource.RLIMIT_NOFILE, (most + world.chance.choice((1, 1, 2, 4, 8)), hard))
    except (OSError, ValueError):
        return
    world.fault("descriptors run out")
    trigger(world)
    if world.chance.random() < 0.4:
        kill_child(world)
    pause(world, 0.1, 0.8)
    with suppress(OSError):
        resource.prlimit(pid, resource.RLIMIT_NOFILE, (soft, hard))


def garbage(world: World) -> None:
    """Strangers at the channel: rubbish, half a line, silence."""
    try:
        port = int((world.place.data / "channel.json").read_text().split('"port":')[1].split(",")[0])
    except (OSError, IndexError, ValueError):
        return
    for word in (b"\0\xff" * 500, b'{"id":1,"method":"run"', b"", b'{"id":1,"method":"quit"}\n'):
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), 1) as stranger:
            stranger.sendall(word)
    world.fault("garbage on the channel")


# -- children


def kill_child(world: World) -> None:
    """SIGKILL of a script."""
    scripts = world.processes("script")
    if not scripts and world.is_up():
        trigger(world)
        scripts = wait_for(lambda: world.processes("script"), 0.4)
    if scripts:
        victim = world.chance.choice(scripts)
        if world.kill_process(victim, "killed"):
            world.fault("kill child", victim.run)


def kill_held(world: World) -> None:
    """SIGKILL of a child that waits for its record."""
    trigger(world)
    _kill_first(world, "held", 0.4)


def kill_reader(world: World) -> None:
    """SIGKILL of a reader while it reads."""
    if world.history is None or world.chance.random() < 0.5:
        world.place.registry.touch()
    else:
        world.run_soon_refresh()
    _kill_first(world, "reader", 0.8, 0.3)


def _kill_first(world: World, kind: str, seconds: float, delay: float = 0.0) -> None:
    found: list[Proc] = wait_for(lambda: world.processes(kind), seconds)
    if not found:
        return
    threading.Event().wait(world.chance.uniform(0, delay))
    if world.kill_process(found[0], f"{kind} killed"):
        world.fault(f"kill {kind}", f"{found[0].pid} {found[0].run}")


def freeze_child(world: World) -> None:
    """SIGSTOP of a script or of a held child, for a while; the agent may die meanwhile."""
    kind = world.chance.choice(("script", "held"))
    if kind == "held":
        trigger(world)
    found: list[Proc] = wait_for(lambda: world.processes(kind), 0.3)
    if not found:
        return
    with suppress(ProcessLookupError):
        os.kill(found[0].pid, signal.SIGSTOP)
        world.fault(f"freeze {kind}", found[0].run)
    pause(world, 0.03, 0.3)
    if world.chance.random() < 0.15:
        world.kill_agent()
        world.fault("kill agent", f"while a {kind} child was frozen")
        world.start()
        pause(world, 0.0, 0.5)
    if world.chance.random() < 0.8:
        thaw(world)


def thaw(world: World) -> None:
    """SIGCONT for everybody."""
    for proc in world.processes():
        if proc.stopped:
            with suppress(ProcessLookupError):
                os.kill(proc.pid, signal.SIGCONT)


def stop_job(world: World) -> None:
    """A person's *Stop* on something that runs."""
    scripts = world.processes("script")
    if scripts:
        job = world.read_records().get(world.chance.choice(scripts).run)
        if job is not None:
            world.stops[job.job] += 1
            world.say(f"stop {job.job}")
            world.ask("stop", job=job.job)


# -- disks


def fill_disk(world: World) -> None:
    """No space for journal and logs, or next to none: enough to look well, too little to write."""
    if world.data_disk is None:
        return
    world.disk_hurt = True
    leave = world.chance.choice((0, 0, 4096, 40_000, 1_005_000, 1_050_000, 1_100_000))
    if world.chance.random() < 0.7:
        trigger(world)
        pause(world, 0, 0.15)
    world.data_disk.fill(leave)
    world.fault("disk full", f"{leave} bytes left")
    _hurt_for_a_while(world)
    world.data_disk.free()


def fill_temp(world: World) -> None:
    """No space for the Excel copy of the history."""
    if world.temp_disk is None:
        return
    world.temp_disk.fill()
    world.fault("temporary disk full")
    world.run_soon_refresh()
    pause(world, 0.2, 1.0)
    world.temp_disk.free()


def read_only(world: World) -> None:
    """The data folder cannot be written."""
    if world.data_disk is None:
        return
    world.disk_hurt = True
    trigger(world)
    pause(world, 0, 0.15)
    world.data_disk.make_read_only()
    world.fault("data folder read-only")
    _hurt_for_a_while(world)
    world.data_disk.make_writable()


def _hurt_for_a_while(world: World) -> None:
    pause(world, 0.03, 0.3)
    what = world.chance.random()
    if what < 0.3:
        kill_child(world)
    elif what < 0.5:
        trigger(world)
    elif what < 0.6:
        world.kill_agent()
        world.fault("kill agent", "on a disk that cannot be written")
        world.start()
    pause(world, 0.05, 0.6)


def lock_journal(world: World) -> None:
    """Another program holds the journal."""
    try:
        other = sqlite3.connect(world.journal, timeout=0.3, isolation_level=None)
    except sqlite3.Error:
        return
    try:
        other.execute("BEGIN EXCLUSIVE")
        world.fault("journal locked")
        trigger(world)
        pause(world, 0.1, world.chance.choice((0.5, 0.5, 1.5, 6.5)))
        if world.chance.random() < 0.25:
            world.kill_agent()
            world.fault("kill agent", "journal locked")
            world.start()
            pause(world, 0.2, 0.6)
        other.execute("ROLLBACK")
    except sqlite3.Error as error:
        world.say(f"the journal could not be locked: {error}")
    finally:
        other.close()


def block_logs(world: World) -> None:
    """A job's folder of logs cannot be used: a file is in its place."""
    job = world.chance.choice(list(world.jobs)[:10])
    folder = world.place.data / "logs" / job
    with suppress(OSError):
        aside = folder.with_name(job + ".aside")
        if folder.exists():
            folder.rename(aside)
        folder.parent.mkdir(exist_ok=True)
        folder.write_text("in the way")
        world.fault("log folder unusable", job)
        world.run_soon(job)
        pause(world, 0.03, 0.2)
        folder.unlink()
        if aside.exists():
            aside.rename(folder)


# -- registry and base path


def spoil_registry(world: World) -> None:
    """The registry is rewritten, cut, made a folder or a pipe, or taken away, often under a reader."""
    registry, chance = world.place.registry, world.chance
    if chance.random() < 0.4:
        registry.touch()
        wait_for(lambda: world.processes("reader"), 0.6)
        pause(world, 0, 0.3)
    how = chance.choice(
        ("cut", "garbage", "gone", "folder", "pipe", "fewer", "shuffled", "in place", "empty")
    )
    world.fault("registry " + how)
    if how in {"fewer", "shuffled"}:
        rows = chance.sample(world.rows, len(world.rows) if how == "shuffled" else len(world.rows) // 2)
        world.register(rows)
        pause(world, 0.05, 0.8)
    else:
        whole = registry.read_bytes()
        _replace_registry(world, how, whole)
        pause(world, 0.05, 0.5)
        if how in {"folder"}:
            registry.rmdir()
        elif how == "pipe":
            with suppress(OSError):  # whoever waits at it is told that nothing comes
                os.close(os.open(registry, os.O_WRONLY | os.O_NONBLOCK))
            registry.unlink()
    world.register()


def _replace_registry(world: World, how: str, whole: bytes) -> None:
    registry = world.place.registry
    if how in {"cut", "garbage", "empty", "in place"}:
        spoilt = {"cut": whole[: len(whole) // 2], "garbage": b"PK" + os.urandom(2000), "empty": b""}
        registry.write_bytes(spoilt.get(how, b""))
        if how == "in place":  # as a program that writes slowly
            for start in range(0, len(whole), 2000):
                with registry.open("ab") as file:
                    file.write(whole[start : start + 2000])
                threading.Event().wait(0.02)
        return
    registry.unlink()
    if how == "folder":
        registry.mkdir()
    elif how == "pipe":
        os.mkfifo(registry)


def take_base_away(world: World) -> None:
    """The drive with the scripts goes, leaving nothing or an empty mount point, and comes back."""
    base = world.place.base
    world.base_moved = True
    trigger(world)
    pause(world, 0, 0.1)
    if world.data_disk is not None and world.chance.random() < 0.5:
        cover = Cover(base)
        world.fault("base path unmounted")
        pause(world, 0.05, 0.5)
        cover.lift()
        return
    away = base.with_name("fora")
    base.rename(away)
    world.fault("base path gone")
    pause(world, 0.05, 0.5)
    away.rename(base)


# -- clock and history


def jump_clock(world: World) -> None:
    """Minutes, hours, or across midnight, both ways."""
    chance, now = world.chance, world.now()
    kind = chance.choice(
        ("minutes", "minutes", "hours", "hours", "midnight", "next day", "day before", "seconds")
    )
    midnight = datetime.combine(now.date(), datetime.min.time(), now.tzinfo)
    by = {
        "seconds": timedelta(seconds=chance.uniform(-90, 90)),
        "minutes": timedelta(minutes=chance.uniform(-50, 70)),
        "hours": timedelta(hours=chance.uniform(-5, 7)),
        "midnight": midnight + timedelta(days=1, seconds=-chance.uniform(0, 0.6)) - now,
        "next day": midnight + timedelta(days=1, hours=chance.uniform(0, 9)) - now,
        "day before": midnight - timedelta(hours=chance.uniform(0, 6)) - now,
    }[kind]
    world.jump(by)
    world.fault("clock jump", f"{kind} {by}")


def break_history(world: World) -> None:
    """The history server fails, or its rows vanish, or rows from elsewhere arrive."""
    if world.history is None:
        return
    kind = world.chance.choice((*HISTORY_FAULTS, "rows vanish", "rows from elsewhere"))
    if kind == "rows vanish":
        world.history.set(rows=[])
    elif kind == "rows from elsewhere":
        job = world.jobs[world.chance.choice(list(world.jobs)[:10])]
        if job.due(world.now()):
            world.elsewhere[job.name, today(world)] += 1
            world.history.set(append=[row(job.name, f"{world.now():%Y-%m-%dT%H:%M:%S}")])
    else:
        world.history.set(fault=kind)
    world.fault(f"history {kind}")
    world.run_soon_refresh()
    pause(world, 0.1, 0.8)
    if world.chance.random() < 0.6:
        world.history.set(fault="")


def heal(world: World) -> None:
    """Undo whatever is still wrong."""
    thaw(world)
    world.register()
    if world.data_disk is not None:
        world.data_disk.make_writable()
        world.data_disk.free()
    if world.history is not None:
        world.history.set(fault="")


WEIGHTS: dict[Injury, float] = {
    kill_agent: 5,
    stop_and_continue: 9,
    kill_child: 9,
    kill_held: 6,
    kill_reader: 1.5,
    freeze_child: 8,
    fill_disk: 6,
    read_only: 5,
    fill_temp: 1,
    lock_journal: 4,
    block_logs: 3,
    spoil_registry: 3,
    take_base_away: 6,
    jump_clock: 9,
    break_history: 4,
    end_agent: 0.7,
    second_start: 0.4,
    few_descriptors: 3,
    garbage: 3,
    reuse_pid: 1,
    stop_job: 3,
}


def choose(world: World) -> Injury:
    """The next injury of this seed."""
    injuries = [
        each for each in WEIGHTS if world.history is not None or each not in (break_history, fill_temp)
    ]
    found = world.chance.choices(injuries, [WEIGHTS[each] for each in injuries])
    return found[0]
