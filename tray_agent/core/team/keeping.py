"""What a PC makes of the brain's orders: decided here, done by its keeper. Pure.

The invariants of the protocol that are a PC's: nothing is created but by ``hold``, once for a run; only what
is held, young and never denied is let go; ``never`` is said only of a run that is neither held nor on record,
and it never begins afterwards; the brain of the highest epoch ever heard is the one that is obeyed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from pathlib import PurePosixPath

from tray_agent.core.team import orders as say
from tray_agent.core.team.orders import Hold, Order, OrderBody, ReplyBody

_MOST_DENIED = 20_000


class Stage(Enum):
    """How far a run is on this PC."""

    NOTHING = "nothing"  # neither held nor on record
    COMING = "coming"  # its process is being made
    HELD = "held"
    RUNNING = "running"  # on record, without an end
    ENDED = "ended"  # on record, with its end
    UNSURE = "unsure"  # about to be taken off the record, or the record cannot be read


@dataclass(frozen=True, slots=True)
class Create:
    """Create the run's process, held."""

    hold: Hold


@dataclass(frozen=True, slots=True)
class LetGo:
    """Put a held run on record and let it go."""

    go: say.Go


@dataclass(frozen=True, slots=True)
class GiveUp:
    """Drop what is held of a run, or will be."""

    run: str


@dataclass(frozen=True, slots=True)
class EndTree:
    """End a run's process tree, or what it left behind."""

    stop: say.Stop


@dataclass(frozen=True, slots=True)
class Tell:
    """Say how a run stands that is held or on record."""

    run: str


@dataclass(frozen=True, slots=True)
class TellAll:
    """Say that this PC is there, and every end that the brain does not have."""


@dataclass(frozen=True, slots=True)
class Answer:
    """Say this."""

    body: ReplyBody


@dataclass(frozen=True, slots=True)
class MarkSaid:
    """Keep that the brain has these ends on record."""

    runs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ReadLog:
    """Read a piece of a log and say it."""

    asked: say.ReadLog


Deed = Create | LetGo | GiveUp | EndTree | Tell | TellAll | Answer | MarkSaid | ReadLog


@dataclass(frozen=True, slots=True)
class Brain:
    """The brain that is obeyed; without a name none was heard yet."""

    epoch: int = 0
    name: str = ""

    def yields_to(self, order: Order) -> bool:
        """Whether the order is of a brain that comes after this one."""
        return order.epoch > self.epoch or (order.epoch == self.epoch and not self.name)

    def is_of(self, order: Order) -> bool:
        """Whether the order is this brain's own."""
        return (order.epoch, order.brain) == (self.epoch, self.name)


class Keeping:
    """What one life of a PC's program holds and has denied. Held children live ``hold_seconds`` at most."""

    def __init__(self, instance: str, hold_seconds: float, script_folder: str = "metodos") -> None:
        self.instance = instance
        self._hold_seconds = hold_seconds
        self._script_folder = script_folder
        self._held: dict[str, float] = {}
        self._denied: dict[str, None] = {}
        self._life = ""

    def heed(self, body: OrderBody, stage: Callable[[str], Stage], age: float) -> list[Deed]:
        """What is to be done about an order; ``age`` is the machine's (s), sleep counted."""
        match body:
            case say.Hello(life=life):
                is_new, self._life = life != self._life, life
                return [TellAll()] if is_new else []
            case Hold():
                return self._hold(body, stage(body.about.run))
            case say.Go(run):
                young = age - self._held.get(run, -self._hold_seconds) < self._hold_seconds
                if stage(run) is Stage.HELD and young and run not in self._denied:
                    return [LetGo(body)]
                return self._tell_or_deny(run, stage(run))
            case say.Drop(run):
                return self._tell_or_deny(run, stage(run))
            case say.Stop(run):
                if stage(run) in {Stage.RUNNING, Stage.ENDED}:
                    return [EndTree(body), Tell(run)]
                return self._tell_or_deny(run, stage(run))
            case say.Ask(runs):
                return [deed for run in runs for deed in self._asked(run, stage(run))]
            case say.Ack(runs):
                return [MarkSaid(runs)]
        return [ReadLog(body)]

    def came_up(self, run: str, age: float) -> bool:
        """A child exists: whether it is still to be held."""
        if run in self._denied:
            return False
        self._held[run] = age
        return True

    def is_gone(self, run: str) -> None:
        """It is not held any more: let go, or ended by itself."""
        self._held.pop(run, None)

    def overdue(self, age: float) -> list[str]:
        """The runs that were held for too long; they are denied now."""
        late = [run for run, since in self._held.items() if age - since >= self._hold_seconds]
        for run in late:
            self.deny(run)
        return late

    def until_overdue(self, age: float) -> float | None:
        """In how many seconds the next held run is held for too long; None without any."""
        if not self._held:
            return None
        return max(0.0, min(self._held.values()) + self._hold_seconds - age)

    def deny(self, run: str) -> None:
        """This run never begins in this life."""
        self._held.pop(run, None)
        self._denied[run] = None
        while len(self._denied) > _MOST_DENIED:
            del self._denied[next(iter(self._denied))]

    def _hold(self, hold: Hold, stage: Stage) -> list[Deed]:
        run = hold.about.run
        if stage is Stage.COMING:
            return []
        if stage in {Stage.HELD, Stage.RUNNING, Stage.ENDED}:
            return [Tell(run)]
        if hold.instance != self.instance:  # it was on its way while this program began anew
            self.deny(run)
        if stage is Stage.UNSURE or run in self._denied:
            return self._tell_or_deny(run, stage)
        wrong = wrong_path(hold.about.path, self._script_folder)
        if wrong:
            self.deny(run)
            return [Answer(say.Refused(run, wrong))]
        return [Create(hold)]

    def _asked(self, run: str, stage: Stage) -> list[Deed]:
        return [] if stage is Stage.COMING else self._stands(run, stage) or self._tell_or_deny(run, stage)

    def _stands(self, run: str, stage: Stage) -> list[Deed]:
        return [Tell(run)] if stage in {Stage.HELD, Stage.RUNNING, Stage.ENDED} else []

    def _tell_or_deny(self, run: str, stage: Stage) -> list[Deed]:
        """What has not begun never will; of what has, how it stands."""
        if stage in {Stage.RUNNING, Stage.ENDED}:
            return [Tell(run)]
        if stage is Stage.UNSURE:
            return []
        self.deny(run)
        return [GiveUp(run), Answer(say.Never(run))]


def wrong_path(path: str, folder: str = "metodos") -> str:
    """Why a script's path below the base path is none that is run here, as a Portuguese sentence, or ""."""
    parts = PurePosixPath(path).parts
    is_plain = bool(parts) and not path.startswith("/") and not any(sign in path for sign in "\\:\0")
    if not is_plain or any(part in {"..", "."} for part in path.split("/")) or "" in path.split("/"):
        return f"O caminho {path} não é aceito: deve ficar dentro da pasta de automações."
    if folder.casefold() not in (part.casefold() for part in parts[:-1]):
        return f"O caminho {path} não é aceito: não está em uma pasta {folder}."
    if not path.casefold().endswith(".py"):
        return f"O caminho {path} não é aceito: não é um script Python."
    return ""
