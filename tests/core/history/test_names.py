from __future__ import annotations

import pytest

from tests.builders import make_row
from tray_agent.core.collation import script_key
from tray_agent.core.history.names import MOST_STRANGERS, NO_STRANGERS, owners, strangers
from tray_agent.core.model import HistoryRow, Where

JOBS = {"envia_pix", "liquidação", "baixa-boletos", "baixa boletos", "relatorio"}


@pytest.mark.parametrize(
    ("name", "job"),
    [
        ("envia_pix", "envia_pix"),
        ("Envia_Pix.py", "envia_pix"),
        (r"C:\automacoes\Pix\metodos\envia_pix.py", "envia_pix"),
        ("/srv/automações/metodos/ENVIA_PIX.PY", "envia_pix"),
        ("metodos/envia_pix", "envia_pix"),
        ("EnviaPix", "envia_pix"),
        ("envia-pix", "envia_pix"),
        ("envia pix.py", "envia_pix"),
        (r"D:\x\Envia Pix.py", "envia_pix"),
        ("liquidacao", "liquidação"),
        ("RELATÓRIO", "relatorio"),
        ("baixa-boletos", "baixa-boletos"),
        ("baixaboletos", None),
        ("baixa_boletos", None),
        ("__main__", None),
        ("metodos/__main__.py", None),
        ("envia_pix_2", None),
        ("metodos/", None),
        ("---", None),
        ("", None),
    ],
)
def test_a_name_means_the_one_job_that_it_can_mean(name: str, job: str | None) -> None:
    key = script_key(name)
    assert owners([key], JOBS) == ({key: job} if job else {})


def test_a_job_of_nothing_but_signs_is_found_by_its_whole_name_only() -> None:
    assert owners(["__", "_", "--"], {"__", "x"}) == {"__": "__"}


def rows(*names: str) -> list[HistoryRow]:
    return [make_row(name) for name in names]


def test_rows_of_no_job_are_counted_and_named_in_one_problem() -> None:
    (problem,) = strangers(rows("b", "__main__", "a", "__main__", "", "c", "d", "e")).problems()

    assert problem.where is Where.HISTORY
    assert problem.what == (
        "8 linhas do histórico não são de nenhuma automação: __main__ (2), (sem nome), a, b, c e mais 2"
    )
    assert strangers(rows("x")).problems()[0].what == ("1 linha do histórico não é de nenhuma automação: x")
    assert strangers([]).problems() == NO_STRANGERS.problems() == []


def test_a_name_as_long_as_a_book_is_cut() -> None:
    (problem,) = strangers(rows("c:/" + "pasta/" * 1000 + "fim.py")).problems()

    assert len(problem.what) < 150
    assert problem.what.endswith("pasta/fim.py")


def test_too_many_of_them_are_let_go_but_still_counted() -> None:
    few, many = strangers(rows("x") * MOST_STRANGERS), strangers(rows("x") * (MOST_STRANGERS + 1))

    assert (few.is_whole, many.is_whole, many.kept) == (True, False, ())
    assert str(MOST_STRANGERS + 1) in many.problems()[0].what
