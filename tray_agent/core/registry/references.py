"""What rows say of other rows by name: the jobs they wait for, and the areas and jobs that a halt holds."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from tray_agent.core.collation import plain_key, script_key
from tray_agent.core.model import Cell, Job, Problem, Where
from tray_agent.core.policies import Halt
from tray_agent.core.registry.sheets import HaltRow
from tray_agent.core.registry.wording import shown

_NOT_STARTED = "a automação não é iniciada por agendamento"


def resolve_after(jobs: list[Job], lines: Mapping[str, int]) -> Iterator[Problem]:
    """Mark, in place, each job that waits for what cannot be waited for; a problem for each."""
    known = {job.id for job in jobs}
    if not any(job.policies.after for job in jobs):
        return
    waits = {job.id: [each for each in job.policies.after if each in known] for job in jobs}
    circles = _circles(waits)
    for place, job in enumerate(jobs):
        wrong = [
            f"{shown(each)} em depois_de não é uma automação ativa do registro"
            for each in job.policies.after
            if each not in known
        ]
        if job.id in circles:
            circle = circles[job.id]
            wrong.append(
                "depois_de espera por ela mesma"
                if len(circle) == 1
                else f"depois_de dá voltas ({' → '.join([*circle, circle[0]][:6])})"
            )
        if not wrong:
            continue
        after = tuple(each for each in waits[job.id] if each != job.id)
        unread = "; ".join(filter(None, (job.policies.unread, *wrong)))
        jobs[place] = replace(job, policies=replace(job.policies, after=after, unread=unread))
        for each in wrong:
            yield Problem(
                Where.REGISTRY,
                f"linha {lines[job.id]}: {shown(job.name)}: {each}; {_NOT_STARTED}",
                f"Corrija a coluna depois_de na linha {lines[job.id]}.",
                Cell(lines[job.id]),
                job.id,
            )


def _circles(waits: Mapping[str, list[str]]) -> dict[str, list[str]]:
    """For each job that comes to wait for itself, the way on which it does, itself first."""
    found: dict[str, list[str]] = {}
    waits = _entangled(waits)
    for start in waits:
        if start in found:
            continue
        way = _way_back(start, waits)
        for place, each in enumerate(way):
            found.setdefault(each, [*way[place:], *way[:place]])
    return found


def _entangled(waits: Mapping[str, list[str]]) -> dict[str, list[str]]:
    """Without those that wait for nobody entangled: what stays stands in a circle, or waits for one."""
    left = {job: set(others) for job, others in waits.items()}
    waiting: dict[str, list[str]] = {}
    for job, others in left.items():
        for other in others:
            waiting.setdefault(other, []).append(job)
    free = [job for job, others in left.items() if not others]
    for job in free:
        del left[job]
        for other in waiting.get(job, ()):
            left[other].discard(job)
            if not left[other]:
                free.append(other)
    return {job: [other for other in waits[job] if other in left] for job in left}


def _way_back(start: str, waits: Mapping[str, list[str]]) -> list[str]:
    """The shortest way from a job over those it waits for back to itself; empty if there is none."""
    came: dict[str, str] = {}
    pending = [start]
    for job in pending:
        for other in waits.get(job, ()):
            if other == start:
                way = [job]
                while way[-1] != start:
                    way.append(came[way[-1]])
                return way[::-1]
            if other not in came:
                came[other] = job
                pending.append(other)
    return []


def resolve_halts(
    halts: Iterable[HaltRow], jobs: Iterable[Job]
) -> tuple[tuple[Halt, ...], tuple[Problem, ...]]:
    """The halts with the areas and job ids that they mean; one that names nothing we know is a problem."""
    kept = tuple(halts)
    if not kept:
        return (), ()
    areas: dict[str, str] = {}
    ids: set[str] = set()
    for job in jobs:
        areas.setdefault(plain_key(job.area), job.area)
        ids.add(job.id)
    found: list[Halt] = []
    problems: list[Problem] = []
    for row in kept:
        halt = row.halt
        area, job_id = areas.get(plain_key(halt.area), ""), script_key(halt.job)
        if halt.area and not area:
            problems.append(_unknown(row, f"{shown(halt.area)} não é uma área do registro"))
        elif job_id and job_id not in ids:
            problems.append(_unknown(row, f"{shown(halt.job)} não é uma automação ativa do registro"))
        else:
            found.append(replace(halt, area=area, job=job_id))
    return tuple(found), tuple(problems)


def _unknown(row: HaltRow, wrong: str) -> Problem:
    return Problem(
        Where.REGISTRY,
        f'aba "Paradas", linha {row.line}: {wrong}; a linha não vale',
        f'Corrija a aba "Paradas", linha {row.line}, ou deixe a célula vazia para valer para todas.',
    )
