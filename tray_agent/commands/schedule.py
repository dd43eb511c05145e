"""The commands about schedules: ``explain`` says what a cell means, with or without an agent."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable
from typing import Any

from tray_agent.adapters.system.places import Places
from tray_agent.core.settings import Settings

Run = Callable[[argparse.Namespace, Settings, Places], int]


def add_to(add: Callable[[str, str, Run], argparse.ArgumentParser]) -> None:
    """Put the commands into the command line; ``add`` takes a name, a text and what does it."""
    explain = add("explain", "diz o que um agendamento significa e quando roda", _explain)
    explain.add_argument("text", metavar="TEXTO", nargs="+", help='como na célula: "dias úteis 9h"')
    explain.add_argument("--json", action="store_true", help="o JSON do contrato")


def _explain(options: argparse.Namespace, settings: Settings, places: Places) -> int:
    from tray_agent.adapters.system.clock import SystemClock
    from tray_agent.core.schedules.explaining import explain
    from tray_agent.shell.views.schedules import explanation, explanation_lines

    found = explain(" ".join(options.text), SystemClock(settings.timezone).now())
    if options.json:
        print_json(explanation(found))
    elif found.text is not None:
        print("\n".join(explanation_lines(found)))
    if found.problems:
        print(f"tray-agent: {'; '.join(found.problems)}", file=sys.stderr)
    return 1 if found.text is None else 0


def print_json(value: dict[str, Any]) -> None:
    """One value as JSON, in letters that the output can spell."""
    speaks_utf8 = (sys.stdout.encoding or "").lower().replace("-", "") == "utf8"
    print(json.dumps(value, ensure_ascii=not speaks_utf8, indent=2))
