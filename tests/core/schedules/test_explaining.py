from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

from tray_agent.core.schedules.calendar import own_calendar
from tray_agent.core.schedules.explaining import Explanation, asks_for_holidays, explain

SAO_PAULO = ZoneInfo("America/Sao_Paulo")
NOW = datetime(2026, 11, 27, 9, 0, tzinfo=SAO_PAULO)


def days(found: Explanation) -> list[str]:
    return [f"{fire:%d/%m/%Y %H:%M}" for fire in found.fires]


def test_a_cell_is_explained_by_its_text_and_its_next_five_fire_times() -> None:
    found = explain("dias uteis 9", NOW)

    assert (found.text, found.kind, found.problems, found.notes) == ("dias úteis às 9h", "rule", (), ())
    assert days(found) == [f"{day} 09:00" for day in ("30/11/2026", *(f"0{n}/12/2026" for n in range(1, 5)))]
    assert found.fires[0].isoformat() == "2026-11-30T09:00:00-03:00"


def test_what_is_not_understood_has_no_text_and_says_why() -> None:
    found = explain("8-12", NOW)

    assert (found.text, found.kind, found.fires) == (None, None, ())
    assert found.problems[0].startswith('"8-12" não está claro')


def test_what_is_understood_in_part_has_a_text_and_says_what_is_lost() -> None:
    found = explain("8, 25", NOW)

    assert found.text == "todo dia às 8h"
    assert found.problems == ('"25" não é uma hora de 0 a 23; as outras horas valem',)


def test_a_manual_cell_is_no_problem_and_never_fires() -> None:
    assert explain("", NOW) == Explanation("sem agendamento", "manual")


def test_rare_days_show_their_next_five_however_far_and_past_dates_are_said() -> None:
    assert days(explain("29/02 8", NOW))[-1] == "29/02/2044 08:00"
    assert explain("24/12/2020 8 | 27/11/2026 8", NOW).notes == ("estas datas já passaram: não roda mais",)
    assert explain("24/12/2090 8", NOW).notes == ("não acontece nos próximos 30 anos",)
    assert explain("24/12 8", NOW).notes == ()


@pytest.mark.parametrize(
    ("cell", "asks"),
    [
        *((cell, True) for cell in ("dias úteis 8", "5º dia útil 8", "dia 5 8h ou próximo dia útil")),
        *((cell, True) for cell in ("seg 8 exceto feriados", "seg-sex 8", "dia 5 8h se for dia útil")),
        *((cell, False) for cell in ("8", "seg 8", "dia 5 8h", "29/02 8", "", "8-12")),
    ],
)
def test_only_what_depends_on_holidays_asks_for_them(cell: str, asks: bool) -> None:
    assert asks_for_holidays(cell) is asks


def test_monday_to_friday_meeting_a_holiday_says_so_once() -> None:
    note = "sex 25/12/2026 (Natal): feriado; para pular escreva dias úteis"

    assert explain("seg-sex 8, 12", NOW).notes == (note,)
    assert explain("0 8 * * 1-5", NOW).notes == (note,)
    for cell in ("dias úteis 8", "seg-sex 8 exceto feriados", "seg 8", "8", "seg-sex 8 só dias úteis"):
        assert explain(cell, NOW).notes == ()


def test_a_teams_own_days_count() -> None:
    own = own_calendar([(date(2026, 11, 30), "Dia da equipe", False)])

    assert days(explain("dias úteis 9", NOW, own))[0] == "01/12/2026 09:00"
    assert "Dia da equipe" in explain("seg-sex 9", NOW, own).notes[0]
