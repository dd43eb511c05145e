"""What must hold of a team whatever happens: the scripts' own record against counts and rows."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterable, Mapping
from contextlib import suppress
from typing import Any

from tests.team.machine import Machine, Row
from tests.team.rig import Team
from tests.team.truth import Start

_SURPRISES = ("the turn failed", "message set aside", "ended by a surprise", "was not taken up", "not done:")


class Oracle:
    """Looks at a team again and again. ``violations`` are sentences, each once.

    ``owed`` says how many runs each job owes in all; others are not looked at. ``brain`` is who grants them,
    ``others`` are the PCs that make them for it. ``forgotten`` are runs that no book knows any more, since
    brain's and PC's were lost: their jobs owe one more.
    """

    def __init__(
        self,
        team: Team,
        owed: Mapping[str, int],
        brain: Machine | None = None,
        others: Iterable[Machine] | None = None,
    ) -> None:
        self.team = team
        self.owed = owed
        self.brain = brain or team.brain
        self.others = tuple(team.pcs if others is None else others)
        self.forgotten: set[str] = set()
        self.violations: list[str] = []
        self.looks = 0

    def wrong(self, sentence: str) -> None:
        """Note a violation."""
        if sentence not in self.violations:
            self.violations.append(sentence)

    # -- at any moment

    def look(self) -> None:
        """What must hold at every moment: nothing begins twice, or without rows, or more than is owed."""
        self.looks += 1
        runs = self.runs()  # first: a row is written before the script can record its start
        rows = self.brain_rows()
        if rows is None:
            return
        by_job: Counter[str] = Counter()
        for start in runs.values():
            by_job[start.job] += start.run not in self.forgotten
            if start.times > 1 or len(start.pcs) > 1:
                self.wrong(f"run {start.run} of {start.job} began {start.times} times on {start.pcs}")
            if start.run not in rows and start.run not in self.forgotten:
                self.wrong(f"run {start.run} of {start.job} began on {start.pcs} and the brain has no row")
        for job, times in by_job.items():
            if times > self.owed[job]:
                self.wrong(f"{job} began {times} times, owed were {self.owed[job]}")

    def runs(self) -> dict[str, Start]:
        """Every run of the jobs in question that began anywhere."""
        return {run: each for run, each in self.team.truth.runs().items() if each.job in self.owed}

    def brain_rows(self) -> dict[str, Row] | None:
        """The brain's rows; None where they could not be read just now."""
        try:
            return {run: row for run, row in self.brain.rows().items() if row.job in self.owed}
        except sqlite3.OperationalError as error:
            if any(word in str(error) for word in ("locked", "unable to open", "disk I/O")):
                return None
            self.wrong(f"the brain's journal cannot be read: {error}")
        except sqlite3.Error as error:
            self.wrong(f"the brain's journal is damaged: {error}")
        return None

    # -- when everybody is back and nothing is under way

    def settled(self, status: dict[str, Any]) -> None:
        """Everything owed was done and counted, each once; every row has its end; nothing is left over."""
        self.look()
        runs, rows = self.runs(), self.brain_rows() or {}
        self._counts(status, rows)
        for row in rows.values():
            self._row(row, runs.get(row.run))
        for machine in self.others:
            self._book(machine, runs, rows)
        for machine in self.team.machines.values():
            for proc in machine.processes():
                if proc.kind in {"script", "held"}:
                    self.wrong(f"left over on {machine.name}: {proc}")
            self._no_surprise(machine)

    def _counts(self, status: dict[str, Any], rows: dict[str, Row]) -> None:
        cards = {card["id"]: card for card in status["cards"]}
        on_record = Counter(row.job for row in rows.values())
        for job, owed in self.owed.items():
            actual = cards[job]["actual"] if job in cards else None
            if actual != owed:
                self.wrong(f"{job} is counted {actual} times, owed were {owed}")
            if on_record[job] != owed:
                self.wrong(f"{job} has {on_record[job]} rows, owed were {owed}")

    def _row(self, row: Row, start: Start | None) -> None:
        machine = self.team.machines.get(row.pc or self.brain.name)
        if machine is None:
            self.wrong(f"run {row.run} is on record for {row.pc}, which is no PC of the team")
            return
        if not row.ended:
            self.wrong(f"run {row.run} of {row.job} on {machine.name} is open for ever")
        if start is None:
            if not (machine.wiped or row.run in machine.killed):
                self.wrong(f"run {row.run} of {row.job} counts ({row.outcome} {row.code}) and never began")
            return
        if start.pcs != [machine.name]:
            self.wrong(f"run {row.run} is on record for {machine.name}, it began on {start.pcs}")
        if row.outcome == "ended" and start.ended and row.run not in machine.killed:
            if row.code != start.code:
                self.wrong(f"run {row.run} ended with {start.code}, on record is {row.code}")
        elif row.outcome == "ended" and not start.ended and row.code == 0:
            self.wrong(f"run {row.run} is on record as well ended and did not end")

    def _book(self, machine: Machine, runs: dict[str, Start], rows: dict[str, Row]) -> None:
        """The PC's own book has what began there, and agrees with the brain's about codes."""
        if machine.wiped:
            return
        book = {run: row for run, row in machine.rows().items() if row.job in self.owed}
        for run, start in runs.items():
            if machine.name in start.pcs and run not in book:
                self.wrong(f"run {run} of {start.job} began on {machine.name} without a row in its book")
        for run, row in book.items():
            other = rows.get(run)
            if other is None:
                self.wrong(f"{machine.name} has run {run} of {row.job} in its book, the brain has not")
            elif row.ended and other.ended and row.code != other.code:
                self.wrong(f"run {run}: {machine.name} says code {row.code}, the brain {other.code}")

    def _no_surprise(self, machine: Machine) -> None:
        """No agent's log tells of something that its authors did not expect."""
        with suppress(OSError):
            for log in machine.place.data.glob("agent.log*"):
                lines = log.read_text(encoding="utf-8", errors="replace").splitlines()
                for number, line in enumerate(lines):
                    if any(word in line for word in _SURPRISES):
                        told = " | ".join(lines[number : number + 40])[-1500:]
                        self.wrong(f"agent.log of {machine.name}: {told}")
                        return
