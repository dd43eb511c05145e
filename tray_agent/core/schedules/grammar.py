"""The language of the schedule column: a cell's text is understood, or schedules nothing and says why.

One schedule per line; a line is days with hours, hours with days, hours alone, or a cron expression. A word
that is not understood never makes a job run on more days: it loses its line (schedules.md, section 2).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cache, lru_cache

from tray_agent.core.listing import listed
from tray_agent.core.schedules.conditions import Condition, applied, condition
from tray_agent.core.schedules.cron import cron, looks_like_cron
from tray_agent.core.schedules.cursor import MANY_LINES, Cursor, Unclear
from tray_agent.core.schedules.day_sets import day_set
from tray_agent.core.schedules.days import EVERY, EVERY_DAY, DayRule, Days
from tray_agent.core.schedules.hints import NOTHING, no_hours, not_understood, refuse_known
from tray_agent.core.schedules.normal import SHORTEST_STEP, apart_enough
from tray_agent.core.schedules.schedule import ALL_DAY, MANUAL, Clause, Schedule, at_hours, made_of
from tray_agent.core.schedules.spelling import fold, line_of, lines_of, shown
from tray_agent.core.schedules.times import times

MOST_FIRES = 288
_LONGEST_LINE = 40_000  # more than a cell can hold
_NEVER = frozenset(
    ("", "manual", "sem", "sem agendamento", "sob demanda", "nao agendar", "desativado", "nao", "n/a", "-")
)
_OTHERS_COUNT, _OTHER_LINES = "; as outras horas valem", "; as outras linhas valem"
_MOST_NAMED = 3


@dataclass(frozen=True, slots=True)
class Parsed:
    """What a cell's text means, and in Portuguese clauses what of it schedules nothing."""

    schedule: Schedule
    problems: tuple[str, ...] = ()


@lru_cache(maxsize=8192)
def parse(text: str) -> Parsed:
    """The schedule that a cell's text asks for. Never raises."""
    lines = lines_of(text)
    folded = " ".join(fold(line)[0] for line in lines).strip()
    if folded in _NEVER and (folded or not lines):
        return Parsed(MANUAL)
    parts = set(filter(None, _patterns()[0].split(folded)))
    if not parts and folded:
        return Parsed(MANUAL)  # nothing but separators
    if parts == {"all"}:
        return Parsed(ALL_DAY)
    hours = _plain_hours(parts)
    return Parsed(at_hours(hours)) if hours else _parse_lines(lines)


@cache
def _patterns() -> tuple[re.Pattern[str], re.Pattern[str]]:
    hour = r"([0-9]{1,2})(?:h|h00|\.0+|:00|:00:00)?"
    return re.compile(r"[,;\s]+"), re.compile(hour)


def _plain_hours(parts: set[str]) -> set[int]:
    """The hours of a plain list of full hours, the specification's own form; empty for anything else."""
    found: set[int] = set()
    for part in parts:
        match = _patterns()[1].fullmatch(part)
        if match is None or int(match[1]) > 23:
            return set()
        found.add(int(match[1]))
    return found


def _parse_lines(lines: list[str]) -> Parsed:
    clauses: list[Clause] = []
    problems: list[str] = []
    alls = 0
    for line in lines:
        if fold(line)[0] == "all" and len(lines) > 1:
            alls += 1
            continue
        try:
            found, lost = _parse_line(line)
            _refuse_too_many([*clauses, *found])
        except Unclear as unclear:
            problems.append(_in_many_lines(unclear.text, len(lines) > 1))
            continue
        clauses.extend(found)
        problems.extend(lost)
    if alls and clauses:
        problems.append(_not_hours(['"ALL"'], others=True))
    elif alls:
        return Parsed(ALL_DAY, tuple(problems))
    schedule = made_of(clauses)
    if not clauses:
        problems = [each.replace(_OTHER_LINES, NOTHING) for each in problems]
    return Parsed(schedule, tuple(problems))


def _in_many_lines(text: str, many: bool) -> str:
    return text.removesuffix(NOTHING) + _OTHER_LINES if many else text


def _refuse_too_many(clauses: list[Clause]) -> None:
    fires = {minute for clause in clauses for minute in clause.minutes}
    if len(fires) > MOST_FIRES:
        raise Unclear(f"são mais de {MOST_FIRES} execuções por dia")


@dataclass(slots=True)
class _Parts:
    """The parts of a line in the order written: ``shape`` has D for days, T for times."""

    days: list[Days] = field(default_factory=list)
    minutes: list[tuple[int, ...]] = field(default_factory=list)
    conditions: list[Condition] = field(default_factory=list)
    shape: str = ""


