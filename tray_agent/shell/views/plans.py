"""A day's plan shaped for readers: ``plan --json`` to the contract's letter, and the table. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sized
from datetime import date, datetime
from typing import Any

from tray_agent.core.picture.plan_of_day import Plan, PlannedFire
from tray_agent.core.schedules.vocabulary import WEEKDAY_NAMES
from tray_agent.core.shown import JobFacts, Snapshot
from tray_agent.shell.views.team import pc_of_fire

Json = dict[str, Any]
MOST_LISTED = 20_000
_STATES = {
    "owed": "em atraso",
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
                "pc": pc_of_fire(snapshot, fire.job, fire.at),
                "retry": _retry(fire),
            }
            for fire in each.fires[:MOST_LISTED]
        ],
        "skipped": [
            {"job": one.job, "time": f"{one.at:%H:%M}" if one.at else "", "reason": one.reason}
            for one in each.skipped[:MOST_LISTED]
        ],
        "left_out": {"fires": _beyond(each.fires), "skipped": _beyond(each.skipped)},
        "queue": [
            {"job": job, "estimate": _stamp(at) if at else None, "asked": _is_asked(snapshot.facts[job])}
            for job, at in each.queue
        ],
        "notes": list(each.notes),
        "problems": [
            *([] if snapshot.history.verified else [_problem("history", _UNREAD)]),
            *(_problem(one.where.value, one.what, one.action, one.job) for one in snapshot.problems),
        ],
        "load": [
            {"hour": hour.hour, "jobs": hour.jobs, "minutes": round(hour.seconds / 60, 1)}
            for hour in each.load
        ],
    }


def _beyond(listed: Sized) -> int:
    """How many are not listed: the page and a script take no more."""
    return max(0, len(listed) - MOST_LISTED)


def _is_asked(facts: JobFacts) -> bool:
    """Whether a job waits in the queue because a person wants it, and for no fire time of its own."""
    return facts.owed <= 0 and facts.attempt is None


def _retry(fire: PlannedFire) -> Json | None:
    if fire.retry is None or fire.retry_at is None:
        return None
    return {"attempt": fire.retry.number, "of": fire.retry.most, "at": _stamp(fire.retry_at)}


def _stamp(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds")


def _problem(where: str, what: str, action: str = "", job: str | None = None) -> Json:
    return {"where": where, "what": what, "action": action, "job": job}


def plan_lines(view: Json, names: dict[str, str], now: datetime) -> Iterator[str]:
    """The plan for people: what lies ahead hour by hour, what will not run, what is wrong."""
    day = date.fromisoformat(view["day"])
    yield f"Plano de {WEEKDAY_NAMES[day.weekday()]}, {day:%d/%m/%Y}"
    ahead = [fire for fire in view["fires"] if fire["state"] in _AHEAD or fire["retry"]]
    behind = len(view["fires"]) - len(ahead)
    if behind:
        yield f"Horários que já passaram ou já estão cobertos: {behind}."
    if not ahead:
        yield "Nada mais a executar." if day == now.date() else "Nada a executar."
    for fire in ahead:
        yield f"  {_when(fire, day)}  {names.get(fire['job'], fire['job'])}{_state(fire)}"
    yield from _more(view["left_out"]["fires"])
    for each in view["queue"]:
        if each.get("asked") and day == now.date():
            yield f"  –      {names.get(each['job'], each['job'])}  pedida por uma pessoa{_begins(each)}"
    yield from (f"  ({note})" for note in view["notes"])
    if view["skipped"]:
        yield from ("", "Não rodam")
        for one in view["skipped"]:
            yield f"  {one['time'] or '–':5}  {names.get(one['job'], one['job'])}: {one['reason']}"
        yield from _more(view["left_out"]["skipped"])
    if view["problems"]:
        yield from ("", "Problemas")
        yield from (f"  {each['what']}" for each in view["problems"])


def _more(count: int) -> Iterator[str]:
    if count:
        yield f"  … e mais {count} horários, que não cabem aqui: peça menos com --next"


def _begins(each: Json) -> str:
    at = each["estimate"]
    return f"  (começa por volta de {at[11:16]})" if at else "  (sem previsão de início)"


def _when(fire: Json, day: date) -> str:
    at = datetime.fromisoformat(fire["at"])
    return fire["time"] if at.date() == day else f"{at:%d/%m} {fire['time']}"


def _state(fire: Json) -> str:
    said = "" if fire["state"] == "coming" else f"  {_STATES[fire['state']]}"
    retry = fire["retry"]
    if retry:
        return f"{said}; nova tentativa {retry['attempt']} de {retry['of']} às {retry['at'][11:16]}"
    if fire["state"] == "running" or (fire["estimate"] and fire["estimate"][11:16] == fire["time"]):
        return said
    return said + _begins(fire)
