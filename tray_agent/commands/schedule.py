"""The commands about schedules, with or without an agent: what a cell means, what will run when."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable
from typing import Any

from tray_agent.adapters.system.places import Places
from tray_agent.core.schedules.calendar import NATIONAL, Calendar
from tray_agent.core.settings import Settings

_PATIENCE_SECONDS = 5.0
Run = Callable[[argparse.Namespace, Settings, Places], int]


def add_to(add: Callable[[str, str, Run], argparse.ArgumentParser]) -> None:
    """Put the commands into the command line; ``add`` takes a name, a text and what does it."""
    explain = add("explain", "diz o que um agendamento significa e quando roda", _explain)
    explain.add_argument("text", metavar="TEXTO", nargs="+", help='como na célula: "dias úteis 9h"')
    explain.add_argument("--json", action="store_true", help="o JSON do contrato")
    plan = add("plan", "mostra o que vai rodar e quando, e o que não roda e por quê", _plan)
    plan.add_argument("--day", metavar="DIA", default="", help="amanhã, 2026-12-01 ou 01/12 (padrão: hoje)")
    plan.add_argument("--next", metavar="DURAÇÃO", default="", help="só as próximas 2h ou 30min")
    plan.add_argument("--json", action="store_true", help="o JSON do contrato")


def _plan(options: argparse.Namespace, settings: Settings, places: Places) -> int:
    from tray_agent.adapters.system.clock import SystemClock
    from tray_agent.adapters.system.instance_lock import is_held
    from tray_agent.core.picture.plan_window import window_of
    from tray_agent.shell.channel.client import NoAgent, connect, unanswered
    from tray_agent.shell.views.plans import plan_lines

    now = SystemClock(settings.timezone).now()
    try:
        window_of(options.day, options.next, now)
    except ValueError as error:
        print(f"tray-agent: {error}", file=sys.stderr)
        return 2
    try:
        with connect(places.data_dir) as channel:
            view = channel.call("plan", day=options.day, next=options.next)
    except NoAgent:
        if is_held(places.data_dir):
            print(f"tray-agent: {unanswered(places.data_dir)}; o plano foi feito sem ele", file=sys.stderr)
        view = _plan_without_agent(options, settings, places)
    names = view.pop("names")
    if options.json:
        print_json(view)
    else:
        print("\n".join(plan_lines(view, names, now)))
    return 0


def _plan_without_agent(options: argparse.Namespace, settings: Settings, places: Places) -> dict[str, Any]:
    from tray_agent.commands.offline import known_without_agent
    from tray_agent.core.picture.plan_of_day import plan_of_day
    from tray_agent.core.picture.plan_window import window_of
    from tray_agent.shell.views.plans import plan

    snapshot, means, now = known_without_agent(settings, places)
    day, until = window_of(options.day, options.next, now)
    names = {facts.job.id: facts.job.name for facts in snapshot.facts.values()}
    return {**plan(plan_of_day(snapshot, day, now, means, until), snapshot), "names": names}


def _explain(options: argparse.Namespace, settings: Settings, places: Places) -> int:
    from tray_agent.shell.views.schedules import explanation_lines

    view = _explanation(" ".join(options.text), settings, places)
    if options.json:
        print_json(view)
    elif view["text"] is not None:
        print("\n".join(explanation_lines(view)))
    if view["problems"]:
        print(f"tray-agent: {'; '.join(view['problems'])}", file=sys.stderr)
    return 1 if view["text"] is None else 0


def _explanation(text: str, settings: Settings, places: Places) -> dict[str, Any]:
    """What the running agent says, which knows the team's own days; without one they are read here."""
    from tray_agent.shell.channel.client import ChannelError, connect

    try:
        with connect(places.data_dir) as channel:
            view = channel.call("explain", timeout=_PATIENCE_SECONDS, text=text)
            return dict(view)
    except ChannelError:
        from tray_agent.adapters.system.clock import SystemClock
        from tray_agent.core.schedules.explaining import asks_for_holidays, explain
        from tray_agent.shell.views.schedules import explanation

    calendar = _own_calendar(settings, places) if asks_for_holidays(text) else NATIONAL
    found = explanation(explain(text, SystemClock(settings.timezone).now(), calendar or NATIONAL))
    if calendar is None:
        found["notes"].append("o registro não pôde ser lido: contam só os feriados nacionais")
    return found


def _own_calendar(settings: Settings, places: Places) -> Calendar | None:
    """The calendar with the days of the registry's sheet; None where there is a registry and it is unread."""
    from tray_agent.commands.offline import calendar_without_agent

    return calendar_without_agent(settings, places) if places.registry.exists() else NATIONAL


def print_json(value: dict[str, Any]) -> None:
    """One value as JSON, in letters that the output can spell."""
    speaks_utf8 = (sys.stdout.encoding or "").lower().replace("-", "") == "utf8"
    print(json.dumps(value, ensure_ascii=not speaks_utf8, indent=2))
