from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.builders import Day, at, make_discovery, make_job, make_open_run, make_read
from tray_agent.core import messages as msg
from tray_agent.core.model import Job, Outcome, Retry, Trigger
from tray_agent.core.picture.next_run import next_run_text, surroundings
from tray_agent.core.picture.texts import duration, last_run_text, listed, why
from tray_agent.core.schedules.grammar import parse
from tray_agent.core.shown import HistoryState, JobFacts, LastRun, Snapshot
from tray_agent.core.standing import Held, HoldKind

NOW = at("14:05")


def facts(job: Job | None = None, **changes: Any) -> JobFacts:
    """A job with nothing special about it: due twice and run twice."""
    job = job or make_job("pix", 8, 12, 18)
    values: dict[str, Any] = {
        "version": 1,
        "state": "SUCCESS",
        "target": job.schedule.due(NOW),
        "actual": job.schedule.due(NOW),
        "next_run": job.schedule.next_after(NOW),
    }
    values |= changes
    values.setdefault("owed", max(0, values["target"] - values["actual"]))
    return JobFacts(job=job, **values)


def snapshot(**changes: Any) -> Snapshot:
    """An agent with nothing special about it, BigQuery read at 14:00."""
    values: dict[str, Any] = {
        "version": 1,
        "at": NOW,
        "day": NOW.date(),
        "paused": False,
        "history": HistoryState("bigquery", verified=True, last_sync=at("14:00")),
        "facts": {},
        "order": (),
        "queue": (),
        "running": 0,
        "max_concurrent": 5,
        "problems": (),
        "started": 0,
        "finished": 0,
        "base_path": "/base",
        "base_available": True,
        "registry": "",
        "discovered": True,
    }
    return Snapshot(**(values | changes))


def sentence(of: JobFacts, now: datetime = NOW, **changes: Any) -> str:
    return why(of, surroundings(snapshot(**changes), 2.0), now)


def last(status: str | None, **changes: Any) -> LastRun:
    return replace(LastRun(at("12:00:01"), status, 4.2, "local", Outcome.ENDED, 0), **changes)


RUNNING = make_open_run(started=at("14:01:30"))
MANUAL = make_job("pix")
OWED = facts(actual=1)

