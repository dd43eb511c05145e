"""Who belongs to the team and what this PC is in it: ``team/team.json`` in the data folder, this user's
alone.

There is no such file for who has one PC. Every change is written anew and put in place whole.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, fields, replace
from enum import StrEnum
from pathlib import Path
from typing import Any

from tray_agent.adapters.system.whole_file import put
from tray_agent.core.team.names import pc_key

FOLDER, FILE = "team", "team.json"


class Role(StrEnum):
    """What this PC is in the team."""

    BRAIN = "brain"
    PC = "pc"


class MembershipError(Exception):
    """``team.json`` cannot be read or written; the text says why, in Portuguese."""


@dataclass(frozen=True, slots=True)
class Member:
    """A PC that was let in. ``key`` names it in subjects; ``id`` makes its certificate worthless once another
    PC has its name."""

    name: str
    key: str
    id: str = ""
    places: int = 5
    tags: tuple[str, ...] = ()
    since: str = ""
    version: str = ""


@dataclass(frozen=True, slots=True)
class Invitation:
    """One code that was given out. ``until`` is in seconds since 1970; ``used_by`` is a PC's name or ""."""

    id: str
    until: float
    certificate: str
    used_by: str = ""


@dataclass(frozen=True, slots=True)
class Membership:
    """All that a PC knows of its team. ``address`` is HOST:PORT: where a PC dials, what codes say."""

    role: Role
    team: str
    me: str
    brain: str
    address: str
    epoch: int = 1
    members: tuple[Member, ...] = ()
    invitations: tuple[Invitation, ...] = ()
    since: str = ""

    def member(self, name: str) -> Member | None:
        """The member of that name, however it is spelt."""
        key = pc_key(name)
        return next((each for each in self.members if each.key == key), None)

    def with_member(self, member: Member) -> Membership:
        """The same with one PC more, or with what is new about it."""
        others = tuple(each for each in self.members if each.key != member.key)
        return replace(self, members=tuple(sorted((*others, member), key=lambda each: each.key)))

    def without_member(self, name: str) -> Membership:
        """The same without a PC."""
        key = pc_key(name)
        return replace(self, members=tuple(each for each in self.members if each.key != key))

    def with_invitation(self, invitation: Invitation) -> Membership:
        """The same with an invitation, or with what became of it."""
        others = tuple(each for each in self.invitations if each.id != invitation.id)
        return replace(self, invitations=(*others, invitation))

    def without_invitations_before(self, moment: float) -> Membership:
        """The same without what was over before a moment (seconds since 1970)."""
        return replace(self, invitations=tuple(each for each in self.invitations if each.until > moment))


class MembershipFile:
    """``team.json`` of one data folder. One process writes it: the agent, or a command."""

    def __init__(self, data_dir: Path) -> None:
        self.folder = data_dir / FOLDER
        self.path = self.folder / FILE

    def exists(self) -> bool:
        """Whether this PC belongs to a team; one look at the disk."""
        return self.path.is_file()

    def read(self) -> Membership | None:
        """What it says; None where there is no team. Raises MembershipError for what cannot be understood."""
        try:
            return _decoded(json.loads(self.path.read_text(encoding="utf-8")))
        except FileNotFoundError:
            return None
        except (OSError, ValueError, KeyError, TypeError) as error:
            cause = error.strerror if isinstance(error, OSError) else f"conteúdo inválido: {error}"
            raise MembershipError(f"{self.path} não pode ser lido ({cause})") from error

    def write(self, membership: Membership) -> None:
        """Put it in place, on the disk for good. Raises MembershipError."""
        try:
            make_private(self.folder)
            text = json.dumps(asdict(membership), ensure_ascii=False, indent=1)
            put(self.path, text.encode("utf-8"))
        except OSError as error:
            raise MembershipError(f"{self.path} não pode ser gravado ({error.strerror or error})") from error

    def forget(self) -> None:
        """This PC belongs to no team any more: keys and certificates go, too. Raises MembershipError."""
        try:
            self.path.unlink(missing_ok=True)  # first: what is left of the rest then means nothing
            for path in _files(self.folder):
                path.unlink(missing_ok=True)
        except OSError as error:
            raise MembershipError(
                f"{self.folder} não pode ser apagado ({error.strerror or error})"
            ) from error


def _files(folder: Path) -> Iterator[Path]:
    yield from (path for path in folder.iterdir() if path.is_file() and path.suffix != ".log")


def make_private(folder: Path) -> None:
    """Have a folder that nobody else may enter. Raises OSError."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)


def _decoded(values: Any) -> Membership:
    """Unknown keys, of a newer version, are left out. Raises KeyError, TypeError or ValueError."""
    known = _known(Membership, values)
    known["role"] = Role(known["role"])
    known["members"] = tuple(Member(**_known(Member, each)) for each in known.get("members", ()))
    known["invitations"] = tuple(
        Invitation(**_known(Invitation, each)) for each in known.get("invitations", ())
    )
    return Membership(**known)


def _known(kind: type, values: Any) -> dict[str, Any]:
    names = {each.name for each in fields(kind)}
    found = {name: value for name, value in dict(values).items() if name in names}
    if "tags" in found:
        found["tags"] = tuple(found["tags"])
    return found
