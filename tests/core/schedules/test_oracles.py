"""Every day of 2024 to 2027 against other libraries: what they agree on, this language means too."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest
from croniter import croniter
from cronsim import CronSim

from tests.core.schedules.test_calendar import anbima
from tray_agent.core.schedules.grammar import parse

FIRST, LAST = date(2024, 1, 1), date(2027, 12, 31)
DAYS = [FIRST + timedelta(days=n) for n in range((LAST - FIRST).days + 1)]
HOLIDAYS = anbima()

# A cell, and the cron expression that means the same.
CRON = """
8, 12, 18 = 0 8,12,18 * * *
ALL = 0 * * * *
8:30, 17h45 = 30 8 * * * + 45 17 * * *
8-18/2 = 0 8-18/2 * * *
a cada 30 min das 9h às 16h30 = 0,30 9-16 * * *
*/6 = 0 */6 * * *
seg-sex 8, 12 = 0 8,12 * * 1-5
2ª a 6ª 8h = 0 8 * * 1-5
sex-seg 9 = 0 9 * * 0,1,5,6
fim de semana 10h = 0 10 * * 0,6
segunda, quarta e sexta às 7h30 = 30 7 * * 1,3,5
todo dia 8h exceto sábado e domingo = 0 8 * * 1-5
todo dia 5 às 9 = 0 9 5 * *
dias 5, 20 9 = 0 9 5,20 * *
dias 1 a 5 às 8h = 0 8 1-5 * *
dia 31 18h = 0 18 31 * *
dia 2 de março às 17:30 = 30 17 2 3 *
24/12 18 = 0 18 24 12 *
29/02 8 = 0 8 29 2 *
segunda 8h em janeiro a março = 0 8 * 1-3 1
0 9 * * 7 = 0 9 * * 0
0 9 * * seg-sex = 0 9 * * 1-5
0 9 * fev * = 0 9 * 2 *
*/15 8-18 * * mon-fri = */15 8-18 * * 1-5
10-50/20 6 1-10/3 */2 * = 10-50/20 6 1-10/3 */2 *
"""


def fires(cell: str) -> list[datetime]:
    parsed = parse(cell)
    assert parsed.problems == ()
    midnight = [datetime(day.year, day.month, day.day) for day in DAYS]
    return [
        begin + timedelta(minutes=minute)
        for begin in midnight
        for minute in parsed.schedule.fires(begin.date())
    ]


def by_cronsim(expression: str) -> list[datetime]:
    times = CronSim(expression, datetime(2023, 12, 31, 23, 59))
    return _until(lambda: next(times))


def by_croniter(expression: str) -> list[datetime]:
    times = croniter(expression, datetime(2023, 12, 31, 23, 59))
    return _until(lambda: times.get_next(datetime))


def _until(following: Callable[[], datetime]) -> list[datetime]:
    found: list[datetime] = []
    while (moment := following()).date() <= LAST:
        found.append(moment)
    return found


@pytest.mark.parametrize("pair", CRON.strip().splitlines())
def test_what_cron_can_say_falls_on_the_days_of_cron(pair: str) -> None:
    cell, _, expressions = pair.partition(" = ")
    wanted = {moment for each in expressions.split(" + ") for moment in by_cronsim(each)}

    assert fires(cell) == sorted(wanted)


@pytest.mark.parametrize("pair", CRON.strip().splitlines()[3:19:4])
def test_a_second_library_agrees(pair: str) -> None:
    cell, _, expressions = pair.partition(" = ")
    wanted = {moment for each in expressions.split(" + ") for moment in by_croniter(each)}

    assert fires(cell) == sorted(wanted)


def business(day: date) -> bool:
    return day.weekday() < 5 and day not in HOLIDAYS


def month(day: date) -> list[date]:
    """The business days of the day's month."""
    return [each for each in DAYS if (each.year, each.month) == (day.year, day.month) and business(each)]


def moved(day: date, step: int) -> date:
    while not business(day):
        day += timedelta(days=step)
    return day


def next_month(day: date) -> date:
    return (day.replace(day=28) + timedelta(days=4)).replace(day=1)


FIVES = {moved(day, 1) for day in DAYS if day.day == 5}
FIFTEENS = {moved(day, -1) for day in DAYS if day.day == 15}
LASTS = {next_month(day) - timedelta(days=1) for day in DAYS}
MONTHS = [month(day) for day in DAYS if day.day == 1]

BUSINESS: dict[str, Callable[[date], bool]] = {
    "dias úteis 9": business,
    "todo dia útil às 9": business,
    "1º dia útil 9": lambda day: day in {days[0] for days in MONTHS},
    "5º dia útil 9h": lambda day: day in {days[4] for days in MONTHS},
    "último dia útil 9": lambda day: day in {days[-1] for days in MONTHS},
    "penúltimo dia útil 9h": lambda day: day in {days[-2] for days in MONTHS},
    "1º e 5º dia útil 9h": lambda day: day in {days[n] for days in MONTHS for n in (0, 4)},
    "5 primeiros dias úteis 9h": lambda day: day in {each for days in MONTHS for each in days[:5]},
    "3 últimos dias úteis 9h": lambda day: day in {each for days in MONTHS for each in days[-3:]},
    "23º dia útil 9": lambda day: day in {days[22] for days in MONTHS if len(days) == 23},
    "dia 5 9h ou próximo dia útil": lambda day: day in FIVES,
    "dia 15 ou dia útil anterior às 9h": lambda day: day in FIFTEENS,
    "dia 5 se for dia útil 9h": lambda day: day.day == 5 and business(day),
    "último dia do mês 9h": lambda day: day in LASTS,
    "último dia do mês ou dia útil anterior 9h": lambda day: day in {moved(each, -1) for each in LASTS},
    "seg-sex 9h exceto feriados": business,
    "dias úteis exceto dezembro 9": lambda day: business(day) and day.month != 12,
    "1ª segunda do mês 9h": lambda day: day.weekday() == 0 and day.day <= 7,
    "última sexta do mês às 9h": lambda day: day.weekday() == 4 and (day + timedelta(days=7)).day <= 7,
    "penúltima sexta do mês às 9h": lambda day: (
        day.weekday() == 4 and (day + timedelta(days=7)).day > 7 >= (day + timedelta(days=14)).day
    ),
}


@pytest.mark.parametrize("cell", BUSINESS)
def test_business_days_and_counted_days_fall_where_anbimas_list_puts_them(cell: str) -> None:
    parsed = parse(cell)
    wanted = [day for day in DAYS if BUSINESS[cell](day)]

    assert [day for day in DAYS if parsed.schedule.fires(day)] == wanted
    assert len(wanted) > 0
