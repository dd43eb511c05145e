"""Looks now and then at what the agent needs in its data folder, mends what was deleted, and says so."""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path

from tray_agent.adapters.system.instance_lock import Hold, InstanceLock
from tray_agent.core.model import Problem, Where
from tray_agent.core.ports import BEGIN_ANEW, BEGIN_SUSPENDED
from tray_agent.shell.channel.control import ControlServer

_log = logging.getLogger(__name__)
_SAID = "O conteúdo da pasta de dados {} foi apagado com o agente em execução; ela foi feita de novo."
_ACTION = (
    "Os logs e o histórico de antes se perderam; o que rodou hoje foi anotado de novo. "
    "Atualizar retira este aviso."
)


_LOGS, _BRAIN = "há logs de execuções", "este PC é o cérebro de uma equipe"


def lost_journal(data_dir: Path, *, is_brain: bool = False) -> str:
    """Why the journal that is there is not the one there was, as a sentence; "" where all is well.

    Logs of runs lie beside a journal that is missing or empty, or it is a brain's, which became one with a
    journal: what ran today is not known.
    """
    journal = data_dir / "journal.sqlite3"
    try:
        size = journal.stat().st_size
    except FileNotFoundError:
        size = None
    except OSError:
        return ""  # whoever opens it says why
    if size:
        return ""
    has_logs = next((data_dir / "logs").glob("*/*.log"), None) is not None
    if not has_logs and not is_brain:
        return ""
    state = "não existe mais" if size is None else "está vazio"
    return (
        f"O diário {journal} {state}, mas {_LOGS if has_logs else _BRAIN}: o que já rodou hoje não se sabe."
    )


class JournalGate:
    """Keeps a journal that was lost from being silently a new one (``refused`` is for who opens it).

    With ``local`` history it alone knows what ran today: then nothing starts until a person says so. Else
    BigQuery knows, or for a PC of a team its brain (``leave_to_brain``), and the loss is only said. A brain
    waits for a person whatever the history: what runs on other PCs only these know (``ask_others``).
    """

    def __init__(self, data_dir: Path, local: bool, notice: Callable[..., None]) -> None:
        self._data_dir = data_dir
        self._local = local
        self._notice = notice
        self._why = self._lost = ""
        self._begin: Callable[[], bool] = lambda: True

    def look(self) -> None:
        """Look once, before anybody opens the journal."""
        lost = lost_journal(self._data_dir)
        if not lost:
            return
        _log.critical("%s", lost)
        self._lost = lost
        if self._local:
            self._why = f"{lost} {BEGIN_ANEW}"
        else:
            begun = "Começou um novo; o que rodou hoje vem do BigQuery. Atualizar retira o aviso."
            self._notice("journal", Problem(Where.DATA, lost, begun))

    def refused(self) -> str:
        """Why the journal must not be opened now, or ""."""
        return self._why

    def leave_to_brain(self) -> None:
        """What ran today is another PC's business: a new one is begun, and said."""
        if self._why:
            self._why = ""
            begun = "Começou um novo; o que roda aqui é contado no cérebro. Atualizar retira o aviso."
            self._notice("journal", Problem(Where.DATA, self._lost, begun))
        self._lost = ""

    def ask_others(self, begin: Callable[[], bool]) -> None:
        """Other PCs tell what they ran today: a new one begins suspended. ``begin`` makes it so."""
        self._begin = begin
        self._lost = self._lost or lost_journal(self._data_dir, is_brain=True)
        if self._lost:
            self._why = f"{self._lost} {BEGIN_SUSPENDED}"
            self._notice("journal")

    def accept(self) -> None:
        """A person has read what was said, and says to go on."""
        if self._why and not self._begin():
            return
        self._why = self._lost = ""
        self._notice("journal")


class FolderGuard:
    """The lock, the channel's file, and the folder itself.

    ``notice`` shows a problem of ours; ``leave`` ends this agent, since another one has the folder.
    """

    def __init__(
        self,
        folder: Path,
        lock: InstanceLock,
        notice: Callable[[str, Problem], None],
        leave: Callable[[], None],
    ) -> None:
        self._folder = folder
        self._lock = lock
        self._notice = notice
        self._leave = leave

    def look(self, server: ControlServer | None) -> None:
        """Look once; from one thread. Nothing is raised: what cannot be mended now is looked at again."""
        try:
            hold = self._lock.look()
            if hold is Hold.LOST:
                _log.critical("another agent has taken the data folder: leaving it the work")
                self._leave()
            elif hold is not Hold.OUT_OF_REACH:
                self._mend(server, has_lost_lock=hold is Hold.TAKEN_AGAIN)
        except OSError as error:
            _log.warning("the data folder could not be looked at: %s", error)

    def _mend(self, server: ControlServer | None, *, has_lost_lock: bool) -> None:
        has_lost_file = server is not None and server.say_where_again()
        if has_lost_lock:
            for handler in logging.getLogger().handlers:
                handler.close()  # its file may have gone too; the next record opens it anew
            _log.critical("the lock was deleted and is taken again")
        if has_lost_file:
            _log.warning("the channel's file was gone and is there again")
        if has_lost_lock and has_lost_file:
            self._notice("folder", Problem(Where.DATA, _SAID.format(self._folder), _ACTION))
