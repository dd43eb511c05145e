"""``status --json`` to the letter: every key, every type, and what must agree with what."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any

Check = Callable[[Any], bool]

STATES = ("RUNNING", "SUCCESS", "ERROR", "NO_DATA", "SCHEDULED", "IDLE")
PLACES = ("settings", "base_path", "registry", "script", "run", "history", "data")
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d\d:\d\d")
_NEXT = re.compile(
    r"Próxima execução: ((0\d|1\d|2[0-3]):[0-5]\d( \(nova tentativa\))?|agora|só amanhã|depois desta"
    r"|na fila \(\d+ª\)|após ler o BigQuery|suspensa|quando (o disco permitir|a pasta voltar|houver PC)"
    r"|(pausada|parada prevista|suspensa \(veja Problemas\))( até .+)?|depois de outra automação"
    r"|(seg|ter|qua|qui|sex|sáb|dom) \d\d/\d\d \d\d:\d\d)|Sem agendamento"
)  # the spelling of product 5.3


def _text(value: Any) -> bool:
    return isinstance(value, str)


def _said(value: Any) -> bool:
    return isinstance(value, str) and value.strip() == value != "" and "\n" not in value


def _flag(value: Any) -> bool:
    return isinstance(value, bool)


def _whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _count(value: Any) -> bool:
    return _whole(value) and value >= 0


def _seconds(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and value >= 0


def _moment(value: Any) -> bool:
    return isinstance(value, str) and bool(_MOMENT.fullmatch(value)) and _aware(value)


def _aware(text: str) -> bool:
    return datetime.fromisoformat(text).tzinfo is not None


def _day(value: Any) -> bool:
    return isinstance(value, str) and date.fromisoformat(value).isoformat() == value


def _state(value: Any) -> bool:
    return value in STATES


def _or_null(check: Check) -> Check:
    return lambda value: value is None or check(value)


def _texts(value: Any) -> bool:
    return isinstance(value, list) and all(_said(each) for each in value)


def _hours(value: Any) -> bool:
    return isinstance(value, list) and value == sorted(set(value)) and all(0 <= each <= 23 for each in value)


_TOP: dict[str, Check] = {
    "version": lambda value: bool(re.fullmatch(r"\d+\.\d+\.\d+\S*", value)),
    "pid": lambda value: _whole(value) and value > 1,
    "headless": _flag,
    "processing_date": _day,
    "now": _moment,
    "base_path": _said,
    "registry": _said,
    "paused": _flag,
    "aggregate": _state,
    "history": lambda value: isinstance(value, dict),
    "counts": lambda value: isinstance(value, dict),
    "max_concurrent": lambda value: _whole(value) and value > 0,
    "totals": lambda value: isinstance(value, dict),
    "problems": lambda value: isinstance(value, list),
    "areas": _texts,
    "cards": lambda value: isinstance(value, list),
    "pcs": lambda value: isinstance(value, list),
    "brain": _or_null(_said),
    "role": lambda value: value in {"alone", "brain", "pc"},
}
_PC: dict[str, Check] = {
    "name": _said,
    "brain": _flag,
    "present": _flag,
    "since": _or_null(_moment),
    "places": _count,
    "running": _count,
    "tags": _texts,
    "version": _or_null(_said),
    "offset_seconds": _or_null(lambda value: isinstance(value, int | float)),
    "lagging": _texts,
}
_HISTORY: dict[str, Check] = {
    "source": lambda value: value in {"bigquery", "local"},
    "verified": _flag,
    "last_sync": _or_null(_moment),
    "rows": _count,
    "error": _or_null(_said),
}
_COUNTS: dict[str, Check] = dict.fromkeys((*STATES, "queued"), _count)
_TOTALS: dict[str, Check] = {"started": _count, "finished": _count}
_PROBLEM: dict[str, Check] = {"where": lambda value: value in PLACES, "what": _said, "since": _moment}
_CARD: dict[str, Check] = {
    "id": _said,
    "name": _said,
    "area": _said,
    "path": lambda value: _said(value) and value.endswith(".py"),
    "schedule": lambda value: isinstance(value, dict),
    "state": _state,
    "queued": _flag,
    "pid": _or_null(lambda value: _whole(value) and value > 1),
    "target": _count,
    "actual": _count,
    "backlog": _whole,
    "last_run": _or_null(lambda value: isinstance(value, dict)),
    "next_run": _or_null(_moment),
    "next_run_text": lambda value: bool(_NEXT.fullmatch(value)),
    "pc": _or_null(_said),
    "silent_since": _or_null(_moment),
    "why": lambda value: _said(value) and value.endswith("."),
}
_SCHEDULE: dict[str, Check] = {
    "kind": lambda value: value in {"all", "hours", "manual", "rule"},
    "hours": _hours,
}
_LAST_RUN: dict[str, Check] = {
    "start": _or_null(_moment),
    "status": _or_null(_text),
    "duration_seconds": _or_null(_seconds),
    "source": lambda value: value in {"bigquery", "local"},
}


def wrongs(status: Mapping[str, Any]) -> list[str]:
    """Everything in which a status departs from the contract."""
    found = _wrong_fields("", status, _TOP)
    if found:
        return found
    found += _wrong_fields("history.", status["history"], _HISTORY)
    found += _wrong_fields("counts.", status["counts"], _COUNTS)
    found += _wrong_fields("totals.", status["totals"], _TOTALS)
    for problem in status["problems"]:
        found += _wrong_fields("problems[].", problem, _PROBLEM)
    for pc in status["pcs"]:
        found += _wrong_fields("pcs[].", pc, _PC)
    for card in status["cards"]:
        found += _wrong_card(card)
    return found or _disagreements(status)


def _wrong_fields(at: str, value: Mapping[str, Any], checks: Mapping[str, Check]) -> list[str]:
    found = [f"{at}{key} is missing" for key in checks if key not in value]
    for key, check in checks.items():
        try:
            right = key in value and check(value[key])
        except (TypeError, ValueError):
            right = False
        if key in value and not right:
            found.append(f"{at}{key} is {value[key]!r}")
    return found


def _wrong_card(card: Mapping[str, Any]) -> list[str]:
    at = f"cards[{card.get('id')}]."
    found = _wrong_fields(at, card, _CARD)
    if found:
        return found
    found = _wrong_fields(f"{at}schedule.", card["schedule"], _SCHEDULE)
    if card["last_run"] is not None:
        found += _wrong_fields(f"{at}last_run.", card["last_run"], _LAST_RUN)
    if found:
        return found
    kind, hours = card["schedule"]["kind"], card["schedule"]["hours"]
    rules = {
        "backlog is target minus actual, but for repeats": card["backlog"] >= card["target"] - card["actual"],
        "a pid only while running": (card["state"] == "RUNNING") or card["pid"] is None,
        "0 to 23 for all, listed hours, or none": hours == list(range(24))
        if kind == "all"
        else bool(hours) == (kind == "hours"),
        "Sem agendamento means manual": (card["next_run_text"] == "Sem agendamento") == (kind == "manual"),
        "agora means a backlog that can start": card["next_run_text"] != "Próxima execução: agora"
        or (card["backlog"] > 0 and kind != "manual" and card["state"] != "RUNNING"),
        "só amanhã means no hour left": card["next_run_text"] != "Próxima execução: só amanhã"
        or card["next_run"] is None,
        "an hour in the text is the next run's": not card["next_run_text"].endswith(":00")
        or (card["next_run"] or card["next_fire"])[11:16] == card["next_run_text"][-5:],
        "manual has no target": kind != "manual" or (card["target"] == 0 and card["next_run"] is None),
        "queued has a debt": not card["queued"] or card["backlog"] > 0,
    }
    return [f"{at} against the rule: {rule}" for rule, holds in rules.items() if not holds]


def _disagreements(status: Mapping[str, Any]) -> list[str]:
    cards, counts = status["cards"], status["counts"]
    states = Counter(card["state"] for card in cards)
    order = ("ERROR", "RUNNING", "NO_DATA", "SUCCESS")
    aggregate = next((state for state in order if states[state]), "IDLE")
    local = status["history"]["source"] == "local"
    rules = {
        "counts are the cards'": {state: counts[state] for state in STATES}
        == {state: states[state] for state in STATES},
        "queued are the cards'": counts["queued"] == sum(card["queued"] for card in cards),
        "the aggregate is the tray's": status["aggregate"] == aggregate,
        "areas are the cards', in their order": status["areas"]
        == list(dict.fromkeys(card["area"] for card in cards)),
        "local history is verified and never read": not local
        or (
            status["history"]["verified"]
            and status["history"]["last_sync"] is None
            and status["history"]["error"] is None
        ),
        "a team has one brain and alone there is none": [pc["name"] for pc in status["pcs"] if pc["brain"]]
        == ([status["brain"]] if status["role"] == "brain" else []),
        "ids are unique": len({card["id"] for card in cards}) == len(cards),
        "now is on the processing date": status["now"][:10] == status["processing_date"],
    }
    return [f"against the rule: {rule}" for rule, holds in rules.items() if not holds]
