from __future__ import annotations

from datetime import date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tray_agent.core.policies import NO_POLICIES, CatchUp, Limit, Policies, Retries
from tray_agent.core.registry.cells import CellFault, RawCell
from tray_agent.core.registry.policies import POLICY_ROLES, PolicyReader, PolicyReading


def reading(role: str, cell: RawCell) -> PolicyReading:
    return PolicyReader().read(((role, cell, ""),))


def value(role: str, cell: RawCell) -> Policies:
    result = reading(role, cell)
    assert result.wrong == ()
    return result.policies


@pytest.mark.parametrize(
    ("cell", "catch_up"),
    [
        ("todas", CatchUp.ALL),
        ("ALL", CatchUp.ALL),
        ("última", CatchUp.LAST),
        (" ULTIMA ", CatchUp.LAST),
        ("só a última", CatchUp.LAST),
        ("last", CatchUp.LAST),
        ("não", CatchUp.NONE),
        ("nao", CatchUp.NONE),
        ("none", CatchUp.NONE),
        ("  ", CatchUp.ALL),
    ],
)
def test_catch_up_is_one_of_three_words(cell: str, catch_up: CatchUp) -> None:
    assert value("catch_up", cell).catch_up is catch_up


@pytest.mark.parametrize(
    ("cell", "limit"),
    [
        ("17:30", Limit(minute=1050)),
        ("17h30", Limit(minute=1050)),
        ("17h", Limit(minute=1020)),
        ("às 9h", Limit(minute=540)),
        (time(17, 30), Limit(minute=1050)),
        (time(0, 0), Limit(minute=0)),
        ("30 min", Limit(after_minutes=30)),
        ("30min", Limit(after_minutes=30)),
        ("+30 minutos", Limit(after_minutes=30)),
        ("2 horas", Limit(after_minutes=120)),
        ("+2h", Limit(after_minutes=120)),
    ],
)
@pytest.mark.parametrize(("role", "name"), [("start_by", "start_by"), ("deadline", "deadline")])
def test_limits_are_clock_times_or_minutes(role: str, name: str, cell: RawCell, limit: Limit) -> None:
    assert getattr(value(role, cell), name) == limit


@pytest.mark.parametrize(
    ("cell", "retries"),
    [
        (2, Retries(2)),
        (2.0, Retries(2)),
        ("2", Retries(2)),
        ("2 x 10 min", Retries(2, 10)),
        ("3x5min", Retries(3, 5)),
        ("2 x 10 min (75)", Retries(2, 10, (75,))),
        ("1 (75, 76)", Retries(1, 5, (75, 76))),
        (0, None),
        ("0", None),
    ],
)
def test_retries_are_a_number_a_wait_and_exit_codes(cell: RawCell, retries: Retries | None) -> None:
    assert value("retries", cell).retries == retries


@pytest.mark.parametrize(
    ("cell", "names"),
    [
        ("SAP", ("SAP",)),
        ("SAP; Excel", ("SAP", "Excel")),
        ("SAP, Excel\nnavegador", ("SAP", "Excel", "navegador")),
        ("SAP e Excel", ("SAP", "Excel")),
        ("SAP; sap", ("sap",)),
        (7, ("7",)),
        (" ; ", ()),
    ],
)
def test_resources_are_names(cell: RawCell, names: tuple[str, ...]) -> None:
    assert value("resources", cell).resources == names


def test_a_resource_has_one_spelling_in_all_rows() -> None:
    reader = PolicyReader()
    assert reader.read((("resources", "SAP", ""),)).policies.resources == ("SAP",)
    assert reader.read((("resources", "sap; Excel", ""),)).policies.resources == ("SAP", "Excel")


def test_the_jobs_waited_for_are_named_with_or_without_their_ending() -> None:
    assert value("after", "Carga_X.py; carga y\ncarga_x").after == ("carga_x", "carga y")


@pytest.mark.parametrize(
    ("cell", "words"),
    [
        ("--dia {d-1} -v", ("--dia", "{d-1}", "-v")),
        (r"C:\pasta\nova x", (r"C:\pasta\nova", "x")),
        (r'"C:\minha pasta\x.txt" --nome="Ana B"', (r"C:\minha pasta\x.txt", "--nome=Ana B")),
        ('a "" b', ("a", "", "b")),
        ("{data} {d+1:%Y%m%d} {ultimo_util:%d/%m/%Y}", ("{data}", "{d+1:%Y%m%d}", "{ultimo_util:%d/%m/%Y}")),
        (2026, ("2026",)),
    ],
)
def test_arguments_are_words_without_a_shell(cell: RawCell, words: tuple[str, ...]) -> None:
    assert value("arguments", cell).arguments == words


