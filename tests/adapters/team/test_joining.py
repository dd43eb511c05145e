"""A PC joins with a code: real server, real brain's radio and door, the joining child's own code."""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from tests.adapters.team.rig import SECONDS, TEAM, Team
from tray_agent.adapters.readers.process import ReaderProcess
from tray_agent.adapters.team import join_child, keys
from tray_agent.adapters.team.codes import parse
from tray_agent.adapters.team.door import Door, DoorRefused
from tray_agent.adapters.team.membership import Membership

pytestmark = pytest.mark.integration

ZONE = ZoneInfo("America/Sao_Paulo")


class Brain:
    """The brain's side of joining."""

    def __init__(self, team: Team) -> None:
        self.team = team
        self.now = datetime(2026, 11, 27, 14, 2, tzinfo=ZONE)
        self.radio, self.ear = team.radio("")
        self.ear.until_link(True)
        self.door = Door(
            self._membership,
            self._change,
            self._keys,
            self._authority,
            lambda: self.now,
        )
        self._closed = threading.Event()
        self._thread = threading.Thread(target=self._answer)
        self._thread.start()

    def _authority(self) -> str:
        return (self.team.folder / "ca.pem").read_text()

    def _membership(self) -> Membership:
        return self.team.membership

    def code(self) -> str:
        return self.door.invite("127.0.0.1", self.team.port).code

    def close(self) -> None:
        self._closed.set()
        self.ear.asked.put(("", {}))
        self._thread.join()

    def _change(self, membership: Any) -> None:
        self.team.configure(membership)
        assert self.radio.reload(SECONDS)

    def _keys(self, request: Any) -> Any:
        answer = keys.answer({**request, "folder": str(self.team.folder)})
        if not answer["ok"]:
            raise DoorRefused(answer["error"])
        return answer

    def _answer(self) -> None:
        while not self._closed.is_set():
            invitation, request = self.ear.asked.get()
            if invitation:
                self.radio.answer(invitation, self.door.answer(invitation, request))


@pytest.fixture
def brain(team: Team) -> Iterator[Brain]:
    made = Brain(team)
    try:
        yield made
    finally:
        made.close()


def join(folder: Path, code: str, name: str = "PC-ANA") -> dict[str, Any]:
    return join_child.answer(
        {"folder": str(folder), "code": code, "name": name, "places": 3, "tags": ["sap"], "version": "1.0"}
    )


def test_a_pc_joins_in_one_step_and_its_radio_is_heard(brain: Brain, tmp_path: Path) -> None:
    folder = tmp_path / "ana" / "team"
    request = {
        "folder": str(folder),
        "code": brain.code(),
        "name": "Mesa da Ana",
        "places": 3,
        "tags": ["sap"],
    }
    answer = ReaderProcess(os.environ, tmp_path / "readers.log").run("team-join", request, SECONDS)
    assert answer == {
        "ok": True,
        "team": TEAM,
        "brain": "PC-MARIA",
        "epoch": 1,
        "name": "Mesa da Ana",
        "address": f"127.0.0.1:{brain.team.port}",
    }
    member = brain.team.membership.member("mesa da ana")
    assert member is not None and (member.places, member.tags) == (3, ("sap",))
    assert sorted(path.name for path in folder.iterdir()) == ["ca.pem", "me.key", "me.pem"]
    radio, ear = brain.team.radio(
        member.key,
        authority=str(folder / "ca.pem"),
        certificate=str(folder / "me.pem"),
        key=str(folder / "me.key"),
    )
    ear.until_link(True)
    radio.send("", {"kind": "presence"})
    gone = (member.key, {"kind": "gone"})  # the connection with which the new certificate was tried
    assert [brain.ear.said.get(timeout=SECONDS) for _ in range(2)] == [
        gone,
        (member.key, {"kind": "presence"}),
    ]


def test_the_private_key_stays_where_it_was_made(brain: Brain, tmp_path: Path) -> None:
    assert join(tmp_path / "ana", brain.code())["ok"]
    own = (tmp_path / "ana" / "me.key").read_text().splitlines()[1]
    for path in brain.team.folder.rglob("*"):
        assert not path.is_file() or own not in path.read_text(errors="replace")


def refusal(folder: Path, code: str, name: str = "PC-ANA") -> str:
    answer = join(folder, code, name)
    assert not answer["ok"]
    assert not folder.exists() or list(folder.iterdir()) == []
    text = str(answer["error"])
    assert text.endswith((".", "…")) and "\n" not in text
    return text


def test_a_used_code_is_refused_and_says_by_whom(brain: Brain, tmp_path: Path) -> None:
    code = brain.code()
    assert join(tmp_path / "ana", code)["ok"]
    assert "já foi usado por PC-ANA" in refusal(tmp_path / "bob", code, "PC-BOB")
    assert brain.team.membership.member("PC-BOB") is None


