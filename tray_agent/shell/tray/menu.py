"""The lines of the icon's menu, of a view. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from tray_agent.shell.tray.view import TrayView

TEAM_PAGE = "#equipe"  # what the page is opened at in the place of a job


class TrayAction(StrEnum):
    """What a person can ask for at the tray."""

    OPEN = "open"
    PAUSE = "pause"
    RESUME = "resume"
    AUTOSTART = "autostart"
    NOTIFICATIONS = "notifications"
    LOGS = "logs"
    QUIT = "quit"


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the menu. Without an action it only informs; without a text it separates.

    With a ``job`` it opens the dashboard there; with ``inner`` lines it opens them.
    """

    text: str = ""
    action: TrayAction | None = None
    checked: bool | None = None
    default: bool = False
    job: str = ""
    inner: tuple[Entry, ...] = ()


_TEAM = {
    "alone": ("Convidar outro PC…", "Entrar em uma equipe…"),
    "brain": ("Ver os PCs", "Convidar outro PC…"),
    "pc": ("Ver o cérebro e este PC", "Sair da equipe…"),
}


def menu_entries(view: TrayView) -> tuple[Entry, ...]:
    """The menu of this view, from top to bottom."""
    suspended = view.suspended[:1].upper() + view.suspended[1:]
    status = view.status[:1].upper() + view.status[1:]
    switch = (
        Entry("Retomar agendamentos", TrayAction.RESUME)
        if view.paused
        else Entry("Suspender agendamentos", TrayAction.PAUSE)
    )
    start = [Entry("Iniciar com o Windows", TrayAction.AUTOSTART, view.autostart)]
    failed = tuple(Entry(name, TrayAction.OPEN, job=job) for job, name in view.failed)
    return (
        Entry("Abrir painel", TrayAction.OPEN, default=True),
        *([Entry(f"Em erro ({view.failures})", inner=failed)] if failed else ()),
        Entry(),
        *(Entry(line) for line in (status, suspended) if line),
        Entry(),
        switch,
        *(start if view.autostart is not None else ()),
        Entry("Notificações", TrayAction.NOTIFICATIONS, view.notifications),
        Entry("Abrir logs", TrayAction.LOGS),
        Entry(
            "Equipe", inner=tuple(Entry(text, TrayAction.OPEN, job=TEAM_PAGE) for text in _TEAM[view.role])
        ),
        Entry(),
        Entry("Sair", TrayAction.QUIT),
    )
