"""What a status text means: one rule for every reader of one (product 5.2).

Error words win, and a denied success is a failure. An error word counts wherever it stands, also inside a
longer one (``ValueError``, ``ERRO_SALDO``), for a failure must never be green; left aside are only ordinary
words that merely contain one (``encerrou``, ``terror``, ``ferrovia``) and errors that a text itself denies
(``sem erros``, ``0 erros``, ``errors=0``). Accents, case and the signs between words do not matter.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from tray_agent.core.model import CardState, Outcome, Run

NO_RESULT = "SEM_RESULTADO"
STOPPED = "PARADA"
WELL = frozenset({CardState.SUCCESS, CardState.NO_DATA})
"""What a run comes to that ended well, for whoever waits for it."""
LONGEST_STATUS = 200
_LOOKED_AT = 50_000  # signs at either end of a text that is longer than any status

_WORD = r"(?<![A-Z])"
_DONE = r"(?=\s*(?:$|[,;|/)\]}.]))"  # what follows a value that stands alone
_ERRORS = r"(?:ERROS?|ERRORS?|FALHAS?|FAIL(?:URE|ED|)S?)"

_INNOCENT = re.compile(
    _WORD
    + r"(?:(?:DES|RE)?ENCERRO|FERRO|TERROR|(?:DES|EN|A|SO)TERRO|BEZERRO|[CBS]ERRO|DERROT|INTERROG)[A-Z]*"
)
_DENIED_ERROR = re.compile(
    rf"{_WORD}(?:SEM|NENHUMA?|WITHOUT|ZERO|NAO HOUVE|NAO HA|NAO TEVE)(?: (?:NENHUMA?|ANY))? {_ERRORS}\b"
    rf"|{_WORD}NO (?:ERRORS?|FAILURES?)\b"
    r"|(?<![\d.,])0+ (?:ERROS|ERRORS|FALHAS|FAILURES|FAILED)\b"
    rf"|(?<![\d.,])0+ (?:ERRO|ERROR|FALHA|FAILURE)(?: ?\(S\)|{_DONE})"
    rf"|{_WORD}{_ERRORS}(?: ?\(S\))?\"? ?[:=] ?\"?(?:0+|NENHUMA?|NONE|NULL|FALSE|NAO){_DONE}"
)
_ERROR = re.compile(
    r"ERROR|ERRO|FALH[AOE]|FAIL|TIME ?OUT|TIMED ?OUT|CANCEL|ABORT|EXCEPTION|TRACEBACK|INSUCESS|UNSUCCESS"
    rf"|{_WORD}(?:SEM|NENHUM|NO|WITHOUT) SUC(?:CESS|ESSO)"
    rf"|{_WORD}NAO(?: (?!MAS\b)[A-Z]+){{0,3}} SUCESSO"
    rf"|{_WORD}NOT(?: (?!BUT\b)[A-Z]+){{0,2}} SUCCESS"
    rf"|SUC(?:CESS|ESSO)(?:FUL)?\"? ?[:=] ?\"?(?:FALSE|NAO|NO|N){_DONE}"
    rf"|SUC(?:CESS|ESSO)(?:\" ?[:=]| ?=) ?0+{_DONE}"
)
_SUCCESS = re.compile(r"SUCCESS|SUCESSO")
_NO_DATA = re.compile(rf"{_WORD}(?:NO ?DATA|SEM DADOS?|NENHUM DADO|NAO HA DADOS)(?![A-Z])")
_OPEN = re.compile(
    rf"{_WORD}(?:RUNNING|STARTED|STARTING|START|IN PROGRESS|PENDING|QUEUED|BEGIN|BEGAN"
    r"|INICIAD[OA]|INICIANDO|INICIO|INICIOU|EM EXECUCAO|EM ANDAMENTO|EXECUTANDO|PROCESSANDO|RODANDO"
    r"|AGUARDANDO|PENDENTE)(?![A-Z])"
)
_BETWEEN_CASES = re.compile(r"(?<=[a-z])(?=[A-Z])")
_SIGNS = re.compile(r"[\s_\-]+")


@lru_cache(maxsize=2048)
def state_of(status: str | None) -> CardState | None:
    """ERROR, SUCCESS or NO_DATA as the text says; None for any other text, and for none."""
    return _state(_folded(status)) if status else None


@lru_cache(maxsize=2048)
def is_open(status: str | None) -> bool:
    """Whether a status says nothing of an end yet: there is none, or it tells only that the run began."""
    text = _folded(status) if status else ""
    return not text or (_state(text) is None and _OPEN.search(text) is not None)


def history_says(status: str | None, longest: int) -> str:
    """That the history gives this status, for one who asks why."""
    return f"o histórico diz “{shortened(status or '', longest)}”"


def shortened(status: str, longest: int = LONGEST_STATUS) -> str:
    """A status cut to ``longest`` signs that means what the whole one means."""
    if len(status) <= longest:
        return status
    looked_at = status if len(status) <= 2 * _LOOKED_AT else f"{status[:_LOOKED_AT]} {status[-_LOOKED_AT:]}"
    state = _state(_folded(looked_at))  # not remembered: it is as long as whoever wrote it liked
    cut = status[: longest - 1] + "…"
    if state is None or state_of(cut) is state:
        return cut
    word = f"… {state.value}"
    return status[: longest - len(word)] + word


def run_status(run: Run, no_data_exit_code: int = 0) -> str:
    """The status text of an ended run of ours (product 3.7, 4.10)."""
    if run.outcome is Outcome.STOPPED:
        return STOPPED  # a person's own decision is no failure
    if run.outcome is Outcome.TIMED_OUT:
        return "ERROR"
    if run.exit_code is None:
        return NO_RESULT if run.outcome is Outcome.UNKNOWN else "ERROR"
    if no_data_exit_code and run.exit_code == no_data_exit_code:
        return "NO_DATA"
    return "SUCCESS" if run.exit_code == 0 else "ERROR"


def _folded(status: str) -> str:
    """Upper case without accents, words apart by one blank; ``retornoErro`` is two words."""
    parted = _BETWEEN_CASES.sub(" ", status)
    plain = unicodedata.normalize("NFKD", parted) if not parted.isascii() else parted
    letters = (
        "".join(sign for sign in plain if not unicodedata.combining(sign)) if plain is not parted else plain
    )
    return _SIGNS.sub(" ", letters.upper()).strip()


def _state(text: str) -> CardState | None:
    accused = _DENIED_ERROR.sub(" ", _INNOCENT.sub(" ", text))
    if _ERROR.search(accused):
        return CardState.ERROR
    if _SUCCESS.search(text):
        return CardState.SUCCESS
    return CardState.NO_DATA if _NO_DATA.search(text) else None
