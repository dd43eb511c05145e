"""What the tray's icon, tooltip and menu say of a snapshot. Pure."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from tray_agent.core.model import CardState
from tray_agent.core.picture.aggregate import aggregate
from tray_agent.core.shown import Snapshot
from tray_agent.shell.tray.notices import TOOLTIP_UNITS, clip_utf16

_LISTED = 20
_NAMED, _NAME_UNITS = 2, 24  # failed jobs in the tooltip, and how much of each name
_WORDS = (
    (CardState.ERROR, "em erro"),
    (CardState.RUNNING, "executando"),
    (CardState.NO_DATA, "sem dados"),
    (CardState.SUCCESS, "com sucesso"),
)
_BLOCKED = {
    "paused": "agendamentos suspensos",
    "history": "BigQuery não verificado: agendamentos suspensos",
    "data": "não é possível gravar: agendamentos suspensos",
    "base_path": "pasta das automações inacessível",
    "brain": "o cérebro da equipe é outro PC: nada inicia por conta própria",
    "unheard": "o cérebro da equipe não é ouvido: nada novo inicia",
}


@dataclass(frozen=True, slots=True)
class TrayView:
    """All that the tray shows. ``suspended`` says why nothing is scheduled, "" when it is.

    ``autostart`` is None where the system has no such thing; ``running`` holds the names of running jobs,
    ``failed`` id and name of the first of the ``failures`` jobs in error. ``role`` is this PC's in its team.
    """

    aggregate: CardState = CardState.IDLE
    suspended: str = ""
    status: str = ""
    tooltip: str = ""
    paused: bool = False
    autostart: bool | None = None
    notifications: bool = True
    running: tuple[str, ...] = ()
    failed: tuple[tuple[str, str], ...] = ()
    failures: int = 0
    role: str = "alone"


def tray_view(snapshot: Snapshot, autostart: bool | None, notifications: bool) -> TrayView:
    """The snapshot as the tray shows it."""
    facts = snapshot.facts.values()
    suspended = _suspended(snapshot)
    running = [each.job.name for each in facts if each.state is CardState.RUNNING]
    failed = [(each.job.id, each.job.name) for each in facts if each.counted_state is CardState.ERROR]
    failed.sort(key=lambda each: each[1].casefold())
    status = _counts(snapshot)
    named = _counts(snapshot, [name for _job, name in failed])
    tooltip = f"Automações: {named}" + (f" · {suspended}" if suspended else "")
    return TrayView(
        aggregate=aggregate(each.counted_state for each in facts),
        suspended=suspended,
        status=status,
        tooltip=clip_utf16(tooltip, TOOLTIP_UNITS),
        paused=snapshot.paused,
        autostart=autostart,
        notifications=notifications,
        running=tuple(sorted(running, key=str.casefold)),
        failed=tuple(failed[:_LISTED]),
        failures=len(failed),
        role=snapshot.role,
    )


def _suspended(snapshot: Snapshot) -> str:
    if snapshot.paused:
        return _BLOCKED["paused"]
    if not snapshot.discovered and not snapshot.problems:
        return ""  # the first moments: nothing is suspended that could go on yet
    return _BLOCKED.get(snapshot.blocked, "")


def _counts(snapshot: Snapshot, failed: list[str] | None = None) -> str:
    """The counts in words, the first two of the failed jobs named if they are given."""
    if not snapshot.discovered:
        return "lendo o registro…"
    if not snapshot.facts:
        return "nada rodou neste PC hoje" if snapshot.role == "pc" else "nenhuma ativa no registro"
    states = Counter(each.counted_state for each in snapshot.facts.values())
    parts = [f"{states[state]} {words}" for state, words in _WORDS if states[state]]
    if failed:
        names = [clip_utf16(name, _NAME_UNITS) for name in failed[:_NAMED]]
        parts[0] += f" ({', '.join(names)}{', …' if len(failed) > _NAMED else ''})"
    noted = sum(each.state is not each.counted_state for each in snapshot.facts.values())
    if noted:
        parts.append("1 erro reconhecido" if noted == 1 else f"{noted} erros reconhecidos")
    if snapshot.queue:
        parts.append(f"{len(snapshot.queue)} na fila")
    return ", ".join(parts) or "nenhuma execução hoje"
