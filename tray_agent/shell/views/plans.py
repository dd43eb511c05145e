"""A day's plan shaped for readers: ``plan --json`` to the contract's letter, and the table. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

from tray_agent.core.picture.plan_of_day import Plan
from tray_agent.core.schedules.vocabulary import WEEKDAY_NAMES
from tray_agent.core.shown import Snapshot

Json = dict[str, Any]
MOST_FIRES = 20_000
_STATES = {
    "owed": "devida",
    "coming": "prevista",
    "running": "em execução",
    "done": "feita",
    "failed": "falhou",
    "no_data": "sem dados",
    "covered": "já coberta",
}
_AHEAD = ("owed", "coming", "running")
_UNREAD = "o histórico (BigQuery) ainda não foi lido hoje: nada é iniciado até a primeira leitura"


def plan(each: Plan, snapshot: Snapshot) -> Json:
    """``plan --json``."""
    return {
        "day": each.day.isoformat(),
        "fires": [
            {
                "job": fire.job,
                "time": f"{fire.at:%H:%M}",
                "at": _stamp(fire.at),
                "state": fire.state.value,
                "estimate": _stamp(fire.estimate) if fire.estimate else None,
            }
            for fire in each.fires[:MOST_FIRES]
        ],
        "skipped": [
            {"job": one.job, "time": f"{one.at:%H:%M}" if one.at else "", "reason": one.reason}
            for one in each.skipped
        ],
        "problems": [
            *([] if snapshot.history.verified else [_problem("history", _UNREAD)]),
            *(_problem(one.where.value, one.what, one.action, one.job) for one in snapshot.problems),
        ],
        "load": [
            {"hour": hour.hour, "jobs": hour.jobs, "minutes": round(hour.seconds / 60, 1)}
            for hour in each.load
        ],
    }


def _stamp(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds")


def _problem(where: str, what: str, action: str = "", job: str | None = None) -> Json:
    return {"where": where, "what": what, "action": action, "job": job}


def plan_lines(view: Json, names: dict[str, str], now: datetime) -> Iterator[str]:
    """The plan for people: what lies ahead hour by hour, what will not run, what is wrong."""
    day = date.fromisoformat(view["day"])
    yield f"Plano de {WEEKDAY_NAMES[day.weekday()]}, {day:%d/%m/%Y}"
    ahead = [fire for fire in view["fires"] if fire["state"] in _AHEAD]
    behind = len(view["fires"]) - len(ahead)
    if behind:
        yield f"Horários que já passaram ou já estão cobertos: {behind}."
    if not ahead:
        yield "Nada mais a executar." if day == now.date() else "Nada a executar."
    for fire in ahead:
        yield f"  {_when(fire, day)}  {names.get(fire['job'], fire['job'])}{_state(fire)}"
    if view["skipped"]:
        yield ""
        yield "Não rodam"
        for one in view["skipped"]:
            yield f"  {one['time'] or '–':5}  {names.get(one['job'], one['job'])}: {one['reason']}"
    if view["problems"]:
        yield ""
        yield "Problemas"
        yield from (f"  {each['what']}" for each in view["problems"])


def _when(fire: Json, day: date) -> str:
    at = datetime.fromisoformat(fire["at"])
    return fire["time"] if at.date() == day else f"{at:%d/%m} {fire['time']}"


def _state(fire: Json) -> str:
    estimate = fire["estimate"]
    said = "" if fire["state"] == "coming" else f"  {_STATES[fire['state']]}"
    if estimate and estimate[11:16] != fire["time"]:
        return f"{said}  (começa por volta de {estimate[11:16]})"
    return said if estimate or fire["state"] == "running" else f"{said}  (sem previsão de início)"
