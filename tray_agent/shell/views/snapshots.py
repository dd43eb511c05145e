"""Snapshots shaped for readers: ``status --json`` to the contract's letter, and the page's cards. Pure."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from tray_agent.core.history.last import verdict
from tray_agent.core.history.status import run_status, state_of
from tray_agent.core.model import CardState, Mark, Pausing, Problem, Where
from tray_agent.core.picture.aggregate import aggregate
from tray_agent.core.picture.next_run import Surroundings, next_run_text, surroundings
from tray_agent.core.picture.policy_texts import arguments_text, policy_texts
from tray_agent.core.picture.texts import why
from tray_agent.core.shown import FireState, JobFacts, LastRun, Snapshot
from tray_agent.core.standing import HoldKind, Lateness
from tray_agent.shell.views.team import pc_of, pcs_json

Json = dict[str, Any]
SILENT_SECONDS = 10.0
_PIECE_BYTES = 32 * 1024


@dataclass(frozen=True, slots=True)
class Reader:
    """What a view needs to know beside the snapshot; fixed for one agent process."""

    version: str
    pid: int
    headless: bool
    instance: str
    grace_seconds: float
    no_data_exit_code: int
    person: str = ""


def stamp(moment: datetime | None) -> str | None:
    """A moment as the contract writes it: seconds and offset."""
    return None if moment is None else moment.isoformat(timespec="seconds")


def encode(view: Json) -> bytes:
    """A view as one line of JSON."""
    return b"".join(pieces(view))


def pieces(view: Json) -> Iterator[bytes]:
    """The same in pieces. Its cards are shaped one after the other: thousands at once would hold up every
    other thread, and leave the agent grown for good."""
    cards = view.pop("cards")
    piece = bytearray(f'{_compact(view)[:-1]},"cards":['.encode("ascii"))
    for number, card in enumerate(cards):
        piece += f"{',' if number else ''}{_compact(card)}".encode("ascii")
        if len(piece) >= _PIECE_BYTES:
            yield bytes(piece)
            piece.clear()
    yield bytes(piece + b"]}")


_compact = json.JSONEncoder(allow_nan=False, separators=(",", ":")).encode


def status(snapshot: Snapshot, reader: Reader, now: datetime, heartbeat_seconds: float) -> Json:
    """The answer to ``status --json`` (contract.md); ``cards`` is an iterator, for :func:`encode`."""
    around = surroundings(snapshot, reader.grace_seconds)
    shown = [snapshot.facts[job] for job in snapshot.order]
    return {
        "version": reader.version,
        "pid": reader.pid,
        "headless": reader.headless,
        **_head(snapshot, shown, now),
        "base_path": snapshot.base_path,
        "registry": snapshot.registry,
        "totals": {"started": snapshot.started, "finished": snapshot.finished},
        "heartbeat_seconds": round(heartbeat_seconds, 3),
        "problems": _problems(snapshot, now, heartbeat_seconds),
        "day_notes": list(snapshot.day_notes),
        "areas": _areas(shown),
        "pcs": pcs_json(snapshot),
        "cards": (_card(facts, around, now) for facts in shown),
    }


def _head(snapshot: Snapshot, shown: list[JobFacts], now: datetime) -> Json:
    history = snapshot.history
    local = history.source == "local"
    counts = Counter(facts.state for facts in shown)
    return {
        "processing_date": snapshot.day.isoformat(),
        "now": stamp(now),
        "paused": snapshot.paused,
        "aggregate": aggregate(facts.counted_state for facts in shown).value,
        "history": {
            "source": history.source,
            "verified": history.verified,
            "last_sync": None if local else stamp(history.last_sync),
            "rows": history.rows,
            "error": None if local else history.error,
        },
        "counts": {
            **{
                state.value: counts[state]
                for state in (
                    CardState.RUNNING,
                    CardState.SUCCESS,
                    CardState.ERROR,
                    CardState.NO_DATA,
                    CardState.SCHEDULED,
                    CardState.IDLE,
                )
            },
            "queued": len(snapshot.queue),
        },
        "max_concurrent": snapshot.max_concurrent,
        "role": snapshot.role,
        "brain": snapshot.brain or None,
    }


def _areas(shown: list[JobFacts]) -> list[str]:
    return list(dict.fromkeys(facts.job.area for facts in shown))


def _problems(snapshot: Snapshot, now: datetime, heartbeat_seconds: float) -> list[Json]:
    """Every problem; an engine that hangs cannot say so itself."""
    problems = [_problem(each) for each in snapshot.problems]
    if heartbeat_seconds > SILENT_SECONDS:
        what = f"O motor do agente não responde há {heartbeat_seconds:.0f} s; os cartões estão parados."
        since = now - timedelta(seconds=heartbeat_seconds)
        action = "Ele é reiniciado sozinho; se persistir, encerre e abra o agente de novo."
        problems.insert(0, _problem(Problem(Where.DATA, what, action, since=since)))
    return problems


def _problem(problem: Problem) -> Json:
    cell = problem.cell
    return {
        "where": problem.where.value,
        "what": problem.what,
        "since": stamp(problem.since),
        "action": problem.action,
        "cell": {"row": cell.row, "column": cell.column, "value": cell.value} if cell else None,
        "job": problem.job,
    }


def _card(facts: JobFacts, around: Surroundings, now: datetime) -> Json:
    """A card with exactly the contract's keys."""
    job, active = facts.job, facts.active
    return {
        "id": job.id,
        "name": job.name,
        "area": job.area,
        "path": job.path,
        "schedule": {
            "kind": job.schedule.kind.value,
            "hours": list(job.schedule.hours),
            "text": job.schedule.text,
            "times": [f"{fire.at:%H:%M}" for fire in facts.fires],
        },
        "state": facts.state.value,
        "queued": facts.ticket is not None,
        "pid": active.identity.pid if active and active.identity else None,
        "target": facts.target,
        "actual": facts.actual,
        "backlog": facts.backlog,
        "last_run": _last_run(facts.last_run),
        "next_run": stamp(facts.next_run),
        "next_run_text": next_run_text(facts, around),
        "next_fire": stamp(facts.next_fire),
        "reason": facts.reason or None,
        "covered": [f"{fire.at:%H:%M}" for fire in facts.fires if fire.state is FireState.COVERED],
        "paused": _pausing(facts.pausing),
        "policies": policy_texts(job.policies),
        "pc": pc_of(facts, around.snapshot.here),
        "silent_since": stamp(facts.silent_since),
        "why": why(facts, around, now),
    }


