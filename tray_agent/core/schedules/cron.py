"""The five-field cron expression, as far as all programs read it alike; what they read apart is refused."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tray_agent.core.schedules.cursor import Unclear
from tray_agent.core.schedules.days import EVERY_DAY, DayKind, DayRule, Days
from tray_agent.core.schedules.normal import SHORTEST_STEP, apart_enough
from tray_agent.core.schedules.schedule import Clause
from tray_agent.core.schedules.spelling import fold, shown
from tray_agent.core.schedules.vocabulary import MONTHS, WEEKDAYS

_SIGNS = frozenset("0123456789*,-/?#+@abcdefghijklmnopqrstuvwxyz")


@dataclass(frozen=True, slots=True)
class _Field:
    """What one of the five fields may hold."""

    name: str
    least: int
    most: int
    names: Mapping[str, int]


def _three_letters(words: Mapping[str, int], shift: int = 0) -> dict[str, int]:
    return {word: (value + shift) % 7 if shift else value for word, value in words.items() if len(word) == 3}


def _fields() -> tuple[_Field, ...]:
    return (
        _Field("minuto", 0, 59, {}),
        _Field("hora", 0, 23, {}),
        _Field("dia do mês", 1, 31, {}),
        _Field("mês", 1, 12, _three_letters(MONTHS)),
        _Field("dia da semana", 0, 7, _three_letters(WEEKDAYS, 1)),
    )


def looks_like_cron(line: str) -> bool:
    """Whether a line is meant as cron: fields of cron's signs, one of them beginning with a star or ``?``."""
    folded, _ = fold(line)
    parts = folded.split()
    if len(parts) < 2 or not all(set(part) <= _SIGNS for part in parts):
        return False
    starred = any(part[0] in "*?" for part in parts)
    bare = any(part in ("*", "?") for part in parts)
    first = parts[0][0].isdigit() or parts[0][0] in "*?"
    return first and starred and (bare or len(parts) == 5)


def cron(line: str) -> Clause:
    """The clause of a line that looks like cron. Raises Unclear."""
    written, quoted = line.split(), shown(line)
    if len(written) != 5:
        raise Unclear(
            f"{quoted} tem {len(written)} campos: a expressão cron tem cinco "
            "(minuto hora dia mês dia-da-semana), sem segundos"
        )
    minutes, hours, month_days, months, weekdays = (
        _values(field, part) for field, part in zip(_fields(), written, strict=True)
    )
    if month_days and weekdays:
        raise Unclear(
            f"{quoted} fixa dia do mês e dia da semana, o que cada programa lê de um modo: "
            "escreva duas linhas"
        )
    fires = tuple(h * 60 + m for h in hours or range(24) for m in minutes or range(60))
    if not apart_enough(fires):
        raise Unclear(
            f"{quoted} roda {len(fires)} vezes por dia, em intervalos menores que {SHORTEST_STEP} minutos"
        )
    rule = DayRule(_days(month_days, weekdays), months)
    if rule.never():
        raise Unclear(f"{quoted} nunca acontece")
    return Clause(rule, fires)


def _days(month_days: tuple[int, ...], weekdays: tuple[int, ...]) -> Days:
    if month_days:
        return Days(DayKind.MONTH_DAYS, month_days)
    if weekdays:  # cron's week begins on Sunday, as 0 or 7
        return Days(DayKind.WEEKDAYS, tuple(sorted({(day - 1) % 7 for day in weekdays})))
    return EVERY_DAY


def _values(field: _Field, written: str) -> tuple[int, ...]:
    """The values of a field, sorted; none for all of them."""
    folded, _ = fold(written)
    if folded in ("*", "*/1"):
        return ()
    found: set[int] = set()
    for part in folded.split(","):
        values = _part(field, part)
        if not values:
            refused = shown(written)
            raise Unclear(f"{refused} ({field.name}) não é aceito na expressão cron")
        found.update(values)
    return tuple(sorted(found))


def _part(field: _Field, part: str) -> Sequence[int]:
    """``*/n``, ``a``, ``a-b`` or ``a-b/n``; empty for anything else."""
    span, slash, step_text = part.partition("/")
    step = int(step_text) if step_text.isdigit() else 0
    if slash and not 1 <= step <= field.most:
        return ()
    if span == "*":
        most = 6 if field.most == 7 else field.most
        return range(field.least, most + 1, step) if slash else ()
    first_text, dash, last_text = span.partition("-")
    first, last = _number(field, first_text), _number(field, last_text if dash else first_text)
    if first is None or last is None or last < first or (slash and not dash):
        return ()
    return range(first, last + 1, step or 1)


def _number(field: _Field, text: str) -> int | None:
    if text in field.names:
        return field.names[text]
    if not text.isdigit() or len(text) > 2:
        return None
    return int(text) if field.least <= int(text) <= field.most else None
