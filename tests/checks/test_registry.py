from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

from openpyxl import Workbook

from tests.adapters.registry.workbooks import HEADER
from tests.checks.test_doctor import lines
from tray_agent.checks.registry import holidays_text
from tray_agent.core.registry.sheets import OwnDay


def registry(folder: Path) -> None:
    book = Workbook()
    sheet = book.worksheets[0]
    sheet.append([*HEADER, "Dono", "Dias"])
    sheet.append(["um", "", "8", "sim", "Ana", "seg"])
    sheet.append(["vazio", "", "8", "talvez"])
    for hour in (18, 19, 20):
        sheet.append([f"robo{hour}", "", f"8, {hour}", "sim"])
    paradas = book.create_sheet("Paradas")
    paradas.append(["de", "ate", "area"])
    paradas.append([datetime(2026, 12, 24), None, "Nenhuma"])
    book.save(folder / "registro_automacoes.xlsx")
    scripts = folder / "base/metodos"
    scripts.mkdir(parents=True)
    for name in ("um", "solto", "vazio"):
        (scripts / f"{name}.py").write_text("" if name == "vazio" else "pass", encoding="utf-8")


def test_the_doctor_lists_what_the_registry_leaves_open(tmp_path: Path) -> None:
    registry(tmp_path)
    said = [line for line in lines(tmp_path) if line.startswith(("--", "!!"))]
    assert "--  Registro: colunas que o agente não lê: Dono, Dias" in said
    assert "--  Registro: 1 parada na aba Paradas" in said
    assert "--  Scripts: sem linha ativa no registro: solto, vazio" in said
    wrong = [line for line in said if line.startswith("!!  Registro")]
    assert sum("robo" in line for line in wrong) == 3, "they have no files"
    wrong = [line for line in wrong if "robo" not in line]
    assert len(wrong) == 3
    assert any("linhas 4 a 6 sobem de 1 em 1" in line for line in said)
    assert 'a coluna F ("Dias") parece limitar os dias' in wrong[0]
    assert '"talvez" não é sim nem não' in wrong[1]
    assert '"Nenhuma" não é uma área do registro' in wrong[2]


def test_the_years_holidays_are_listed_without_a_registry_too(tmp_path: Path) -> None:
    (said,) = [line for line in lines(tmp_path) if "Calendário" in line]
    assert said.startswith("ok  Calendário: feriados bancários de 20")
    assert "Natal" in said


def test_the_years_holidays_come_with_the_teams_own_days() -> None:
    own = [
        OwnDay(date(2026, 7, 9), "Revolução"),
        OwnDay(date(2026, 1, 25)),
        OwnDay(date(2026, 2, 16), "Carnaval", is_business=True),
        OwnDay(date(2027, 1, 25), "outro ano"),
    ]
    assert holidays_text(2026, own) == (
        "feriados bancários de 2026: qui 01/01 Confraternização Universal, ter 17/02 Carnaval, "
        "sex 03/04 Sexta-feira Santa, ter 21/04 Tiradentes, sex 01/05 Dia do Trabalho, "
        "qui 04/06 Corpus Christi, seg 07/09 Independência, seg 12/10 Nossa Senhora Aparecida, "
        "seg 02/11 Finados, dom 15/11 Proclamação da República, sex 20/11 Consciência Negra, sex 25/12 Natal"
        "; da equipe: dom 25/01, qui 09/07 Revolução; dias úteis da equipe: seg 16/02"
    )


def test_a_teams_list_that_ends_before_the_year_says_so() -> None:
    own = [OwnDay(date(2025, 1, 25))]

    assert holidays_text(2026, own).endswith("; a aba Feriados acaba em 2025: em 2026 contam só os nacionais")
    assert "acaba" not in holidays_text(2025, own)
    assert "acaba" not in holidays_text(2026, [])
