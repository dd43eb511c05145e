"""What is said of a day that is over: what was not made, what failed and why, who waited longest. Pure.

One line each, with its date: it is read on another day.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta

from tray_agent.core.history.last import verdict
from tray_agent.core.history.status import history_says, run_status, state_of
from tray_agent.core.listing import listed
from tray_agent.core.model import CardState, Job, Run
from tray_agent.core.picture.texts import duration
from tray_agent.core.shown import FireState, JobFacts, Snapshot

_NOT_MADE = "execução prevista não foi feita", "execuções previstas não foram feitas"
REASONS, NAMED, WAITS = 5, 3, 3
LONG_WAIT = timedelta(minutes=5)


def closing(snapshot: Snapshot, no_data_exit_code: int) -> tuple[str, ...]:
    """The lines of a day, from the last that was known of it."""
    facts = [snapshot.facts[job] for job in snapshot.order]
    when = f"Em {snapshot.day:%d/%m}"
    return (
        *_shortfalls(when, facts),
        *_deadlines(when, facts),
        *_failures(when, (why for each in facts for why in _failed(each, no_data_exit_code))),
        *_waits(when, facts),
    )


def _failed(facts: JobFacts, no_data_exit_code: int) -> Iterator[tuple[str, str]]:
    """The name and the reason of each failed run of ours; the row of a run decides."""
    rows = {mark.run.id: mark.row for mark in facts.marks if mark.run is not None}
    for run in facts.runs:
        row = rows.get(run.id)
        if verdict(run, row, no_data_exit_code) is CardState.ERROR:
            said = history_says(row.status, 60) if row and not run.exit_code else ""
            yield run.name, run.reason or said or _code(run)


def failures(day: date, runs: Iterable[Run], no_data_exit_code: int) -> tuple[str, ...]:
    """The day's failures by reason, the commonest first; runs of ours that have ended, by what we saw of
    them."""
    failed = (run for run in runs if state_of(run_status(run, no_data_exit_code)) is CardState.ERROR)
    return _failures(f"Em {day:%d/%m}", ((run.name, run.reason or _code(run)) for run in failed))


def _failures(when: str, failed: Iterable[tuple[str, str]]) -> tuple[str, ...]:
    names: dict[str, list[str]] = {}
    for name, reason in failed:
        names.setdefault(reason, []).append(name)
    ordered = sorted(names.items(), key=lambda each: (-len(each[1]), each[0]))
    told = [
        f"{when}, {_count(len(of_reason), 'falha', 'falhas')}: {reason} ({_named(of_reason)})."
        for reason, of_reason in ordered[:REASONS]
    ]
    more = sum(len(of_reason) for _, of_reason in ordered[REASONS:])
    if more:
        told.append(f"{when}, {_count(more, 'falha', 'falhas')} por outros motivos.")
    return tuple(told)


def _code(run: Run) -> str:
    return "sem motivo conhecido" if run.exit_code is None else f"saiu com código {run.exit_code}"


def _shortfalls(when: str, facts: Sequence[JobFacts]) -> list[str]:
    return [
        line
        for states, one, many in (
            ((FireState.OWED, FireState.COMING), *_NOT_MADE),  # what was to come when it was last looked at
            ((FireState.SKIPPED,), "horário não foi recuperado", "horários não foram recuperados"),
        )
        if (line := _not_made(when, _in_state(facts, states), one, many))
    ]


def unseen(day: date, jobs: Iterable[Job], made: Mapping[str, int]) -> str:
    """What was not made on a day that no agent saw end: its fire times, and how many runs each job made."""
    counted = ((job.name, len(job.schedule.fires(day)) - made.get(job.id, 0)) for job in jobs)
    return _not_made(f"Em {day:%d/%m}, com o agente fora no fim do dia", counted, *_NOT_MADE)


def _in_state(facts: Sequence[JobFacts], states: Container[FireState]) -> Iterator[tuple[str, int]]:
    for each in facts:
        if not each.removed:
            yield each.job.name, sum(fire.state in states for fire in each.fires)


def _not_made(when: str, counted: Iterable[tuple[str, int]], one: str, many: str) -> str:
    missing = sorted(
        (each for each in counted if each[1] > 0), key=lambda each: (-each[1], each[0].casefold())
    )
    if not missing:
        return ""
    said = _count(sum(count for _, count in missing), one, many)
    return f"{when}, {said}: {listed([f'{name} ({count})' for name, count in missing], NAMED)}."


def _deadlines(when: str, facts: Sequence[JobFacts]) -> list[str]:
    late = [f"{each.job.name} ({each.late.since:%H:%M})" for each in facts if each.late is not None]
    if not late:
        return []
    said = _count(len(late), "prazo não foi cumprido", "prazos não foram cumpridos")
    return [f"{when}, {said}: {listed(late, NAMED)}."]


def _waits(when: str, facts: Sequence[JobFacts]) -> list[str]:
    """Who waited longest between a fire time and its run; a day without long waits has no line."""
    waits = []
    for each in facts:
        started = {run.id: run.started for run in each.runs}
        longest = max(
            (started[fire.run] - fire.at for fire in each.fires if fire.run in started),
            default=timedelta(0),
        )
        if longest >= LONG_WAIT:
            waits.append((longest, each.job.name))
    waits.sort(key=lambda each: (-each[0], each[1].casefold()))
    if not waits:
        return []
    named = [f"{name} ({duration(wait.total_seconds())})" for wait, name in waits[:WAITS]]
    return [f"{when}, maiores esperas entre o horário e o início: {', '.join(named)}."]


def _count(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}"


def _named(names: Sequence[str]) -> str:
    return listed(sorted(set(names), key=str.casefold), NAMED)
