"""Snapshots as the agent sends them to the page, made up: `python sample.py 300 > snapshot.json`."""

from __future__ import annotations

import json
import random
import sys
from datetime import date, timedelta
from typing import Any

DAY = "2026-03-10"
NOW = f"{DAY}T14:05:09-03:00"
AREAS = ["Cadastro", "Cargas operacionais", "Conciliação", "Mensageria", "Tarifas"]
VERBS = [
    "envia",
    "concilia",
    "carga",
    "relatorio",
    "baixa",
    "atualiza",
    "extrai",
    "reprocessa",
    "gera",
    "valida",
]
NOUNS = [
    "arquivo_pix",
    "boletos_d0",
    "mensageria_spb",
    "tarifas_diario",
    "extrato_str",
    "cadastro_participantes",
]
NOUNS += [
    "posicao_custodia",
    "devolucoes",
    "ordens_ted",
    "saldos_reserva",
    "cambio_d1",
    "cobranca_registrada",
]
STATES = ["SUCCESS"] * 11 + ["ERROR", "NO_DATA", "NO_DATA", "RUNNING", "SCHEDULED", "IDLE", "IDLE"]

Card = dict[str, Any]
Snapshot = dict[str, Any]


def at(hour: int, minute: int = 0, second: int = 0) -> str:
    """A moment of the sample's day, as the agent writes it."""
    return f"{DAY}T{hour:02}:{minute:02}:{second:02}-03:00"


def card(name: str, **changes: Any) -> Card:
    """A card that is well and idle; ``changes`` override what the test is about."""
    made: Card = {
        "id": name.casefold(),
        "name": name,
        "area": "Mensageria",
        "path": f"/automacoes/x/metodos/{name}.py",
        "schedule": {"kind": "manual", "hours": []},
        "state": "IDLE",
        "queued": False,
        "pid": None,
        "target": 0,
        "actual": 0,
        "backlog": 0,
        "last_run": None,
        "next_run": None,
        "next_run_text": "Sem agendamento",
        "why": "Manual: roda só quando alguém executa.",
        "ticket": None,
        "started": None,
        "trigger": None,
        "starting": False,
        "stopping_since": None,
        "stop_grace_seconds": 2,
        "usual_seconds": None,
        "overdue": False,
        "exit_code": None,
        "outcome": None,
        "has_log": False,
        "interpreter": None,
        "runs": [],
    }
    return made | changes


def run(
    start: str, end: str | None, state: str, trigger: str = "scheduled", name: str | None = None
) -> dict[str, Any]:
    return {
        "start": start,
        "end": end,
        "state": state,
        "trigger": trigger,
        "run": name or f"run-{start}",
        "exit_code": None if end is None else int(state == "ERROR"),
        "outcome": "ended" if end else None,
    }


def _last(start: str, status: str, seconds: float | None, source: str = "bigquery") -> dict[str, Any]:
    return {"start": start, "status": status, "duration_seconds": seconds, "source": source}


