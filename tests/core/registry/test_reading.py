from __future__ import annotations

from datetime import date, time
from pathlib import PurePosixPath

import pytest

from tray_agent.core.model import Cell, PcNamed, RegistryRow, Script, Where
from tray_agent.core.policies import NO_POLICIES, CatchUp, Limit, Policies, Retries
from tray_agent.core.registry.cells import CellFault, RawCell
from tray_agent.core.registry.columns import column_letter
from tray_agent.core.registry.linking import Skipped, link
from tray_agent.core.registry.reading import read
from tray_agent.core.registry.sheets import RegistryReading, RegistryRefused, Sheet
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


@pytest.mark.parametrize(
    "header", [["script", "cron", "horarios", "ativo"], ["script", "cron", "Cron", "ativo"]]
)
def test_of_two_columns_of_one_meaning_each_row_takes_the_filled_one(header: list[RawCell]) -> None:
    result = reading(
        ["a", "8", None, 1], ["b", "", 9, 1], ["c", "10", "10", 1], ["d", None, "", 1], header=header
    )
    assert [each.schedule for each in result.rows] == [at_hours({8}), at_hours({9}), at_hours({10}), MANUAL]
    assert result.problems == ()


def test_an_empty_active_column_does_not_hide_a_filled_one() -> None:
    header: list[RawCell] = ["script", "cron", "active", "ativo"]
    result = reading(["a", 8, None, "sim"], ["b", 8, "TRUE", "sim"], ["c", 8, "", "não"], header=header)
    assert [each.key for each in result.rows] == ["a", "b"]
    assert result.problems == ()


def test_a_row_whose_two_schedules_differ_schedules_nothing() -> None:
    result = reading(["a", 8, 9, 1], header=["script", "cron", "horarios", "ativo"])
    (problem,) = result.problems
    assert result.rows[0].schedule is MANUAL
    assert (
        'B2 e C2 têm o mesmo papel e dizem coisas diferentes ("8" e "9"); nada foi agendado' in problem.what
    )
    assert problem.job == "a"
    assert "B2 e C2" in result.rows[0].schedule_problem


def test_a_row_whose_two_active_cells_differ_does_not_run() -> None:
    result = reading(["a", 8, "sim", "não"], header=["script", "cron", "active", "ativo"])
    assert result.rows == ()
    assert "C2 e D2" in result.problems[0].what
    assert "linha inativa" in result.problems[0].what


def test_of_two_differing_names_the_better_known_column_counts_and_it_is_said() -> None:
    result = reading(["errado", "certo", "ALL", 1], header=["nome", "script_name", "cron", "ativo"])
    assert result.rows[0].key == "certo"
    assert "B2 e A2" in result.problems[0].what
    assert "vale a primeira" in result.problems[0].what


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


@pytest.mark.parametrize("word", ["Ativo", "X", "yes", "ok", "sim - até 30/06", 2, date(2026, 6, 30)])
def test_a_word_in_the_active_column_that_is_neither_yes_nor_no_is_a_problem(word: RawCell) -> None:
    result = reading(["Envia", "", "ALL", word])
    (problem,) = result.problems
    assert result.rows == ()
    assert problem.what.startswith("linha 2: célula D2: ")
    assert "não é sim nem não; a linha não roda" in problem.what
    assert problem.job == "envia"
    assert "D2" in problem.action


def test_every_other_sheet_that_looks_like_a_registry_is_named() -> None:
    table = [HEADER, ["a", "", "ALL", 1]]
    result = read(
        [
            Sheet("Velha", table, hidden=True),
            Sheet("Capa", [["x"]]),
            Sheet("Cadastro", table),
            Sheet("Mensageria", table),
        ]
    )
    assert isinstance(result, RegistryReading)
    assert result.sheet == "Cadastro"
    assert [problem.what for problem in result.problems] == [
        'a aba oculta "Velha" também tem as colunas de um registro e não é lida; só vale a aba "Cadastro"',
        'a aba "Mensageria" também tem as colunas de um registro e não é lida; só vale a aba "Cadastro"',
    ]


def test_a_registry_on_a_hidden_sheet_alone_is_refused_by_its_name() -> None:
    assert '"Velha" tem as colunas do registro, mas está oculta' in refused(
        Sheet("Velha", [HEADER], hidden=True)
    )


def test_a_sheet_that_could_not_be_read_is_named() -> None:
    result = read([Sheet("Plan1", [HEADER]), Sheet("Dados", (), unread="longe demais")])
    assert isinstance(result, RegistryReading)
    assert result.problems[0].what == 'a aba "Dados" não foi lida: longe demais'


def test_a_second_header_with_other_columns_ends_the_table_and_is_a_problem() -> None:
    result = reading(["a", "", "8", 1], [None], ["ativo", "cron", "script"], ["sim", "9", "b"])
    assert [each.key for each in result.rows] == ["a"]
    assert [problem.what for problem in result.problems] == [
        "linha 4: esta linha é um segundo cabeçalho; as linhas abaixo dela não são lidas"
    ]


