"""Names in the column ``pc`` that nobody of the team has: each is a problem with its first cell."""

from __future__ import annotations

from datetime import datetime

from tray_agent.core.model import Problem, Where
from tray_agent.core.rules.pcs import key_of
from tray_agent.core.rules.state import State

_SOURCE = "pcs"


def report_unknown(state: State, now: datetime) -> None:
    """Say which names and tags no PC of the team has. Not without a team: its column says nothing then."""
    problems = []
    for named in state.pcs_named:
        if state.pcs.is_known(key_of(named.name)):
            continue
        rows = "" if named.rows == 1 else f", e em mais {named.rows - 1} linhas"
        place = f"{named.cell.column}{named.cell.row}"
        problems.append(
            Problem(
                Where.REGISTRY,
                f'célula {place}{rows}: "{named.name}" não é um PC da equipe nem uma etiqueta; '
                "o que é só dele espera",
                f"Corrija a célula {place}, ou convide esse PC.",
                named.cell,
                named.job,
            )
        )
    state.problems.report(_SOURCE, problems, now)