def known_cards() -> list[Card]:
    """One card of each kind that the design shows."""
    hours = {"kind": "hours", "hours": [8, 12, 18]}
    everything = {"kind": "all", "hours": list(range(24))}
    return [
        card(
            "envia_arquivo_pix",
            area="Mensageria",
            schedule=hours,
            state="RUNNING",
            target=2,
            actual=1,
            backlog=1,
            started=at(14, 2, 2),
            trigger="scheduled",
            usual_seconds=312.0,
            pid=4711,
            has_log=True,
            last_run=_last(at(8, 0, 1), "SUCCESS", 252.0),
            next_run=at(18),
            next_run_text="Próxima execução: 18:00",
            why="Em execução desde 14:02 (agendada, 2 de 3).",
            runs=[run(at(8, 0, 1), at(8, 4, 13), "SUCCESS"), run(at(14, 2, 2), None, "RUNNING")],
        ),
        card(
            "conciliacao_boletos_d0",
            area="Conciliação",
            schedule={"kind": "hours", "hours": [8, 9, 11, 13, 16, 18]},
            state="ERROR",
            target=4,
            actual=4,
            last_run=_last(at(13, 0, 4), "ERRO", 38.0, "local"),
            exit_code=3,
            outcome="ended",
            has_log=True,
            next_run=at(16),
            next_run_text="Próxima execução: 16:00",
            why="Em dia: 4 devidas até agora, 4 feitas. A última falhou: código de saída 3.",
            runs=[
                run(at(8, 0, 2), at(8, 1), "SUCCESS"),
                run(at(9), at(9, 0, 40), "SUCCESS"),
                run(at(11, 0, 3), at(11, 0, 40), "SUCCESS"),
                run(at(13, 0, 4), at(13, 0, 42), "ERROR"),
            ],
        ),
        card(
            "carga_mensageria_spb",
            area="Cargas operacionais",
            schedule=everything,
            state="SUCCESS",
            target=15,
            actual=15,
            last_run=_last(at(14, 0, 2), "SUCESSO", 62.0),
            next_run=at(15),
            has_log=True,
            next_run_text="Próxima execução: 15:00",
            why="Em dia: 15 devidas até agora, 15 feitas (BigQuery 14:05).",
            runs=[run(at(h, 0, 2), at(h, 1, 4), "SUCCESS") for h in range(15)],
        ),
        card(
            "relatorio_tarifas_diario_consolidado_operacoes",
            area="Tarifas",
            schedule={"kind": "hours", "hours": [8]},
            state="SUCCESS",
            target=1,
            actual=1,
            last_run=_last(at(8, 0, 3), "SUCCESS", 760.0),
            next_run_text="Próxima execução: só amanhã",
            why="Em dia: 1 devida, 1 feita (BigQuery 14:05).",
            runs=[run(at(8, 0, 3), at(8, 12, 43), "SUCCESS", "history")],
        ),
        card(
            "baixa_extrato_str",
            area="Tarifas",
            schedule={"kind": "hours", "hours": [8, 10, 16]},
            state="NO_DATA",
            target=2,
            actual=2,
            last_run=_last(at(10, 0, 2), "NO_DATA", 9.2),
            next_run=at(16),
            next_run_text="Próxima execução: 16:00",
            why="Em dia. A última execução não encontrou dados.",
            runs=[run(at(8, 0, 2), at(8, 0, 12), "SUCCESS"), run(at(10, 0, 2), at(10, 0, 11), "NO_DATA")],
        ),
        card(
            "atualiza_cadastro_participantes",
            area="Cadastro",
            schedule={"kind": "hours", "hours": [9, 14]},
            state="SCHEDULED",
            queued=True,
            ticket=12,
            target=2,
            backlog=2,
            next_run_text="Próxima execução: agora",
            why="Na fila.",
        ),
        card(
            "extrai_posicao_custodia",
            area="Conciliação",
            schedule={"kind": "hours", "hours": [11, 13, 17]},
            state="RUNNING",
            target=2,
            actual=1,
            backlog=1,
            started=at(13, 24),
            trigger="manual",
            usual_seconds=360.0,
            overdue=True,
            pid=4712,
            has_log=True,
            last_run=_last(at(11), "SUCCESS", 120.0),
            next_run=at(17),
            next_run_text="Próxima execução: 17:00",
            why="Muito além do normal: costuma levar 6 min, já está em 41.",
            runs=[run(at(11), at(11, 2), "SUCCESS"), run(at(13, 24), None, "RUNNING", "manual")],
        ),
        card("reprocessa_devolucoes", area="Cadastro"),
        card(
            "gera_lote_ted",
            area="Mensageria",
            schedule={"kind": "hours", "hours": [9, 13]},
            state="SUCCESS",
            queued=True,
            ticket=7,
            target=2,
            actual=1,
            backlog=1,
            last_run=_last(at(9, 0, 1), "SUCCESS", 41.0),
            next_run_text="Próxima execução: agora",
            why="Na fila.",
            runs=[run(at(9, 0, 1), at(9, 0, 42), "SUCCESS")],
        ),
        card(
            "valida_saldos_reserva",
            area="Mensageria",
            schedule=hours,
            state="RUNNING",
            target=2,
            actual=1,
            backlog=1,
            started=at(14, 4, 30),
            trigger="manual",
            stopping_since=at(14, 5, 8),
            pid=4713,
            last_run=_last(at(8, 0, 1), "SUCCESS", 4.2),
            next_run=at(18),
            next_run_text="Próxima execução: 18:00",
            why="Parando a pedido.",
            runs=[run(at(14, 4, 30), None, "RUNNING", "manual")],
        ),
    ]


