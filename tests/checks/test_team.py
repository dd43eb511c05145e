"""What the doctor says of the way to the brain, where it is broken in each place in turn. The real server."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from tests.adapters.team.rig import TEAM, Team
from tray_agent.adapters.system.places import Places, find_places
from tray_agent.adapters.system.whole_file import put
from tray_agent.adapters.team import keys, subjects
from tray_agent.adapters.team.membership import Membership, MembershipFile, Role
from tray_agent.checks.team import look_at_team
from tray_agent.core.settings import Settings

pytestmark = pytest.mark.integration

Settled = tuple[Settings, Places]


@pytest.fixture
def team(tmp_path: Path) -> Iterator[Team]:
    made = Team(tmp_path)
    yield made
    made.close()


def pc_of(team: Team, folder: Path, address: str = "") -> Settled:
    """The installation of PC1, which belongs to the team, or dials another address."""
    settings = Settings(history="local", data_dir="dados", signal_seconds=0.2)
    places = find_places(folder, settings)
    own = places.data_dir / "team"
    own.mkdir(parents=True, mode=0o700)
    for name in ("pem", "key"):
        put(own / f"me.{name}", (team.folder.parent / f"pc1.{name}").read_bytes())
    put(own / "ca.pem", (team.folder / "ca.pem").read_bytes())
    membership = Membership(Role.PC, TEAM, "pc1", "PC-MARIA", address or f"127.0.0.1:{team.port}")
    MembershipFile(places.data_dir).write(membership)
    return settings, places


def said(settled: Settled) -> str:
    return "\n".join(
        f"{each.ok}: {each.name}: {each.text} → {each.action}" for each in look_at_team(*settled)
    )


def certify(folder: Path, name: str, user: str, usage: x509.ObjectIdentifier, days: float) -> None:
    """Have a certificate of the team's authority be good until so many days from now."""
    authority = x509.load_pem_x509_certificate((folder / "ca.pem").read_bytes())
    own = serialization.load_pem_private_key((folder / "ca.key").read_bytes(), None)
    assert isinstance(own, ec.EllipticCurvePrivateKey)
    key = ec.generate_private_key(ec.SECP256R1())
    until = datetime.now(UTC) + timedelta(days=days)
    builder = (
        x509.CertificateBuilder()
        .subject_name(keys._name("tray-agent"))
        .issuer_name(authority.subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(until - timedelta(days=400))
        .not_valid_after(until)
        .add_extension(x509.ExtendedKeyUsage([usage]), False)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(user)]), False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(own.public_key()), False)
    )
    keys._save(folder, name, builder.sign(own, hashes.SHA256()), key)


def test_the_way_is_good_and_the_brain_does_not_speak(team: Team, tmp_path: Path) -> None:
    team.server.start()
    found = said(pc_of(team, tmp_path / "pc"))
    assert "True: Rede da equipe: " in found and "atende e reconhece este PC" in found
    assert "False: Cérebro da equipe: PC-MARIA não foi ouvido agora → Veja se o agente está aberto" in found


def test_a_closed_port_asks_for_the_agent_there_then_for_the_rule(team: Team, tmp_path: Path) -> None:
    found = said(pc_of(team, tmp_path / "pc"))
    assert f"ninguém atende em 127.0.0.1:{team.port}" in found
    assert "Abra o agente em PC-MARIA; se está aberto, confira lá team_port" in found
    assert f"permitir, TCP, porta local {team.port}" in found


def test_an_address_that_does_not_answer_names_switch_network_vpn_and_the_rule(
    team: Team, tmp_path: Path
) -> None:
    with socket.socket() as full:  # what it gets it never takes
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        port = full.getsockname()[1]
        others = [socket.socket() for _ in range(3)]
        for other in others:
            other.setblocking(False)
            other.connect_ex(("127.0.0.1", port))
        found = said(pc_of(team, tmp_path / "pc", f"127.0.0.1:{port}"))
        for other in others:
            other.close()
    assert f"127.0.0.1:{port} não responde (rede, VPN ou firewall)" in found
    assert "Veja se PC-MARIA está ligado e se este PC está na mesma rede ou VPN" in found
    assert f"permitir, TCP, porta local {port}" in found


def test_a_name_that_nobody_knows_asks_for_a_code_with_an_address(team: Team, tmp_path: Path) -> None:
    found = said(pc_of(team, tmp_path / "pc", "pc-maria.invalid:4222"))
    assert "o nome em pc-maria.invalid:4222 não é conhecido na rede" in found
    assert "peça um novo em PC-MARIA com tray-agent team invite --host" in found


def test_another_teams_server_is_told_from_the_brain(team: Team, tmp_path: Path) -> None:
    team.server.start()
    other = Team(tmp_path / "other")
    try:
        other.server.start()
        found = said(pc_of(team, tmp_path / "pc", f"127.0.0.1:{other.port}"))
    finally:
        other.close()
    assert "False: Certificado da equipe: quem atende em" in found
    assert "não é o cérebro desta equipe" in found


@pytest.mark.parametrize(
    ("days", "words"),
    [
        (-1, "está fora da validade, ou o relógio deste PC está errado → Acerte o relógio deste PC"),
        (10.5, "False: Validade do certificado: o certificado do servidor vale até"),
        (100, "True: Validade do certificado: o certificado do servidor vale até"),
    ],
)
def test_a_servers_certificate_that_ran_out_or_soon_will_is_said(
    team: Team, tmp_path: Path, days: float, words: str
) -> None:
    certify(team.folder, "server", subjects.server_name(TEAM), keys._SERVER, days)
    team.server.start()
    assert words in said(pc_of(team, tmp_path / "pc"))


def test_a_certificate_of_this_pc_that_soon_runs_out_is_said(team: Team, tmp_path: Path) -> None:
    team.server.start()
    settled = pc_of(team, tmp_path / "pc")
    certify(team.folder, "mine", subjects.pc_user(TEAM, "pc1", ""), keys._CLIENT, 12.5)
    for name in ("pem", "key"):
        put(settled[1].data_dir / "team" / f"me.{name}", (team.folder / f"mine.{name}").read_bytes())
    found = said(settled)
    assert "atende e reconhece este PC" in found
    assert "False: Validade do certificado: o certificado deste PC vale até" in found
    assert "Entre de novo na equipe" in found
