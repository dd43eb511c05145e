"""Past days as a workbook. Runs in children and short commands only: openpyxl is no part of the agent."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile
from zoneinfo import ZoneInfo

from tray_agent.adapters.journal.past import PastRuns
from tray_agent.adapters.system import os_faults
from tray_agent.core.history.status import run_status
from tray_agent.core.model import Asked, CardState, Outcome, Run
from tray_agent.core.picture.past import figures, state_of_end
from tray_agent.core.ports import JournalError

_ILLEGAL_IN_EXCEL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
_MOST_ROWS = 1_048_575
_LONGEST_CELL = 32_767
_DATE, _MOMENT = "dd/mm/yyyy", "dd/mm/yyyy hh:mm:ss"
_RUNS = (
    ("Dia", 12),
    ("Automação", 34),
    ("Início", 20),
    ("Fim", 20),
    ("Duração (s)", 12),
    ("Situação", 16),
    ("Código", 9),
    ("Motivo", 60),
    ("Disparo", 14),
    ("Quem", 24),
    ("Tentativa", 10),
    ("Desfecho", 12),
    ("Log", 60),
)
_JOBS = (
    ("Automação", 34),
    ("Execuções", 12),
    ("Falhas", 10),
    ("Sucesso", 10),
    ("Mediana (s)", 12),
    ("95 % até (s)", 12),
    ("Tendência (s/dia)", 18),
)
_ASKED = (("Quando", 20), ("Quem", 24), ("Pedido", 16), ("Automação", 34), ("Aceito", 9), ("Resposta", 60))
_TRIGGERS = {"scheduled": "agendada", "manual": "manual", "retry": "nova tentativa", "repeat": "repetição"}
_OUTCOMES = {
    "ended": "terminou",
    "stopped": "interrompida",
    "timed_out": "tempo esgotado",
    "unknown": "sem resultado",
}


def answer(request: dict[str, Any]) -> dict[str, Any]:
    """The child's side: what :func:`write` is told, as JSON."""
    trouble = write(
        PastRuns(Path(request["folder"]), request["no_data_exit_code"]),
        Path(request["file"]),
        date.fromisoformat(request["newest"]),
        request["days"],
        timezone=request["timezone"],
        no_data_exit_code=request["no_data_exit_code"],
        overwrite=request.get("overwrite") is True,
    )
    return {"ok": not trouble, "error": trouble}


def write(
    past: PastRuns,
    file: Path,
    newest: date,
    days: int,
    *,
    timezone: str,
    no_data_exit_code: int,
    overwrite: bool = False,
) -> str:
    """Write the days up to ``newest`` into a workbook, whole or not at all; why not (Portuguese), or "".

    A file that is there is replaced only when told so.
    """
    if file.suffix.lower() != ".xlsx":
        return f"O arquivo {file} precisa terminar em .xlsx."
    if file.exists() and not overwrite:
        return f"O arquivo {file} já existe; escolha outro nome."
    written = file.with_name(f".{file.stem}-{os.getpid()}.tmp.xlsx")
    try:
        written.open("wb").close()  # a folder that cannot be written is said before there is work in it
        _Book(ZoneInfo(timezone), no_data_exit_code).write(written, past, newest, days)
        if overwrite:
            written.replace(file)
        else:
            _put(written, file)
    except FileExistsError:
        return f"O arquivo {file} já existe; escolha outro nome."
    except OSError as error:
        return f"Não foi possível gravar {file}: {os_faults.reason(error)}."
    except JournalError as error:
        return str(error)
    finally:
        _remove(written)
    return ""


def _put(written: Path, file: Path) -> None:
    """Give the finished file its name, which nobody else may have taken meanwhile."""
    if os.name == "nt":
        written.rename(file)
        return
    try:
        os.link(written, file)
    except FileExistsError:
        raise
    except OSError:  # a file system without links
        written.rename(file)


def _remove(path: Path) -> None:
    try:
        path.unlink(missing_ok=True)
    except OSError:
        return  # it is in nobody's way


class _Share(float):
    """A part of a whole, which a person reads as percent."""


def _rounded(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds, 3)


