"""A bank's day that does not go as planned, with the installed program on a moved clock (schedules, 5.9)."""

from __future__ import annotations

from collections.abc import Sequence

from tests.e2e.agent import Program, card_of
from tests.e2e.workspace import HEADINGS, Row, Workspace

DAY = "2026-03-10"  # a Tuesday


def register(place: Workspace, headings: Sequence[str], *rows: Row) -> None:
    """Rows with policy columns beyond the usual ones."""
    place.register(*rows, headings=(*HEADINGS, *headings))


def test_asleep_from_eight_to_half_past_eleven_only_the_newest_runs_and_three_are_said(
    program: Program, place: Workspace
) -> None:
    register(place, ["recuperar"], (*place.job("alfa", "8, 9, 10, 11"), "última"))
    program.clock.set(f"{DAY} 07:30")
    program.start()
    program.clock.set(f"{DAY} 11:30")

    program.until(lambda status: card_of(status, "alfa")["actual"] == 1)
    card = program.card("alfa")
    assert place.count("alfa") == 1
    assert "3 horários não serão recuperados (08:00, 09:00 e 10:00)" in card["why"]


def test_switched_on_after_the_limit_nothing_runs_and_it_is_said(program: Program, place: Workspace) -> None:
    register(place, ["iniciar_ate"], (*place.job("alfa", "17"), "17:30"), (*place.job("beta", "17"), None))
    program.clock.set(f"{DAY} 18:00")
    program.start()

    program.until(lambda status: card_of(status, "beta")["actual"] == 1)
    assert place.count("alfa") == 0
    assert "não será recuperado (17:00)" in program.card("alfa")["why"]


def test_a_deadline_is_said_at_its_moment_once_and_taken_back_when_made_good(
    program: Program, place: Workspace
) -> None:
    register(place, ["prazo"], (*place.waiting_job("alfa", "9"), "10:00"))
    program.clock.set(f"{DAY} 09:00")
    program.start()
    program.until(lambda status: card_of(status, "alfa")["state"] == "RUNNING")
    assert program.status()["problems"] == []

    program.clock.set(f"{DAY} 10:00")
    status = program.until(lambda status: status["problems"])
    assert ["prazo das 10:00" in each["what"] for each in status["problems"]] == [True]
    place.open_gate("alfa")
    status = program.until(lambda status: not status["problems"])
    assert "Prazo das 10:00 cumprido às" in card_of(status, "alfa")["why"]


def test_two_on_sap_never_overlap_while_a_third_goes_on(program: Program, place: Workspace) -> None:
    register(
        place,
        ["recurso"],
        (*place.waiting_job("um", "8"), "SAP"),
        (*place.waiting_job("dois", "8"), "sap"),
        (*place.job("livre", "8"), None),
    )
    program.clock.set(f"{DAY} 08:05")
    program.start()
    program.until(lambda status: card_of(status, "livre")["actual"] == 1)
    status = program.status()
    running = [job for job in ("um", "dois") if card_of(status, job)["state"] == "RUNNING"]
    assert len(running) == 1
    waiting = "dois" if running == ["um"] else "um"
    assert "SAP" in program.cli("run", waiting).error_line.upper()

    place.open_gate(running[0])
    program.until(lambda status: card_of(status, waiting)["state"] == "RUNNING")
    place.open_gate(waiting)
    program.until(lambda status: card_of(status, waiting)["actual"] == 1)
    (first,), (second,) = place.spans(running[0]), place.spans(waiting)
    assert first.end is not None
    assert first.end <= second.start


FAILS_ONCE = """
seen = __file__ + ".seen"
first = not os.path.exists(seen)
open(seen, "w").close()
print("tentativa", os.environ.get("ENV_EXEC_TENTATIVA"))
sys.exit(75 if first else 0)
"""


def test_a_retry_and_the_noon_run_both_happen(program: Program, place: Workspace) -> None:
    register(place, ["retentativas"], (*place.job("alfa", "8, 12", FAILS_ONCE), "2 x 5 min (75)"))
    program.clock.set(f"{DAY} 08:00")
    program.start()
    program.until(lambda status: card_of(status, "alfa")["actual"] == 1)
    assert "nova tentativa 1 de 2 às 08:05" in program.card("alfa")["why"]
    program.kill()
    program.start()

    program.clock.set(f"{DAY} 08:06")
    program.until(lambda status: card_of(status, "alfa")["actual"] == 2)
    assert program.cli("logs", "alfa").out == "tentativa 2\n"
    assert (program.card("alfa")["state"], program.card("alfa")["backlog"]) == ("SUCCESS", 0)
    program.clock.set(f"{DAY} 12:00")
    program.until(lambda status: card_of(status, "alfa")["actual"] == 3)
    assert place.count("alfa") == 3


def test_a_repeat_takes_no_later_hour_and_a_manual_run_does(program: Program, place: Workspace) -> None:
    place.register(place.job("alfa", "8, 12", FAILS_ONCE), place.job("beta", "8, 12", FAILS_ONCE))
    program.clock.set(f"{DAY} 08:00")
    program.start()
    program.until(lambda status: all(card["actual"] == 1 for card in status["cards"]))

    assert program.cli("repeat", "alfa").code == 0
    assert program.cli("run", "beta").code == 0
    program.until(lambda status: all(card["actual"] == 2 for card in status["cards"]))
    assert program.card("alfa")["next_run_text"] == "Próxima execução: 12:00"
    assert program.card("beta")["next_run_text"] == "Próxima execução: só amanhã"
    assert program.card("beta")["covered"] == ["12:00"]
    program.clock.set(f"{DAY} 12:01")
    program.until(lambda status: card_of(status, "alfa")["actual"] == 3)
    assert (place.count("alfa"), place.count("beta")) == (3, 2)
    assert program.cli("repeat", "alfa").code == 1