SENTENCES: list[tuple[str, JobFacts, dict[str, Any]]] = [
    ("Em dia: 2 previstas até agora, 2 feitas (BigQuery 14:00).", facts(), {}),
    ("Em dia: 2 previstas até agora, 2 feitas.", facts(), {"history": HistoryState("local", verified=True)}),
    ("Em dia: 1 prevista até agora, 1 feita (BigQuery 14:00).", facts(make_job("pix", 8)), {}),
    ("Em dia: 2 previstas até agora, 5 feitas (BigQuery 14:00).", facts(actual=5), {}),
    ("Nada previsto até agora; a primeira é às 18:00.", facts(make_job("pix", 18)), {}),
    ("Manual: roda só quando alguém executa.", facts(MANUAL), {}),
    ("Roda aqui por ordem do cérebro, PC-ANA.", facts(MANUAL), {"role": "pc", "brain": "PC-ANA"}),
    ("Na fila, posição 3 de 4; 5 de 5 em execução.", OWED, {"queue": ("a", "b", "pix", "c"), "running": 5}),
    ("Aguardando a vez: 2 previstas até agora, 1 feita.", OWED, {}),
    (
        "Suspensa: agendamentos suspensos por uma pessoa; 2 previstas até agora, 1 feita.",
        OWED,
        {"blocked": "paused", "queue": ("pix",)},
    ),
    (
        "Aguardando: não é possível gravar o diário; 2 previstas até agora, 0 feitas.",
        facts(actual=0),
        {"blocked": "data"},
    ),
    (
        "Aguardando: o agente está sendo encerrado; 2 previstas até agora, 1 feita.",
        OWED,
        {"blocked": "quitting"},
    ),
    ("Aguardando: BigQuery ainda não foi lido hoje.", OWED, {"history": HistoryState("bigquery")}),
    ("Aguardando: BigQuery ainda não foi lido hoje.", facts(), {"history": HistoryState("bigquery")}),
    (
        "Aguardando: BigQuery ainda não foi lido hoje; a leitura falhou e será repetida.",
        OWED,
        {"history": HistoryState("bigquery", error="403")},
    ),
    ("Manual: roda só quando alguém executa.", facts(MANUAL), {"history": HistoryState("bigquery")}),
    ("Aguardando: a pasta das automações não está acessível.", OWED, {"base_available": False}),
    (
        "Não iniciou: arquivo não encontrado; nova tentativa às 14:06.",
        replace(OWED, retry=Retry(at("14:06"), "arquivo não encontrado.", 1)),
        {},
    ),
    (
        "Não iniciou: arquivo não encontrado.",
        facts(MANUAL, retry=Retry(at("14:06"), "arquivo não encontrado.", 1)),
        {},
    ),
    (
        "Na fila, posição 1 de 1; 5 de 5 em execução.",
        replace(OWED, retry=Retry(at("14:04"), "arquivo não encontrado.", 1)),
        {"queue": ("pix",), "running": 5},
    ),
    ("Em execução desde 14:01 (agendada, 2 de 2 até agora).", replace(OWED, active=RUNNING), {}),
    ("Em execução desde 14:01 (agendada).", facts(active=RUNNING), {}),
    ("Em execução desde 14:01 (manual).", facts(active=replace(RUNNING, trigger=Trigger.MANUAL)), {}),
    ("Iniciando desde 14:01:30.", facts(active=RUNNING, holding=True), {}),
    (
        "Parando desde 14:04:58: até 2 s para terminar sozinha.",
        facts(active=RUNNING, stopping_since=at("14:04:58")),
        {},
    ),
    (
        "Muito além do normal: costuma levar 30 s, roda desde 14:01.",
        facts(active=RUNNING, usual_seconds=30.0, overdue=True),
        {"base_available": False},
    ),
    (
        "Em execução desde 14:01 (agendada, 2 de 2 até agora). Saiu do registro; roda até terminar.",
        replace(OWED, active=RUNNING, removed=True),
        {},
    ),
    (
        "Em dia: 2 previstas até agora, 2 feitas (BigQuery 14:00). A última foi parada por uma pessoa.",
        facts(last_run=last("ERROR", outcome=Outcome.STOPPED, exit_code=-15)),
        {},
    ),
    (
        "Manual: roda só quando alguém executa. A última passou do tempo limite e foi parada.",
        facts(MANUAL, last_run=last("ERROR", outcome=Outcome.TIMED_OUT)),
        {},
    ),
    (
        "Nada previsto até agora; a primeira é às 18:00. A última falhou (código 2).",
        facts(make_job("pix", 18), last_run=last("ERROR", exit_code=2)),
        {},
    ),
    (
        "Em dia: 2 previstas até agora, 2 feitas (BigQuery 14:00). A última falhou.",
        facts(last_run=last("Erro", outcome=None, exit_code=None)),
        {},
    ),
    (
        "Manual: roda só quando alguém executa. A última terminou sem o agente ver o resultado.",
        facts(MANUAL, last_run=last("SEM_RESULTADO", outcome=Outcome.UNKNOWN)),
        {},
    ),
    (
        "Em dia: 2 previstas até agora, 2 feitas (BigQuery 14:00). A última não encontrou dados.",
        facts(last_run=last("NO_DATA")),
        {},
    ),
    ("Em dia: 2 previstas até agora, 2 feitas (BigQuery 14:00).", facts(last_run=last("SUCCESS")), {}),
    (
        "Em dia: 2 previstas até agora, 2 feitas (BigQuery 14:00). "
        "A última falhou, diz o histórico (código 0).",
        facts(last_run=last("FALHA no envio, 3 de 5 com SUCESSO")),
        {},
    ),
    (
        "Em dia: 2 previstas até agora, 2 feitas (BigQuery 14:00). "
        "O histórico ainda não diz como terminou a última.",
        facts(last_run=last(None)),
        {},
    ),
    (
        "Em dia: 2 previstas até agora, 2 feitas (BigQuery 14:00). "
        "O histórico ainda não diz como terminou a última.",
        facts(last_run=last("INICIADO")),
        {},
    ),
    (
        "Em dia: 2 previstas até agora, 2 feitas (BigQuery 14:00). "
        "O status “PROCESSADO” não diz se a última deu certo.",
        facts(last_run=last("PROCESSADO")),
        {},
    ),
]


@pytest.mark.parametrize(("text", "of", "around"), SENTENCES)
def test_a_card_says_what_the_scheduler_thinks(text: str, of: JobFacts, around: dict[str, Any]) -> None:
    assert sentence(of, **around) == text


def test_for_the_page_the_sentence_does_not_name_the_last_read() -> None:
    around = surroundings(snapshot(), 2.0, says_sync=False)

    assert why(facts(), around, NOW) == "Em dia: 2 previstas até agora, 2 feitas."


def test_the_sentence_goes_with_what_happens() -> None:
    day = Day("07:59", verified=False, max_concurrent=1).jobs(make_job("a", 8), make_job("pix", 8))
    said = [day.why()]
    for happens in (
        make_read(day.now),
        None,
        msg.Pause(),
        msg.Resume(),
        msg.Discovered(make_discovery(make_job("a", 8), make_job("pix", 8), base_available=False)),
        msg.Discovered(make_discovery(make_job("a", 8), make_job("pix", 8))),
    ):
        if happens is None:
            day.later(60)
        else:
            day.turn(happens)
        said.append(day.why())
    day.whole_run("a")
    said.append(day.why())
    day.begin()
    said.append(day.why())
    day.exit()
    said.append(day.why())

    assert said == [
        "Aguardando: BigQuery ainda não foi lido hoje.",
        "Nada previsto até agora; a primeira é às 08:00.",
        "Na fila, posição 1 de 1; 1 de 1 em execução.",
        "Suspensa: agendamentos suspensos por uma pessoa; 1 prevista até agora, 0 feitas.",
        "Na fila, posição 1 de 1; 1 de 1 em execução.",
        "Aguardando: a pasta das automações não está acessível.",
        "Na fila, posição 1 de 1; 1 de 1 em execução.",
        "Iniciando desde 08:00:04.",
        "Em execução desde 08:00 (agendada, 1 de 1 até agora).",
        "Em dia: 1 prevista até agora, 1 feita (BigQuery 07:59).",
    ]


