from __future__ import annotations

from datetime import date, timedelta
from importlib.util import find_spec
from pathlib import Path

import holidays as other_library

from tray_agent.core.schedules.calendar import NATIONAL, national_holidays, own_calendar
from tray_agent.core.schedules.grammar import parse
from tray_agent.core.schedules.schedule import with_calendar

JULY_9 = date(2026, 7, 9)


def anbima() -> set[date]:
    spec = find_spec("bizdays")
    assert spec is not None
    assert spec.origin is not None
    lines = Path(spec.origin).with_name("ANBIMA.cal").read_text(encoding="utf-8").split()
    return {date.fromisoformat(line) for line in lines if line[:1].isdigit()}


def weekdays(first: int, last: int) -> list[date]:
    days = (
        date(first, 1, 1) + timedelta(days=n) for n in range((date(last + 1, 1, 1) - date(first, 1, 1)).days)
    )
    return [day for day in days if day.weekday() < 5]


def test_the_rule_is_anbimas_list_in_every_year_from_2001_to_2099() -> None:
    listed = anbima()
    assert len(listed) > 900

    different = [day for day in weekdays(2001, 2099) if NATIONAL.is_business(day) == (day in listed)]

    assert different == []


def test_the_rule_is_the_stock_exchanges_but_for_its_two_december_days() -> None:
    exchange = other_library.financial_holidays("BVMF", years=range(2022, 2028))

    def other(day: date) -> bool:
        return day in exchange and (day.month, day.day) not in ((12, 24), (12, 31), (12, 30), (12, 29))

    assert [day for day in weekdays(2024, 2027) if NATIONAL.is_business(day) == other(day)] == []


def test_holidays_have_their_names_on_weekends_too() -> None:
    assert NATIONAL.holiday_name(date(2026, 6, 4)) == "Corpus Christi"
    assert NATIONAL.holiday_name(date(2026, 2, 17)) == "Carnaval"
    assert NATIONAL.holiday_name(date(2026, 11, 15)) == "Proclamação da República"
    assert NATIONAL.holiday_name(date(2026, 2, 18)) == ""
    assert date(2023, 11, 20) not in national_holidays(2023)
    assert date(2024, 11, 20) in national_holidays(2024)


def test_a_teams_own_days_count_beside_the_national_ones() -> None:
    own = own_calendar([(JULY_9, "Revolução de 1932", False), (date(2026, 11, 20), "", True)])

    assert not own.is_business(JULY_9)
    assert own.holiday_name(JULY_9) == "Revolução de 1932"
    assert own.is_business(date(2026, 11, 20))
    schedule = with_calendar(parse("dias úteis 9").schedule, own)
    assert (schedule.fires(JULY_9), schedule.fires(date(2026, 11, 20))) == ((), (540,))
    assert own_calendar([]) is NATIONAL


def test_business_days_are_counted_from_both_ends_of_the_month() -> None:
    assert NATIONAL.rank(date(2026, 11, 3)) == (1, -19)
    assert NATIONAL.rank(date(2026, 11, 30)) == (19, -1)
