"""The table behind the stand-in for BigQuery: its scenario, and the query really evaluated on it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import duckdb
import sqlglot
from sqlglot import exp

PROJECT = "datalab-pagamentos"
TABLE = f"{PROJECT}.ADMINISTRACAO_CELULA_PYTHON.automacoes_exec"
TYPES = {"script_name": "STRING", "status": "STRING", "duration_seconds": "FLOAT", "date": "DATE"}


@dataclass
class Scenario:
    """What the table holds and how the service behaves; every field may be set through ``POST /control``."""

    rows: list[dict[str, Any]] = field(default_factory=list)
    # Answered beside the query's own rows: what no query would give, such as a NULL start_time.
    extra_rows: list[dict[str, Any]] = field(default_factory=list)
    start_type: str = "TIMESTAMP"
    timezone: str = "America/Sao_Paulo"
    fault: str = ""
    fault_times: int = -1  # how often, -1 for ever
    page_rows: int = 0  # rows in one answer, 0 for all
    clock_shift: float = 0.0  # seconds that the agent's clock is ahead of this machine's
    token_seconds: int = 3600
    service_shift: float = 0.0  # seconds that the service's clock is ahead, grants aside
    job_times: str = (
        "answer"  # where the service tells them: with the "answer", of the "job" only, nowhere ("")
    )
    total_rows: int = -1  # what it claims, -1 for the truth
    rename: dict[str, str] = field(default_factory=dict)  # columns that come under another name
    message: str = ""  # what a refusal says, "" for its own words

    def now(self) -> datetime:
        """The service's present moment."""
        return datetime.now(UTC) + timedelta(seconds=self.clock_shift)

    def service_now(self) -> datetime:
        """The moment by which it evaluates and dates queries."""
        return self.now() + timedelta(seconds=self.service_shift)

    def takes_fault(self, among: Iterable[str]) -> str:
        """The ordered fault, if it is one of these and not used up."""
        if self.fault not in among or self.fault_times == 0:
            return ""
        if self.fault_times > 0:
            self.fault_times -= 1
        return self.fault


class BadSql(Exception):
    """The service would answer 400 or 404; the name of the refusal."""


def evaluate(sql: str, scenario: Scenario) -> list[dict[str, Any]]:
    """The rows that the query selects. Raises :class:`BadSql`."""
    try:
        tree = sqlglot.parse_one(sql, read="bigquery")
    except sqlglot.ParseError as error:
        raise BadSql("400") from error
    for table in list(tree.find_all(exp.Table)):
        if ".".join(part.name for part in table.parts) != TABLE:
            raise BadSql("404")
        table.replace(exp.to_table("executions"))
    for today in list(tree.find_all(exp.CurrentDate)):
        zone = ZoneInfo(today.this.name if today.this else "UTC")
        date = scenario.service_now().astimezone(zone).date().isoformat()
        today.replace(exp.cast(exp.Literal.string(date), exp.DType.DATE))
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        connection.execute(
            "CREATE TABLE executions (number INTEGER, script_name VARCHAR, status VARCHAR, "
            "start_time TIMESTAMP, duration_seconds DOUBLE, date DATE)"
        )
        zone = ZoneInfo(scenario.timezone)
        for number, row in enumerate(scenario.rows):
            start = _moment(row.get("start_time"), zone)
            values = [number, row.get("script_name"), row.get("status")]
            values += [start and start.replace(tzinfo=None), row.get("duration_seconds"), row.get("date")]
            connection.execute("INSERT INTO executions VALUES (?, ?, ?, ?, ?, ?)", values)
        selected = tree.sql("duckdb")
        try:
            cursor = connection.execute(selected)
            names = [column[0] for column in cursor.description or []]
            return [dict(zip(names, values, strict=True)) for values in cursor.fetchall()]
        except duckdb.Error as error:
            raise BadSql("400") from error


def _moment(value: object, zone: ZoneInfo) -> datetime | None:
    """A row's start, in UTC; text without a zone is in the table's."""
    if not isinstance(value, str):
        return None
    moment = datetime.fromisoformat(value)
    return (moment.replace(tzinfo=zone) if moment.tzinfo is None else moment).astimezone(UTC)


class Result:
    """A query's rows as the service encodes them."""

    def __init__(self, rows: list[dict[str, Any]], scenario: Scenario) -> None:
        self._zone = ZoneInfo(scenario.timezone)
        self._types = {**TYPES, "start_time": scenario.start_type}
        names = list(rows[0]) if rows else ["script_name", "status", "start_time", "duration_seconds", "date"]
        self.fields = [
            {"name": scenario.rename.get(name, name), "type": self._types[name], "mode": "NULLABLE"}
            for name in names
            if scenario.rename.get(name) != ""
        ]
        names = [name for name in names if scenario.rename.get(name) != ""]
        extra = [
            {
                **each,
                "start_time": (moment := _moment(each.get("start_time"), self._zone))
                and moment.replace(tzinfo=None),
            }
            for each in scenario.extra_rows
        ]
        self.rows = [
            {"f": [{"v": self._cell(name, row.get(name))} for name in names]} for row in [*rows, *extra]
        ]

    def _cell(self, name: str, value: Any) -> str | None:
        if value is None:
            return None
        if name != "start_time":
            return str(value)
        moment = value.replace(tzinfo=UTC)
        if self._types[name] == "TIMESTAMP":
            return str(int(moment.timestamp()) * 1_000_000 + moment.microsecond)
        return str(moment.astimezone(self._zone).replace(tzinfo=None).isoformat())