@pytest.mark.parametrize(
    ("of", "text"),
    [
        (facts(), "Próxima execução: 18:00"),
        (OWED, "Próxima execução: agora"),
        (facts(make_job("pix", 8)), "Próxima execução: só amanhã"),
        (facts(make_job("pix", 8), actual=0), "Próxima execução: agora"),
        (facts(MANUAL), "Sem agendamento"),
        (facts(MANUAL, actual=3), "Sem agendamento"),
    ],
)
def test_the_next_run_is_said_in_the_specified_words(of: JobFacts, text: str) -> None:
    assert next_run_text(of, surroundings(snapshot(), 2.0)) == text


@pytest.mark.parametrize(
    ("of", "around", "text"),
    [
        (OWED, {"queue": ("a", "pix"), "running": 3}, "agora"),
        (OWED, {"queue": ("a", "b", "pix"), "running": 3}, "na fila (3ª)"),
        (OWED, {"blocked": "paused", "queue": ("pix",)}, "suspensa"),
        (OWED, {"history": HistoryState("bigquery")}, "após ler o BigQuery"),
        (OWED, {"blocked": "data"}, "quando o disco permitir"),
        (replace(OWED, active=RUNNING), {}, "depois desta"),
        (replace(OWED, held=Held(HoldKind.PAUSED, "", at("15:00"))), {}, "pausada até 15:00"),
        (replace(OWED, held=Held(HoldKind.WAITS, "")), {}, "depois de outra automação"),
        (replace(OWED, retry=Retry(at("14:06"), "?", 1)), {}, "14:06 (nova tentativa)"),
    ],
)
def test_a_run_that_cannot_begin_now_is_not_said_to_be_next(
    of: JobFacts, around: dict[str, Any], text: str
) -> None:
    found = next_run_text(of, surroundings(snapshot(**around), 2.0))

    assert found == f"Próxima execução: {text}"


@pytest.mark.parametrize(
    ("run", "text"),
    [
        (None, "Sem execução hoje"),
        (last("SUCCESS"), "Última execução: 12:00:01 · 4,2 s · SUCCESS"),
        (last(None, duration_seconds=None), "Última execução: 12:00:01"),
        (last("ERRO", start=None, duration_seconds=65), "Última execução: sem horário · 1 min 05 s · ERRO"),
    ],
)
def test_the_last_run_is_said_with_what_is_known(run: LastRun | None, text: str) -> None:
    assert last_run_text(run) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (-3, "0,0 s"),
        (0, "0,0 s"),
        (4.2, "4,2 s"),
        (9.94, "9,9 s"),
        (9.96, "10 s"),
        (38.4, "38 s"),
        (59.6, "1 min 00 s"),
        (62, "1 min 02 s"),
        (3599.7, "1 h 00 min"),
        (3900, "1 h 05 min"),
        (90_000, "25 h 00 min"),
    ],
)
def test_durations_read_as_people_say_them(seconds: float, text: str) -> None:
    assert duration(seconds) == text


def test_a_retry_that_has_come_promises_nothing_any_more() -> None:
    retry = Retry(NOW, "arquivo não encontrado.", 3)

    assert "nova tentativa" in sentence(replace(OWED, retry=retry), now=NOW - timedelta(seconds=1))
    assert sentence(replace(OWED, retry=retry)) == "Aguardando a vez: 2 previstas até agora, 1 feita."


@pytest.mark.parametrize(
    ("cell", "said"),
    [
        ("dias úteis 9", "Hoje não roda: não é dia útil (Carnaval); a próxima é qua 18/02 09:00."),
        (
            "seg-sex 9 exceto feriados",
            "Hoje não roda: não é dia útil (Carnaval); a próxima é qua 18/02 09:00.",
        ),
        ("5º dia útil 8h", "Hoje não roda; a próxima é sex 06/03 08:00."),
        ("24/12/2020 8", "Hoje não roda; não há próxima data."),
        ("8", "Em dia: 1 prevista até agora, 1 feita"),
    ],
)
def test_a_day_without_fire_times_says_why_and_when_the_next_one_comes(cell: str, said: str) -> None:
    carnival = datetime(2026, 2, 17, 14, 5, tzinfo=NOW.tzinfo)
    schedule = parse(cell).schedule
    next_fire = schedule.next_fire(carnival.replace(hour=23, minute=59))
    due = schedule.due(carnival)
    of = facts(make_job(schedule=schedule), target=due, actual=due, next_fire=next_fire)

    assert sentence(of, carnival).startswith(said)


@pytest.mark.parametrize(
    ("names", "text"),
    [("a", "a"), ("ba", "a e b"), ("cBa", "a, B e c"), ("edcba", "a, b, c e mais 2")],
)
def test_names_are_listed_in_their_order_the_first_few_of_many(names: str, text: str) -> None:
    assert listed(names, 3) == text