class _Book:
    """A workbook that is written row by row: half a million rows never lie in memory at once."""

    def __init__(self, zone: ZoneInfo, no_data_exit_code: int) -> None:
        from openpyxl import Workbook

        self._zone = zone
        self._no_data = no_data_exit_code
        self._book = Workbook(write_only=True)

    def write(self, file: Path, past: PastRuns, newest: date, days: int) -> None:
        """Raises OSError and JournalError."""
        try:
            self._fill(past, newest, days)
            self._save(file)
        finally:
            for sheet in self._book.worksheets:
                if not sheet.closed:  # a writer that is left open complains when it is collected
                    sheet.close()

    def _save(self, file: Path) -> None:
        """As openpyxl saves, in an archive of our own: its own one complains on stderr of a full disk when it
        is collected."""
        from openpyxl.writer.excel import ExcelWriter

        with ZipFile(file, "w", ZIP_DEFLATED) as archive:
            ExcelWriter(self._book, archive).save()

    def _fill(self, past: PastRuns, newest: date, days: int) -> None:
        since = newest - timedelta(days=days - 1)
        jobs: dict[str, str] = {}
        self._table("Execuções", _RUNS, self._runs(past, newest, days, jobs))
        self._table("Resumo", _JOBS, self._jobs(past, since, newest, jobs))
        self._table("Pedidos", _ASKED, map(self._asked, past.asked(since)))

    def _table(self, title: str, columns: tuple[tuple[str, int], ...], rows: Iterable[list[Any]]) -> None:
        """A sheet with a header that stays, and filters; as many sheets as its rows need."""
        sheet, left, number = self._sheet(title, columns), _MOST_ROWS, 1
        for row in rows:
            if not left:
                number += 1
                sheet, left = self._sheet(f"{title} {number}", columns), _MOST_ROWS
            sheet.append([self._cell(sheet, value) for value in row])
            left -= 1

    def _sheet(self, title: str, columns: tuple[tuple[str, int], ...]) -> Any:
        from openpyxl.cell import WriteOnlyCell
        from openpyxl.styles import Font
        from openpyxl.utils import get_column_letter

        sheet = self._book.create_sheet(title)
        sheet.freeze_panes = "A2"
        for place, (_, width) in enumerate(columns, 1):
            sheet.column_dimensions[get_column_letter(place)].width = width
        header = [WriteOnlyCell(sheet, name) for name, _ in columns]
        for cell in header:
            cell.font = Font(bold=True)
        sheet.append(header)
        sheet.auto_filter.ref = f"A1:{get_column_letter(len(columns))}1"
        return sheet

    def _cell(self, sheet: Any, value: Any) -> Any:
        from openpyxl.cell import WriteOnlyCell

        if isinstance(value, str):
            cell = WriteOnlyCell(sheet, _ILLEGAL_IN_EXCEL.sub(" ", value)[:_LONGEST_CELL])
            cell.data_type = "s"  # text that begins with "=" is text
            return cell
        if isinstance(value, _Share):
            cell = WriteOnlyCell(sheet, float(value))
            cell.number_format = "0.0%"
            return cell
        if isinstance(value, datetime):
            cell = WriteOnlyCell(sheet, value.astimezone(self._zone).replace(tzinfo=None, microsecond=0))
            cell.number_format = _MOMENT
            return cell
        if isinstance(value, date):
            cell = WriteOnlyCell(sheet, datetime(value.year, value.month, value.day))  # noqa: DTZ001 - a day
            cell.number_format = _DATE
            return cell
        return value

    def _runs(self, past: PastRuns, newest: date, days: int, jobs: dict[str, str]) -> Iterable[list[Any]]:
        for back in range(days):
            for run in past.runs_of(newest - timedelta(days=back)):
                jobs.setdefault(run.job, run.name)
                yield self._run(run)

    def _run(self, run: Run) -> list[Any]:
        return [
            run.day,
            run.name,
            run.started,
            run.ended,
            _rounded(run.duration_seconds),
            "RUNNING" if run.outcome is None else run_status(run, self._no_data),
            run.exit_code,
            run.reason or None,
            _TRIGGERS.get(run.trigger.value, run.trigger.value),
            run.by or None,
            run.attempt or None,
            _OUTCOMES.get(run.outcome.value, run.outcome.value) if run.outcome else None,
            run.log,
        ]

    def _jobs(self, past: PastRuns, since: date, newest: date, jobs: dict[str, str]) -> Iterable[list[Any]]:
        for job, name in sorted(jobs.items(), key=lambda each: each[1].casefold()):
            ends = past.ends(since, newest, [job])
            found = figures(ends, self._no_data)
            states = (state_of_end(Outcome(end.outcome), end.exit_code, self._no_data) for end in ends.others)
            yield [
                name,
                found.runs,
                sum(state is CardState.ERROR for state in states),
                None if found.success_rate is None else _Share(found.success_rate),
                _rounded(found.median_seconds),
                _rounded(found.p95_seconds),
                _rounded(found.trend_seconds_per_day),
            ]

    def _asked(self, asked: Asked) -> list[Any]:
        return [
            asked.at,
            asked.by or None,
            asked.what,
            asked.job or None,
            "sim" if asked.accepted else "não",
            asked.text,
        ]
