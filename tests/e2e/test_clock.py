"""Days and hours: the wall clock is moved from outside, before the agent starts and while it runs."""

from __future__ import annotations

import signal
from datetime import datetime

from tests.e2e.agent import Program, Status, card_of, wait_until
from tests.e2e.clock import ZONE
from tests.e2e.contract import wrongs
from tests.e2e.workspace import Span, Workspace, one_after_the_other


def settled(status: Status) -> bool:
    """Whether nothing is owed, waits or runs."""
    counts = status["counts"]
    owed = any(card["backlog"] > 0 for card in status["cards"])
    return not owed and counts["RUNNING"] == 0 == counts["queued"] and bool(status["cards"])


def at(span: Span) -> datetime:
    """When an execution began, on the clock of the setting's zone."""
    return datetime.fromtimestamp(span.wall, ZONE)


def test_a_late_start_catches_up_one_run_after_the_other_and_no_more(
    program: Program, place: Workspace
) -> None:
    place.register(place.job("alfa", "8, 12, 18", "time.sleep(0.2)"), place.job("futuro", "15, 23"))
    program.clock.set("2026-03-10 14:05:00")
    program.start()

    status = program.until(settled)
    assert wrongs(status) == []
    assert card_of(status, "alfa")["actual"] == 2
    assert len(place.spans("alfa")) == 2
    assert one_after_the_other(place.spans("alfa"))
    assert {span.mode for span in place.spans("alfa")} == {"AGENDAMENTO"}
    assert place.count("futuro") == 0

    program.call("refresh")
    program.clock.set("2026-03-10 14:50:00")
    program.until(lambda status: status["now"] >= "2026-03-10T14:50" and settled(status))
    program.clock.set("2026-03-10 18:20:00")
    status = program.until(lambda status: card_of(status, "alfa")["target"] == 3 and settled(status))
    assert (place.count("alfa"), place.count("futuro")) == (3, 1)
    assert card_of(status, "alfa")["next_run_text"] == "Próxima execução: só amanhã"
    assert card_of(status, "alfa")["why"].startswith("Em dia: 3 previstas até agora, 3 feitas")


def test_all_day_at_ten_past_two_owes_three(program: Program, place: Workspace) -> None:
    place.register(place.job("toda_hora", "ALL"), place.job("zero", "0"), place.job("duas", "1;02h"))
    program.clock.set("2026-03-10 02:10:00")
    program.start()

    status = program.until(settled)
    assert {job: place.count(job) for job in ("toda_hora", "zero", "duas")} == {
        "toda_hora": 3,
        "zero": 1,
        "duas": 2,
    }
    assert one_after_the_other(place.spans("toda_hora"))
    card = card_of(status, "toda_hora")
    assert (card["schedule"]["kind"], card["schedule"]["hours"]) == ("all", list(range(24)))
    assert (card["target"], card["actual"], card["next_run"][11:16]) == (3, 3, "03:00")


def test_the_setting_decides_which_day_and_hour_it_is(program: Program, place: Workspace) -> None:
    place.register(place.job("toda_hora", "ALL"), place.job("tarde", "12"))
    program.set(timezone="Asia/Tokyo")
    program.environment["TZ"] = "America/New_York"
    program.clock.set("2026-03-10 14:05:00")
    program.start()
    status = program.until(settled)
    assert wrongs(status) == []
    assert status["processing_date"] == "2026-03-11"
    assert status["now"].startswith("2026-03-11T02:05") and status["now"].endswith("+09:00")
    assert (place.count("toda_hora"), place.count("tarde")) == (3, 0)


def test_a_run_starts_within_three_seconds_of_the_hour(program: Program, place: Workspace) -> None:
    place.register(place.job("pontual", "14"))
    program.clock.set("2026-03-10 13:50:00")
    program.start()
    assert program.card("pontual")["next_run_text"] == "Próxima execução: 14:00"
    program.clock.set("2026-03-10 13:59:57")

    [span] = wait_until(lambda: place.spans("pontual"))
    moment = at(span)
    assert (moment.hour, moment.minute) == (14, 0)
    assert moment.second < 3


