"""The commands that look back: ``history`` and ``export``. They read the journal themselves, agent or not."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from tray_agent.adapters.journal.past import PastRuns
from tray_agent.adapters.system.clock import SystemClock
from tray_agent.adapters.system.places import Places
from tray_agent.core.collation import script_key
from tray_agent.core.model import Run
from tray_agent.core.picture.past import Figures, figures
from tray_agent.core.picture.policy_texts import arguments_text
from tray_agent.core.picture.texts import duration
from tray_agent.core.settings import Settings
from tray_agent.shell.views import past as views

Print = Callable[[str], None]
_STATUS = {
    "RUNNING": "em execução",
    "SUCCESS": "sucesso",
    "ERROR": "erro",
    "NO_DATA": "sem dados",
    "SEM_RESULTADO": "sem resultado",
    "PARADA": "parada",
}


def history(options: argparse.Namespace, settings: Settings, places: Places, say: Print) -> str:
    """Print past days' runs, newest first, day by day; why not, or "". Raises JournalError."""
    past = PastRuns(places.data_dir, settings.no_data_exit_code)
    job = script_key(options.job) if options.job else None
    if job is not None and not past.knows(job) and not _is_there(job, settings, places):
        return f"o diário não tem execuções de {options.job}; confira o nome com tray-agent status"
    newest = SystemClock(settings.timezone).now().date()
    days = _days(past, newest, options.days, job)
    if options.json:
        _print_json(days, settings.no_data_exit_code, say)
        return ""
    empty = True
    for day, runs in days:
        empty = False
        say(f"{day:%d/%m/%Y}")
        for run in runs:
            say(_line(run, settings.no_data_exit_code))
    if empty:
        say(f"Nenhuma execução deste agente em {_in_days(options.days)}.")
    elif job is not None:
        since = newest - timedelta(days=options.days - 1)
        say(_summary(figures(past.ends(since, newest, [job]), settings.no_data_exit_code), options.days))
    return ""


def _is_there(job: str, settings: Settings, places: Places) -> bool:
    """Whether there is a job of that id, as the agent knows, or without one the registry."""
    from tray_agent.shell.channel.client import ChannelError, connect

    try:
        with connect(places.data_dir) as channel:
            return any(card["id"] == job for card in channel.call("status")["cards"])
    except ChannelError:
        from tray_agent.commands.offline import known_without_agent

        return job in known_without_agent(settings, places)[0].facts


def export(options: argparse.Namespace, settings: Settings, places: Places, say: Print) -> str:
    """Write past days into a workbook; why not, or ""."""
    from tray_agent.adapters.journal.workbook import write

    file = Path(options.file).absolute()
    if file.exists() and not options.overwrite:
        return f"o arquivo {file} já existe; escolha outro nome, ou use --overwrite para substituir"
    trouble = write(
        PastRuns(places.data_dir, settings.no_data_exit_code),
        file,
        SystemClock(settings.timezone).now().date(),
        options.days,
        timezone=settings.timezone,
        no_data_exit_code=settings.no_data_exit_code,
        overwrite=options.overwrite,
    )
    if not trouble:
        say(f"Histórico de {_in_days(options.days)} gravado em {file}.")
    return trouble


def days(text: str) -> int:
    """The value of ``--days``. Raises argparse's error."""
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= 3650:
        raise argparse.ArgumentTypeError(f"use um número de dias de 1 a 3650, não {text!r}")
    return int(text)


def _days(past: PastRuns, newest: date, count: int, job: str | None) -> Iterator[tuple[date, list[Run]]]:
    for day in views.days_back(newest, count):
        runs = past.runs_of(day, job)
        if runs:
            yield day, runs


def _print_json(days: Iterator[tuple[date, list[Run]]], no_data_exit_code: int, say: Print) -> None:
    """A day at a time: the whole may be hundreds of megabytes."""
    ascii_only = (sys.stdout.encoding or "").lower().replace("-", "") != "utf8"
    before = '{"days": ['
    for day, runs in days:
        value: dict[str, Any] = {
            "day": day.isoformat(),
            "runs": [views.past_run(run, no_data_exit_code) for run in runs],
        }
        say(before + "\n" + json.dumps(value, ensure_ascii=ascii_only))
        before = ","
    say("]}" if before == "," else before + "]}")


def _line(run: Run, no_data_exit_code: int) -> str:
    status = views.status_text(run, no_data_exit_code)
    parts = [f"  {run.started:%H:%M:%S}", run.name, _STATUS.get(status, status)]
    if run.duration_seconds is not None:
        parts.append(duration(run.duration_seconds))
    if run.exit_code:
        parts.append(f"código {run.exit_code}")
    if run.arguments:
        parts.append(f"com {arguments_text(run.arguments)}")
    if run.by:
        parts.append(f"por {run.by}")
    if run.reason:
        parts.append(run.reason)
    return "  ".join(parts)


def _summary(found: Figures, count: int) -> str:
    runs = "1 execução" if found.runs == 1 else f"{found.runs} execuções"
    parts = [f"{runs} deste agente em {_in_days(count)}"]
    if found.success_rate is not None:
        parts.append(f"{found.success_rate:.1%} com sucesso".replace(".", ","))
    if found.median_seconds is not None and found.p95_seconds is not None:
        usual, most = duration(found.median_seconds), duration(found.p95_seconds)
        parts.append(f"costuma levar {usual}, 95 % até {most}")
    return "; ".join(parts) + "."


def _in_days(count: int) -> str:
    return "1 dia" if count == 1 else f"{count} dias"
