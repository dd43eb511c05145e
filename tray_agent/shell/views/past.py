"""Past days shaped for readers: ``history --json`` to the contract's letter, the page's past days. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from datetime import date, timedelta
from typing import Any

from tray_agent.core.history.status import run_status
from tray_agent.core.model import Asked, Run
from tray_agent.core.picture.past import Figures, PastDay
from tray_agent.core.picture.texts import duration
from tray_agent.shell.views.snapshots import stamp

Json = dict[str, Any]
MOST_RUNS = 2000
LAST_LINES = 30
_compact = json.JSONEncoder(allow_nan=False, separators=(",", ":")).encode
_STATUS_WORDS = {
    "RUNNING": "em execução",
    "SUCCESS": "sucesso",
    "ERROR": "erro",
    "NO_DATA": "sem dados",
    "SEM_RESULTADO": "sem resultado conhecido",
    "PARADA": "parada por uma pessoa",
}


def days_back(newest: date, count: int) -> Iterator[date]:
    """So many days, the newest first."""
    return (newest - timedelta(days=back) for back in range(count))


def past_run(run: Run, no_data_exit_code: int) -> Json:
    """A run with exactly the contract's keys."""
    return {
        "job": run.job,
        "start": stamp(run.started),
        "end": stamp(run.ended),
        "status": status_text(run, no_data_exit_code),
        "outcome": run.outcome.value if run.outcome else None,
        "exit_code": run.exit_code,
        "reason": run.reason or None,
        "trigger": run.trigger.value,
        "pc": run.pc or None,
        "by": run.by or None,
    }


def status_text(run: Run, no_data_exit_code: int) -> str:
    """What a run of ours came to, as ``status --json`` names it."""
    return "RUNNING" if run.outcome is None else run_status(run, no_data_exit_code)


def page_run(run: Run, no_data_exit_code: int, *, has_log: bool) -> Json:
    """A run for the page: the contract's keys and what a table of runs shows beside them."""
    return {
        **past_run(run, no_data_exit_code),
        "run": run.id,
        "duration_seconds": None if run.duration_seconds is None else round(run.duration_seconds, 3),
        "attempt": run.attempt,
        "arguments": list(run.arguments),
        "log": has_log,
    }


def encoded_days(jobs: dict[str, list[PastDay]], rates: dict[str, float]) -> bytes:
    """The answer to ``days``, one job after the other: all at once would hold up every other thread.

    ``rates`` are the success rates of thirty days, however few days are told one by one.
    """
    pieces = (f"{_compact(job)}:[{','.join(map(_encoded_day, days))}]" for job, days in jobs.items())
    rated = {job: round(rate, 6) for job, rate in rates.items()}
    return f'{{"jobs":{{{",".join(pieces)}}},"rates":{_compact(rated)}}}'.encode("ascii")


def _encoded_day(told: PastDay) -> str:
    """Written out: an encoder takes three times as long, and there are thousands."""
    day, state, runs, failed = told
    word = f'"{state.value}"' if state else "null"
    return f'{{"day":"{day.isoformat()}","state":{word},"runs":{runs},"failed":{failed}}}'


def encoded_history(days: Iterable[Json], stats: Figures, asked: Iterable[Asked], *, more: bool) -> bytes:
    """The answer to ``history``, a day at a time."""
    rest = {
        "stats": asdict(stats),
        "asked": [asked_json(each) for each in asked],
        "more": more,
    }
    return f'{{"days":[{",".join(map(_compact, days))}],{_compact(rest)[1:]}'.encode("ascii")


def asked_json(asked: Asked) -> Json:
    """A command that somebody gave."""
    return {
        "at": stamp(asked.at),
        "by": asked.by or None,
        "what": asked.what,
        "accepted": asked.accepted,
        "text": asked.text,
    }


def teams_text(run: Run, area: str, log_end: str, no_data_exit_code: int) -> str:
    """A run as one pastes it to colleagues: what, where, when, how it ended, and the output's last lines."""
    facts = [f"Início: {run.started:%d/%m/%Y %H:%M:%S}"]
    if run.duration_seconds is not None:
        facts.append(f"Duração: {duration(run.duration_seconds)}")
    if run.exit_code is not None:
        facts.append(f"Código: {run.exit_code}")
    status = status_text(run, no_data_exit_code)
    word = _STATUS_WORDS.get(status, status)
    lines = [f"{run.name} ({area}): {word}", " · ".join(facts)]
    if run.reason:
        lines.append(f"Motivo: {run.reason}")
    last = log_end.rstrip().splitlines()[-LAST_LINES:]
    if last:
        lines += ["```", *(line.replace("```", "'''") for line in last), "```"]
    return "\n".join(lines) + "\n"