def test_a_header_that_is_repeated_over_the_same_columns_is_skipped_and_said() -> None:
    result = reading(["a", "", "8", 1], HEADER, ["b", "", "9", 1])
    assert [each.key for each in result.rows] == ["a", "b"]
    assert [problem.what for problem in result.problems] == [
        "linha 3: esta linha é um segundo cabeçalho; ela é pulada"
    ]


@pytest.mark.parametrize(
    ("column", "key", "schedule", "area"),
    [(0, None, None, None), (1, "a", ALL_DAY, "x"), (2, "a", MANUAL, "x"), (3, None, None, None)],
)
def test_a_formula_of_the_day_of_saving_is_a_problem_and_restricts(
    column: int, key: str | None, schedule: object, area: str | None
) -> None:
    sheet = Sheet("Plan1", [HEADER, ["a", "x", "ALL", "sim"]], volatile={(1, column): "TODAY"})
    result = read([sheet])
    assert isinstance(result, RegistryReading)
    (problem,) = result.problems
    assert "depende de TODAY" in problem.what
    assert f"célula {column_letter(column)}2" in problem.what
    seen = [(each.key, each.schedule, each.area) for each in result.rows]
    assert seen == ([(key, schedule, area)] if key else [])


def test_a_formula_of_the_day_in_a_column_that_nobody_reads_is_no_problem() -> None:
    sheet = Sheet("Plan1", [[*HEADER, "idade"], ["a", "x", "ALL", "sim", 3]], volatile={(1, 4): "TODAY"})
    result = read([sheet])
    assert isinstance(result, RegistryReading)
    assert result.problems == ()


def test_columns_that_nobody_reads_are_listed() -> None:
    result = reading(["a", "", "ALL", 1, "x", "y"], header=[*HEADER, "Dono", "Criado em"])
    assert result.unknown == ("Dono", "Criado em")
    assert result.problems == ()


@pytest.mark.parametrize("name", ["Dia da semana", "dias", "DIAS-ÚTEIS", "weekday", "Mês", "frequência"])
def test_a_column_that_seems_to_restrict_days_is_a_problem(name: str) -> None:
    result = reading(["a", "", "ALL", 1, "seg"], header=[*HEADER, name])
    (problem,) = result.problems
    assert f'a coluna E ("{name}") parece limitar os dias' in problem.what
    assert problem.cell == Cell(1, "E", name)


def test_a_broken_schedule_is_kept_with_its_row_and_names_the_job() -> None:
    result = reading(["Envia.py", "", "8.12", 1])
    assert result.problems[0].job == "envia"
    assert result.rows[0].schedule_problem.startswith('célula C2: "8.12"')
    assert "nada foi agendado" in result.rows[0].schedule_problem
    (job,), _ = link(result.rows, [script("metodos/envia.py")], BASE)
    assert job.schedule_problem == result.rows[0].schedule_problem


def test_of_twenty_thousand_wrong_rows_the_first_two_hundred_problems_are_kept() -> None:
    result = reading(*[[f"x{n}", "", "abc", 1] for n in range(20_000)])
    assert len(result.problems) == 201
    assert result.problems[-1].what == "e mais 19.800 problemas na planilha"
    assert all(each.schedule_problem for each in result.rows)
    _, problems = link(result.rows, [], BASE)
    assert len(problems) == 201
    assert problems[-1].what.startswith("e mais 19.800 problemas")


def test_a_row_says_where_its_file_was_passed_over() -> None:
    _, (problem,) = link([row("x")], [], BASE, [Skipped("x", "a/.x.py é um arquivo oculto")])
    assert problem.what.endswith('"x.py" em uma pasta metodos (a/.x.py é um arquivo oculto)')


def test_a_blank_script_is_a_problem_that_names_it_and_its_job() -> None:
    blank = Script("x", "x", "/base/a/metodos/x.py", blank=True)
    (job,), (problem,) = link([row("x")], [blank], BASE)
    assert job.id == "x"
    assert (problem.where, problem.job) == (Where.SCRIPT, "x")
    assert "está vazio (a/metodos/x.py); não é iniciado" in problem.what


POLICIES: list[RawCell] = [
    "Recuperar",
    "Iniciar até",
    "Prazo",
    "Retentativas",
    "Recurso",
    "Depois de",
    "Argumentos",
]


