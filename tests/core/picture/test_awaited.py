"""A job whose next fire time will find that those it waits for have not ended well: one truth everywhere."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.builders import Day, at, make_discovery
from tests.core.picture.test_plan_of_day import job
from tray_agent.core import messages as msg
from tray_agent.core.picture.next_run import next_run_text, surroundings
from tray_agent.core.policies import Halt, Retries

ELSEWHERE = "Próxima execução: depois de outra automação"


def local(clock: str = "08:00") -> Day:
    return Day(clock, local_history=True)


def next_text(day: Day, name: str = "envio") -> str:
    assert day.snapshot is not None
    return next_run_text(day.facts(name), surroundings(day.snapshot, 2.0))


@pytest.mark.parametrize("cell", ["", "sáb 8"])
def test_no_hour_is_named_while_the_other_has_none_today(cell: str) -> None:
    day = local().jobs(job("carga", cell), job("envio", "16", after=("carga",)))

    facts = day.facts("envio")
    assert next_text(day) == ELSEWHERE
    assert (facts.next_run, facts.next_fire) == (None, None)
    assert [fire.reason for fire in facts.fires] == ["espera carga, que hoje não tem horário"]
    said = "Nada previsto até agora. A das 16:00 não roda sozinha: espera carga, que hoje não tem horário."
    assert day.why("envio") == said


def test_an_hour_for_which_the_others_run_already_stands_makes_it_end_no_better() -> None:
    day = local().jobs(job("carga", "8, 12"), job("envio", "12", after=("carga",)))
    day.whole_run("carga")
    day.turn(msg.RunJob("carga"))
    day.whole_run("carga", code=1)

    assert next_text(day) == ELSEWHERE
    assert "espera carga, que não terminou bem" in day.why("envio")


def test_of_one_that_is_not_active_it_says_that() -> None:
    day = local().jobs(job("envio", "16", after=("carga",)))

    assert next_text(day) == ELSEWHERE
    assert "espera carga, que não está ativa" in day.why("envio")


def test_the_hour_is_named_as_soon_as_the_other_has_ended_well() -> None:
    day = local().jobs(job("carga", ""), job("envio", "16", after=("carga",)))

    day.turn(msg.RunJob("carga"))
    day.whole_run("carga")

    assert next_text(day) == "Próxima execução: 16:00"
    assert day.facts("envio").next_run == at("16:00")
    assert "espera" not in day.why("envio")


def test_one_that_failed_and_is_not_tried_again_is_waited_for() -> None:
    day = local().jobs(job("carga", "8"), job("envio", "16", after=("carga",)))
    assert next_text(day) == "Próxima execução: 16:00"

    day.whole_run("carga", code=1)

    assert next_text(day) == ELSEWHERE
    assert "A das 16:00 não roda sozinha: espera carga, que não terminou bem." in day.why("envio")


def test_one_that_failed_and_will_be_tried_again_or_comes_again_may_still_end_well() -> None:
    day = local().jobs(
        job("carga", "8", retries=Retries(1, 10)), job("base", "8, 12"), job("a", "16", after=("carga",))
    )
    day.turn(msg.Discovered(make_discovery(*day.state.jobs.values(), job("b", "16", after=("base",)))))
    for name in ("base", "carga"):
        day.whole_run(name, code=1)

    assert {next_text(day, name) for name in "ab"} == {"Próxima execução: 16:00"}


def test_one_that_comes_only_later_is_named_with_its_hour() -> None:
    day = local().jobs(job("carga", "18"), job("envio", "15, 20", after=("carga",)))

    assert next_text(day) == ELSEWHERE
    assert "A das 15:00 atrasa: espera carga, que só roda às 18:00." in day.why("envio")


def test_after_its_own_run_only_what_comes_then_is_said_to_wait() -> None:
    day = local().jobs(job("carga", ""), job("envio", "8, 16", after=("carga",)))
    day.turn(msg.RunJob("envio"))
    day.whole_run("envio")

    assert next_text(day) == ELSEWHERE
    said = "Em dia: 1 prevista até agora, 1 feita."
    told = " A das 16:00 não roda sozinha: espera carga, que hoje não tem horário."
    assert day.why("envio") == said + told


def test_the_sentence_is_the_same_once_the_hour_has_come() -> None:
    day = local("15:59").jobs(job("carga", ""), job("envio", "16", after=("carga",)))

    day.later(120)

    assert day.why("envio") == "Não roda sozinha agora: espera carga, que hoje não tem horário."
    assert next_text(day) == ELSEWHERE


def test_once_its_hour_has_come_it_says_when_the_other_comes() -> None:
    day = local("14:59").jobs(job("carga", "18"), job("envio", "15, 20", after=("carga",)))

    day.later(120)

    assert day.why("envio") == "Não roda sozinha agora: espera carga, que só roda às 18:00."


def test_a_chain_that_starts_with_hours_is_no_absence() -> None:
    day = local("06:00").jobs(
        job("base", "7"), job("carga", "", after=("base",)), job("envio", "8", after=("carga",))
    )

    assert next_text(day) == "Próxima execução: 08:00"


def test_no_hour_is_named_that_lies_within_a_halt_to_come() -> None:
    wall = at("08:00").replace(tzinfo=None)
    halts = (
        Halt(wall.replace(hour=11), wall.replace(hour=14), reason="SAP fora"),
        Halt(wall.replace(hour=17), wall.replace(day=11), job="doc"),
    )
    day = local("10:30")
    jobs = job("pix", "10, 11, 13, 15"), job("ted", "15"), job("doc", "18"), job("far", "sex 11")
    day.turn(msg.Discovered(make_discovery(*jobs, halts=halts)))
    assert next_text(day, "pix") == "Próxima execução: na fila (1ª)" or "pix" in day.state.active

    day.whole_run("pix")
    facts = day.facts("pix")
    assert next_text(day, "pix") == "Próxima execução: parada prevista até 14:00"
    assert (facts.next_run, facts.next_fire) == (None, None)
    said = " A das 11:00 não roda na hora: parada prevista até 14:00 (SAP fora)."
    assert day.why("pix") == "Em dia: 1 prevista até agora, 1 feita." + said
    assert [fire.reason for fire in facts.fires][1:] == ["parada prevista até 14:00 (SAP fora)"] * 2 + [""]
    assert next_text(day, "ted") == "Próxima execução: 15:00"
    assert next_text(day, "doc") == "Próxima execução: parada prevista até 11/03 08:00"
    assert next_text(day, "far") == "Próxima execução: sex 13/03 11:00"

    day.set_clock(at("14:00"))
    day.whole_run("pix")
    day.whole_run("pix")
    assert next_text(day, "pix") == "Próxima execução: 15:00"


def test_no_date_is_named_for_what_a_cell_or_a_halt_holds_back_until_after_it() -> None:
    wall = at("08:00").replace(tzinfo=None)
    halt = Halt(wall, wall.replace(hour=17), job="parada", reason="migração")
    day = local()
    unread = job("ilegivel", "16", unread="não entendi a célula recuperar")
    day.turn(msg.Discovered(replace(make_discovery(unread, job("parada", "16, 18")), halts=(halt,))))

    assert day.facts("ilegivel").next_fire is None
    assert day.facts("parada").next_fire is None
    day.set_clock(at("17:30"))
    assert day.facts("parada").next_fire == at("18:00")