@pytest.mark.parametrize(
    ("role", "cell"),
    [
        ("catch_up", "talvez"),
        ("catch_up", True),
        ("start_by", "24:00"),
        ("start_by", "17:60"),
        ("start_by", 30),
        ("start_by", "0 min"),
        ("start_by", timedelta(hours=30)),
        ("resources", date(2026, 1, 1)),
        ("resources", True),
        ("after", time(8)),
        ("arguments", 'x "y'),
        ("arguments", "{ontem}"),
        ("arguments", "{d}"),
        ("arguments", "{d-1:%Q}"),
        ("arguments", "a } b"),
        ("arguments", datetime(2026, 1, 1)),
        ("arguments", CellFault("#N/A")),
    ],
)
def test_a_restricting_cell_that_cannot_be_read_keeps_the_job_from_starting(role: str, cell: RawCell) -> None:
    result = reading(role, cell)
    ((wrong_role, text),) = result.wrong
    assert wrong_role == role
    assert text.endswith("a automação não é iniciada por agendamento")
    assert result.policies.unread
    assert text.startswith(result.policies.unread)


@pytest.mark.parametrize(
    ("role", "cell"),
    [
        ("deadline", "amanhã"),
        ("deadline", 30),
        ("deadline", date(2026, 1, 1)),
        ("retries", "muitas"),
        ("retries", 21),
        ("retries", -1),
        ("retries", 1.5),
        ("retries", "2 x 0 min"),
        ("retries", date(2026, 1, 1)),
    ],
)
def test_a_deadline_or_retries_that_cannot_be_read_leave_the_default(role: str, cell: RawCell) -> None:
    result = reading(role, cell)
    assert result.policies is NO_POLICIES
    assert "fica sem" in result.wrong[0][1]


def test_a_cell_that_may_not_be_used_counts_as_unreadable() -> None:
    result = PolicyReader().read((("start_by", "17:30", "a fórmula depende de TODAY"),))
    assert result.policies == Policies(unread="a fórmula depende de TODAY")


def test_every_wrong_cell_of_a_row_is_told() -> None:
    result = PolicyReader().read((("catch_up", "x", ""), ("retries", "y", ""), ("start_by", "z", "")))
    assert [role for role, _ in result.wrong] == ["catch_up", "retries", "start_by"]
    assert result.policies.unread.count("não entendi") == 2


def test_equal_cells_are_read_once() -> None:
    reader = PolicyReader()
    cells = (("retries", "2 x 10 min", ""),)
    assert reader.read(cells) is reader.read((("retries", "2 x 10 min", ""),))
    assert reader.read((("retries", 1, ""),)) != reader.read((("retries", True, ""),))


@given(
    st.sampled_from(POLICY_ROLES),
    st.one_of(st.text(), st.floats(), st.integers(), st.times(), st.timedeltas(), st.datetimes()),
)
def test_no_cell_whatever_is_in_it_breaks_a_reading(role: str, cell: RawCell) -> None:
    result = reading(role, cell)
    assert all(text for _, text in result.wrong)


@pytest.mark.parametrize(
    ("cell", "pcs"),
    [
        ("PC-MARIA", ("PC-MARIA",)),
        (" PC-MARIA; pc-maria ;PC-JOSE", ("PC-MARIA", "PC-JOSE")),
        ("PC-MARIA ou PC-JOSE", ("PC-MARIA", "PC-JOSE")),
        ("sap e excel", ("sap", "excel")),
        ("*", ("*",)),
        (3, ("3",)),
        (time(8, 0), ("08:00",)),
        (CellFault("#N/D"), ("#N/D",)),
        ("  ", ()),
        (None, ()),
    ],
)
def test_whatever_the_column_pc_says_is_a_name(cell: RawCell, pcs: tuple[str, ...]) -> None:
    """Only the agent knows who is of its team, and whether there is one: no cell of it stops a job alone."""
    assert value("pcs", cell) == Policies(pcs=pcs)


def test_one_pc_has_one_name_however_its_rows_spell_it() -> None:
    reader = PolicyReader()
    assert reader.read((("pcs", "Máquina", ""),)).policies.pcs == ("Máquina",)
    assert reader.read((("pcs", "*; MAQUINA", ""),)).policies.pcs == ("*", "Máquina")


def test_a_cell_of_the_column_pc_that_may_not_be_used_is_nobodys_and_stops_nothing_without_a_team() -> None:
    result = PolicyReader().read((("pcs", "PC-MARIA", "duas células se contradizem"),))

    assert result.policies == Policies(pcs=("?",))
    assert result.wrong == (("pcs", "duas células se contradizem; com uma equipe, espera em todos os PCs"),)
