"""What is wrong with the PCs of a team: clocks, versions, copies of scripts that differ. Sentences."""

from __future__ import annotations

from tray_agent.core.model import Pc, Problem, Where

MOST_OFFSET_SECONDS = 30.0
_NAMED = 3


def problems_of(pc: Pc, brain: Pc) -> tuple[Problem, ...]:
    """One problem for each thing that is wrong with a PC beside the brain's."""
    found: list[Problem] = []
    if pc.present and pc.offset_seconds is not None and abs(pc.offset_seconds) > MOST_OFFSET_SECONDS:
        found.append(_clock(pc, pc.offset_seconds))
    if pc.present and brain.version and pc.version not in {"", brain.version}:
        what = f"{pc.name} tem a versão {pc.version} do agente; o cérebro, {brain.name}, a {brain.version}"
        found.append(Problem(Where.RUN, what, "Deixe todos os PCs da equipe na mesma versão."))
    if pc.lagging:
        found.append(_lagging(pc))
    return tuple(found)


def _clock(pc: Pc, offset: float) -> Problem:
    way = "adiantado" if offset > 0 else "atrasado"
    seconds = abs(round(offset))
    how_far = f"{seconds} s" if seconds < 120 else f"{seconds // 60} min"
    what = f"{pc.name}: o relógio está {how_far} {way} em relação ao cérebro"
    return Problem(
        Where.RUN, what, "Acerte a hora desse PC (Sincronizar agora, nas configurações do Windows)."
    )


def _lagging(pc: Pc) -> Problem:
    names = ", ".join(pc.lagging[:_NAMED])
    more = f" e mais {len(pc.lagging) - _NAMED}" if len(pc.lagging) > _NAMED else ""
    differ = "a cópia difere" if len(pc.lagging) == 1 else "as cópias diferem"
    what = f"{pc.name}: {differ} da do cérebro: {names}{more}"
    return Problem(Where.RUN, what, "Espere a sincronização desse PC terminar; até lá não rodam nele.")
