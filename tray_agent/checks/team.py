"""Several PCs: server, port, firewall, certificate, from the end at which the doctor is asked."""

from __future__ import annotations

import os
from collections.abc import Iterator

from tray_agent.adapters.readers.process import ReaderFailed, ReaderProcess
from tray_agent.adapters.system import program
from tray_agent.adapters.system.places import Places
from tray_agent.checks.check import Check
from tray_agent.core.settings import Settings

_SECONDS = 30.0


def look_at_team(settings: Settings, places: Places) -> Iterator[Check]:
    """Nothing for who has one PC."""
    if not (places.data_dir / "team" / "team.json").is_file():
        return
    from tray_agent.adapters.team.membership import MembershipError, MembershipFile, Role

    file = MembershipFile(places.data_dir)
    try:
        membership = file.read()
    except MembershipError as error:
        yield Check("Equipe", False, str(error), "Restaure o arquivo, ou saia com tray-agent leave.")
        return
    if membership is None:
        return
    is_brain = membership.role is Role.BRAIN
    count = len(membership.members)
    others = f"{count} outro PC" if count == 1 else f"{count} outros PCs"
    what = (
        f"{membership.me} é o cérebro de {others}" if is_brain else f"{membership.me}, de {membership.brain}"
    )
    yield Check("Equipe", True, what)
    if is_brain and not settings.team_server:
        yield _server()
    address = membership.address
    if is_brain:
        address = settings.team_server or f"127.0.0.1:{settings.team_port}"
    request = {"address": address, "folder": str(file.folder), "team": membership.team}
    try:
        reader = ReaderProcess(program.environment(os.environ), places.data_dir / "readers.log")
        found = reader.run("team-look", request, _SECONDS)
    except ReaderFailed as failed:
        yield Check("Rede da equipe", False, str(failed), "Tente de novo; veja readers.log.")
        return
    yield from _way(found, address, membership.brain, settings.team_port, is_brain=is_brain)
    if is_brain and not settings.team_server:
        yield _address(membership.address, found["own"], settings.team_port)


def _server() -> Check:
    from tray_agent.adapters.team.server import find_server

    path = find_server(os.environ)
    if path is None:
        action = "Reinstale o agente; ou indique o programa em TRAY_AGENT_NATS_SERVER."
        return Check("Servidor da equipe", False, "nats-server não foi encontrado", action)
    return Check("Servidor da equipe", True, str(path))


def _way(found: dict[str, object], address: str, brain: str, port: int, *, is_brain: bool) -> Iterator[Check]:
    way = str(found["way"])
    if not way:
        text = f"{address} atende e reconhece este PC ({found['milliseconds']} ms)"
        yield Check("Rede da equipe", True, text)
    elif not found["reached"]:
        action = "Abra o agente neste PC e veja os problemas." if is_brain else firewall_words(brain, port)
        yield Check("Rede da equipe", False, way, action)
    elif way.startswith("o cérebro"):
        action = f"Peça um código novo em {brain} (tray-agent team invite) e entre de novo (tray-agent join)."
        yield Check("Certificado da equipe", False, way, action)
    else:
        action = (
            "Entre de novo com um código novo; se persistir, avise o suporte: alguém pode estar no caminho."
        )
        yield Check("Certificado da equipe", False, way, action)


def _address(known: str, own: object, port: int) -> Check:
    """Whether the address that the others dial is still this PC's; and what to ask IT for."""
    host = known.rpartition(":")[0]
    if own and host and host[0].isdigit() and own != host:
        text = f"os códigos dão {known}, mas este PC está agora em {own}"
        action = "Peça à TI um endereço fixo para este PC (reserva no DHCP); quem já entrou procura o antigo."
        return Check("Endereço da equipe", False, text, action)
    text = f"os outros PCs procuram {known}; se um deles não o alcança: {firewall_words('este PC', port)}"
    return Check("Endereço da equipe", True, text)


def firewall_words(brain: str, port: int) -> str:
    """What to ask IT for, word for word."""
    where = "neste PC" if brain == "este PC" else f"em {brain}"
    return (
        f"peça à TI {where} uma regra de entrada no firewall: TCP, porta local {port}, programa "
        "nats-server.exe, perfil de domínio, só da rede interna (nos outros PCs nada é preciso; "
        "por VPN, a rota até essa porta)"
    )
