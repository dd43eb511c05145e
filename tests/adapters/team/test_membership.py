from __future__ import annotations

import json
import stat
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from tray_agent.adapters.team.codes import Code, new_secret, parse
from tray_agent.adapters.team.membership import (
    Invitation,
    Member,
    Membership,
    MembershipError,
    MembershipFile,
    Role,
)
from tray_agent.core.team.names import pc_key

BRAIN = Membership(Role.BRAIN, "abc", "PC-MARIA", "PC-MARIA", "10.1.2.3:4222", since="2026-11-27")


def test_who_has_one_pc_has_no_file_and_reading_makes_none(tmp_path: Path) -> None:
    file = MembershipFile(tmp_path)
    assert not file.exists() and file.read() is None
    assert list(tmp_path.iterdir()) == []


def test_what_is_written_is_read(tmp_path: Path) -> None:
    file = MembershipFile(tmp_path)
    full = BRAIN.with_member(
        Member("PC-ANA", "pc-ana", "7f", 3, ("sap", "excel"), "2026-11-27T12:00:00", "1.0")
    )
    full = full.with_invitation(Invitation("1f", 1e9, "PEM", "PC-ANA"))
    file.write(full)
    assert file.read() == full


@pytest.mark.skipif(sys.platform == "win32", reason="the profile's access list does this")
def test_nobody_else_may_read_it(tmp_path: Path) -> None:
    file = MembershipFile(tmp_path)
    file.write(BRAIN)
    assert stat.S_IMODE(file.path.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.folder.stat().st_mode) == 0o700


def test_a_newer_version_s_further_words_are_passed_over(tmp_path: Path) -> None:
    file = MembershipFile(tmp_path)
    file.write(BRAIN)
    values = json.loads(file.path.read_text())
    file.path.write_text(
        json.dumps({**values, "colour": "blue", "members": [{"name": "A", "key": "a", "x": 1}]})
    )
    assert file.read() == replace(BRAIN, members=(Member("A", "a"),))


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"role": "king"}', "null"])
def test_a_broken_file_is_said_and_never_taken_for_no_team(tmp_path: Path, text: str) -> None:
    file = MembershipFile(tmp_path)
    file.write(BRAIN)
    file.path.write_text(text)
    with pytest.raises(MembershipError, match=r"team\.json não pode ser lido"):
        file.read()


def test_who_leaves_keeps_no_key(tmp_path: Path) -> None:
    file = MembershipFile(tmp_path)
    file.write(BRAIN)
    (file.folder / "me.key").write_text("secret")
    file.forget()
    assert list(file.folder.iterdir()) == []


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("PC-MARIA", "pc-maria"),
        ("Mesa de João", "mesa-de-joao"),
        ("a.b*>c", "a-b--c"),
        ("...", ""),
        ("日本", ""),
    ],
)
def test_a_pc_s_key_fits_into_a_subject_and_a_certificate(name: str, key: str) -> None:
    assert pc_key(name) == key


def test_a_code_is_read_as_people_paste_it() -> None:
    code = Code("10.1.2.3", 4222, b"0123456789", new_secret())
    text = code.text()
    assert text.startswith("10.1.2.3:4222/") and "-" in text
    for pasted in (text, f"  {text}\n", text.lower(), text.replace("-", ""), text.replace("-", " ")):
        assert parse(pasted) == code


@pytest.mark.parametrize(
    "text", ["", "10.1.2.3:4222", "10.1.2.3/ABCD", "h:99999/" + "A" * 32, "h:1/ABCD-EFGH", "h:1/!"]
)
def test_what_is_no_code_is_none(text: str) -> None:
    assert parse(text) is None
