"""What a status text means: one rule for every reader (product 5.2)."""

from __future__ import annotations

from tray_agent.core.model import CardState, Outcome, Run

NO_RESULT = "SEM_RESULTADO"

_STATUS_TEXTS = (
    (CardState.SUCCESS, ("SUCCESS", "SUCESSO")),
    (CardState.ERROR, ("ERROR", "ERRO")),
    (CardState.NO_DATA, ("NO_DATA",)),
)


def state_of(status: str | None) -> CardState | None:
    """The card state that a status text means, in any case; None for any other text."""
    text = (status or "").upper()
    return next((state for state, words in _STATUS_TEXTS if any(word in text for word in words)), None)


def run_status(run: Run, no_data_exit_code: int = 0) -> str:
    """The status text of an ended run of ours (product 3.7, 4.10)."""
    if run.outcome is Outcome.TIMED_OUT:
        return "ERROR"
    if run.exit_code is None:
        return NO_RESULT if run.outcome is Outcome.UNKNOWN else "ERROR"
    if no_data_exit_code and run.exit_code == no_data_exit_code:
        return "NO_DATA"
    return "SUCCESS" if run.exit_code == 0 else "ERROR"
