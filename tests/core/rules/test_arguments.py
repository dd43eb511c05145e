from __future__ import annotations

from datetime import date

import pytest

from tray_agent.core.rules.arguments import filled
from tray_agent.core.schedules.calendar import Calendar

FRIDAY, SUNDAY, MONDAY = date(2026, 12, 4), date(2026, 12, 6), date(2026, 12, 7)


@pytest.mark.parametrize(
    ("word", "today", "found"),
    [
        ("{data}", MONDAY, "2026-12-07"),
        ("--de={d-1:%Y%m%d}", MONDAY, "--de=20261204"),
        ("{d+1}", FRIDAY, "2026-12-07"),
        ("{d-2}", MONDAY, "2026-12-03"),
        ("{d+0}", SUNDAY, "2026-12-06"),
        ("{ultimo_util:%d/%m}", SUNDAY, "04/12"),
        ("{ultimo_util}", MONDAY, "2026-12-07"),
        ("{D-1}_{DATA:%y}", date(2026, 12, 28), "2026-12-24_26"),
        (r"C:\pasta\x", MONDAY, r"C:\pasta\x"),
        ('{"dia": 1}', MONDAY, '{"dia": 1}'),
        ("{data:%Q}{data:%}{hoje}", MONDAY, "{data:%Q}{data:%}{hoje}"),  # only what every system knows
    ],
)
def test_a_date_is_filled_in(word: str, today: date, found: str) -> None:
    assert filled([word], today, Calendar()) == (found,)


def test_the_teams_own_days_are_no_business_days() -> None:
    own = Calendar(holidays=frozenset({FRIDAY}))

    assert filled(["{d-1}"], MONDAY, own) == ("2026-12-03",)
