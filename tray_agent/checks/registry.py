"""The doctor's look at the scripts, the registry and the calendar that goes with it."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from datetime import date
from typing import TYPE_CHECKING

from tray_agent.adapters.system import program
from tray_agent.adapters.system.clock import SystemClock
from tray_agent.adapters.system.places import Places
from tray_agent.checks.check import Check
from tray_agent.core.model import RegistryRow, Script
from tray_agent.core.registry.linking import link
from tray_agent.core.registry.references import resolve_halts
from tray_agent.core.schedules.calendar import national_holidays
from tray_agent.core.settings import Settings

if TYPE_CHECKING:
    from tray_agent.adapters.registry.scripts import ScriptsFound
    from tray_agent.core.registry.sheets import OwnDay, RegistryReading

_MOST_NAMES = 20
_WEEKDAYS = ("seg", "ter", "qua", "qui", "sex", "sáb", "dom")


def look_at_scripts(places: Places) -> tuple[list[Check], ScriptsFound | None]:
    """The checks of the base path, and what is below it (None when it cannot be walked)."""
    base, exists = places.base_path()
    if not exists:
        action = "Conecte a unidade sincronizada, ou defina base_path em tray_agent.toml."
        return [Check("Pasta das automações", False, f"não encontrada: {base}", action)], None
    from tray_agent.adapters.registry.scripts import BaseGone
    from tray_agent.adapters.registry.tree import ScriptTree

    try:
        found = ScriptTree(base, places.settings.script_folder).scan(full=True)
    except BaseGone as gone:
        action = "Verifique a unidade sincronizada."
        return [Check("Pasta das automações", False, f"{base}: {gone}", action)], None
    text = f"{base} ({len(found.scripts)} scripts em pastas metodos)"
    checks = [Check("Pasta das automações", True, text)]
    checks += [Check("Scripts", False, problem.what, problem.action) for problem in found.problems]
    return checks, found


def look_at_registry(settings: Settings, places: Places, found: ScriptsFound | None) -> Iterator[Check]:
    """The checks of the registry, its crossing with the scripts, and the year's holidays."""
    from tray_agent.adapters.registry.source import RegistrySource

    source = RegistrySource(
        places.registry, settings.registry_deadline_seconds, program.environment(os.environ)
    )
    rows, problems = source.read()
    good = source.good
    if good is not None and rows is not None:
        yield Check("Registro", True, f"{places.registry} ({_active(len(rows))})")
        yield from _beside(good)
        if found is not None:
            jobs, mismatches = link(rows, found.scripts, places.base_path()[0], found.skipped)
            problems += (*mismatches, *resolve_halts(good.halts, jobs)[1])
            yield from _without_row(rows, found.scripts)
    for problem in problems:
        yield Check("Registro", False, problem.what, problem.action)
    year = SystemClock(settings.timezone).now().year
    yield Check("Calendário", True, holidays_text(year, good.own_days if good else ()))


def _beside(good: RegistryReading) -> Iterator[Check]:
    """What is in the workbook and is not a job."""
    if good.unknown:
        yield Check("Registro", None, f"colunas que o agente não lê: {_some([*good.unknown])}")
    yield from (Check("Registro", None, hint) for hint in good.hints)
    if good.halts:
        count = "1 parada" if len(good.halts) == 1 else f"{len(good.halts)} paradas"
        yield Check("Registro", None, f"{count} na aba Paradas")


def _without_row(rows: tuple[RegistryRow, ...], scripts: tuple[Script, ...]) -> Iterator[Check]:
    """The scripts that no active row names: no problem, but good to know (product 2.3)."""
    named = {row.key for row in rows}
    names = [script.name for script in scripts if script.key not in named]
    if names:
        yield Check("Scripts", None, f"sem linha ativa no registro: {_some(names)}")


def _some(names: Sequence[str]) -> str:
    shown = ", ".join(name[:40] for name in names[:_MOST_NAMES])
    return shown + (f" e mais {len(names) - _MOST_NAMES}" if len(names) > _MOST_NAMES else "")


def holidays_text(year: int, own_days: Sequence[OwnDay]) -> str:
    """The year's bank holidays and the team's own days, so that a person can check them."""
    own = sorted((each for each in own_days if each.day.year == year), key=lambda each: each.day)
    worked = {each.day for each in own if each.is_business}
    listed = [f"{_day(day)} {name}" for day, name in national_holidays(year).items() if day not in worked]
    text = f"feriados bancários de {year}: {', '.join(listed)}"
    holidays = [f"{_day(each.day)} {each.name}".strip() for each in own if not each.is_business]
    if holidays:
        text += f"; da equipe: {', '.join(holidays)}"
    if worked:
        text += f"; dias úteis da equipe: {', '.join(map(_day, sorted(worked)))}"
    newest = max((each.day.year for each in own_days), default=year)
    if newest < year:
        text += f"; a aba Feriados acaba em {newest}: em {year} contam só os nacionais"
    return text


def _day(day: date) -> str:
    return f"{_WEEKDAYS[day.weekday()]} {day:%d/%m}"


def _active(count: int) -> str:
    return "1 linha ativa" if count == 1 else f"{count} linhas ativas"
