"""Runs on PCs that have not been heard for long: which people are told of, and what they can do. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from tray_agent.core.listing import listed
from tray_agent.core.shown import JobFacts

SILENT_TOO_LONG = timedelta(minutes=10)
"""A PC that restarts, with an update of Windows too, or changes its network is mostly back by then; within
the first minutes nobody could do anything better than wait. Whoever has a deadline still has most of it."""
_WHAT_TO_DO = (
    "Nada se repete. Ligue o PC ou a rede dele; se não volta, no painel: Parar (vale quando ele voltar) "
    "ou Dar por perdida (conta como feita)."
)


def silent_for_long(all_facts: Mapping[str, JobFacts], now: datetime) -> dict[str, JobFacts]:
    """By its run's id, each job whose run's PC has been silent for long."""
    return {
        facts.active.id: facts
        for facts in all_facts.values()
        if facts.active is not None
        and facts.silent_since is not None
        and now - facts.silent_since >= SILENT_TOO_LONG
    }


def under_way(all_facts: Mapping[str, JobFacts]) -> set[str]:
    """The ids of all runs that are under way."""
    return {facts.active.id for facts in all_facts.values() if facts.active is not None}


def silence_title(group: Sequence[JobFacts]) -> str:
    """Over a notice of such runs."""
    return "Execução sem notícia" if len(group) == 1 else f"{len(group)} execuções sem notícia"


def silence_text(group: Sequence[JobFacts], names: str) -> str:
    """What is not heard, since when, and what to do."""
    pcs = listed(sorted({facts.active.pc for facts in group if facts.active}, key=str.casefold))
    since = min(facts.silent_since for facts in group if facts.silent_since)
    state = "pode estar em execução" if len(group) == 1 else "podem estar em execução"
    return f"{names}: sem notícia do {pcs} desde {since:%H:%M}; {state}. {_WHAT_TO_DO}"


def silence_details(group: Sequence[JobFacts]) -> tuple[str, ...]:
    """A line for each."""
    return tuple(
        f"{facts.job.name}: sem notícia do {facts.active.pc} desde {facts.silent_since:%H:%M}"
        for facts in group
        if facts.active is not None
    )
