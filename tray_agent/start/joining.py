"""Joining a team with a code, with or without an agent that runs."""

from __future__ import annotations

import socket
from pathlib import Path
from typing import Any

from tray_agent import __version__
from tray_agent.adapters.readers.process import ReaderFailed, ReaderProcess
from tray_agent.adapters.team.door import DoorRefused
from tray_agent.adapters.team.membership import Membership, MembershipError, MembershipFile, Role
from tray_agent.core.settings import Settings

TeamRefused = DoorRefused
_JOIN_SECONDS = 90.0


def own_name(given: str) -> str:
    """A PC's name as a person gave it, else the computer's."""
    return " ".join(given.split())[:60] or socket.gethostname()


def join(settings: Settings, data_dir: Path, reader: ReaderProcess, code: str, name: str) -> Membership:
    """Join with a code: key and certificates are put in place, then who this PC is. Raises DoorRefused."""
    file = MembershipFile(data_dir)
    request = {
        "folder": str(file.folder),
        "code": code,
        "name": own_name(name),
        "places": settings.team_places,
        "tags": list(settings.team_tags),
        "version": __version__,
    }
    try:
        said = reader.run("team-join", request, _JOIN_SECONDS)
    except ReaderFailed as failed:
        raise DoorRefused(f"Não foi possível entrar: {failed}.") from failed
    if not said["ok"]:
        raise DoorRefused(str(said.get("error")))
    membership = _membership_of(said)
    try:
        file.write(membership)
    except MembershipError as error:
        raise DoorRefused(f"A equipe não pôde ser gravada: {error}.") from error
    return membership


def join_alone(settings: Settings, data_dir: Path, reader: ReaderProcess, code: str, name: str) -> Membership:
    """The same where no agent runs. Raises DoorRefused."""
    try:
        present = MembershipFile(data_dir).read()
    except MembershipError as error:
        raise DoorRefused(f"{error}.") from error
    refuse_for_brain(present)
    return join(settings, data_dir, reader, code, name)


def refuse_for_brain(membership: Membership | None) -> None:
    """A brain that others obey does not become a PC of somebody else's. Raises DoorRefused."""
    if membership is not None and membership.role is Role.BRAIN and membership.members:
        raise DoorRefused("Este PC é o cérebro de outros; tire-os antes (tray-agent team remove PC).")


def joined_text(membership: Membership) -> str:
    """What is said to who has just joined."""
    return (
        f"Este PC entrou na equipe como {membership.me}. Quem decide o que roda é {membership.brain}: "
        "os agendamentos deste PC não iniciam mais nada por conta própria."
    )


def _membership_of(said: dict[str, Any]) -> Membership:
    return Membership(
        Role.PC,
        str(said["team"]),
        str(said["name"]),
        str(said["brain"]),
        str(said["address"]),
        int(said["epoch"]),
    )
