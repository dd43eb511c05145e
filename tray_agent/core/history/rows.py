"""Rows of the history as they come (``automacoes_exec``) made into today's history rows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta, tzinfo

from tray_agent.core.collation import displayed, script_key
from tray_agent.core.history.matching import FUTURE
from tray_agent.core.history.status import shortened
from tray_agent.core.history.times import as_local
from tray_agent.core.model import HistoryRow

LONGEST_SECONDS = 30 * 86400.0


def history_rows(
    raw: Iterable[Mapping[str, object]], day: date, zone: tzinfo, local_until: datetime | None = None
) -> tuple[HistoryRow, ...]:
    """The rows that belong to ``day`` in ``zone``, oldest first; one without a name has "" for its job.

    ``start_time`` is ISO text, aware or in ``zone``, or None; a row without one goes by its ``date``. With
    ``local_until`` (the present moment) UTC is a local time that was written without its zone, unless the row
    would then begin later than that or on another day.
    """
    rows = [row for each in raw if (row := _row(each, day, zone, local_until)) is not None]
    latest = datetime.max.replace(tzinfo=zone)
    return tuple(sorted(rows, key=lambda row: (row.start is None, row.start or latest)))


def _row(
    raw: Mapping[str, object], day: date, zone: tzinfo, local_until: datetime | None
) -> HistoryRow | None:
    start = _moment(raw.get("start_time"), zone)
    own_day = start.date() if start else _day(raw.get("date"))
    if own_day not in {day, None}:
        return None
    if start and local_until is not None and _is_utc(raw.get("start_time")):
        meant = as_local(start)
        start = meant if meant.date() == day and meant - local_until <= FUTURE else start
    name, status = raw.get("script_name"), raw.get("status")
    text = shortened(displayed(status)) if isinstance(status, str) else ""
    key = script_key(name) if isinstance(name, str) else ""
    return HistoryRow(key, text or None, start, _seconds(raw.get("duration_seconds")))


def _moment(value: object, zone: tzinfo) -> datetime | None:
    if not isinstance(value, str):
        return None
    try:
        moment = datetime.fromisoformat(value.strip())
        return moment.replace(tzinfo=zone) if moment.tzinfo is None else moment.astimezone(zone)
    except (ValueError, OverflowError):
        return None


def _is_utc(value: object) -> bool:
    """Whether a start says that it is in UTC, as all that the table keeps as TIMESTAMP does."""
    try:
        return isinstance(value, str) and datetime.fromisoformat(value.strip()).utcoffset() == timedelta(0)
    except ValueError:
        return False


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
    return seconds if 0 <= seconds <= LONGEST_SECONDS else None
