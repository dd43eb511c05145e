"""Rows of the history as they come (``automacoes_exec``) made into today's history rows."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from datetime import date, datetime, tzinfo

from tray_agent.core.collation import displayed, script_key
from tray_agent.core.model import HistoryRow


def history_rows(raw: Iterable[Mapping[str, object]], day: date, zone: tzinfo) -> tuple[HistoryRow, ...]:
    """The rows that belong to ``day`` in ``zone``, oldest first.

    ``start_time`` is ISO text, aware or in ``zone``, or None; a row without one goes by its ``date``.
    """
    rows = [row for each in raw if (row := _row(each, day, zone)) is not None]
    latest = datetime.max.replace(tzinfo=zone)
    return tuple(sorted(rows, key=lambda row: (row.start is None, row.start or latest)))


def _row(raw: Mapping[str, object], day: date, zone: tzinfo) -> HistoryRow | None:
    name = raw.get("script_name")
    key = script_key(name) if isinstance(name, str) else ""
    if not key:
        return None
    start = _moment(raw.get("start_time"), zone)
    own_day = start.date() if start else _day(raw.get("date"))
    if own_day not in {day, None}:
        return None
    status = raw.get("status")
    text = displayed(status) if isinstance(status, str) else ""
    return HistoryRow(key, text or None, start, _seconds(raw.get("duration_seconds")))


def _moment(value: object, zone: tzinfo) -> datetime | None:
    if not isinstance(value, str):
        return None
    try:
        moment = datetime.fromisoformat(value.strip())
        return moment.replace(tzinfo=zone) if moment.tzinfo is None else moment.astimezone(zone)
    except (ValueError, OverflowError):
        return None


def _day(value: object) -> date | None:
    try:
        return date.fromisoformat(value.strip()[:10]) if isinstance(value, str) else None
    except ValueError:
        return None


def _seconds(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        seconds = float(value)
    except (ValueError, OverflowError):
        return None
    return seconds if math.isfinite(seconds) and seconds >= 0 else None