def test_the_policy_columns_of_a_row_are_read() -> None:
    header: list[RawCell] = [*HEADER, *POLICIES, "Observação"]
    result = reading(
        [
            "a",
            "",
            8,
            1,
            "última",
            "17:30",
            "10:00",
            "2 x 10 min",
            "SAP",
            "b",
            "--dia {d-1}",
            " Liga\npara Ana ",
        ],
        ["b", "", 8, 1],
        header=header,
    )
    assert result.problems == ()
    assert result.unknown == ()
    assert result.rows[0].policies == Policies(
        CatchUp.LAST,
        Limit(minute=1050),
        Limit(minute=600),
        Retries(2, 10),
        ("SAP",),
        ("b",),
        ("--dia", "{d-1}"),
    )
    assert result.rows[0].note == "Liga para Ana"
    assert result.rows[1].policies is NO_POLICIES


def test_a_policy_cell_that_cannot_be_read_is_a_problem_with_its_place() -> None:
    result = reading(["a", "", 8, 1, "talvez"], header=[*HEADER, "recuperar"])
    (problem,) = result.problems
    assert problem.what.startswith('linha 2: célula E2: não entendi "talvez" em recuperar')
    assert (problem.job, problem.cell) == ("a", Cell(2, "E", "talvez"))
    assert "talvez" in result.rows[0].policies.unread


@pytest.mark.parametrize("name", ["Limite", "tentativas"])
def test_a_column_whose_name_may_mean_two_things_is_a_problem_that_names_them(name: str) -> None:
    result = reading(["a", "", 8, 1, 30], header=[*HEADER, name])
    assert f'a coluna E ("{name}") não é lida: pode ser ' in result.problems[0].what
    assert result.rows[0].timeout_minutes is None


def test_the_sheets_of_dates_are_read_wherever_they_are_and_are_no_other_registries() -> None:
    holidays: list[list[RawCell]] = [["data", "nome"], [date(2027, 1, 25), "São Paulo"], ["x", None]]
    halts: list[list[RawCell]] = [["de", "ate", "script", "cron", "active"], [date(2026, 12, 24)]]
    result = read(
        [
            Sheet("Feriados", holidays, hidden=True),
            Sheet("Registro", [HEADER, ["a", "", 8, 1]]),
            Sheet("Paradas", halts),
        ]
    )
    assert isinstance(result, RegistryReading)
    assert [own.day for own in result.own_days] == [date(2027, 1, 25)]
    assert [row.line for row in result.halts] == [2]
    assert ['aba "Feriados", linha 3' in problem.what for problem in result.problems] == [True]


class TestPcs:
    @pytest.mark.parametrize("name", ["pc", "PC", "Onde", "computador", "where"])
    def test_the_pc_column_goes_by_many_names(self, name: str) -> None:
        result = reading(["a", "", "8", 1, "PC-MARIA"], header=[*HEADER, name])

        assert result.rows[0].policies == Policies(pcs=("PC-MARIA",))
        assert result.problems == ()

    def test_where_each_is_named_first_is_kept_for_who_knows_the_team(self) -> None:
        result = reading(
            ["a", "", "8", 1, "PC-MARIA; sap"],
            ["b", "", "8", "não", "PC-ANA"],
            ["c", "", "8", 1, "pc-maria"],
            ["d", "", "8", 1, None],
            ["e", "", "8", 1, "PC-MARIA; sap"],
            header=[*HEADER, "pc"],
        )

        assert result.pcs_named == (
            PcNamed("PC-MARIA", Cell(2, "E", "PC-MARIA; sap"), "a", 3),
            PcNamed("sap", Cell(2, "E", "PC-MARIA; sap"), "a", 2),
        )

    def test_two_columns_that_disagree_are_a_problem_and_no_pc(self) -> None:
        result = reading(["a", "", "8", 1, "PC1", "PC2"], header=[*HEADER, "pc", "onde"])

        assert result.rows[0].policies == Policies(pcs=("?",))
        assert result.pcs_named == ()
        assert "E2 e F2" in result.problems[0].what


def test_hours_behind_their_own_limit_are_a_problem_of_the_row() -> None:
    header = [*HEADER, "iniciar_ate"]
    rows = reading(
        ["a", "X", "8, 18", "sim", "17:30"],
        ["b", "X", "17:30", "sim", "17:30"],
        ["c", "X", "dias úteis 9h | último dia útil 10h, 18h, 19h, 20h", "sim", "9:30"],
        ["d", "X", "8, 18", "sim", "30 min"],
        ["e", "X", "MANUAL", "sim", "7:00"],
        header=header,
    ).rows
    jobs, problems = link(rows, [script(f"x/metodos/{name}.py") for name in "abcde"], BASE)

    assert [job.id for job in jobs if job.policies.unread] == []
    assert [(problem.what, problem.job) for problem in problems] == [
        ('linha 2: "a": 18:00 passa da hora limite 17:30 (iniciar_ate); não roda nesse horário', "a"),
        (
            'linha 4: "c": 10:00, 18:00, 19:00 e mais 1 passam da hora limite 09:30 (iniciar_ate); '
            "não roda nesses horários",
            "c",
        ),
    ]
    assert problems[0].action == "Corrija a coluna iniciar_ate ou o agendamento na linha 2."
