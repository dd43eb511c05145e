"""Schedules of the language in the installed program: minutes, business days, summer time."""

from __future__ import annotations

from contextlib import closing
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from tests.e2e.agent import Program, card_of
from tests.e2e.contract import wrongs
from tests.e2e.workspace import Workspace

NEW_YORK = ZoneInfo("America/New_York")


def test_minutes_business_days_and_counted_days_run_when_they_say(tmp_path: Path) -> None:
    place = Workspace(tmp_path / "linguagem")
    place.register(
        place.job("meia", "a cada 30 min das 8h às 18h", "print('feito')"),
        place.job("uteis", "dias úteis 8h45", "print('feito')"),
        place.job("quinto", "5º dia útil 8h", "print('feito')"),
        place.job("semana", "seg-sex 8h45\nsáb 9h", "print('feito')"),
        place.job("metade", "8h45, abc", "print('feito')"),
        place.job("errada", "8-12", "print('feito')"),
    )
    with closing(Program(place)) as program:
        program.clock.set("2026-02-13 08:44:57")  # Friday before Carnival; the fifth business day was the 6th
        program.start()
        status = program.until(lambda status: card_of(status, "uteis")["actual"] == 1)
        status = program.until(lambda status: card_of(status, "meia")["backlog"] == 0)
        assert wrongs(status) == []
        assert card_of(status, "meia")["target"] == 2
        assert card_of(status, "meia")["schedule"]["kind"] == "rule"
        assert card_of(status, "meia")["schedule"]["hours"] == []
        assert len(card_of(status, "meia")["schedule"]["times"]) == 21
        assert card_of(status, "meia")["next_run"] == "2026-02-13T09:00:00-03:00"
        assert card_of(status, "uteis")["schedule"]["text"] == "dias úteis às 8h45"
        assert card_of(status, "uteis")["next_fire"] == "2026-02-18T08:45:00-03:00"  # Ash Wednesday
        assert card_of(status, "uteis")["next_run_text"] == "Próxima execução: qua 18/02 08:45"
        quinto = card_of(status, "quinto")
        assert (quinto["target"], quinto["next_run"]) == (0, None)
        assert quinto["next_fire"] == "2026-03-06T08:00:00-03:00"
        assert card_of(status, "semana")["schedule"]["text"] == "segunda a sexta às 8h45 ⏎ sábado às 9h"
        assert '"abc" não é uma hora' in card_of(status, "metade")["why"]
        assert '"8-12" não está claro' in card_of(status, "errada")["why"]

        program.clock.set("2026-02-16 09:10:00")  # Carnival Monday
        program.until(lambda status: status["processing_date"] == "2026-02-16")
        status = program.until(lambda status: card_of(status, "semana")["actual"] == 1)
        assert card_of(status, "uteis")["target"] == 0
        assert "não é dia útil (Carnaval)" in card_of(status, "uteis")["why"]
        assert place.count("quinto") == 0


def test_a_fire_time_that_summer_time_leaves_out_runs_once_when_the_clock_has_passed_it(
    tmp_path: Path,
) -> None:
    place = Workspace(tmp_path / "verão")
    place.register(place.job("noturna", "2:30", "print('feito')"))
    with closing(Program(place, timezone="America/New_York")) as program:
        before = datetime(2026, 3, 8, 1, 59, 57, tzinfo=NEW_YORK)
        program.clock.set(before.astimezone(ZoneInfo("America/Sao_Paulo")).strftime("%Y-%m-%d %H:%M:%S"))
        status = program.start()
        assert card_of(status, "noturna")["next_run"] == "2026-03-08T03:00:00-04:00"
        program.until(lambda status: card_of(status, "noturna")["actual"] == 1)
        program.clock.advance(minutes=31)
        program.until(lambda status: status["now"] >= "2026-03-08T03:31")

        (span,) = place.spans("noturna")
        began = datetime.fromtimestamp(span.wall, NEW_YORK)
        assert f"{began:%H:%M}" == "03:00"
        assert began.second <= 2
