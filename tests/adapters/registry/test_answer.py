from __future__ import annotations

import json
from datetime import date, datetime

from hypothesis import given
from hypothesis import strategies as st

from tray_agent.adapters.registry.answer import decode, encode
from tray_agent.core.registry.cells import CellFault, RawCell
from tray_agent.core.registry.columns import ALIASES
from tray_agent.core.registry.reading import read
from tray_agent.core.registry.sheets import RegistryReading, RegistryRefused, Sheet

_WORDS = st.sampled_from(
    [
        *(
            "sim",
            "não",
            "talvez",
            "8, 12",
            "seg-sex 8h",
            "dias úteis 9h",
            "8.12",
            "ALL",
            "17:30",
            "30 min",
            "+90 min",
        ),
        *(
            "última",
            "2 x 10 min (75)",
            "SAP; Excel",
            "carga; carga",
            "{d-1} x",
            '"',
            "25/01/2027",
            "dia útil",
            "a",
            "b",
        ),
    ]
)
_CELLS: st.SearchStrategy[RawCell] = st.one_of(
    _WORDS,
    st.none(),
    st.text(max_size=8),
    st.integers(-2, 50_000),
    st.floats(allow_nan=False),
    st.booleans(),
    st.times(),
    st.timedeltas(),
    st.datetimes(datetime(1990, 1, 1), datetime(2110, 1, 1)),
    st.dates(date(1990, 1, 1)),
    st.builds(CellFault, st.just("#N/A")),
)
_HEADINGS = st.one_of(
    st.sampled_from([alias for aliases in ALIASES.values() for alias in aliases]), st.text(max_size=6)
)


@st.composite
def sheets(draw: st.DrawFn) -> list[Sheet]:
    """A registry with any columns beside the needed ones, sheets of dates, and a sheet of anything."""
    extra = draw(st.lists(_HEADINGS, max_size=6))
    header: list[RawCell] = ["script", "cron", "ativo", *extra]
    rows = draw(st.lists(st.lists(_CELLS, max_size=len(header)), max_size=6))
    volatile = draw(
        st.dictionaries(st.tuples(st.integers(0, 6), st.integers(0, 8)), st.just("TODAY"), max_size=2)
    )
    dated = [["data", "nome", "tipo"], *draw(st.lists(st.lists(_CELLS, max_size=3), max_size=4))]
    halts = [["de", "ate", "area", "automacao"], *draw(st.lists(st.lists(_CELLS, max_size=4), max_size=4))]
    other = draw(st.lists(st.lists(st.one_of(_CELLS, _HEADINGS), max_size=4), max_size=3))
    return [
        Sheet("Outra", other, hidden=draw(st.booleans())),
        Sheet("Registro", [header, *rows], volatile=volatile),
        Sheet("Feriados", dated),
        Sheet("Paradas", halts),
    ]


@given(sheets())
def test_whatever_is_in_a_workbook_is_read_and_crosses_to_the_agent(book: list[Sheet]) -> None:
    reading = read(book)
    if isinstance(reading, RegistryRefused):
        assert reading.text
        return
    answer = json.loads(json.dumps(encode(reading, None)))
    crossed, _ = decode(answer)
    assert isinstance(crossed, RegistryReading)
    assert crossed.problems == reading.problems
    assert (crossed.pcs_named, crossed.halts, crossed.own_days, crossed.unknown) == (
        reading.pcs_named,
        reading.halts,
        reading.own_days,
        reading.unknown,
    )
    for there, here in zip(reading.rows, crossed.rows, strict=True):
        assert (here.schedule.kind, here.schedule.text) == (there.schedule.kind, there.schedule.text)
        assert here.policies == there.policies
        assert (here.key, here.note, here.schedule_problem) == (there.key, there.note, there.schedule_problem)
        if there.schedule_problem or there.policies.unread:
            assert any(problem.job == there.key for problem in reading.problems)
