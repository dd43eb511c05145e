from __future__ import annotations

from datetime import date, time
from pathlib import PurePosixPath

import pytest

from tray_agent.core.model import Cell, RegistryRow, Script, Where
from tray_agent.core.registry.cells import CellFault, RawCell
from tray_agent.core.registry.reading import (
    RegistryReading,
    RegistryRefused,
    Sheet,
    column_letter,
    link,
    read,
)
from tray_agent.core.schedules.schedule import ALL_DAY, MANUAL, at_hours

HEADER: list[RawCell] = ["script_name", "area_name", "cron_schedule", "active"]
BASE = PurePosixPath("/base")


def reading(*rows: list[RawCell], header: list[RawCell] | None = None) -> RegistryReading:
    result = read([Sheet("Plan1", [header or HEADER, *rows])])
    assert isinstance(result, RegistryReading), result
    return result


def refused(*sheets: Sheet) -> str:
    result = read(sheets)
    assert isinstance(result, RegistryRefused), result
    return result.text


def row(key: str, area: str = "Cadastro", line: int = 2) -> RegistryRow:
    return RegistryRow(key, key, area, ALL_DAY, line)


def script(path: str) -> Script:
    stem = path.rsplit("/", 1)[-1].removesuffix(".py")
    return Script(stem.casefold(), stem, f"{BASE}/{path}")


def test_an_active_row_is_read_whole() -> None:
    result = reading(["Envia_Pix.py", " Mensageria ", "8, 12", "Sim"])
    assert result.problems == ()
    assert result.sheet == "Plan1"
    assert result.rows == (RegistryRow("envia_pix", "Envia_Pix.py", "Mensageria", at_hours({8, 12}), 2),)


@pytest.mark.parametrize("name", ["script_name", "SCRIPT", "Nome Script", "nome", "Automação", "nome-script"])
def test_the_script_column_goes_by_many_names(name: str) -> None:
    assert reading(["a", "", "ALL", 1], header=[name, "area", "cron", "ativo"]).rows[0].key == "a"


@pytest.mark.parametrize(
    "name", ["cron_schedule", "Cron", "SCHEDULE", "Agendamento", "Horários", "cron\u00a0schedule"]
)
def test_the_schedule_column_goes_by_many_names(name: str) -> None:
    assert reading(["a", "", "ALL", 1], header=["script", "area", name, "ativo"]).rows[0].schedule is ALL_DAY


@pytest.mark.parametrize("name", ["active", "IS ACTIVE", " is-active ", "Ativo", "ati\u200bvo"])
def test_the_active_column_goes_by_many_names(name: str) -> None:
    assert len(reading(["a", "", "ALL", 1], header=["script", "area", "cron", name]).rows) == 1


@pytest.mark.parametrize("name", ["timeout", "timeout_minutes", "Tempo Limite"])
def test_a_time_limit_column_may_be_there(name: str) -> None:
    result = reading(["a", "", "ALL", 1, 15], ["b", "", "ALL", 1, "x"], header=[*HEADER, name])
    assert [each.timeout_minutes for each in result.rows] == [15.0, None]
    assert [each.cell for each in result.problems] == [Cell(3, "E", "x")]


def test_of_two_names_for_one_column_the_better_known_one_is_taken() -> None:
    result = reading(["errado", "certo", "ALL", 1], header=["nome", "script_name", "cron", "ativo"])
    assert result.rows[0].key == "certo"
    assert result.problems == ()


def test_a_header_that_appears_twice_is_a_problem_and_the_first_counts() -> None:
    result = reading(["a", "ALL", 1, 8], header=["script", "cron", "ativo", "Cron"])
    assert result.rows[0].schedule is ALL_DAY
    assert "linha 1" in result.problems[0].what
    assert "B e D" in result.problems[0].what


def test_without_an_area_column_or_value_the_area_is_said_to_be_missing() -> None:
    assert reading(["a", "ALL", 1], header=["script", "cron", "ativo"]).rows[0].area == "Sem área"
    assert reading(["a", "  ", "ALL", 1]).rows[0].area == "Sem área"