def test_a_job_paused_until_an_hour_goes_on_by_itself_also_after_a_restart(
    program: Program, place: Workspace
) -> None:
    place.register(place.job("alfa", "8"), place.job("beta", "8"))
    program.clock.set(f"{DAY} 07:30")
    program.start()
    assert program.cli("pause", "alfa", "--until", "09:00", "--reason", "arquivo").code == 0
    program.kill()
    program.start()
    program.clock.set(f"{DAY} 08:00")

    program.until(lambda status: card_of(status, "beta")["actual"] == 1)
    card = program.card("alfa")
    assert card["paused"] == {"until": f"{DAY}T09:00:00-03:00", "reason": "arquivo"}
    assert card["actual"] == 0
    program.clock.set(f"{DAY} 09:00")
    program.until(lambda status: card_of(status, "alfa")["actual"] == 1)
    assert program.card("alfa")["paused"] is None


def test_arguments_come_with_their_dates(program: Program, place: Workspace) -> None:
    job = place.job("alfa", "8", "print(sys.argv[1:])")
    register(place, ["argumentos"], (*job, r'--dia {d-1:%d/%m/%Y} "C:\um dois"'))
    program.clock.set(f"{DAY} 08:00")
    program.start()
    program.until(lambda status: card_of(status, "alfa")["actual"] == 1)

    assert program.cli("logs", "alfa").out == r"['--dia', '09/03/2026', 'C:\\um dois']" + "\n"


def test_a_manual_run_has_the_arguments_of_its_command(program: Program, place: Workspace) -> None:
    job = place.job("alfa", "MANUAL", "print(sys.argv[1:])")
    register(place, ["argumentos"], (*job, "--dia {d-1}"))
    program.clock.set(f"{DAY} 08:00")
    program.start()
    every = ["--help", "-x", "{d-1:%Y%m%d}", "um dois", 'as"pas', "", "--", "ação"]
    asked = [
        (["--", *every], """['--help', '-x', '20260309', 'um dois', 'as"pas', '', '--', 'ação']"""),
        (["--"], "[]"),
        ([], "['--dia', '2026-03-09']"),
    ]

    for made, (words, told) in enumerate(asked, 1):
        assert program.cli("run", "alfa", *words).code == 0
        program.until(lambda status, made=made: card_of(status, "alfa")["actual"] == made)  # type: ignore[misc]
        assert program.cli("logs", "alfa").out == told + "\n"

    assert "com --help -x 20260309" in program.cli("history", "alfa").out
    line = program.cli("run", "alfa", "--", "x" * 9000).error_line
    assert "limite" in line
    assert program.cli("run", "alfa", "x").code == 2


def test_a_minute_that_the_day_leaves_out_is_due_once_when_it_is_past(
    program: Program, place: Workspace
) -> None:
    program.set(timezone="America/New_York")
    place.register(place.job("alfa", "2:30"))
    program.clock.set("2026-03-08 03:59:50")  # 01:59:50 in New York, ten seconds before the gap
    program.start()

    program.until(lambda status: card_of(status, "alfa")["actual"] == 1)
    assert program.status()["now"][:17] == "2026-03-08T03:00:"
    program.clock.advance(minutes=40)
    program.until(lambda status: status["now"] >= "2026-03-08T03:40")
    assert place.count("alfa") == 1


def test_that_a_job_waits_for_one_without_an_hour_today_is_one_truth_in_card_table_and_plan(
    program: Program, place: Workspace
) -> None:
    rows = [(*place.job("carga", "MANUAL"), None), (*place.job("envio", "16"), "carga")]
    register(place, ["depois_de"], *rows)
    program.clock.set(f"{DAY} 09:00")
    program.start()
    status = program.until(lambda status: status["problems"])

    said = "espera carga, que hoje não tem horário"
    card = card_of(status, "envio")
    assert card["next_run_text"] == "Próxima execução: depois de outra automação"
    assert (card["next_run"], card["next_fire"]) == (None, None)
    assert card["why"] == f"Nada previsto até agora. A das 16:00 não roda sozinha: {said}."
    assert [each["what"] for each in status["problems"]] == [f"envio: {said}"]
    assert "depois de outra automação" in program.cli("status").out
    plan = program.call("plan")
    assert plan["fires"] == []
    assert {"job": "envio", "time": "16:00", "reason": said} in plan["skipped"]
    assert f"16:00  envio: {said}" in program.cli("plan").out

    assert program.cli("run", "carga").code == 0
    card = card_of(program.until(lambda status: not status["problems"]), "envio")
    assert card["next_run_text"] == "Próxima execução: 16:00"
    assert [fire["estimate"][11:16] for fire in program.call("plan")["fires"] if fire["job"] == "envio"] == [
        "16:00"
    ]
    program.clock.set(f"{DAY} 16:00")
    program.until(lambda status: card_of(status, "envio")["actual"] == 1)
