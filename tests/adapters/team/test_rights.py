"""What each certificate can do at the real server, and what it cannot."""

from __future__ import annotations

import asyncio
import socket
import ssl
import threading
from pathlib import Path

import pytest
from nats.aio.client import Client

from tests.adapters.children import until
from tests.adapters.team.rig import SECONDS, TEAM, Team, foreign_certificate, signed_by_pc
from tray_agent.adapters.system.whole_file import put
from tray_agent.adapters.team import keys, subjects

pytestmark = pytest.mark.integration


class Guest:
    """A client that nothing of ours holds back, with somebody's certificate."""

    def __init__(self) -> None:
        self.errors: list[str] = []
        self.heard: list[str] = []
        self.client: Client | None = None

    async def connect(self, team: Team, name: str | None) -> Client:
        async def error(found: Exception) -> None:
            self.errors.append(str(found))

        self.client = Client()
        await asyncio.wait_for(
            self.client.connect(
                f"tls://127.0.0.1:{team.port}",
                tls=team.context(name),
                tls_hostname=subjects.server_name(TEAM),
                tls_handshake_first=True,
                allow_reconnect=False,
                max_reconnect_attempts=1,
                reconnect_time_wait=0.05,
                error_cb=error,
            ),
            SECONDS,
        )
        return self.client

    def hang_up(self) -> None:
        """Leave no connection behind: who was refused is not disconnected by the library."""
        assert self.client is not None
        link = self.client._transport
        for name in ("_io_writer", "_bare_io_writer"):  # TLS, and what it runs on
            writer = getattr(link, name, None)
            if writer is not None:
                writer.transport.abort()

    async def listen(self, subject: str) -> None:
        async def hear(message: object) -> None:
            self.heard.append(subject)

        assert self.client is not None
        await self.client.subscribe(subject, cb=hear)  # type: ignore[arg-type]


def server_is_up(team: Team) -> None:
    def answers() -> bool:
        try:
            socket.create_connection(("127.0.0.1", team.port), 1).close()
        except OSError:
            return False
        return True

    until(answers)


def test_a_pc_speaks_and_hears_for_itself_alone(team: Team) -> None:
    server_is_up(team)

    async def day() -> tuple[Guest, Guest]:
        one, two = Guest(), Guest()
        first, second = await one.connect(team, "pc1"), await two.connect(team, "pc2")
        for subject in (
            "tray.>",
            ">",
            subjects.to_pc(TEAM, "pc2"),
            subjects.from_pc(TEAM, "pc1"),
            "$SYS.>",
            "_INBOX.>",
        ):
            await one.listen(subject)
        await two.listen(subjects.to_pc(TEAM, "pc2"))
        await second.flush()
        for subject in (
            subjects.to_pc(TEAM, "pc1"),
            subjects.to_pc(TEAM, "pc2"),
            subjects.from_pc(TEAM, "pc2"),
            "tray.join.1f",
            "$SYS.REQ.SERVER.PING.RELOAD",
        ):
            await first.publish(subject, b"{}")
        await second.publish(subjects.from_pc(TEAM, "pc2"), b"{}")
        await first.flush()
        await second.flush()
        await asyncio.sleep(0.2)
        await first.close()
        await second.close()
        return one, two

    one, two = asyncio.run(day())
    assert one.heard == [] and two.heard == []
    assert len([each for each in one.errors if "permissions violation for subscription" in each]) == 6
    assert len([each for each in one.errors if "permissions violation for publish" in each]) == 5


def refused(team: Team, name: str | None) -> bool:
    async def attempt() -> None:
        guest = Guest()
        try:
            client = await guest.connect(team, name)
            await client.flush()
            await client.close()
        finally:
            guest.hang_up()

    try:
        asyncio.run(attempt())
    except Exception:  # noqa: BLE001 - however the library says it
        return True
    return False


def test_without_a_certificate_of_this_team_nobody_is_let_in(team: Team) -> None:
    server_is_up(team)
    foreign_certificate(team.folder.parent, "foreign", subjects.pc_user(TEAM, "pc1", ""))
    team.certify("nobody")  # ours, but no user of the server
    signed_by_pc(team, "forged")
    assert not refused(team, "pc1")
    assert refused(team, None)
    assert refused(team, "foreign")
    assert refused(team, "nobody")
    assert refused(team, "forged")


def test_nothing_is_said_before_tls(team: Team) -> None:
    server_is_up(team)
    with socket.create_connection(("127.0.0.1", team.port), SECONDS) as plain:
        plain.settimeout(1.0)
        with pytest.raises(TimeoutError):
            plain.recv(1)


def test_a_pc_s_certificate_is_no_server_s(team: Team) -> None:
    """Who stole it can not pose as the brain."""
    file = team.folder.parent / "pc1"
    fake = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    fake.load_cert_chain(f"{file}.pem", f"{file}.key")
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve() -> None:
            taken, _ = listening.accept()
            try:
                fake.wrap_socket(taken, server_side=True).close()
            except OSError:
                taken.close()

        thread = threading.Thread(target=serve)
        thread.start()
        radio, ear = team.radio("pc2", servers=(f"127.0.0.1:{listening.getsockname()[1]}",))
        try:
            ear.until_link_says("não é o cérebro desta equipe")
        finally:
            radio.close()
            thread.join()


def test_a_key_of_another_kind_is_not_certified(tmp_path: Path) -> None:
    keys.make_team(tmp_path, TEAM)
    for request in ("", "-----BEGIN CERTIFICATE REQUEST-----\nAAAA\n-----END CERTIFICATE REQUEST-----\n"):
        asked = {
            "what": "sign",
            "folder": str(tmp_path),
            "team": TEAM,
            "key": "pc1",
            "id": "1",
            "csr": request,
        }
        assert keys.answer(asked) == {
            "ok": False,
            "error": "O pedido do outro PC não traz uma chave válida.",
        }


def test_an_invitation_may_ask_to_join_and_nothing_else(team: Team) -> None:
    secret = b"0123456789"
    team.invite(secret)
    server_is_up(team)
    brain, ear = team.radio("")
    ear.until_link(True)
    assert brain.reload(SECONDS)
    keys.save_invitation(team.folder.parent, secret)
    invitation = keys.invitation_id(secret)

    async def day() -> Guest:
        guest = Guest()
        client = await guest.connect(team, "join")
        await guest.listen("tray.>")
        await guest.listen(subjects.to_pc(TEAM, "pc1"))
        await client.publish(subjects.from_pc(TEAM, "pc1"), b"{}")
        await client.publish(f"{subjects.JOIN}.{invitation}", b'{"kind":"join"}')
        await client.flush()
        await asyncio.sleep(0.1)
        await client.close()
        return guest

    guest = asyncio.run(day())
    assert ear.asked.get(timeout=SECONDS) == (invitation, {"kind": "join"})
    assert ear.said.empty()
    assert len([each for each in guest.errors if "permissions violation" in each]) == 3


def test_the_invitation_s_certificate_is_the_same_wherever_it_is_made_and_certifies_nobody(
    tmp_path: Path,
) -> None:
    keys.save_invitation(tmp_path / "a", b"0123456789")
    keys.save_invitation(tmp_path / "b", b"0123456789")
    keys.save_invitation(tmp_path / "c", b"9876543210")
    a, b, c = ((tmp_path / name / "join.pem").read_bytes() for name in "abc")
    assert a == b != c
    put(tmp_path / "again.pem", a)
