"""Copies that differ, paths that lead outside, large logs, full disks."""

from __future__ import annotations

import os
import resource
import shutil
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.e2e.agent import card_of, wait_until
from tests.team.conftest import Make
from tests.team.machine import Machine
from tests.team.rig import SECONDS, Team
from tests.team.truth import write_script
from tray_agent.shell.channel.client import Refused

MEGABYTE = 1_000_000


def own_copy(team: Team, number: int) -> None:
    """Give a PC a base folder of its own, a copy of what is there."""
    pc = team.pcs[number]
    copy = pc.place.folder / "cópia"
    shutil.copytree(team.base, copy)
    pc.program.set(base_path=copy)


def test_an_older_copy_is_not_run_another_pc_is_asked_and_one_sentence_says_why(make: Make) -> None:
    team = make(2)
    team.register(team.job("pix", pc="PC-1, PC-2"))
    own_copy(team, 0)
    write_script(team.base, team.gates, "pix", "print('nova')")
    team.gather()
    team.run("pix")

    team.until_counted("pix")
    assert team.truth.of("pix")[0].pcs == ["PC-2"]
    team.pcs[1].quit()
    team.until_absent(team.pcs[1])
    team.brain.ask("run", job="pix")
    status = team.until(lambda status: "difere" in str(status))
    assert "PC-1" in card_of(status, "pix")["why"] + str(status["problems"])
    assert team.truth.count("pix") == 1


def test_a_registry_that_names_an_unknown_pc_says_so_with_its_cell(make: Make) -> None:
    team = make(1)
    team.register(team.job("pix", 14, pc="PC-MARTE"), team.job("ted", 14, pc="PC-1"))
    team.gather()

    team.until_counted("ted")
    status = team.until(lambda status: any("PC-MARTE" in each["what"] for each in status["problems"]))
    wrong = next(each for each in status["problems"] if "PC-MARTE" in each["what"])
    assert wrong["cell"], wrong
    assert team.truth.count("pix") == 0


def test_a_log_of_50_mb_on_a_pc_is_read_to_its_end_and_costs_the_brain_no_memory(make: Make) -> None:
    team = make(1, log_limit_mb=0)
    team.register(
        team.job("muito", pc="PC-1", body="for n in range(500_000): print(f'{n:098d}')\nprint('fim')")
    )
    team.gather()
    team.run("muito")
    team.until_counted("muito")
    assert team.brain.program.agent is not None
    before = _memory(team.brain.program.agent.pid)

    answer = team.brain.program.cli("logs", "muito", seconds=60)
    assert answer.code == 0
    assert answer.out.endswith("fim\n"), answer.out[-200:]
    page = team.brain.program.call("log", job="muito", offset=0)
    assert page["size"] >= 49 * MEGABYTE
    assert page["text"].startswith("0" * 98)
    assert _memory(team.brain.program.agent.pid) - before < 30 * MEGABYTE


def test_the_log_of_a_remote_run_grows_while_it_is_looked_at(make: Make) -> None:
    team = make(1)
    team.register(
        team.job("fala", pc="PC-1", body="print('antes', flush=True)\nwait_for('fala')\nprint('depois')")
    )
    team.gather()
    team.run("fala")
    wait_until(lambda: team.brain.program.call("log", job="fala", offset=0)["text"] == "antes\n", SECONDS)
    team.open_gate("fala")

    team.until_counted("fala")
    wait_until(
        lambda: team.brain.program.call("log", job="fala", offset=0)["text"] == "antes\ndepois\n", SECONDS
    )


@contextmanager
def full_disk(machine: Machine) -> Iterator[None]:
    """Its agent can write nothing to any file."""
    assert machine.program.agent is not None
    pid = machine.program.agent.pid
    soft, hard = resource.prlimit(pid, resource.RLIMIT_FSIZE)
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (0, hard))
    try:
        yield
    finally:
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (soft, hard))


@pytest.mark.parametrize("who", ["brain", "pc"])
def test_no_end_is_lost_to_a_full_disk(make: Make, who: str) -> None:
    team = make(1)
    team.register(team.waiting_job("longa", 14, "PC-1"), team.job("outra", pc="PC-1"))
    machine = team.brain if who == "brain" else team.pcs[0]
    team.gather()
    team.until_begun("longa")
    with full_disk(machine):
        team.open_gate("longa")
        wait_until(lambda: team.truth.of("longa")[0].ended)
        machine.program.until(lambda status: any(each["where"] == "data" for each in status["problems"]))

    card = team.until_counted("longa")
    assert (card["actual"], card["last_run"]["status"]) == (1, "SUCCESS")
    wait_until(lambda: all(row.ended for row in machine.rows().values()), SECONDS)
    machine.program.until(lambda status: not any(each["where"] == "data" for each in status["problems"]))
    team.run("outra")
    team.until_counted("outra")


def test_a_brain_that_cannot_write_at_its_start_says_so_and_has_its_server_as_soon_as_it_can(
    make: Make,
) -> None:
    team = make(1)
    team.register(team.job("pix", pc="PC-1"))
    team.gather()
    team.brain.quit()
    configuration = team.brain.place.data / "team" / "server.conf"
    configuration.unlink()
    configuration.mkdir()  # nothing can take its place
    team.brain.start()
    team.until(lambda status: any("chaves da equipe" in each["what"] for each in status["problems"]))

    configuration.rmdir()
    team.until_present(*team.pcs)
    team.until(lambda status: not any("chaves da equipe" in each["what"] for each in status["problems"]))
    team.run("pix")
    team.until_counted("pix")


def _memory(pid: int) -> int:
    with open(f"/proc/{pid}/statm", encoding="ascii") as file:  # noqa: PTH123
        return int(file.read().split()[1]) * resource.getpagesize()


def test_a_link_that_leads_out_of_the_base_folder_is_not_run_on_a_pc(make: Make) -> None:
    team = make(1)
    team.register(team.job("pix", pc="PC-1"))
    own_copy(team, 0)
    script = team.pcs[0].place.folder / "cópia" / "Geral" / "pix" / "metodos" / "pix.py"
    outside = team.pcs[0].place.folder / "fora.py"
    shutil.move(script, outside)
    os.symlink(outside, script)  # noqa: PTH211
    team.gather()

    with pytest.raises(Refused, match="fora"):
        team.run("pix")
    assert team.truth.count("pix") == 0
