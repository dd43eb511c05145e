"""What this PC is in its team, and how that changes: answers to the channel's questions about it.

Nothing here is imported before there is a team or somebody asks for one. Every answer may block for seconds.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from tray_agent.adapters.team import brain_file
from tray_agent.adapters.team.door import DoorRefused
from tray_agent.adapters.team.membership import Membership, MembershipError, MembershipFile, Role
from tray_agent.core.model import Problem, Where
from tray_agent.core.ports import JournalError
from tray_agent.core.team.names import pc_key
from tray_agent.shell.views.team import pcs_json
from tray_agent.start.base_folder import TeamSide
from tray_agent.start.joining import join, joined_text, own_name, refuse_for_brain
from tray_agent.start.team_brain import BrainSide, new_brain
from tray_agent.start.team_pc import PcSide

if TYPE_CHECKING:
    from tray_agent.start.app import Agent

_log = logging.getLogger(__name__)
Json = dict[str, Any]
_EPOCH = "team_epoch"


def side_of(agent: Agent) -> TeamSide | None:
    """What ``team.json`` says this PC is.

    One that cannot be read is said, and nothing starts by itself: to go on alone might start everything
    twice.
    """
    file = MembershipFile(agent.places.data_dir)
    try:
        membership = file.read()
    except MembershipError as error:
        action = "Restaure o arquivo, ou saia da equipe com tray-agent leave."
        agent.notice("team", Problem(Where.DATA, f"A equipe deste PC não é conhecida: {error}", action))
        agent.base_folder.halt("desconhecido")
        return None
    return None if membership is None else _side(agent, file, membership)


def _side(agent: Agent, file: MembershipFile, membership: Membership) -> BrainSide | PcSide:
    kind = BrainSide if membership.role is Role.BRAIN else PcSide
    return kind(agent, file, membership)


def answer(agent: Agent, method: str, params: Json) -> Json:
    """Answer one question or command. Raises DoorRefused, whose text is one sentence."""
    if method == "team":
        return _team(agent, params)
    with agent.changing:
        return _ANSWERS[method](agent, params)


def _team(agent: Agent, params: Json) -> Json:
    side = agent.team
    if not isinstance(side, BrainSide | PcSide):
        other = agent.base_folder.other
        nothing: Json = {"me": None, "address": None, "invite": None, "pcs": []}
        return {"role": "alone", "brain": other or None, **nothing}
    membership = side.membership
    return {
        "role": membership.role.value,
        "brain": membership.brain,
        "me": membership.me,
        "address": membership.address,
        "epoch": membership.epoch,
        "pcs": pcs_json(agent.snapshot) if agent.snapshot else [],
        **side.view(),
    }


def _invite(agent: Agent, params: Json) -> Json:
    side = agent.team
    if isinstance(side, PcSide):
        raise DoorRefused(f"Quem convida é o cérebro, {side.membership.brain}; peça o código lá.")
    if agent.base_folder.other and not isinstance(side, BrainSide):
        raise DoorRefused(f"O cérebro desta pasta é {agent.base_folder.other}; peça o código lá.")
    is_first = not isinstance(side, BrainSide)
    if not isinstance(side, BrainSide):
        side = _become_brain(agent, own_name(_text(params, "name")), 1)
    trouble = side.wait_up()
    if trouble:
        if is_first and not agent.settings.team_server:  # whose people need the keys that were just made
            _be_alone(agent)
        raise DoorRefused(trouble)
    given = side.invite(_text(params, "host"))
    return {"code": given.code, "until": given.until.isoformat(timespec="seconds")}


def _become_brain(agent: Agent, me: str, epoch: int) -> BrainSide:
    file = MembershipFile(agent.places.data_dir)
    membership = new_brain(agent, file, me, epoch)
    agent.change_team(lambda: _side(agent, file, membership))
    side = agent.team
    assert isinstance(side, BrainSide)  # noqa: S101 - just made
    _log.info("this PC, %s, is the brain of team %s, epoch %d", me, membership.team, epoch)
    return side


def _remove(agent: Agent, params: Json) -> Json:
    side = agent.team
    if not isinstance(side, BrainSide):
        raise DoorRefused("Só o cérebro tira um PC da equipe.")
    member = side.door.remove(_text(params, "pc"))
    text = f"{member.name} não faz mais parte da equipe. O que ainda roda lá segue até o fim, sem ser ouvido."
    return {"text": text}


def _join(agent: Agent, params: Json) -> Json:
    is_obeyed = isinstance(agent.team, BrainSide) and not agent.base_folder.other
    refuse_for_brain(agent.team.membership if is_obeyed and isinstance(agent.team, BrainSide) else None)
    _refuse_while_running(agent, "entre")
    file = MembershipFile(agent.places.data_dir)
    membership = join(
        agent.settings,
        agent.places.data_dir,
        agent.reader_process(),
        _text(params, "code"),
        _text(params, "name"),
    )
    agent.change_team(lambda: _side(agent, file, membership))
    agent.base_folder.release()
    return {"text": joined_text(membership)}


def _leave(agent: Agent, params: Json) -> Json:
    side = agent.team
    if not isinstance(side, BrainSide | PcSide):
        file = MembershipFile(agent.places.data_dir)
        if not file.exists():
            raise DoorRefused("Este PC não está em nenhuma equipe.")
        file.forget()  # one that nobody could read
        agent.notice("team")
        agent.base_folder.release()
        return {"text": "Este PC não está mais em nenhuma equipe."}
    if isinstance(side, BrainSide) and side.membership.members and not agent.base_folder.other:
        names = ", ".join(each.name for each in side.membership.members)
        raise DoorRefused(f"Este PC é o cérebro de {names}; tire-os antes (tray-agent team remove PC).")
    if isinstance(side, PcSide):
        _refuse_while_running(agent, "saia")
    brain, was_told = side.membership.brain, True
    if isinstance(side, PcSide):
        was_told = side.say_goodbye()
    _be_alone(agent)
    if isinstance(side, BrainSide):
        return {"text": "A equipe acabou: este PC volta a trabalhar sozinho."}
    later = (
        "" if was_told else f" {brain} não foi ouvido: peça lá tray-agent team remove {side.membership.me}."
    )
    alone = f"Enquanto {brain} for o cérebro desta pasta, ele não inicia nada sozinho."
    text = f"Este PC saiu da equipe.{later} {alone}"
    return {"text": text}


def _be_alone(agent: Agent) -> None:
    """Belong to no team any more; a brain's record in the base folder goes with it. Raises DoorRefused."""
    side = agent.team
    own = isinstance(side, BrainSide)
    try:
        MembershipFile(agent.places.data_dir).forget()
    except MembershipError as error:
        raise DoorRefused(f"{error}.") from error
    agent.change_team(lambda: None)
    if own and isinstance(side, BrainSide):
        _forget_record(agent, side.membership.team)
    agent.base_folder.release()


