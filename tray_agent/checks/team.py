"""Several PCs: server, port, firewall, certificate, from the end at which the doctor is asked."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from tray_agent.adapters.readers.process import ReaderFailed, ReaderProcess
from tray_agent.adapters.system import program
from tray_agent.adapters.system.places import Places
from tray_agent.checks.check import Check
from tray_agent.core.rules.team_problems import MOST_OFFSET_SECONDS
from tray_agent.core.settings import Settings
from tray_agent.core.team.names import pc_key

_SECONDS = 40.0
_LISTEN_SIGNALS = 2
_EXPIRES_DAYS = 30


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
    expected = {each.key: each.name for each in membership.members} if is_brain else {"": membership.brain}
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
    request = {
        "address": address,
        "folder": str(file.folder),
        "team": membership.team,
        "pc": "" if is_brain else pc_key(membership.me),
        "expected": list(expected),
        "seconds": _LISTEN_SIGNALS * settings.signal_seconds + 1,
    }
    try:
        reader = ReaderProcess(program.environment(os.environ), places.data_dir / "readers.log")
        found = reader.run("team-look", request, _SECONDS)
    except ReaderFailed as failed:
        yield Check("Rede da equipe", False, str(failed), "Tente de novo; veja readers.log.")
        return
    yield from _way(found, address, membership.brain, is_brain=is_brain)
    if not found["way"]:
        yield from _heard(found["heard"], expected, is_brain=is_brain)
    yield from _certificates(found)
    if is_brain and not settings.team_server:
        yield _address(membership.address, found["own"], settings.team_port)


def _server() -> Check:
    from tray_agent.adapters.team.server import find_server

    path = find_server(os.environ)
    if path is None:
        action = "Reinstale o agente; ou indique o programa em TRAY_AGENT_NATS_SERVER."
        return Check("Servidor da equipe", False, "nats-server não foi encontrado", action)
    return Check("Servidor da equipe", True, str(path))


def _way(found: dict[str, Any], address: str, brain: str, *, is_brain: bool) -> Iterator[Check]:
    way, port = str(found["way"]), int(address.rpartition(":")[2])
    if not way:
        text = f"{address} atende e reconhece este PC ({found['milliseconds']} ms)"
        yield Check("Rede da equipe", True, text)
    elif not found["reached"]:
        action = "Abra o agente neste PC e veja os problemas." if is_brain else _unreached(way, brain, port)
        yield Check("Rede da equipe", False, way, action)
    elif "fora da validade" in way:
        action = "Acerte o relógio deste PC; se está certo, o certificado do servidor tem de ser renovado."
        yield Check("Certificado da equipe", False, way, action)
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


def _unreached(way: str, brain: str, port: int) -> str:
    """What to do where nothing answers, by what was seen of it."""
    if way.startswith("ninguém"):
        words = firewall_words(brain, port)
        return f"Abra o agente em {brain}; se está aberto, confira lá team_port, ou {words}"
    if "não é conhecido" in way:
        return (
            f"O endereço veio do código: peça um novo em {brain} com tray-agent team invite --host ENDEREÇO."
        )
    return (
        f"Veja se {brain} está ligado e se este PC está na mesma rede ou VPN; {firewall_words(brain, port)}"
    )


def _heard(heard: dict[str, float], expected: dict[str, str], *, is_brain: bool) -> Iterator[Check]:
    """Who speaks now over the way that was tried, and how far its clock is off: both ends were there then."""
    for key, name in expected.items():
        if key not in heard:
            action = (
                f"Veja se o agente está aberto em {name}; lá, tray-agent doctor diz o que falta no caminho."
            )
            text = f"{name} não foi ouvido agora"
            yield Check("PC da equipe" if is_brain else "Cérebro da equipe", False, text, action)
            continue
        offset = round(heard[key])
        of, to = (f"de {name}", "deste PC") if is_brain else ("deste PC", f"de {name}")
        if abs(offset) <= MOST_OFFSET_SECONDS:
            yield Check(f"Relógio: {name}", True, f"{name} é ouvido; diferença de {abs(offset)} s")
            continue
        way = "adiantado" if offset > 0 else "atrasado"
        text = f"o relógio {of} está {abs(offset)} s {way} em relação ao {to}"
        action = "Acerte a hora (Configurações do Windows, Hora e idioma, Sincronizar agora)."
        yield Check(f"Relógio: {name}", False, text, action)


def _certificates(found: dict[str, Any]) -> Iterator[Check]:
    """Until when they are good, this PC's and the one that was shown to it."""
    for whose, key in (("deste PC", "own_good"), ("do servidor", "server_good")):
        if found[key] is None:
            continue
        until, days = found[key]
        text = f"o certificado {whose} vale até {datetime.fromisoformat(until):%d/%m/%Y}"
        if days >= _EXPIRES_DAYS:
            yield Check("Validade do certificado", True, text)
        elif whose == "deste PC":
            action = "Entre de novo na equipe com um código novo (tray-agent join)."
            yield Check("Validade do certificado", False, text, action)
        else:
            action = "Peça à TI para renovar o certificado do servidor da equipe antes disso."
            yield Check("Validade do certificado", False, text, action)


def firewall_words(brain: str, port: int) -> str:
    """What to ask IT for, word for word."""
    where = "neste PC" if brain == "este PC" else f"em {brain}"
    return (
        f"peça à TI {where} uma regra de entrada no firewall: permitir, TCP, porta local {port}, perfil de "
        "domínio, endereços remotos só os da rede interna e da VPN, sem prender a um programa (o "
        "nats-server.exe do agente muda de pasta a cada versão); nos outros PCs nada é preciso; por VPN, "
        "também a rota até essa porta"
    )
