"""Who is in the team, as the brain last heard of them: present or silent, their clocks, what lags. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from tray_agent.core.model import Pc, Problem, Where
from tray_agent.core.team.names import pc_key
from tray_agent.core.team.orders import Presence, Reply

_OFFSET_STEP_SECONDS = 1.0


@dataclass(slots=True)
class Member:
    """A PC that was invited, and what it last said. ``heard`` is on the clock that counts sleep."""

    name: str
    heard: float | None = None
    since: datetime | None = None
    instance: str = ""
    book: str = ""
    places: int = 0
    tags: tuple[str, ...] = ()
    version: str = ""
    present: bool = False
    outranked: str = ""
    lagging: set[str] = field(default_factory=set)
    offset: float | None = None
    _last_offset: float | None = None

    @property
    def is_usable(self) -> bool:
        """Whether it takes runs of this brain."""
        return self.present and not self.outranked

    def as_seen(self) -> Pc:
        """It as others see it."""
        return Pc(
            self.name,
            self.places,
            self.tags,
            self.is_usable,
            self.since,
            self.book,
            self.version,
            self.offset,
            tuple(sorted(self.lagging)) if self.lagging else (),
        )

    def measure(self, offset: float) -> None:
        """How far its clock is ahead, as one presence gives it: late by what that was on its way. Of two the
        smaller counts, and less than a second changes nothing."""
        both = (offset, offset if self._last_offset is None else self._last_offset)
        self._last_offset = offset
        least = min(both, key=abs)
        if self.offset is None or abs(least - self.offset) > _OFFSET_STEP_SECONDS:
            self.offset = round(least, 1)


class Roll:
    """The PCs of the team but the brain's own, by key. ``silent_seconds`` without a word make a PC silent;
    ``epoch`` is this brain's, ``brain`` its name."""

    def __init__(self, silent_seconds: float, version: str, epoch: int, brain: str) -> None:
        self._silent_seconds = silent_seconds
        self._version = version
        self._epoch = epoch
        self._brain = brain
        self._members: dict[str, Member] = {}
        self._told: dict[str, Pc] = {}
        self._news: dict[str, Pc] = {}
        self._gone: dict[str, str] = {}

    def invite(self, names: Iterable[str], now: datetime) -> None:
        """These are all; what is known of them stays."""
        former = self._members
        self._members = {}
        for name in names:
            key = pc_key(name)
            self._members[key] = former.get(key) or Member(name, since=now)
            self.look(name)
        for key in former.keys() - self._members.keys():
            self._gone[key] = former[key].name
            self._news.pop(key, None)
            self._told.pop(key, None)

    def member(self, pc: str) -> Member | None:
        """One of them by name."""
        return self._members.get(pc_key(pc))

    def names(self) -> list[str]:
        """All of them."""
        return [member.name for member in self._members.values()]

    def hear(self, pc: str, reply: Reply, presence: Presence, now: datetime, seconds: float) -> bool:
        """A PC says that it is there: whether it began anew since it was last heard."""
        member = self._members.get(pc_key(pc))
        if member is None:
            return False
        is_anew = (member.instance, member.book) != (reply.instance, reply.book)
        present = not presence.leaving
        if present != member.present or member.since is None:
            member.since = now
        member.present, member.heard = present, seconds
        member.instance, member.book = reply.instance, reply.book
        member.places, member.tags, member.version = presence.places, presence.tags, presence.version
        obeys = (presence.obeys, presence.brain)
        is_other = obeys > (self._epoch, "") and obeys != (self._epoch, self._brain) and presence.brain
        member.outranked = presence.brain if is_other else ""
        member.measure((presence.now - now).total_seconds())
        self.look(pc)
        return is_anew

    def sign(self, pc: str, instance: str, seconds: float) -> None:
        """Whatever a PC says, it is there."""
        member = self._members.get(pc_key(pc))
        if member is not None and member.present and member.instance == instance:
            member.heard = seconds

    def is_gone(self, pc: str, now: datetime) -> None:
        """The server says that a PC hung up."""
        member = self._members.get(pc_key(pc))
        if member is not None and member.present:
            member.present, member.since = False, now
            self.look(pc)

    def notice_silence(self, now: datetime, seconds: float) -> None:
        """Who was not heard for too long is silent now."""
        for member in self._members.values():
            is_late = member.heard is None or seconds - member.heard > self._silent_seconds
            if member.present and is_late:
                member.present, member.since = False, now
                self.look(member.name)

    def look(self, pc: str) -> None:
        """Something was said of a PC: whether others see it otherwise now than was told of it."""
        key = pc_key(pc)
        member = self._members.get(key)
        if member is None:
            return
        seen = member.as_seen()
        if seen == self._told.get(key):
            self._news.pop(key, None)
        else:
            self._news[key] = seen

    @property
    def has_news(self) -> bool:
        """Whether one of them stands otherwise than was told."""
        return bool(self._news or self._gone)

    def tell(self) -> tuple[tuple[Pc, ...], tuple[str, ...]]:
        """Those that stand otherwise than was told, at first all; and the names of those that are no more.

        They are told by that.
        """
        news, gone = self._news, self._gone
        self._told |= news
        self._news, self._gone = {}, {}
        return tuple(news.values()), tuple(gone.values())

    def pcs(self) -> tuple[Pc, ...]:
        """All of them, as others see them."""
        return tuple(member.as_seen() for member in self._members.values())

    def problems(self) -> tuple[Problem, ...]:
        """Who obeys another brain; what else is wrong with PCs can be seen of them."""
        what = "{0} obedece a outro cérebro ({1}); este não inicia nada lá"
        action = "Só um PC pode ser o cérebro: confira com tray-agent team."
        return tuple(
            Problem(Where.SETTINGS, what.format(member.name, member.outranked), action)
            for member in self._members.values()
            if member.outranked
        )