def test_an_expired_code_is_refused_and_says_when(brain: Brain, tmp_path: Path) -> None:
    code = brain.code()
    brain.now += timedelta(minutes=10)
    assert "venceu às 14:12" in refusal(tmp_path / "ana", code)


def test_a_taken_name_is_refused_and_the_code_still_serves(brain: Brain, tmp_path: Path) -> None:
    code = brain.code()
    for taken in ("PC1", "pc-maria"):
        assert f"Já há um PC chamado {taken} na equipe" in refusal(tmp_path / "ana", code, taken)
    assert join(tmp_path / "ana", code)["ok"]


def test_a_name_of_which_nothing_is_left_is_refused(brain: Brain, tmp_path: Path) -> None:
    assert "precisa de letras" in refusal(tmp_path / "ana", brain.code(), "日本")


def test_a_wrong_pin_sends_nothing(brain: Brain, tmp_path: Path) -> None:
    code = parse(brain.code())
    assert code is not None
    text = code._replace(pin=bytes(10)).text()
    assert "não é o cérebro que deu este código" in refusal(tmp_path / "ana", text)
    assert brain.ear.asked.empty()


def test_a_wrong_secret_is_no_longer_valid(brain: Brain, tmp_path: Path) -> None:
    code = parse(brain.code())
    assert code is not None
    assert "não vale mais" in refusal(tmp_path / "ana", code._replace(secret=bytes(10)).text())


def test_what_is_no_code_and_nobody_there_are_said(tmp_path: Path) -> None:
    assert "não é um código de convite" in refusal(tmp_path / "ana", "hello")
    with socket.create_server(("127.0.0.1", 0)) as found:
        port = found.getsockname()[1]
    assert f"em 127.0.0.1:{port}" in refusal(tmp_path / "ana", f"127.0.0.1:{port}/" + "A" * 32)


def test_a_program_that_speaks_no_tls_is_no_brain(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve() -> None:
            taken, _ = listening.accept()
            with taken:
                taken.sendall(b"HTTP/1.0 400 Bad Request\r\n\r\n")

        thread = threading.Thread(target=serve)
        thread.start()
        said = refusal(tmp_path / "ana", f"127.0.0.1:{listening.getsockname()[1]}/" + "A" * 32)
        thread.join()
    assert "não é um cérebro" in said


def test_asked_twice_the_brain_answers_the_same_and_lets_in_once(brain: Brain) -> None:
    code = parse(brain.code())
    assert code is not None
    _, csr = keys.certificate_request()
    request = {"kind": "join", "csr": csr, "name": "PC-ANA"}
    invitation = keys.invitation_id(code.secret)
    first = brain.door.answer(invitation, request)
    assert first["kind"] == "welcome" and brain.door.answer(invitation, request) == first
    _, other = keys.certificate_request()
    assert brain.door.answer(invitation, {**request, "csr": other})["kind"] == "refused"


def test_a_removed_pc_s_certificate_does_not_serve_the_next_of_its_name(brain: Brain, tmp_path: Path) -> None:
    assert join(tmp_path / "old", brain.code())["ok"]
    brain.door.remove("pc-ana")
    assert join(tmp_path / "new", brain.code())["ok"]
    for folder, is_in in (("old", False), ("new", True)):
        own = tmp_path / folder
        _, ear = brain.team.radio(
            "pc-ana",
            authority=str(own / "ca.pem"),
            certificate=str(own / "me.pem"),
            key=str(own / "me.key"),
        )
        if is_in:
            ear.until_link(True)
        else:
            ear.until_link_says("não reconhece este PC")


def test_only_who_is_in_can_be_removed(brain: Brain) -> None:
    with pytest.raises(DoorRefused, match="Não há na equipe"):
        brain.door.remove("PC-X")
    with pytest.raises(DoorRefused, match="é o cérebro"):
        brain.door.remove("PC-MARIA")


def test_an_invitation_s_certificate_certifies_nobody(brain: Brain, tmp_path: Path) -> None:
    """Who has a code cannot make with its key what would be a PC's certificate."""
    code = parse(brain.code())
    assert code is not None
    issuer, key = keys.invitation(code.secret)
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    own = ec.generate_private_key(ec.SECP256R1())
    builder = keys._builder(
        keys._name("x"), issuer.subject, own.public_key(), 7, keys._CLIENT, "pc1.x.pc.t3st.tray-agent"
    )
    forged = builder.sign(key, None).public_bytes(serialization.Encoding.PEM)
    (tmp_path / "f.key").write_bytes(keys._private(own))
    (tmp_path / "f.pem").write_bytes(forged + issuer.public_bytes(serialization.Encoding.PEM))
    _, ear = brain.team.radio("pc1", certificate=str(tmp_path / "f.pem"), key=str(tmp_path / "f.key"))
    ear.until_link_says("não reconhece este PC")