@pytest.mark.parametrize("missing", [0, 2, 3])
def test_a_workbook_without_a_needed_column_is_refused_naming_those_it_has(missing: int) -> None:
    header = [name for index, name in enumerate(HEADER) if index != missing]
    text = refused(Sheet("Plan1", [header, ["a", "b", "c"]]))
    assert f'não tem a coluna "{HEADER[missing]}"' in text
    for name in header:
        assert str(name) in text


def test_several_missing_columns_are_all_named() -> None:
    text = refused(Sheet("Plan1", [["Produto", None, "Preço"], ["x", 1, 2]]))
    assert '"script_name", "cron_schedule" e "active"' in text
    assert text.endswith("colunas encontradas: Produto, Preço")


def test_of_several_wrong_sheets_the_likeliest_is_described() -> None:
    text = refused(
        Sheet("Capa", [["Bem-vindo"]]), Sheet("Dados", [["script", "area"]]), Sheet("Fim", [["x"]])
    )
    assert text.endswith("colunas encontradas: script, area")


def test_an_empty_workbook_is_refused_in_words() -> None:
    assert "vazio" in refused(Sheet("Plan1", []), Sheet("Plan2", [[], [None, ""]]))
    assert "vazio" in refused()


def test_the_first_sheet_with_the_columns_in_its_first_twenty_rows_is_read() -> None:
    blank: list[list[RawCell]] = [["Registro de automações"], *([[None]] * 18)]
    late = Sheet("Tarde", [*blank, [None], HEADER, ["tarde", "", "ALL", 1]])
    found = Sheet("Registro", [*blank, [None, *HEADER], [None, "certo", "", "ALL", 1]])
    result = read([Sheet("Capa", [["x"]]), late, found, Sheet("Outro", [HEADER, ["outro", "", "ALL", 1]])])
    assert isinstance(result, RegistryReading)
    assert (result.sheet, result.rows[0].key, result.rows[0].line) == ("Registro", "certo", 21)


def test_inactive_rows_yield_neither_rows_nor_problems() -> None:
    result = reading(["a", "", "abc", "não"], [None, None, 8.12, None], ["", "", "", ""], [], [None])
    assert result == RegistryReading((), (), "Plan1")


def test_a_wrong_schedule_is_a_problem_with_its_place_and_what_to_do() -> None:
    result = reading(["a", "", "8, 25", 1])
    (problem,) = result.problems
    assert problem.where is Where.REGISTRY
    assert problem.what.startswith('linha 2: célula C2: "25" ')
    assert problem.cell == Cell(2, "C", "8, 25")
    assert "C2" in problem.action
    assert result.rows[0].schedule == at_hours({8})


def test_a_schedule_without_a_right_part_is_manual() -> None:
    result = reading(["a", "", "abc", 1], ["b", "", 8.12, 1], ["c", "", date(2026, 12, 8), 1])
    assert [each.schedule for each in result.rows] == [MANUAL, MANUAL, MANUAL]
    assert [each.what.split(":")[0] for each in result.problems] == ["linha 2", "linha 3", "linha 4"]
    assert "formate a coluna como Texto" in result.problems[1].what
    assert "formate a coluna como Texto" in result.problems[2].what


def test_excel_times_are_hours() -> None:
    assert reading(["a", "", time(8), 1]).rows[0].schedule == at_hours({8})


def test_an_active_row_without_a_script_is_a_problem() -> None:
    result = reading([None, "Cadastro", "ALL", True])
    assert result.rows == ()
    assert "linha 2: célula A2: falta o nome do script" in result.problems[0].what