def _parse_line(line: str) -> tuple[list[Clause], list[str]]:
    """A line's clauses, and what of it is lost. Raises Unclear."""
    if len(line) > _LONGEST_LINE:
        raise Unclear(f"{shown(line)} é longo demais: escreva dias e horas{NOTHING}")
    if looks_like_cron(line):
        return [cron(line)], []
    cursor = Cursor(line_of(line.rstrip(" .")))
    refuse_known(cursor)
    try:
        clauses = _clauses(cursor)
    except Unclear as unclear:
        kept, lost = _apart(line)
        if not lost or len(kept) + len(lost) == 1:
            raise
        return _plain_list(kept, lost, unclear)
    return clauses, [_not_hours(cursor.lost, others=bool(clauses))] if cursor.lost else []


def _apart(line: str) -> tuple[list[str], list[Unclear]]:
    """The parts between commas that stay, and those that are one wrong word and lose only themselves (R3)."""
    kept: list[str] = []
    lost: list[Unclear] = []
    for part in filter(None, map(str.strip, line.replace(";", ",").split(","))):
        try:
            _clauses(Cursor(line_of(part)))
            kept.append(part)
        except Unclear as unclear:
            if not unclear.alone or " " in part:
                return [], []
            lost.append(unclear)
    return kept, lost


def _plain_list(kept: list[str], lost: list[Unclear], otherwise: Unclear) -> tuple[list[Clause], list[str]]:
    """What stays of a list of hours without days. Raises Unclear for any other line."""
    cursor = Cursor(line_of(", ".join(kept)))
    try:
        clauses = _clauses(cursor) if kept else []
    except Unclear:
        raise otherwise from None
    if any(clause.days != EVERY for clause in clauses):
        raise otherwise
    words = [*cursor.lost, *(each.word for each in lost if each.word)]
    texts = [
        each.text.removesuffix(NOTHING) + (_OTHERS_COUNT if clauses else NOTHING)
        for each in lost
        if not each.word
    ]
    if words:
        texts.insert(0, _not_hours(words, others=bool(clauses)))
    if len(texts) > _MOST_NAMED:
        texts = [*texts[:_MOST_NAMED], f"e mais {len(texts) - _MOST_NAMED} partes não foram entendidas"]
    return clauses, texts


def _not_hours(wrong: list[str], *, others: bool) -> str:
    named = listed(wrong, _MOST_NAMED)
    verdict = "não é uma hora de 0 a 23" if len(wrong) == 1 else "não são horas de 0 a 23"
    return f"{named} {verdict}{_OTHERS_COUNT if others else NOTHING}"


def _clauses(cursor: Cursor) -> list[Clause]:
    """The clauses of a whole line, without those that lost all their hours. Raises Unclear."""
    parts = _parts(cursor)
    clauses = [Clause(rule, minutes) for rule, minutes in _paired(parts, cursor)]
    for clause in clauses:
        if not apart_enough(clause.minutes):
            raise Unclear(f"{cursor.whole()}: o menor intervalo é de {SHORTEST_STEP} minutos")
        if clause.days.never():
            raise Unclear(f"{cursor.whole()} nunca acontece")
    return [clause for clause in clauses if clause.minutes]


def _parts(cursor: Cursor) -> _Parts:
    parts = _Parts()
    while True:
        cursor.separator()
        if cursor.done:
            return parts
        met = condition(cursor)
        if met is not None:
            parts.conditions.append(met)
            continue
        days = day_set(cursor)
        if days is not None:
            parts.days.append(days)
            parts.shape += "D"
            cursor.sign(":")
            continue
        minutes = times(cursor)
        if minutes is None:
            raise not_understood(cursor)
        parts.minutes.append(minutes)
        parts.shape += "T"


def _paired(parts: _Parts, cursor: Cursor) -> list[tuple[DayRule, tuple[int, ...]]]:
    """Which hours hold for which days. Raises Unclear where a line does not say it."""
    whole, shape = cursor.whole(), parts.shape
    if "T" not in shape:
        raise no_hours(cursor)
    if "DD" in shape:
        raise Unclear(f"{whole} junta dois tipos de dia: {MANY_LINES}")
    if shape == "T":
        return [(applied(EVERY_DAY, parts.conditions, whole), parts.minutes[0])]
    if "TT" in shape or len(shape) % 2:
        raise Unclear(f"não está claro que horas valem para que dias em {whole}: {MANY_LINES}")
    if parts.conditions and len(shape) > 2:
        raise Unclear(f"não está claro para que dias vale a condição em {whole}: {MANY_LINES}")
    rules = [applied(days, parts.conditions, whole) for days in parts.days]
    return list(zip(rules, parts.minutes, strict=True))
