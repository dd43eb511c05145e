from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.shell.snapshots import facts, later, snapshot, unverified
from tray_agent.core.model import CardState, Problem, Where
from tray_agent.shell.tray.view import tray_view


def view_of(*states: CardState, **changes: Any) -> Any:
    jobs = [facts(f"job{number}", state) for number, state in enumerate(states)]
    return tray_view(snapshot(*jobs, **changes), None, True)


def test_the_tooltip_counts_the_states_in_words() -> None:
    view = view_of(
        CardState.ERROR, CardState.RUNNING, CardState.RUNNING, CardState.NO_DATA, *[CardState.SUCCESS] * 5
    )
    assert view.tooltip == "Automações: 1 em erro (job0), 2 executando, 1 sem dados, 5 com sucesso"
    assert view.status == "1 em erro, 2 executando, 1 sem dados, 5 com sucesso"
    assert view.aggregate is CardState.ERROR


def test_the_queue_is_counted_and_shows_no_colour() -> None:
    view = view_of(CardState.SCHEDULED, CardState.IDLE, queue=("job0",))
    assert view.tooltip == "Automações: 1 na fila"
    assert view.aggregate is CardState.IDLE


def test_a_day_without_runs_says_so() -> None:
    assert view_of(CardState.IDLE).tooltip == "Automações: nenhuma execução hoje"
    assert view_of().tooltip == "Automações: nenhuma ativa no registro"
    assert view_of(discovered=False).tooltip == "Automações: lendo o registro…"


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"paused": True, "blocked": "paused"}, "agendamentos suspensos"),
        ({"paused": True, "blocked": "history"}, "agendamentos suspensos"),
        (
            {"blocked": "history", "history": unverified(later(0))},
            "BigQuery não verificado: agendamentos suspensos",
        ),
        ({"blocked": "data"}, "não é possível gravar: agendamentos suspensos"),
        ({"blocked": "base_path"}, "pasta das automações inacessível"),
        ({"blocked": "quitting"}, ""),
        ({}, ""),
    ],
)
def test_a_suspension_is_named(changes: dict[str, Any], said: str) -> None:
    view = view_of(CardState.SUCCESS, **changes)
    assert view.suspended == said
    assert view.tooltip == "Automações: 1 com sucesso" + (f" · {said}" if said else "")
    assert view.paused is changes.get("paused", False)


def test_the_tooltip_never_passes_what_windows_takes() -> None:
    jobs = [facts(f"j{i}", state) for state in CardState for i in range(9)]
    many = {f"{n}-{each.job.id}-{each.state}": each for n in range(999) for each in jobs}
    view = tray_view(
        snapshot(facts=many, queue=("x",) * 99_999_999, blocked="history", discovered=True), None, True
    )
    assert len(view.tooltip.encode("utf-16-le")) // 2 <= 127


def test_the_names_of_running_jobs_are_sorted_for_the_question() -> None:
    view = tray_view(
        snapshot(facts("zeta", CardState.RUNNING), facts("Alfa", CardState.RUNNING), facts("b")), True, False
    )
    assert view.running == ("Alfa", "zeta")
    assert view.autostart is True
    assert view.notifications is False


def test_while_the_registry_is_read_for_the_first_time_nothing_is_suspended_yet() -> None:
    assert view_of(discovered=False, blocked="history").suspended == ""
    trouble = (Problem(Where.HISTORY, "a rede não responde"),)
    assert "suspensos" in view_of(discovered=False, blocked="history", problems=trouble).suspended
    assert view_of(discovered=False, paused=True, blocked="paused").suspended == "agendamentos suspensos"


def test_the_jobs_in_error_are_named_the_first_twenty() -> None:
    failed = [facts(f"job{number:02d}", CardState.ERROR) for number in range(25)]
    shown = tray_view(snapshot(*failed, facts("a", CardState.SUCCESS)), None, True)
    assert shown.failures == 25
    assert shown.failed[0] == ("job00", "job00")
    assert len(shown.failed) == 20


def test_the_tooltip_names_the_first_two_in_error() -> None:
    assert view_of(CardState.ERROR, CardState.ERROR).tooltip == "Automações: 2 em erro (job0, job1)"
    view = view_of(CardState.SUCCESS, *[CardState.ERROR] * 3)
    assert view.tooltip == "Automações: 3 em erro (job1, job2, …), 1 com sucesso"
    assert view.status == "3 em erro, 1 com sucesso"
    assert [name for _, name in view.failed] == ["job1", "job2", "job3"]


def test_an_error_that_a_person_took_note_of_is_not_counted_any_more() -> None:
    noted = replace(facts("job0", CardState.ERROR), acknowledged=True)
    view = tray_view(snapshot(noted, facts("job1", CardState.ERROR)), None, True)
    assert view.tooltip == "Automações: 1 em erro (job1), 1 erro reconhecido"
    assert (view.failed, view.failures) == ((("job1", "job1"),), 1)
    assert tray_view(snapshot(noted), None, True).tooltip == "Automações: 1 erro reconhecido"
