from __future__ import annotations

from datetime import date, timedelta

import pytest

from tests.builders import Day, at, make_job
from tray_agent.core import actions as act
from tray_agent.core import messages as msg
from tray_agent.core.model import Job
from tray_agent.core.rules.rare import missed_day
from tray_agent.core.schedules.grammar import parse
from tray_agent.core.standing import Ruled

TUESDAY = date(2026, 3, 10)
FIFTH = date(2026, 3, 6)  # the fifth business day of March 2026
LONG_AGO = date(2026, 1, 2)


def rare(text: str = "5º dia útil 8h", name: str = "pix") -> Job:
    return make_job(name, schedule=parse(text).schedule)


@pytest.mark.parametrize(
    ("text", "today", "ran", "missed"),
    [
        ("5º dia útil 8h", TUESDAY, set(), FIFTH),
        ("5º dia útil 8h", TUESDAY, {FIFTH}, None),
        ("5º dia útil 8h", TUESDAY, {TUESDAY}, None),
        ("5º dia útil 8h", FIFTH + timedelta(days=7), set(), FIFTH),
        ("5º dia útil 8h", FIFTH + timedelta(days=8), set(), None),
        ("5º dia útil 8h", FIFTH, set(), None),
        ("sexta 8h", TUESDAY, set(), FIFTH),
        ("seg-sex 8h", TUESDAY, set(), None),
        ("8, 12", TUESDAY, set(), None),
        ("8:30", TUESDAY, set(), None),
    ],
)
def test_a_rare_fire_time_that_nobody_served_is_missed(
    text: str, today: date, ran: set[date], missed: date | None
) -> None:
    assert missed_day(rare(text), today, ran, LONG_AGO) == missed


def test_before_the_first_day_on_record_nobody_knows() -> None:
    assert missed_day(rare(), TUESDAY, set(), None) is None
    assert missed_day(rare(), TUESDAY, set(), FIFTH + timedelta(days=1)) is None
    assert missed_day(rare(), TUESDAY, set(), FIFTH) == FIFTH


def test_it_is_a_problem_until_somebody_runs_it() -> None:
    day = Day("14:05", local_history=True)
    day.state.first_day, day.state.ruled = LONG_AGO, {}
    day.jobs(rare())
    assert day.snapshot is not None
    (problem,) = day.snapshot.problems
    assert problem.what == "pix: não rodou em sex 06/03 (5º dia útil do mês às 8h)"

    day.turn(msg.RunJob("pix"))
    day.whole_run()

    assert day.now.date() == at().date()
    assert day.snapshot.problems == ()


@pytest.mark.parametrize("former", [{}, {"pix": Ruled("sexta às 8h", LONG_AGO)}])
def test_of_a_row_that_is_new_or_changed_today_nobody_was_to_run_anything_before(
    former: dict[str, Ruled],
) -> None:
    day = Day("14:05", local_history=True)
    day.state.first_day, day.state.ruled = LONG_AGO, {"": Ruled("", LONG_AGO), **former}
    day.jobs(rare())

    assert day.snapshot is not None
    assert day.snapshot.problems == ()
    assert act.RecordRules({"pix": Ruled("5º dia útil do mês às 8h", TUESDAY)}) in day.ordered
    day.jobs()
    assert act.RecordRules({"pix": None}) in day.ordered


def test_what_is_there_when_nothing_is_on_record_yet_holds_since_the_first_day() -> None:
    day = Day("14:05", local_history=True)
    day.state.first_day, day.state.ruled = LONG_AGO, {}

    day.jobs(rare(), make_job("todo_dia", 8))

    noted = {"": Ruled("", LONG_AGO), "pix": Ruled("5º dia útil do mês às 8h", LONG_AGO)}
    assert act.RecordRules(noted) in day.ordered
    day.jobs(rare(), make_job("todo_dia", 9))
    assert [each for each in day.ordered if isinstance(each, act.RecordRules)] == []


def test_until_the_journal_was_read_nobody_is_accused() -> None:
    day = Day("14:05", local_history=True)
    day.state.first_day = LONG_AGO
    day.jobs(rare())

    assert day.snapshot is not None
    assert day.snapshot.problems == ()
