"""The table of cells and what they mean on a day, computed by other libraries; and cells to vary."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, datetime, time
from pathlib import Path

from tray_agent.core.registry.cells import RawCell
from tray_agent.core.schedules.schedule import Schedule

_FILE = Path(__file__).with_name("examples.json")


@dataclass(frozen=True)
class Example:
    """``fires`` is None where the cell schedules nothing at all."""

    cell: RawCell
    day: date
    fires: list[str] | None
    problem: bool
    group: str


def examples() -> list[Example]:
    return [
        Example(
            _cell(each["cell"]),
            date.fromisoformat(each["date"]),
            each["fires"],
            each["problem"],
            each["group"],
        )
        for each in json.loads(_FILE.read_text(encoding="utf-8"))
    ]


def _cell(plain: object) -> RawCell:
    if not isinstance(plain, dict):
        assert plain is None or isinstance(plain, str | int | float)
        return plain
    value = str(plain["value"])
    if plain["excel"] == "time":
        return time.fromisoformat(value)
    return datetime.fromisoformat(value)


def fires(schedule: Schedule, day: date) -> list[str] | None:
    """The fire times of a day as the table writes them."""
    if not schedule.clauses:
        return None
    return [f"{minute // 60:02d}:{minute % 60:02d}" for minute in schedule.fires(day)]


RESTRICTED = """
seg-sex 8, 12
segunda a sexta 8h30
2ª a 6ª 8h
sábado 10
fim de semana 10h
mon-fri 08:30
dias úteis 9
dias uteis às 9h
business days 9
1º dia útil 7
5º dia útil 8h
penúltimo dia útil 10h
1º e 5º dia útil 7h
todo dia 5 às 9
dias 5, 20 9
dias 1 a 5 às 8h
último dia do mês 18h
dia 5 9h ou próximo dia útil
dia 15 ou dia útil anterior às 10h
dias úteis exceto dezembro 9
todo dia 8h exceto sábado e domingo
1ª segunda do mês 9h
última sexta do mês às 17h
24/12 18
0 8 * * 1-5
0 9 * fev *
8h em janeiro e julho
"""
