"""Orders that come late, clocks that differ, and a day that turns while a run is on a PC."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from tests.e2e.agent import card_of, wait_until
from tests.e2e.clock import ZONE
from tests.team.conftest import Make
from tests.team.rig import SECONDS


@pytest.mark.crash_row
def test_a_go_older_than_the_limit_starts_nothing_and_the_debt_stands(make: Make) -> None:
    team = make(1, hold_seconds=1, signal_seconds=2)  # slow, and still there
    team.register(team.job("pix", 14, pc="PC-1"))
    team.set_clocks("13:59:50")
    team.gather()
    proxy = team.proxies["PC-1"]
    proxy.delay(1.2)  # its child is held for 2.4 s until the go is there
    team.set_clocks("14:00:01")
    wait_until(lambda: team.pcs[0].processes("held"), SECONDS)
    wait_until(lambda: not team.pcs[0].processes("held"), SECONDS)
    assert team.truth.count("pix") == 0
    proxy.delay(0)

    team.until_counted("pix")
    assert team.truth.count("pix") == 1
    assert len(team.brain.rows()) == 1


def test_a_keeper_asleep_between_held_and_go_starts_nothing_when_it_wakes(make: Make) -> None:
    team = make(2, hold_seconds=1)
    team.register(team.job("pix", pc="PC-1, PC-2"))
    team.gather()
    first = team.proxies["PC-1"]
    first.delay(0.8)
    team.run("pix")
    wait_until(lambda: team.pcs[0].processes("held") or team.truth.count("pix"), SECONDS)
    team.pcs[0].close_lid()
    first.delay(0)
    team.until_absent(team.pcs[0])
    team.pcs[0].open_lid()

    team.until_counted("pix")
    assert team.truth.count("pix") == 1
    assert len(team.brain.rows()) == 1


def test_a_clock_that_is_an_hour_off_is_said_and_the_brain_decides_day_and_start(make: Make) -> None:
    team = make(1)
    team.register(team.job("pix", 14, pc="PC-1", body="time.sleep(0.2)"))
    team.set_clocks("13:59:50")
    team.gather()
    team.pcs[0].program.clock.advance(hours=30)
    team.until(lambda status: any("relógio" in each["what"] for each in status["problems"]))
    team.set_clocks("14:00:01")
    team.pcs[0].program.clock.advance(hours=30)

    card = team.until_counted("pix")
    assert (card["actual"], card["backlog"], card["last_run"]["status"]) == (1, 0, "SUCCESS")
    row = next(iter(team.brain.rows().values()))
    today = datetime.now(ZONE).date()
    assert row.day == today
    assert next(iter(team.pcs[0].rows().values())).day == today, "the brain's day, in the PC's book too"
    assert row.seconds is not None
    assert 0.1 < row.seconds < 30, "measured on the PC, by a clock that nobody sets"


def test_a_run_on_a_pc_that_ends_after_midnight_counts_for_the_day_on_which_it_began(make: Make) -> None:
    team = make(1)
    team.register(team.waiting_job("longa", 14, "PC-1"), team.job("todas", pc="PC-1"))
    team.set_clocks("23:59:40")
    team.gather()
    team.until_begun("longa")
    today = datetime.now(ZONE).date()
    team.advance(seconds=30)
    tomorrow = f"{today + timedelta(days=1)}"
    status = team.until(lambda status: status["processing_date"] == tomorrow)
    assert card_of(status, "longa")["state"] == "RUNNING"
    team.open_gate("longa")
    wait_until(lambda: all(row.ended for row in team.brain.rows().values()), SECONDS)

    status = team.until(lambda status: card_of(status, "longa")["state"] != "RUNNING")
    card = card_of(status, "longa")
    assert (card["actual"], card["state"]) == (0, "IDLE")
    assert [row.day for row in team.brain.rows().values()] == [today]
    team.run("todas")
    team.until_counted("todas")
    assert team.truth.count("longa") == 1


def test_the_brains_clock_jumps_and_nothing_is_doubled_or_given_up(make: Make) -> None:
    team = make(1, hold_seconds=30)
    team.register(team.waiting_job("longa", 14, "PC-1"), team.job("outra", pc="PC-1"))
    team.gather()
    team.until_begun("longa")
    for hours in (3, -3, 3):
        team.brain.program.clock.advance(hours=hours)
        team.run("outra")
        team.until(lambda status: card_of(status, "outra")["state"] != "RUNNING")
    team.open_gate("longa")

    team.until_counted("longa")
    assert (team.truth.count("longa"), team.truth.count("outra")) == (1, 3)
