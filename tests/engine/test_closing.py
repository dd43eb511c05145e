"""What is kept of a day when it turns, and shown on the next."""

from __future__ import annotations

from tests.builders import at, make_discovery, make_job, make_run
from tests.engine.fakes import MemoryJournal
from tests.engine.world import World
from tray_agent.core import messages as msg

OWED = "Em 10/03, 1 execução prevista não foi feita: ted (1)."
FAILED = "Em 10/03, 1 falha: KeyError: 'conta' (pix)."
WAITED = "Em 10/03, maiores esperas entre o horário e o início: pix (15 h 49 min)."


def evening() -> World:
    """Ten to twelve: ``pix`` has failed, ``ted`` is paused and owes a run."""
    world = World(at("23:49:00"))
    world.begin(make_job("pix", 8), make_job("ted"))
    pix = next(run for run in world.processes.running.values() if run.job == "pix")
    del world.processes.running[pix.id]
    world.tell(msg.RunExited(pix.id, 1, duration_seconds=4.0, reason="KeyError: 'conta'"))
    world.tell(msg.Pause())
    world.tell(msg.Discovered(make_discovery(make_job("pix", 8), make_job("ted", 8))))
    return world


def test_at_midnight_the_day_is_summed_up_kept_and_shown() -> None:
    world = evening()
    assert world.now.day_notes == ()

    world.later(700)

    assert world.now.day == at(day=11).date()
    assert world.now.day_notes == (OWED, FAILED, WAITED)
    assert world.journal.closings == {at().date(): (OWED, FAILED, WAITED)}


def test_a_disk_that_is_full_at_midnight_keeps_it_when_it_can() -> None:
    world = evening()
    world.journal.fault = "disco cheio"
    world.later(700)
    assert world.now.day_notes == (OWED, FAILED, WAITED)
    assert world.journal.closings == {}

    world.journal.fault = ""
    world.later(5)

    assert world.journal.closings == {at().date(): (OWED, FAILED, WAITED)}


def test_the_next_agent_shows_what_was_said_of_the_day_before() -> None:
    journal = MemoryJournal()
    journal.record_closing(at(day=9).date(), ["antes"])
    journal.record_closing(at(day=10).date(), ["ontem"])

    assert World(at("09:00", day=11), journal=journal).begin(make_job()).now.day_notes == ("ontem",)


def test_over_a_weekend_the_newest_day_is_shown_and_an_old_one_is_not() -> None:
    journal = MemoryJournal()
    journal.record_closing(at(day=6).date(), ["sexta"])

    assert World(at("09:00", day=9), journal=journal).begin(make_job()).now.day_notes == ("sexta",)
    assert World(at("09:00", day=12), journal=journal).begin(make_job()).now.day_notes == ()


def test_of_a_day_that_no_agent_saw_end_the_failures_are_shown() -> None:
    journal = MemoryJournal()
    journal.record([make_run(started=at("08:00"), exit_code=1, reason="KeyError: 'conta'")], [])

    assert World(at("09:00", day=11), journal=journal).begin(make_job()).now.day_notes == (FAILED,)


def test_a_clock_that_is_set_back_closes_no_day() -> None:
    world = evening()
    world.clock.set(at("12:00", day=9))
    world.tell(msg.Woke())

    assert world.journal.closings == {}


def test_what_was_to_come_when_the_machine_fell_asleep_was_not_made_either() -> None:
    world = World(at("09:00"), local_history=True).begin(make_job("pix", 15), make_job("ted", 15, 16))

    world.clock.set(at("07:00", day=11))
    world.tell(msg.Woke())

    said = "Em 10/03, 3 execuções previstas não foram feitas: ted (2) e pix (1)."
    assert world.now.day_notes == (said,)


def test_what_was_not_made_while_no_agent_was_there_is_said_of_each_day() -> None:
    journal = MemoryJournal()
    journal.record([make_run("pix", at("08:00", day=9))], [])
    world = World(at("07:00", day=12), journal=journal, local_history=True)

    world.begin(make_job("pix", 8, 18), make_job("ted", 9), make_job("manual"))

    away = "com o agente fora no fim do dia"
    assert world.now.day_notes == (
        f"Em 11/03, {away}, 3 execuções previstas não foram feitas: pix (2) e ted (1).",
        f"Em 10/03, {away}, 3 execuções previstas não foram feitas: pix (2) e ted (1).",
        f"Em 09/03, {away}, 2 execuções previstas não foram feitas: pix (1) e ted (1).",
    )


def test_with_bigquery_other_pcs_may_have_made_it_and_nothing_is_said() -> None:
    journal = MemoryJournal()
    journal.record([make_run("pix", at("08:00", day=9))], [])

    assert World(at("07:00", day=12), journal=journal).begin(make_job("pix", 8, 18)).now.day_notes == ()
