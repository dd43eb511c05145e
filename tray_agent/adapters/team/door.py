"""Who is let into the team: codes given out, and what the brain answers to who comes with one.

Each refusal is one Portuguese sentence. What is granted is on the disk before it is said.
"""

from __future__ import annotations

import logging
import secrets
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from tray_agent.adapters.team.codes import Code, new_secret
from tray_agent.adapters.team.membership import (
    Invitation,
    Member,
    Membership,
    MembershipError,
)
from tray_agent.core.team.names import pc_key

_log = logging.getLogger(__name__)
VALID = timedelta(minutes=10)
_REMEMBERED = timedelta(hours=24)
"""How long who comes too late, or with a used code, is told which it is."""
_MOST_INVITATIONS = 50

Keys = Callable[[Mapping[str, Any]], Mapping[str, Any]]
"""Asks the child that has the keys. Raises DoorRefused."""


class DoorRefused(Exception):
    """Something that cannot be done; the text is one Portuguese sentence."""


@dataclass(frozen=True, slots=True)
class Given:
    """A code that was given out."""

    code: str
    until: datetime


class Door:
    """One per brain. ``change`` puts a membership in force: on the disk, and known to the server. Methods may
    block for a second; they are called from several threads."""

    def __init__(
        self,
        membership: Callable[[], Membership],
        change: Callable[[Membership], None],
        keys: Keys,
        authority: Callable[[], str],
        now: Callable[[], datetime],
    ) -> None:
        self._membership = membership
        self._change = change
        self._keys = keys
        self._authority = authority
        self._now = now
        self._one = threading.RLock()
        self._answered: dict[str, tuple[str, dict[str, Any]]] = {}
        self.last: Given | None = None

    def invite(self, host: str, port: int) -> Given:
        """A code for one PC. Raises DoorRefused."""
        with self._one:
            secret = new_secret()
            made = self._keys({"what": "invitation", "secret": secret.hex()})
            until = self._now() + VALID
            invitation = Invitation(made["id"], until.timestamp(), made["certificate"])
            kept = self._membership().without_invitations_before((self._now() - _REMEMBERED).timestamp())
            if len(kept.invitations) >= _MOST_INVITATIONS:
                kept = replace(kept, invitations=kept.invitations[1 - _MOST_INVITATIONS :])
            self._put(kept.with_invitation(invitation))
            code = Code(host, port, bytes.fromhex(made["pin"]), secret)
            self.last = Given(code.text(), until)
            return self.last

    def valid(self) -> Given | None:
        """The last code, while somebody can still use it."""
        given = self.last
        return given if given is not None and given.until > self._now() else None

    def answer(self, invitation: str, request: Mapping[str, Any]) -> dict[str, Any]:
        """What is said to who came with that invitation's code; asked again, the same again."""
        with self._one:
            csr = str(request.get("csr", ""))
            asked, said = self._answered.get(invitation, ("", {}))
            if asked == csr and said:
                return said
            try:
                said = self._let_in(invitation, csr, request)
            except DoorRefused as refused:
                return {"kind": "refused", "reason": str(refused)}
            self._answered[invitation] = (csr, said)
            return said

    def remove(self, name: str) -> Member:
        """Take a PC out of the team. Raises DoorRefused."""
        with self._one:
            membership = self._membership()
            member = membership.member(name)
            if member is None:
                if pc_key(name) == pc_key(membership.me):
                    raise DoorRefused(f"{membership.me} é o cérebro; a equipe acaba com tray-agent leave.")
                raise DoorRefused(f"Não há na equipe um PC chamado {name}.")
            self._put(membership.without_member(member.key))
            return member

    def _let_in(self, invitation: str, csr: str, request: Mapping[str, Any]) -> dict[str, Any]:
        membership = self._membership()
        found = next((each for each in membership.invitations if each.id == invitation), None)
        self._check(found, membership)
        assert found is not None  # noqa: S101 - checked
        name = " ".join(str(request.get("name", "")).split())[:60]
        self._check_name(name, membership)
        joining = secrets.token_hex(4)
        signed = self._keys(
            {"what": "sign", "team": membership.team, "key": pc_key(name), "id": joining, "csr": csr[:4000]}
        )
        member = Member(
            name,
            pc_key(name),
            joining,
            _places(request.get("places")),
            _tags(request.get("tags")),
            self._now().isoformat(timespec="seconds"),
            str(request.get("version", ""))[:40],
        )
        used = replace(found, used_by=name)
        self._put(membership.with_member(member).with_invitation(used))
        if self.last is not None:
            self.last = None
        _log.info("%s was let into the team", name)
        return {
            "kind": "welcome",
            "certificate": signed["certificate"],
            "authority": self._authority(),
            "team": membership.team,
            "brain": membership.me,
            "epoch": membership.epoch,
            "name": name,
        }

    def _check(self, found: Invitation | None, membership: Membership) -> None:
        if found is None:
            raise DoorRefused(f"Este código não vale mais; peça outro em {membership.me}.")
        if found.used_by:
            raise DoorRefused(
                f"Este código já foi usado por {found.used_by}, e cada um serve a um PC só; "
                f"peça outro em {membership.me}."
            )
        if found.until <= self._now().timestamp():
            until = datetime.fromtimestamp(found.until, self._now().tzinfo)
            raise DoorRefused(f"Este código venceu às {until:%H:%M}; peça outro em {membership.me}.")

    def _check_name(self, name: str, membership: Membership) -> None:
        if not pc_key(name):
            raise DoorRefused("O nome do PC precisa de letras ou números; entre com --name NOME.")
        if pc_key(name) == pc_key(membership.me) or membership.member(name) is not None:
            raise DoorRefused(
                f"Já há um PC chamado {name} na equipe: entre com outro nome (--name NOME), "
                f"ou tire antes o antigo, em {membership.me}: tray-agent team remove {name}."
            )

    def _put(self, membership: Membership) -> None:
        try:
            self._change(membership)
        except MembershipError as error:
            raise DoorRefused(f"A equipe não pôde ser gravada: {error}.") from error


def _places(value: object) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= 1000 else 5


def _tags(value: object) -> tuple[str, ...]:
    tags = value if isinstance(value, list) else []
    return tuple(str(each)[:40] for each in tags[:20] if str(each).strip())
