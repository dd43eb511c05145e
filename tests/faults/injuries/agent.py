"""Harm to the agent itself: killed, stopped, ended, started twice, starved, talked to by strangers."""

from __future__ import annotations

import resource
import signal
import socket
import time
from contextlib import suppress
from pathlib import Path

from tests.faults.injuries.children import kill_child
from tests.faults.injuries.common import pause, trigger
from tests.faults.injuries.sources import jump_clock
from tests.faults.world import World, wait_for


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
    begun = len(world.records.read())
    while time.monotonic() < deadline:
        if how == "held" and world.processes("held"):
            return
        if how == "journalled" and _stamp(wal) != size:
            return
        if how == "let go" and len(world.records.read()) > begun:
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
        stranger = world.add_stranger(gone.pid)
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
        second.wait(60)
        world.fault("second start")


def few_descriptors(world: World) -> None:
    """The agent may open nothing more for a moment. It has come up: no Python starts without descriptors."""
    if world.agent is None or not world.is_up() or wait_for(world.status, 5) is None:
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
