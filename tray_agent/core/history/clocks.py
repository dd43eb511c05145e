"""Whether this PC and the history's server live in the same day, as far as an answer tells (product 3.8)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from tray_agent.core.model import Problem, Where

FAR_OFF = timedelta(minutes=2)
_DISAGREE = "o relógio deste PC e o do BigQuery discordam"


@dataclass(frozen=True, slots=True)
class Clocks:
    """An answer's moments in the zone: when it was asked for and came by this PC's clock, and when its query
    began by the server's (None: not told)."""

    sent: datetime
    received: datetime
    server: datetime | None = None

    @property
    def ahead(self) -> timedelta:
        """How far this PC's clock is certain to be ahead of the server's; negative where it is behind."""
        if self.server is None or self.sent <= self.server <= self.received:
            return timedelta(0)
        return (self.sent if self.server < self.sent else self.received) - self.server

    @property
    def days(self) -> tuple[date, ...]:
        """The days of which the answer may tell; none where the clocks are not in the same day.

        There are two where midnight passed meanwhile and the server does not say what it took for today.
        """
        here = dict.fromkeys((self.sent.date(), self.received.date()))
        if self.server is None:
            return tuple(here)
        return (self.server.date(),) if self.server.date() in here else ()

    def disagreement(self) -> str:
        """Why nothing of an answer counts whose query was of another day than this PC's."""
        there = f", lá {self.server:%d/%m/%Y %H:%M:%S}" if self.server else ""
        return f"{_DISAGREE}: aqui é {self.sent:%d/%m/%Y %H:%M:%S}{there}; acerte o relógio"

    def skew(self) -> Problem | None:
        """A clock that is over two minutes off the server's."""
        if abs(self.ahead) <= FAR_OFF:
            return None
        minutes = round(abs(self.ahead).total_seconds() / 60)
        way = "adiantado" if self.ahead > timedelta(0) else "atrasado"
        what = f"o relógio deste PC está {minutes} min {way} em relação ao do BigQuery"
        return Problem(Where.HISTORY, what, "Acerte o relógio do Windows: horários e virada do dia vêm dele.")


def other_days_rows(day: date) -> str:
    """Why nothing of an answer counts whose rows are all of other days."""
    return (
        f"{_DISAGREE}: aqui é {day:%d/%m/%Y}, e todas as linhas que vieram são de outro dia; acerte o relógio"
    )