def _pausing(pausing: Pausing | None) -> Json | None:
    return None if pausing is None else {"until": stamp(pausing.until), "reason": pausing.reason}


def _last_run(last: LastRun | None) -> Json | None:
    if last is None:
        return None
    return {
        "start": stamp(last.start),
        "status": last.status,
        "duration_seconds": _seconds(last.duration_seconds),
        "source": last.source,
    }


def _seconds(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds, 3)


def page(snapshot: Snapshot, reader: Reader, now: datetime, heartbeat_seconds: float, since: int) -> Json:
    """What the page needs to be up to date: everything for ``since`` 0, else only what changed after it.

    ``cards`` is an iterator, for :func:`encode`.
    """
    full = since < snapshot.born or since > snapshot.version
    shown = [snapshot.facts[job] for job in snapshot.order]
    changed = shown if full else [facts for facts in shown if facts.version > since]
    around = surroundings(snapshot, reader.grace_seconds, says_sync=False)
    history = snapshot.history
    answer = {
        "version": snapshot.version,
        "full": full,
        "agent": {"version": reader.version, "pid": reader.pid, "instance": reader.instance},
        **_head(snapshot, shown, now),
        "paused_since": stamp(snapshot.paused_since),
        "paused_areas": {area: _pausing(each) for area, each in snapshot.paused_areas if area},
        "paused_all": _pausing(dict(snapshot.paused_areas).get("")) if snapshot.paused else None,
        "late": sum(facts.late is not None and facts.late.met is None for facts in shown),
        "day_notes": list(snapshot.day_notes),
        "me": reader.person,
        "blocked": snapshot.blocked,
        "heartbeat_seconds": round(heartbeat_seconds, 3),
        "running": snapshot.running,
        "queue_size": len(snapshot.queue),
        "removed": [],
        "cards": (_page_card(facts, around, reader, now, 0 if full else since) for facts in changed),
    }
    answer["history"]["next_read"] = stamp(history.next_read)
    answer["history"]["unverified_since"] = stamp(history.unverified_since)
    if full or snapshot.problems_since > since or heartbeat_seconds > SILENT_SECONDS:
        answer["problems"] = _problems(snapshot, now, heartbeat_seconds)
    if full or snapshot.order_since > since:
        answer["order"] = list(snapshot.order)
        answer["areas"] = _areas(shown)
    if full or snapshot.pcs_since > since:
        answer["pcs"] = pcs_json(snapshot)
    if full or snapshot.places_since > since:
        answer["places"] = {
            "base_path": snapshot.base_path,
            "base_available": snapshot.base_available,
            "registry": snapshot.registry,
            "discovered": snapshot.discovered,
        }
    return answer