def test_a_machine_that_slept_catches_up_when_it_wakes(program: Program, place: Workspace) -> None:
    place.register(place.job("alfa", "8, 15, 16, 22"))
    program.start()
    program.until(settled)
    assert program.agent is not None
    program.agent.send_signal(signal.SIGSTOP)
    program.clock.set("2026-03-10 17:30:00")
    program.agent.send_signal(signal.SIGCONT)
    status = program.until(lambda status: card_of(status, "alfa")["target"] == 3 and settled(status))
    assert place.count("alfa") == 3
    assert card_of(status, "alfa")["next_run"] == "2026-03-10T22:00:00-03:00"


def test_midnight_resets_the_day(program: Program, place: Workspace) -> None:
    place.register(place.job("madrugada", "0, 8"), place.job("quebra", "23", "sys.exit(1)"))
    program.clock.set("2026-03-10 23:50:00")
    program.start()
    status = program.until(settled)
    assert (place.count("madrugada"), card_of(status, "quebra")["state"]) == (2, "ERROR")

    program.clock.set("2026-03-10 23:59:59")
    status = program.until(
        lambda status: (
            status["processing_date"] == "2026-03-11"
            and card_of(status, "madrugada")["actual"] == 1
            and settled(status)
        )
    )
    assert wrongs(status) == []
    assert place.count("madrugada") == 3
    card = card_of(status, "quebra")
    assert (card["state"], card["actual"], card["last_run"]) == ("IDLE", 0, None)
    assert status["history"]["rows"] == 1
    assert at(place.spans("madrugada")[-1]).date().isoformat() == "2026-03-11"


def test_a_run_across_midnight_counts_for_the_day_on_which_it_began(
    program: Program, place: Workspace
) -> None:
    place.register(place.waiting_job("longa", "0, 23"), place.waiting_job("manual"))
    program.clock.set("2026-03-10 23:30:00")
    place.open_gate("longa")
    program.start()
    program.until(lambda status: place.count("longa") == 2 and settled(status))
    place.close_gate("longa")
    for job in ("longa", "manual"):
        program.call("run", job=job)
    pid = program.card("longa")["pid"]

    program.clock.set("2026-03-10 23:59:59")
    status = program.until(lambda status: status["processing_date"] == "2026-03-11")
    for job in ("longa", "manual"):
        assert (card_of(status, job)["state"], card_of(status, job)["actual"]) == ("RUNNING", 0)
    assert card_of(status, "longa")["pid"] == pid
    assert card_of(status, "longa")["backlog"] == 1
    assert status["history"]["rows"] == 0, "the runs under way are yesterday's"

    place.open_gate("longa")
    place.open_gate("manual")
    status = program.until(settled)
    assert place.count("longa") == 4, "the new day's first run was swallowed, or ran twice"
    assert card_of(status, "longa")["actual"] == 1
    assert (card_of(status, "manual")["actual"], card_of(status, "manual")["last_run"]) == (0, None)


def test_a_jumping_wall_clock_doubles_no_run(program: Program, place: Workspace) -> None:
    place.register(place.job("horas", "1, 3, 14, 20"), place.waiting_job("presa"))
    program.clock.set("2026-03-10 14:05:00")
    program.start()
    program.call("run", job="presa")
    jumps = (
        ("2026-03-10 14:05:00", 3, 3),
        ("2026-03-10 12:05:00", 2, 3),
        ("2026-03-10 14:02:00", 3, 3),
        ("2026-03-10 20:05:00", 4, 4),
        ("2026-03-11 00:30:00", 0, 4),
        ("2026-03-11 03:10:00", 2, 6),
        ("2026-03-10 14:30:00", 3, 6),
        ("2026-03-11 01:15:00", 1, 6),
        ("2026-03-11 23:59:00", 4, 8),
        ("2026-03-09 13:00:00", 2, 10),
        ("2026-03-10 23:00:00", 4, 10),
    )
    for moment, target, total in jumps:
        program.clock.set(moment)

        def there(status: Status, moment: str = moment, target: int = target) -> bool:
            card = card_of(status, "horas")
            at_rest = card["pid"] is None and card["backlog"] <= 0 and not card["queued"]
            return status["processing_date"] == moment[:10] and card["target"] == target and at_rest

        status = program.until(there)
        assert place.count("horas") == total, moment
        assert wrongs(status) == []
    assert one_after_the_other(place.spans("horas"))

    place.open_gate("presa")
    status = program.until(lambda status: card_of(status, "presa")["pid"] is None)
    assert card_of(status, "presa")["actual"] == 1
    assert 0 < card_of(status, "presa")["last_run"]["duration_seconds"] < 60
    assert place.count("presa") == 1
