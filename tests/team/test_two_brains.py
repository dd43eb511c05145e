"""Two brains, in each order: the one of the lower epoch starts nothing, anywhere, and says who is obeyed."""

from __future__ import annotations

import shutil

import pytest

from tests.e2e.agent import Answer, card_of, wait_until
from tests.e2e.workspace import write_workbook
from tests.team.conftest import Make
from tests.team.machine import Machine
from tests.team.rig import BRAIN, HEADINGS, SECONDS, Team, free_port, present, yields

CODE_PLACE = ("--host", "127.0.0.1")


def to_be_taken_over(make: Make, count: int = 2) -> Team:
    """A team whose PC-1 has the registry too, and a port of its own to be the brain on."""
    team = make(count)
    rows = [
        team.job("pix", 15, pc=""),
        team.job("ted", 15, pc="*"),
        team.job("avulsa", pc="PC-2"),
    ]
    team.register(*rows)
    write_workbook(team.pcs[0].place.registry, [HEADINGS, *rows])
    team.pcs[0].program.set(team_port=free_port())
    team.gather()
    return team


def take_over(team: Team) -> Answer:
    """What the command on PC-1 comes to."""
    return team.pcs[0].program.cli("team", "take-over", "--confirm", BRAIN)


def is_not_heard(pc: Machine) -> None:
    """Wait until a PC misses its brain."""
    pc.program.until(lambda status: any("cérebro" in each["what"].lower() for each in status["problems"]))


def joins(pc: Machine, brain: Machine) -> None:
    """Have a running PC join another brain."""
    answer = brain.program.cli("team", "invite", *CODE_PLACE)
    assert answer.code == 0, answer
    code = next(word for word in answer.out.split() if "127.0.0.1:" in word)
    answer = pc.program.cli("join", code, "--name", pc.name)
    assert answer.code == 0, answer
    brain.program.until(lambda status: pc.name in present(status), SECONDS)


def both_ran_once(team: Team) -> bool:
    """Whether the day's jobs began, and neither twice."""
    counts = [team.truth.count(job) for job in ("pix", "ted")]
    assert max(counts) <= 1, counts
    return min(counts) == 1


def test_a_brain_that_answers_is_not_taken_over(make: Make) -> None:
    team = to_be_taken_over(make, 1)

    answer = take_over(team)

    assert answer.code == 1
    assert f"{BRAIN} responde" in answer.err


def test_the_old_brain_comes_back_after_a_take_over_and_starts_nothing(make: Make) -> None:
    team = to_be_taken_over(make)
    new = team.pcs[0]
    team.brain.kill_agent()
    is_not_heard(new)
    assert take_over(team).code == 0
    joins(team.pcs[1], new)
    status = new.program.until(lambda status: len(status["cards"]) == 3)
    assert (status["role"], status["paused"]) == ("brain", True)
    new.program.call("resume")
    team.set_clocks("15:00:01")
    wait_until(lambda: both_ran_once(team), SECONDS)

    team.brain.start()
    status = team.until(lambda status: any("PC-1" in each["what"] for each in status["problems"]))
    assert card_of(status, "pix")["state"] != "RUNNING"
    team.brain.ask("refresh")
    new.program.call("run", job="avulsa")  # a sign that time has passed for all
    wait_until(lambda: team.truth.count("avulsa") == 1, SECONDS)
    assert both_ran_once(team)
    assert not [row for row in team.brain.rows().values() if row.job in {"pix", "ted"}]

    joins(team.brain, new)  # as its own sentence advises
    team.until(lambda status: status["role"] == "pc" and status["brain"] == "PC-1")
    assert not [each for each in team.brain.status()["problems"] if "cérebro" in each["what"]]
    assert both_ran_once(team)


@pytest.mark.crash_row
def test_a_brain_that_slept_through_its_own_take_over_starts_nothing_when_it_wakes(make: Make) -> None:
    team = to_be_taken_over(make)
    new = team.pcs[0]
    team.brain.close_lid()
    is_not_heard(new)
    assert take_over(team).code == 0
    joins(team.pcs[1], new)
    new.program.until(lambda status: len(status["cards"]) == 3)
    new.program.call("resume")
    team.set_clocks("15:00:01")
    wait_until(lambda: both_ran_once(team), SECONDS)

    team.brain.open_lid()
    team.until(lambda status: any("PC-1" in each["what"] for each in status["problems"]))
    new.program.call("run", job="avulsa")
    wait_until(lambda: team.truth.count("avulsa") == 1, SECONDS)
    assert both_ran_once(team)


def test_a_pc_that_obeyed_the_new_brain_refuses_the_old_one_whatever_it_joins(make: Make) -> None:
    team = to_be_taken_over(make)
    new, other = team.pcs
    team.brain.kill_agent()
    is_not_heard(new)
    assert take_over(team).code == 0
    joins(other, new)
    new.program.call("run", job="avulsa")  # so that it has heard the new epoch
    wait_until(lambda: team.truth.count("avulsa") == 1, SECONDS)
    new.quit()
    (team.base / ".tray-agent-brain.json").unlink()  # the old one does not even see it
    team.brain.start()
    team.until(lambda status: len(status["cards"]) == 3)

    answer = team.brain.program.cli("team", "remove", "PC-2")
    assert answer.code == 0, answer
    joins_unheard(other, team.brain)
    status = team.until(lambda status: any("PC-1" in each["what"] for each in status["problems"]))
    assert "PC-2" not in present(status)
    team.brain.ask("run", job="avulsa")
    team.set_clocks("15:00:01")
    team.brain.ask("refresh")
    wait_until(team.brain.status, SECONDS)
    assert team.truth.count("avulsa") == 1


def test_a_copy_of_a_living_brain_starts_nothing_until_a_person_says_that_the_other_is_gone(
    make: Make,
) -> None:
    team = to_be_taken_over(make)
    copy = team.stranger
    copy.become_copy_of(team.brain)
    shutil.copyfile(team.brain.place.registry, copy.place.registry)
    copy.program.set(team_port=free_port())
    copy.start()
    status = copy.program.until(yields)
    (said,) = [each for each in status["problems"] if "cópia" in each["what"]]
    assert BRAIN in said["what"]
    assert "tray-agent team alone" in said["action"]

    team.set_clocks("15:00:01")
    wait_until(lambda: both_ran_once(team), SECONDS)
    copy.ask("refresh")
    team.brain.ask("run", job="avulsa")  # a sign that time has passed for all
    wait_until(lambda: team.truth.count("avulsa") == 1, SECONDS)
    assert both_ran_once(team)
    assert not yields(team.brain.status() or {"problems": []})

    team.brain.kill_agent()
    answer = copy.program.cli("team", "alone", "--confirm", BRAIN)
    assert (answer.code, answer.err) == (0, "")
    assert "é agora" in answer.out
    copy.program.until(lambda status: not yields(status) and status["role"] == "brain")
    team.brain.start()
    team.until(yields)


def joins_unheard(pc: Machine, brain: Machine) -> None:
    """Have a running PC join a brain that it will not obey."""
    answer = brain.program.cli("team", "invite", *CODE_PLACE)
    assert answer.code == 0, answer
    code = next(word for word in answer.out.split() if "127.0.0.1:" in word)
    answer = pc.program.cli("join", code, "--name", pc.name)
    assert answer.code == 0, answer
