from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from tests.builders import at, make_row, make_run
from tests.shell.snapshots import facts, snapshot
from tray_agent.core.model import Mark, Outcome
from tray_agent.core.picture.closing import closing, failures
from tray_agent.core.shown import Fire, FireState
from tray_agent.core.standing import Lateness

DAY = at().date()


def test_a_good_day_has_nothing_to_say() -> None:
    done = facts("a", runs=(make_run("a"),), fires=(Fire(at("12:00"), FireState.DONE, "a-10-120000-000000"),))

    assert closing(snapshot(done, day=DAY), 0) == ()


def test_what_was_not_made_is_counted_and_the_worst_named_first() -> None:
    def owing(name: str, count: int) -> object:
        fires = [Fire(at("08:00") + timedelta(hours=n), FireState.OWED) for n in range(count)]
        return facts(name, fires=(*fires, Fire(at("20:00"), FireState.SKIPPED, None, "passou")))

    jobs = [owing(name, count) for name, count in (("a", 1), ("b", 3), ("c", 1), ("d", 2), ("e", 0))]

    assert closing(snapshot(*jobs, day=DAY), 0) == (  # type: ignore[arg-type]
        "Em 10/03, 7 execuções previstas não foram feitas: b (3), d (2), a (1) e mais 1.",
        "Em 10/03, 5 horários não foram recuperados: a (1), b (1), c (1) e mais 2.",
    )


def test_failures_are_told_by_reason_the_commonest_first() -> None:
    runs = [
        make_run("a", exit_code=1, reason="KeyError: 'conta'"),
        make_run("b", exit_code=1, reason="PermissionError: entrada"),
        make_run("c", exit_code=1, reason="PermissionError: entrada"),
        make_run("c", at("13:00"), exit_code=1, reason="PermissionError: entrada"),
        make_run("d", exit_code=3),
        make_run("e", exit_code=-15, outcome=Outcome.STOPPED),
        make_run("f"),
        make_run("g", exit_code=7),
    ]

    assert failures(DAY, runs, 7) == (
        "Em 10/03, 3 falhas: PermissionError: entrada (b e c).",
        "Em 10/03, 1 falha: KeyError: 'conta' (a).",
        "Em 10/03, 1 falha: saiu com código 3 (d).",
    )


def test_a_runs_row_decides_whether_it_failed() -> None:
    good = make_run("a", exit_code=1, reason="OSError: ao sair")
    bad, other = make_run("b", exit_code=0), make_run("c", exit_code=0)
    shown = [
        facts("a", runs=(good,), marks=(Mark(good, make_row("a", status="SUCCESS")),)),
        facts("b", runs=(bad,), marks=(Mark(bad, make_row("b", status="ERRO: saldo")),)),
        facts("c", runs=(other,), marks=(Mark(other, make_row("c", status="INICIADO")),)),
    ]

    assert closing(snapshot(*shown, day=DAY), 0) == ("Em 10/03, 1 falha: o histórico diz “ERRO: saldo” (b).",)


def test_many_reasons_are_cut_off_with_their_number() -> None:
    runs = [make_run(f"j{n}", exit_code=1, reason=f"motivo {n}") for n in range(8)]

    told = failures(DAY, runs, 0)

    assert len(told) == 6
    assert told[-1] == "Em 10/03, 3 falhas por outros motivos."


def test_missed_deadlines_and_long_waits_are_told() -> None:
    run = make_run("a", at("08:42"))
    waited = facts(
        "a",
        runs=(run,),
        fires=(Fire(at("08:00"), FireState.DONE, run.id),),
        late=Lateness(at("08:30"), 1, 0, met=at("08:43")),
    )
    short = make_run("b", at("08:04"))
    prompt = facts("b", runs=(short,), fires=(Fire(at("08:00"), FireState.DONE, short.id),))

    assert closing(snapshot(waited, prompt, day=DAY), 0) == (
        "Em 10/03, 1 prazo não foi cumprido: a (08:30).",
        "Em 10/03, maiores esperas entre o horário e o início: a (42 min 00 s).",
    )


def test_a_job_that_left_the_registry_owes_nothing() -> None:
    gone = replace(facts("a", fires=(Fire(at("08:00"), FireState.OWED),)), removed=True)

    assert closing(snapshot(gone, day=DAY), 0) == ()