def _random_card(index: int, rng: random.Random) -> Card:
    name = f"{rng.choice(VERBS)}_{rng.choice(NOUNS)}_{index:04}"
    state = rng.choice(STATES)
    hours = sorted(rng.sample(range(6, 23), rng.randint(2, 8)))
    due = [hour for hour in hours if hour <= 14]
    made = card(
        name,
        area=rng.choice(AREAS),
        state=state,
        schedule={"kind": "hours", "hours": hours},
        target=len(due),
        actual=len(due),
        next_run_text="Próxima execução: 16:00",
        why=f"Em dia: {len(due)} devidas até agora, {len(due)} feitas (BigQuery 14:05).",
    )
    if state in {"SCHEDULED", "IDLE"}:
        queued = state == "SCHEDULED"
        return made | {
            "queued": queued,
            "ticket": index if queued else None,
            "actual": 0,
            "backlog": len(due) * queued,
        }
    seconds = rng.randint(2, 1500)
    made["runs"] = [run(at(h, 0, 2), at(h, seconds // 60, seconds % 60), "SUCCESS") for h in due]
    start = at(due[-1] if due else 6, 0, 2)
    if state == "RUNNING":
        made["runs"].append(run(at(14, 1), None, "RUNNING"))
        return made | {"started": at(14, 1), "trigger": "scheduled", "usual_seconds": 600.0}
    if made["runs"]:
        made["runs"][-1]["state"] = state
    return made | {"last_run": _last(start, state, float(seconds))}


def snapshot(cards: list[Card], **changes: Any) -> Snapshot:
    """A full snapshot of these cards."""
    states = [each["state"] for each in cards]
    names = ["RUNNING", "SUCCESS", "ERROR", "NO_DATA", "SCHEDULED", "IDLE"]
    made: Snapshot = {
        "version": 17,
        "full": True,
        "agent": {"version": "1.0.0", "pid": 1, "instance": "a"},
        "now": NOW,
        "processing_date": DAY,
        "paused": False,
        "paused_since": None,
        "aggregate": next((s for s in ["ERROR", "RUNNING", "NO_DATA", "SUCCESS"] if s in states), "IDLE"),
        "heartbeat_seconds": 0.2,
        "history": {
            "source": "bigquery",
            "verified": True,
            "last_sync": at(14, 5),
            "rows": 96,
            "error": None,
            "next_read": at(14, 10),
            "unverified_since": None,
        },
        "counts": {s: states.count(s) for s in names} | {"queued": sum(each["queued"] for each in cards)},
        "max_concurrent": 5,
        "blocked": "",
        "running": states.count("RUNNING"),
        "problems": [],
        "areas": sorted({each["area"] for each in cards}),
        "order": [each["id"] for each in cards],
        "removed": [],
        "queue_size": sum(each["queued"] for each in cards),
        "places": {
            "base_path": "C:/Users/ana/C6 CTVM/graciliano/automacoes",
            "base_available": True,
            "registry": "C:/tray-agent/registro_automacoes.xlsx",
            "discovered": True,
        },
        "preferences": {},
        "cards": cards,
    }
    return made | changes


def delta(version: int, cards: list[Card], **changes: Any) -> Snapshot:
    """Only these cards changed since, and of the rest only what ``changes`` names."""
    made = snapshot(cards, version=version, full=False)
    for unchanged in (
        "problems",
        "order",
        "areas",
        "places",
        "preferences",
        "counts",
        "running",
        "aggregate",
    ):
        del made[unchanged]
    return made | changes


def problems() -> list[dict[str, Any]]:
    """One of each kind."""

    def one(
        where: str, what: str, action: str, cell: dict[str, Any] | None = None, job: str | None = None
    ) -> dict[str, Any]:
        return {"where": where, "what": what, "action": action, "since": at(13, 58), "cell": cell, "job": job}

    return [
        one(
            "history",
            "O BigQuery recusou a leitura: 403 Access Denied.",
            "Peça acesso de leitura à tabela automacoes_exec ou troque a credencial.",
        ),
        one("script", "Dois arquivos se chamam gera_lote.py.", "Renomeie um deles; até lá vale o primeiro."),
        one(
            "registry",
            "linha 7: hora 25 não existe.",
            "Use horas de 0 a 23.",
            {"row": 7, "column": "D", "value": "8, 25"},
        ),
        one(
            "registry",
            "linha 12: o número 8.12 pode ser 8 e 12.",
            "Formate a coluna como Texto.",
            {"row": 12, "column": "D", "value": "8.12"},
            "reprocessa_devolucoes",
        ),
        one(
            "registry",
            "linha 31: nenhum arquivo se chama fecha_caixa.",
            "Corrija o nome ou copie o script para uma pasta metodos.",
            {"row": 31, "column": "A", "value": "fecha_caixa"},
        ),
    ]


def _fires(made: Card, minute: int = 845) -> list[dict[str, Any]]:
    """The fire times of a card with hours, as the agent tells them: its runs paid them in their order."""
    hours = made["schedule"]["hours"] if made["schedule"]["kind"] == "hours" else list(range(24))
    words = {"SUCCESS": "done", "ERROR": "failed", "NO_DATA": "no_data", "RUNNING": "running"}
    found = []
    for index, hour in enumerate(hours):
        paid = made["runs"][index] if index < len(made["runs"]) else None
        state = words[paid["state"]] if paid else "owed" if hour * 60 <= minute else "coming"
        found.append({"time": f"{hour:02}:00", "state": state, "run": paid and paid["run"], "reason": None})
    return found


REASONS = [
    "ValueError: conciliação não fechou: 1 boleto sem baixa",
    "PermissionError: [Errno 13] Permission denied: '//rede/entrada/retorno_20260310.txt'",
    "KeyError: 'segmento P'",
    "saiu com código 3",
]


def known_days(cards: list[Card], seed: int = 3) -> dict[str, list[dict[str, Any]]]:
    """A fortnight of each job: mostly well, empty at the weekend."""
    rng = random.Random(seed)
    found: dict[str, list[dict[str, Any]]] = {}
    for made in cards:
        days = []
        for back in range(13, -1, -1):
            day = (date.fromisoformat(DAY) - timedelta(days=back)).isoformat()
            rest = date.fromisoformat(day).weekday() >= 5
            runs = 0 if rest or made["schedule"]["kind"] == "manual" else rng.randint(1, 9)
            failed = rng.random() < (0.9 if made["state"] == "ERROR" and back < 2 else 0.07)
            state = (
                None if not runs else "ERROR" if failed else "NO_DATA" if rng.random() < 0.06 else "SUCCESS"
            )
            days.append({"day": day, "state": state, "runs": runs, "failed": int(bool(runs) and failed)})
        found[made["id"]] = days
    return found


def known_rates(days: dict[str, list[dict[str, Any]]]) -> dict[str, float]:
    """Of thirty days; of a job without a run there is none."""
    sums = {
        job: (sum(day["runs"] for day in told), sum(day["failed"] for day in told))
        for job, told in days.items()
    }
    return {job: (2 * runs - failed) / (2 * runs) for job, (runs, failed) in sums.items() if runs}


def rich(count: int = 38, seed: int = 7) -> Snapshot:
    """The sample with everything that the agent tells beyond the first contract."""
    made = sample(count, seed)
    failed = 0
    for each in made["cards"]:
        kind = each["schedule"]["kind"]
        if kind != "manual":
            each["fires"] = _fires(each)
        each |= {
            "covered": [],
            "paused": None,
            "late": None,
            "retry_at": None,
            "acknowledged": False,
            "note": "",
        }
        each |= {"estimate": None, "repeatable": False, "leftovers": [], "reason": None}
        coming = [fire["time"] for fire in each.get("fires", []) if fire["state"] == "coming"]
        each["next_fire"] = f"{DAY}T{coming[0]}:00-03:00" if coming else None
        if each["state"] == "ERROR":
            each |= {"reason": REASONS[failed % len(REASONS)], "repeatable": True}
            failed += 1
    cards = {each["id"]: each for each in made["cards"]}
    special(cards)
    made["days"] = known_days(made["cards"])
    made["rates"] = known_rates(made["days"])
    made["late"] = sum(each["late"] is not None for each in made["cards"])
    return made


def special(cards: dict[str, Card]) -> None:
    """One card for each new thing that a card can say."""
    late = {"since": at(13), "text": "Em atraso desde 13:00: espera uma das 5 vagas há 1 h 05 min."}
    changes: dict[str, Card] = {
        "gera_lote_ted": {"late": late, "estimate": at(14, 9)},
        "atualiza_cadastro_participantes": {"estimate": at(14, 12)},
        "relatorio_tarifas_diario_consolidado_operacoes": {
            "paused": {"until": "2026-03-11T08:00:00-03:00", "reason": "arquivo da B3 não sai hoje"}
        },
        "baixa_extrato_str": {
            "schedule": {
                "kind": "rule",
                "hours": [],
                "text": "dias úteis às 8:30, 10h e 16h",
                "times": ["08:30", "10:00", "16:00"],
            },
            "fires": [
                {"time": "08:30", "state": "done", "run": None, "reason": None},
                {"time": "10:00", "state": "no_data", "run": None, "reason": None},
                {"time": "12:00", "state": "skipped", "run": None, "reason": "prazo de 30 min passou"},
                {"time": "14:00", "state": "covered", "run": None, "reason": None},
                {"time": "16:00", "state": "coming", "run": None, "reason": None},
            ],
            "covered": ["14:00"],
            "leftovers": [4711, 4712],
        },
    }
    for job, change in changes.items():
        if job in cards:
            cards[job] |= change


def pc(name: str, **changes: Any) -> dict[str, Any]:
    """A PC of the team that is well."""
    made: dict[str, Any] = {
        "name": name,
        "brain": False,
        "present": True,
        "since": at(8, 2),
        "places": 5,
        "running": 0,
        "tags": [],
        "version": "1.2.0",
        "offset_seconds": 0.3,
        "lagging": [],
    }
    return made | changes


def team(count: int = 38, role: str = "brain") -> Snapshot:
    """The rich sample of a team: one PC decides, one is well, one is not heard."""
    made = rich(count)
    made |= {
        "role": role,
        "brain": "PC-ANA",
        "pcs": [
            pc("PC-ANA", brain=True, running=2),
            pc("PC-MARIA", running=1, tags=["sap", "excel"], offset_seconds=42.0, version="1.1.9"),
            pc(
                "PC-JOÃO-CONCILIACAO",
                running=1,
                present=False,
                since=at(14, 2),
                lagging=["envia_arquivo_pix"],
            ),
            pc("PC-NOVO", since=at(13, 40), places=2),
        ],
    }
    cards = {each["id"]: each for each in made["cards"]}
    for job, changes in {
        "envia_arquivo_pix": {"pc": "PC-MARIA"},
        "extrai_posicao_custodia": {"pc": "PC-JOÃO-CONCILIACAO", "silent_since": at(14, 2), "overdue": False},
        "carga_mensageria_spb": {"pc": "PC-MARIA"},
    }.items():
        if job in cards:
            cards[job] |= changes
    return made


def sample(count: int = 38, seed: int = 7) -> Snapshot:
    """The known cards first, then made-up ones up to ``count``."""
    rng = random.Random(seed)
    cards = known_cards()[:count]
    cards += [_random_card(index, rng) for index in range(len(cards), count)]
    return snapshot(cards, problems=problems())


if __name__ == "__main__":
    json.dump(sample(int(sys.argv[1]) if len(sys.argv) > 1 else 38), sys.stdout, ensure_ascii=False)