def _lateness(late: Lateness | None) -> Json | None:
    """A deadline that was missed and is not made good."""
    if late is None or late.met is not None:
        return None
    text = f"prazo das {late.since:%H:%M} não cumprido: {late.done} de {late.due}"
    return {"since": stamp(late.since), "text": text}


def _page_card(facts: JobFacts, around: Surroundings, reader: Reader, now: datetime, since: int) -> Json:
    """A card and the day's runs; of those that are as they were at ``since``, only how many come first."""
    active, last = facts.active, facts.last_run
    kept = next((n for n, moved in enumerate(facts.marks_since) if moved > since), len(facts.marks))
    return {
        **_card(facts, around, now),
        "ticket": facts.ticket,
        "started": stamp(active.started) if active else None,
        "trigger": active.trigger.value if active else None,
        "starting": facts.holding,
        "stopping_since": stamp(facts.stopping_since),
        "stop_grace_seconds": reader.grace_seconds,
        "usual_seconds": _seconds(facts.usual_seconds),
        "overdue": facts.overdue,
        "removed": facts.removed,
        "fires": [
            {
                "time": f"{fire.at:%H:%M}",
                "state": fire.state.value if fire.known else "unknown",
                "run": fire.run,
                "reason": fire.reason or None,
            }
            for fire in facts.fires
        ],
        "late": _lateness(facts.late),
        "retry_at": stamp(facts.attempt.at if facts.attempt else facts.retry.at if facts.retry else None),
        "held": facts.held.text if facts.held else None,
        "halted": facts.held is not None and facts.held.kind is HoldKind.HALTED,
        "acknowledged": facts.acknowledged,
        "repeatable": facts.repeatable,
        "note": facts.job.note,
        "script": facts.job.path,
        "leftovers": list(facts.leftovers),
        "owed": facts.owed,
        "skipped": facts.skipped,
        "timeout_minutes": facts.job.timeout_minutes,
        "exit_code": last.exit_code if last else None,
        "outcome": last.outcome.value if last and last.outcome else None,
        "last_state": _state(last.status) if last else None,
        "has_log": bool(facts.own_runs),
        "runs_kept": kept,
        "runs": [_mark(each, reader.no_data_exit_code) for each in facts.marks[kept:]],
    }


def _mark(mark: Mark, no_data_exit_code: int) -> Json:
    """One of today's runs for the strip and the timeline; its row decides how it ended, where it has one."""
    run, row = mark.run, mark.row
    if run is None:
        assert row is not None  # noqa: S101 - a mark is of a run or of a row
        state, start, end = state_of(row.status), row.start, row.end
    else:
        state = verdict(run, row, no_data_exit_code) if run.outcome else CardState.RUNNING
        start, end = run.started, run.ended
    return {
        "start": stamp(start),
        "end": stamp(end),
        "state": state.value if state else "UNKNOWN",
        "trigger": run.trigger.value if run else "history",
        "run": run.id if run else None,
        "exit_code": run.exit_code if run else None,
        "outcome": run.outcome.value if run and run.outcome else None,
        **({"pc": run.pc} if run and run.pc else {}),
    }


def _state(status: str | None) -> str:
    """What a status text means, for the page, which has no rule of its own."""
    state = state_of(status)
    return state.value if state else "UNKNOWN"


def runs(facts: JobFacts, no_data_exit_code: int) -> Json:
    """Today's runs of a job that have a log, newest first."""
    return {
        "runs": [
            {
                "run": run.id,
                "start": stamp(run.started),
                "end": stamp(run.ended),
                "duration_seconds": _seconds(run.duration_seconds),
                "status": "RUNNING" if run.outcome is None else run_status(run, no_data_exit_code),
                "outcome": run.outcome.value if run.outcome else None,
                "exit_code": run.exit_code,
                "trigger": run.trigger.value,
                "arguments": arguments_text(run.arguments) or None,
            }
            for run in sorted(facts.own_runs, key=lambda each: each.started, reverse=True)
        ]
    }
