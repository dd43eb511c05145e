"""Which days are business days: the national bank holidays as rules, and a team's own days beside them.

The twelve rules (Carnival's two days are one) give ANBIMA's list for every year from 2001 to 2099. Not in it,
on purpose: Ash Wednesday, 24 and 31 December (business days with special hours) and municipal holidays.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

_FIXED = (
    (1, 1, "Confraternização Universal"),
    (4, 21, "Tiradentes"),
    (5, 1, "Dia do Trabalho"),
    (9, 7, "Independência"),
    (10, 12, "Nossa Senhora Aparecida"),
    (11, 2, "Finados"),
    (11, 15, "Proclamação da República"),
    (12, 25, "Natal"),
)
_BY_EASTER = ((-48, "Carnaval"), (-47, "Carnaval"), (-2, "Sexta-feira Santa"), (60, "Corpus Christi"))
_SATURDAY = 5
_ONE_DAY = timedelta(days=1)
_known_years: dict[int, dict[date, str]] = {}


def _easter(year: int) -> date:
    """Easter Sunday of the Gregorian calendar, by the rule of Gauss in the form of Meeus."""
    golden = year % 19
    century, rest = divmod(year, 100)
    leap_centuries, odd_centuries = divmod(century, 4)
    moon = (19 * golden + century - leap_centuries - (century - (century + 8) // 25 + 1) // 3 + 15) % 30
    leaps, odd = divmod(rest, 4)
    sunday = (32 + 2 * odd_centuries + 2 * leaps - moon - odd) % 7
    late = (golden + 11 * moon + 22 * sunday) // 451
    month, day = divmod(moon + sunday - 7 * late + 114, 31)
    return date(year, month, day + 1)


def national_holidays(year: int) -> dict[date, str]:
    """The national bank holidays of a year with their Portuguese names; those on weekends too."""
    known = _known_years.get(year)
    if known is None:
        easter = _easter(year)
        known = {date(year, month, day): name for month, day, name in _FIXED}
        known |= {easter + timedelta(days=days): name for days, name in _BY_EASTER}
        if year >= 2024:  # Lei 14.759/2023
            known[date(year, 11, 20)] = "Consciência Negra"
        _known_years[year] = known = dict(sorted(known.items()))
    return known


@dataclass(frozen=True, slots=True)
class Calendar:
    """The national rule with a team's own ``holidays``, and the days that are ``business_days`` all the same.

    ``names`` are the own holidays' names where they have one.
    """

    holidays: frozenset[date] = frozenset()
    business_days: frozenset[date] = frozenset()
    names: tuple[tuple[date, str], ...] = ()

    def is_holiday(self, day: date) -> bool:
        """Whether the day is a holiday, on whatever weekday it falls."""
        if day in self.business_days:
            return False
        return day in self.holidays or day in national_holidays(day.year)

    def is_business(self, day: date) -> bool:
        """Whether banks work on that day."""
        if day in self.business_days:
            return True
        return day.weekday() < _SATURDAY and not self.is_holiday(day)

    def holiday_name(self, day: date) -> str:
        """The name of the holiday that the day is, "feriado" without one; "" for any other day."""
        if not self.is_holiday(day):
            return ""
        return dict(self.names).get(day) or national_holidays(day.year).get(day) or "feriado"

    def rank(self, day: date) -> tuple[int, int]:
        """Which business day of its month a business day is: 1 the first; and -1 the last."""
        before = sum(self.is_business(day.replace(day=n)) for n in range(1, day.day))
        after, later = 0, day + _ONE_DAY
        while later.month == day.month:
            after += self.is_business(later)
            later += _ONE_DAY
        return before + 1, -after - 1


NATIONAL = Calendar()


def own_calendar(days: Iterable[tuple[date, str, bool]]) -> Calendar:
    """The calendar with a team's own days, each with its name and whether it is a business day."""
    listed = list(days)
    if not listed:
        return NATIONAL
    return Calendar(
        frozenset(day for day, _, is_business in listed if not is_business),
        frozenset(day for day, _, is_business in listed if is_business),
        tuple((day, name) for day, name, is_business in listed if name and not is_business),
    )
