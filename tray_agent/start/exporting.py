"""Past days as a workbook for the page, written by a child: the agent imports no openpyxl."""

from __future__ import annotations

from datetime import datetime

from tray_agent.adapters.readers.process import ReaderFailed, ReaderProcess
from tray_agent.adapters.system.places import Places
from tray_agent.core.settings import Settings

_SECONDS = 300.0


def export(
    reader: ReaderProcess,
    settings: Settings,
    places: Places,
    now: datetime,
    file: str,
    days: int,
    overwrite: bool,
) -> str:
    """Write the days up to now into a file; why not (Portuguese), or ""."""
    request = {
        "folder": str(places.data_dir),
        "file": file,
        "newest": now.date().isoformat(),
        "days": days,
        "timezone": settings.timezone,
        "no_data_exit_code": settings.no_data_exit_code,
        "overwrite": overwrite,
    }
    try:
        answer = reader.run("export", request, _SECONDS)
    except ReaderFailed as failed:
        return f"O histórico não pôde ser exportado: {failed}."
    return "" if answer["ok"] else str(answer.get("error"))