def test_formulas_without_a_value_are_problems_in_every_column() -> None:
    broken = CellFault("#N/A")
    result = reading(
        [broken, "x", "ALL", 1], ["b", broken, "ALL", 1], ["c", "x", broken, 1], ["d", "x", "ALL", broken]
    )
    assert [(each.key, each.area, each.schedule) for each in result.rows] == [
        ("b", "Sem área", ALL_DAY),
        ("c", "x", MANUAL),
    ]
    assert [each.cell for each in result.problems] == [
        Cell(2, "A", "#N/A"),
        Cell(3, "B", "#N/A"),
        Cell(4, "C", "#N/A"),
        Cell(5, "D", "#N/A"),
    ]


def test_numbers_name_scripts_without_their_point_zero() -> None:
    assert reading([2024.0, "", "ALL", 1]).rows[0].key == "2024"


def test_short_rows_miss_only_their_last_cells() -> None:
    result = reading(["b", 1], header=["script", "ativo", "cron", "area"])
    assert result.rows[0].schedule is MANUAL


@pytest.mark.parametrize(("index", "letters"), [(0, "A"), (25, "Z"), (26, "AA"), (701, "ZZ"), (16383, "XFD")])
def test_columns_are_lettered_as_in_excel(index: int, letters: str) -> None:
    assert column_letter(index) == letters


def test_rows_and_scripts_cross_into_jobs_ordered_by_area_and_name() -> None:
    scripts = [script("b/metodos/Zeta.py"), script("b/metodos/época.py"), script("a/metodos/alfa.py")]
    rows = [row("zeta", "Câmbio"), row("época", "Câmbio", 3), row("alfa", "Cadastro", 4)]
    jobs, problems = link(rows, scripts, BASE)
    assert problems == ()
    assert [(job.area, job.name, job.id) for job in jobs] == [
        ("Cadastro", "alfa", "alfa"),
        ("Câmbio", "época", "época"),
        ("Câmbio", "Zeta", "zeta"),
    ]
    assert jobs[2].path == "/base/b/metodos/Zeta.py"


def test_a_row_without_a_file_is_a_problem_of_the_registry() -> None:
    jobs, (problem,) = link([row("some")], [script("a/metodos/outro.py")], BASE)
    assert jobs == ()
    assert problem.where is Where.REGISTRY
    assert problem.what == 'linha 2: nenhum arquivo "some.py" em uma pasta metodos'


def test_of_two_files_the_one_in_a_folder_named_like_the_area_wins() -> None:
    scripts = [script("arquivo/metodos/x.py"), script("b/CADASTRO/metodos/x.py")]
    (job,), (problem,) = link([row("x")], scripts, BASE)
    assert job.path == "/base/b/CADASTRO/metodos/x.py"
    assert problem.where is Where.REGISTRY
    assert problem.what.startswith('linha 2: 2 arquivos para "x"')
    assert problem.what.endswith("vale b/CADASTRO/metodos/x.py")


def test_of_two_files_outside_the_area_the_first_by_path_wins() -> None:
    (job,), _ = link([row("x", "Outra")], [script("b/metodos/x.py"), script("a/metodos/x.py")], BASE)
    assert job.path == "/base/a/metodos/x.py"


def test_a_file_named_like_the_area_is_not_a_folder_of_it() -> None:
    scripts = [script("b/metodos/cadastro.py"), script("a/metodos/cadastro.py")]
    (job,), _ = link([row("cadastro", "cadastro.py")], scripts, BASE)
    assert job.path == "/base/a/metodos/cadastro.py"


def test_a_second_row_for_a_key_is_a_problem_and_the_first_wins() -> None:
    rows = [row("x", "Primeira", 2), row("x", "Segunda", 9)]
    (job,), (problem,) = link(rows, [script("a/metodos/x.py")], BASE)
    assert job.area == "Primeira"
    assert problem.what == 'linha 9: "x" já está na linha 2; vale a primeira'
    assert problem.where is Where.REGISTRY


def test_a_script_outside_the_base_keeps_its_whole_path_in_words() -> None:
    twins = [Script("x", "x", "/fora/metodos/x.py"), Script("x", "x", "/base/metodos/x.py")]
    _, (problem,) = link([row("x")], twins, BASE)
    assert "/fora/metodos/x.py" in problem.what
