from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tray_agent.core.history.status import LONGEST_STATUS, is_open, shortened, state_of
from tray_agent.core.model import CardState

ERRORS = [
    "ERROR",
    "erro: tabela",
    "Erro ao gravar",
    "ERRO_SALDO",
    "ValueError: x",
    "ConnectError",
    "requesterror",
    "STATUSERRO",
    "retornoErro",
    "SUCESSO PARCIAL COM ERRO",
    "success with errors",
    "2 ERROS",
    "10 ERROS",
    "1.000 erros",
    "SUCESSO: 12, ERRO: 5",
    "errors=3",
    "FALHA",
    "falhou",
    "Falharam 3 envios",
    "FAILED",
    "failure",
    "SUCESSO NO ENVIO, FALHA NA BAIXA",
    "TIMEOUT",
    "Timed out",
    "TIME_OUT",
    "CANCELADO",
    "Cancelled by user",
    "ABORTED",
    "Traceback (most recent call last)",
    "INTERROMPIDO",
    "INSUCESSO",
    "SEM SUCESSO",
    "sem_sucesso",
    "Não concluído com sucesso",
    "NAO TEVE SUCESSO",
    "não sucesso",
    "UNSUCCESSFUL",
    "not successful",
    "Not a success",
    "NO SUCCESS",
    "success=false",
    "success: False",
    '{"success": false}',
    '{"success": 0}',
    "success=0",
    "sucesso=não",
    "sucesso = NÃO",
    "ERRO: SEM DADOS",
    "ERRO: 0 linhas gravadas",
    "ERRO: não encontrado",
    "ERRO: NENHUM ARQUIVO",
    "PAROU NO ERRO 5",
    "parou no timeout",
    "codigo 0 erro ao gravar",
    "SEM ERRO NO ENVIO, FALHA NA GRAVAÇÃO",
    "SEM SALDO: ERRO",
]
SUCCESSES = [
    "SUCCESS",
    "Sucesso",
    "success: 12 rows",
    "finished with success!",
    "SUCESSO, 0 ERROS",
    "Sucesso sem erros",
    "sucesso (sem nenhum erro)",
    "success, no errors",
    "SUCCESS without any errors",
    "success: 10, errors: 0",
    "sucesso; erros=0",
    "Sucesso. Erro: nenhum",
    '{"success": true, "error": null}',
    '{"success": true, "errors": 0}',
    "SUCESSO - 0 erro(s)",
    "0 erro, sucesso",
    "Encerrou com sucesso",
    "ENCERROU_COM_SUCESSO",
    "sucesso ferrovia",
    "SUCESSO TERROR",
    "success=true",
    "success=1",
    "SUCCESS NO_DATA",
    "dados não lidos, sucesso",
]
NO_DATA = ["NO_DATA", "no data", "No-Data", "NODATA", "SEM DADOS", "sem_dados", "Não há dados", "SEM DADO"]
OTHERS = [
    "SEM_RESULTADO",
    "PROCESSADO",
    "OK",
    "sem erro",
    "Encerrou",
    "Ferrovia",
    "TERROR",
    "0 ERROS",
    "SEM DADOSX",
    "",
    None,
]
OPEN = [
    "RUNNING",
    "iniciado",
    "INICIADA",
    "Em execução",
    "EM_EXECUCAO",
    "em andamento",
    "STARTED",
    "in progress",
    "Processando",
    "Início",
    "",
    "  ",
    None,
]


@pytest.mark.parametrize(
    ("text", "state"),
    [
        *[(text, CardState.ERROR) for text in ERRORS],
        *[(text, CardState.SUCCESS) for text in SUCCESSES],
        *[(text, CardState.NO_DATA) for text in NO_DATA],
        *[(text, None) for text in [*OTHERS, *OPEN]],
    ],
)
def test_a_status_text_means_one_thing(text: str | None, state: CardState | None) -> None:
    assert state_of(text) is state


@pytest.mark.parametrize("text", OPEN)
def test_a_status_may_say_nothing_of_an_end(text: str | None) -> None:
    assert is_open(text)


@pytest.mark.parametrize(
    "text", [*ERRORS, *SUCCESSES, *NO_DATA, "PROCESSADO", "INICIADO COM ERRO", "RECOMEÇO"]
)
def test_any_other_status_tells_of_an_end(text: str) -> None:
    assert not is_open(text)


@given(st.text(), st.sampled_from(["ERRO", "Error", "falha", "FAILED", "timeout", "Cancelado"]), st.text())
def test_a_failure_is_never_green_whatever_stands_before_it(before: str, word: str, after: str) -> None:
    """Unless a text denies it, or the word is another's part."""
    assert state_of(f"sucesso {before} | {word} | {after}") is CardState.ERROR


@given(st.text(min_size=LONGEST_STATUS), st.sampled_from(["ERRO", "SUCESSO", "SEM DADOS", ""]), st.text())
def test_a_cut_status_means_what_the_whole_one_means(before: str, word: str, after: str) -> None:
    whole = f"{before} {word} {after}"
    cut = shortened(whole)
    assert len(cut) <= LONGEST_STATUS
    if state_of(whole) is not None:
        assert state_of(cut) is state_of(whole)


def test_a_cut_status_keeps_its_beginning_and_says_that_it_is_cut() -> None:
    assert shortened("x" * 201) == "x" * 199 + "…"
    assert shortened("ERRO" + "x" * 400) == "ERRO" + "x" * 195 + "…"
    assert shortened("SUCESSO " + "x" * 400 + " ERRO").endswith("… ERROR")
    assert shortened("x" * 200) == "x" * 200


def test_a_status_of_fifty_million_signs_is_judged_in_bounded_time() -> None:
    assert state_of("não " * 100_000) is None
    assert state_of("NAO A A A " * 100_000 + "ERRO") is CardState.ERROR