def _forget_record(agent: Agent, team: str = "") -> None:
    base = agent.places.base_path()[0]
    try:
        found = brain_file.read(base)
        if found is not None and team in {"", found.team}:
            brain_file.forget(base)
    except OSError as error:
        _log.warning("the record of the brain could not be taken away: %s", error)
        if not team:
            raise DoorRefused(
                f"O arquivo da pasta base não pôde ser apagado ({error.strerror or error})."
            ) from None


def _alone(agent: Agent, params: Json) -> Json:
    """A person says that the brain of which the base folder tells is no more."""
    other, is_copy = agent.base_folder.other, agent.base_folder.is_copy
    if not other or (agent.team is not None and not is_copy):
        raise DoorRefused("A pasta base não nomeia outro cérebro; nada a fazer.")
    _check_confirmed(params, other, f"dizer que {other} não é mais o cérebro desta pasta")
    _forget_record(agent)
    agent.base_folder.release()
    if is_copy:
        return {
            "text": f"Este PC é agora {other}, o cérebro da equipe; em outro PC ele não inicia mais nada."
        }
    return {
        "text": f"Este PC volta a trabalhar sozinho. Se {other} ainda for o cérebro, ele volta a dizê-lo."
    }


def _take_over(agent: Agent, params: Json) -> Json:
    side = agent.team
    if not isinstance(side, PcSide):
        raise DoorRefused("Só um PC que está numa equipe toma o lugar do cérebro.")
    old = side.membership
    if side.answers_brain():
        raise DoorRefused(f"{old.brain} responde; só se toma o lugar de um cérebro que se foi.")
    _check_confirmed(params, old.brain, f"tomar o lugar de {old.brain}")
    epoch = 1 + max(old.epoch, _epoch_heard(agent), _epoch_on_record(agent))
    _pause(agent)
    _become_brain(agent, old.me, epoch)
    text = (
        f"Este PC é agora o cérebro, no lugar de {old.brain}. Os agendamentos estão suspensos: traga os "
        "outros PCs com códigos novos (tray-agent team invite), que contam o que rodaram hoje; confira, e "
        "retome (tray-agent resume)."
    )
    return {"text": text}


def _check_confirmed(params: Json, name: str, what: str) -> None:
    if pc_key(_text(params, "confirm")) != pc_key(name):
        raise DoorRefused(f"Para {what}, confirme digitando o nome dele: {name}.")


def _epoch_heard(agent: Agent) -> int:
    """The highest epoch that this PC ever obeyed."""
    from tray_agent.adapters.journal.store import SqliteJournal

    journal = SqliteJournal(agent.places.data_dir, refused=agent.gate.refused)
    try:
        found = re.match(r"\d+", journal.recall(_EPOCH) or "")
        return int(found.group()) if found else 0
    except JournalError as error:
        raise DoorRefused(f"O diário deste PC não pode ser lido: {error}") from error
    finally:
        journal.close()


def _epoch_on_record(agent: Agent) -> int:
    try:
        found = brain_file.read(agent.places.base_path()[0])
    except OSError:
        return 0
    return found.epoch if found else 0


def _pause(agent: Agent) -> None:
    """What other PCs ran today is not known here yet: nothing starts before a person has looked."""
    from tray_agent.adapters.journal.store import SqliteJournal

    journal = SqliteJournal(agent.places.data_dir, refused=agent.gate.refused)
    try:
        journal.set_paused(True)
    except JournalError as error:
        raise DoorRefused(f"O diário deste PC não pode ser gravado: {error}") from error
    finally:
        journal.close()


def _refuse_while_running(agent: Agent, what: str) -> None:
    snapshot = agent.snapshot
    if snapshot is not None and snapshot.running:
        raise DoorRefused(f"Há automações em execução neste PC; {what} quando terminarem.")


def _text(params: Json, name: str) -> str:
    value = params.get(name)
    return value.strip()[:500] if isinstance(value, str) else ""


_ANSWERS: dict[str, Callable[[Agent, Json], Json]] = {
    "team_invite": _invite,
    "team_remove": _remove,
    "team_join": _join,
    "team_leave": _leave,
    "team_take_over": _take_over,
    "team_alone": _alone,
}
