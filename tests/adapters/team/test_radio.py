"""Radios as the agent has them: a child each, over the real server."""

from __future__ import annotations

import asyncio
import os
import signal
import sys

import psutil
import pytest

from tests.adapters.children import until
from tests.adapters.team.rig import SECONDS, TEAM, Team
from tests.adapters.team.test_rights import Guest
from tray_agent.adapters.team import subjects

pytestmark = [
    pytest.mark.integration,
    pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX"),
]


def test_brain_and_pcs_hear_one_another_and_nobody_else(team: Team) -> None:
    brain, ear = team.radio("")
    one, first = team.radio("pc1")
    _two, second = team.radio("pc2")
    for each in (ear, first, second):
        each.until_link(True)
    brain.send("pc1", {"kind": "hello", "text": "olá"})
    assert first.said.get(timeout=SECONDS) == ("", {"kind": "hello", "text": "olá"})
    one.send("", {"kind": "presence"})
    assert ear.said.get(timeout=SECONDS) == ("pc1", {"kind": "presence"})
    assert second.said.empty() and first.said.empty()


def test_a_pc_cannot_say_that_another_is_gone(team: Team) -> None:
    _brain, ear = team.radio("")
    one, first = team.radio("pc1")
    ear.until_link(True)
    first.until_link(True)
    one.send("", {"kind": "gone"})
    one.send("", {"kind": "presence"})
    assert ear.said.get(timeout=SECONDS) == ("pc1", {"kind": "presence"})


async def say_as_it_is(team: Team, pc: str, *texts: bytes) -> None:
    """With a PC's own key, but not by its program."""
    guest = Guest()
    client = await guest.connect(team, pc)
    for text in texts:
        await client.publish(subjects.from_pc(TEAM, pc), text)
    await client.flush()
    guest.hang_up()


def test_what_is_no_message_is_dropped_and_no_line_is_smuggled_in(team: Team) -> None:
    _brain, ear = team.radio("")
    ear.until_link(True)
    wrong = (
        b'{"kind": "presence"}\ngone pc2 ',
        b'gone pc2 {"kind": "gone"}',
        b"\xff\xfe",
        b"[1]",
        b"",
        b"[" * 100_000,
    )
    asyncio.run(say_as_it_is(team, "pc1", *wrong, b'{"kind": "presence"}'))
    assert ear.said.get(timeout=SECONDS) == ("pc1", {"kind": "presence"})


def test_long_and_short_messages_are_heard_whole_and_in_their_order(team: Team) -> None:
    brain, ear = team.radio("")
    _one, first = team.radio("pc1")
    ear.until_link(True)
    first.until_link(True)
    said = [{"kind": "hello", "text": f"{number} " + "x" * (number % 7) ** 6} for number in range(100)]
    for each in said:
        brain.send("pc1", each)
    assert [first.said.get(timeout=SECONDS)[1] for _ in said] == said


def test_a_killed_server_is_back_and_so_are_all(team: Team) -> None:
    brain, ear = team.radio("")
    _one, first = team.radio("pc1")
    ear.until_link(True)
    first.until_link(True)
    server_of(team).kill()
    first.until_link(False)
    first.until_link(True)
    ear.until_link(True)
    until(lambda: said(brain, "pc1", first))


def said(brain: object, pc: str, ear: object) -> bool:
    brain.send(pc, {"kind": "hello"})  # type: ignore[attr-defined]
    try:
        ear.said.get(timeout=0.2)  # type: ignore[attr-defined]
    except Exception:  # noqa: BLE001 - the queue's own
        return False
    return True


def server_of(team: Team) -> psutil.Process:
    found = [
        each
        for each in psutil.Process().children(recursive=True)
        if each.name() == "nats-server" and str(team.folder) in " ".join(each.cmdline())
    ]
    assert len(found) == 1
    return found[0]


def test_a_pc_that_goes_is_said_at_once_by_the_server(team: Team) -> None:
    _brain, ear = team.radio("")
    one, first = team.radio("pc1")
    ear.until_link(True)
    first.until_link(True)
    one.close()
    assert ear.said.get(timeout=SECONDS) == ("pc1", {"kind": "gone"})


def test_a_removed_pc_is_out_at_once_and_is_told_why_while_others_stay(team: Team) -> None:
    brain, ear = team.radio("")
    one, first = team.radio("pc1")
    _two, second = team.radio("pc2")
    for each in (ear, first, second):
        each.until_link(True)
    team.configure(team.membership.without_member("PC1"))
    assert brain.reload(SECONDS)
    first.until_link_says("não reconhece este PC")
    one.send("", {"kind": "presence"})
    assert second.links.empty()
    until(lambda: said(brain, "pc2", second))
    team.configure(team.membership.with_member(next(iter(team.membership.members))))


def test_a_pc_that_is_let_in_needs_no_new_start_of_the_server(team: Team) -> None:
    brain, ear = team.radio("")
    ear.until_link(True)
    team.certify("pc3")
    third, third_ear = team.radio("pc3")
    third_ear.until_link_says("não reconhece este PC")
    from tray_agent.adapters.team.membership import Member

    pid = server_of(team).pid
    team.configure(team.membership.with_member(Member("PC3", "pc3")))
    assert brain.reload(SECONDS)
    third_ear.until_link(True)
    third.send("", {"kind": "presence"})
    until(lambda: not ear.said.empty())
    assert server_of(team).pid == pid


def test_a_hanging_radio_is_killed_and_another_takes_its_place(team: Team) -> None:
    _brain, ear = team.radio("")
    ear.until_link(True)
    one, first = team.radio("pc1")
    first.until_link(True)
    pid = one.child_pid()
    assert pid is not None
    os.kill(pid, signal.SIGSTOP)
    for _ in range(3000):  # more than a pipe holds: the agent's side must not block
        one.send("", {"kind": "presence", "text": "x" * 200})
    first.until_link(False)
    first.until_link(True)
    assert one.child_pid() not in {pid, None}
    assert not psutil.pid_exists(pid)


def test_a_killed_radio_comes_back(team: Team) -> None:
    _brain, ear = team.radio("")
    one, first = team.radio("pc1")
    ear.until_link(True)
    first.until_link(True)
    pid = one.child_pid()
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    first.until_link(False)
    first.until_link(True)


def test_nobody_there_is_said_with_the_address(team: Team) -> None:
    _radio, ear = team.radio("pc1", servers=("127.0.0.1:9",))
    ear.until_link_says("ninguém atende em 127.0.0.1:9")


def test_a_closed_radio_leaves_no_process(team: Team) -> None:
    radio, ear = team.radio("pc1")
    ear.until_link(True)
    pid = radio.child_pid()
    radio.close()
    assert radio.child_pid() is None
    assert pid is not None and not psutil.pid_exists(pid)
