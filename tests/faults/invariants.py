"""What must hold whatever happens: each check compares what the scripts recorded with what the agent says."""

from __future__ import annotations

import shutil
import sqlite3
import threading
import time
from collections import Counter
from collections.abc import Iterable
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from tests.faults.records import Execution
from tests.faults.world import World, today, wait_for

_PATIENCE_SECONDS = 30.0  # for what may be amiss for a moment: long, since the machine may be busy
_SURPRISES = ("the turn failed", "message set aside", "ended by a surprise", "was not taken up")


@dataclass(frozen=True)
class Entry:
    """A run as the journal has it."""

    run: str
    job: str
    trigger: str
    day: date
    started: datetime
    pid: int
    log: str
    ended: datetime | None
    code: int | None
    outcome: str | None


def read_journal(world: World) -> tuple[dict[str, Entry], str]:
    """Every run on record and what the integrity check says; of a copy while no agent has it open."""
    path = world.journal
    if not path.exists():
        return {}, "ok"
    if not world.is_up():
        folder = world.place.folder / "copy"
        folder.mkdir(exist_ok=True)
        for suffix in ("", "-wal"):
            copy = folder / (path.name + suffix)
            copy.unlink(missing_ok=True)
            with suppress(FileNotFoundError):
                shutil.copyfile(path.with_name(path.name + suffix), copy)
        path = folder / path.name
        (folder / (path.name + "-shm")).unlink(missing_ok=True)
    address = f"{path.as_uri()}" if not world.is_up() else f"{path.as_uri()}?mode=ro"
    with closing(sqlite3.connect(address, uri=True, timeout=5)) as db:
        said = str(db.execute("PRAGMA integrity_check").fetchone()[0])
        found = db.execute(
            "SELECT id, job, trigger, day, started, pid, log, ended, exit_code, outcome FROM runs"
        ).fetchall()
    return {row[0]: _entry(row) for row in found}, said


def _entry(row: tuple[Any, ...]) -> Entry:
    run, job, trigger, day, started, pid, log, ended, code, outcome = row
    end = datetime.fromisoformat(ended) if ended else None
    return Entry(
        run,
        job,
        trigger,
        date.fromisoformat(day),
        datetime.fromisoformat(started),
        pid,
        log,
        end,
        code,
        outcome,
    )


class Inspector:
    """Looks at a world again and again. ``violations`` are sentences."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.violations: list[str] = []
        self.most_at_once = 0
        self.checks = 0
        self.counts: dict[tuple[str, str], int] = {}
        self._done = threading.Event()
        self._sampler = threading.Thread(target=self._sample, daemon=True)
        self._sampler.start()

    def close(self) -> None:
        """Stop sampling."""
        self._done.set()
        self._sampler.join()

    def wrong(self, sentence: str) -> None:
        """Note a violation, each once."""
        if sentence not in self.violations:
            self.violations.append(sentence)
            self.world.say(f"VIOLATION {sentence}")

    def _sample(self) -> None:
        """Never more scheduled runs at once than the limit."""
        while not self._done.wait(0.1):
            running = self._scheduled()
            if len(running) > self.world.limit:
                running &= self._scheduled()
            self.most_at_once = max(self.most_at_once, len(running))
            if len(running) > self.world.limit:
                self.wrong(
                    f"{len(running)} scheduled runs at once, the limit is {self.world.limit}: {running}"
                )

    def _scheduled(self) -> set[str]:
        return {each.run for each in self.world.processes("script") if each.mode == "AGENDAMENTO"}

    # -- after every step

    def look(self) -> dict[str, Entry]:
        """Everything that must hold at any moment."""
        world = self.world
        self.checks += 1
        world.note_day()
        executions = dict(world.records.read())
        try:
            entries, said = read_journal(world)
        except sqlite3.Error as error:
            if world.is_up() and _is_hindered(str(error)):
                world.say(f"the journal could not be read just now: {error}")
                return {}
            self.wrong(f"the journal does not open: {error}")
            return {}
        if said != "ok":
            self.wrong(f"the journal is damaged: {said}")
        self._one_record_each(executions, entries)
        self._nothing_twice(executions.values(), entries)
        self._manual_runs(executions.values())
        for sentence in world.strangers.hurt():
            self.wrong(sentence)
        self._everybody_accounted()
        return entries

    def _one_record_each(self, executions: dict[str, Execution], entries: dict[str, Entry]) -> None:
        for run, execution in executions.items():
            if execution.starts > 1:
                self.wrong(f"run {run} of {execution.job} began {execution.starts} times")
            if run not in entries:
                self.wrong(f"run {run} of {execution.job} began without being on record")
            elif entries[run].job != execution.job:
                self.wrong(f"run {run} is on record for {entries[run].job}, {execution.job} ran")

    def _nothing_twice(self, executions: Iterable[Execution], entries: dict[str, Entry]) -> None:
        """A scheduled run begins only while fewer runs of its day have begun than are due at its start."""
        begun: Counter[tuple[str, date]] = Counter()
        for each in sorted(executions, key=lambda execution: execution.start):
            entry = entries.get(each.run)
            if entry is None:
                continue
            key = (each.job, entry.day)
            due = self.world.jobs[each.job].due(entry.started)
            if each.mode == "AGENDAMENTO" and begun[key] >= due:
                self.wrong(
                    f"{each.job} began {begun[key] + 1} times on {entry.day}, due were {due}: {each.run}"
                )
            begun[key] += 1

    def _manual_runs(self, executions: Iterable[Execution]) -> None:
        made = Counter(each.job for each in executions if each.mode == "MANUAL")
        waiting = self._waiting()  # first: an answer that comes meanwhile is counted twice rather than never
        for job, count in made.items():
            if count > self.world.accepted[job] + self.world.unanswered[job] + waiting:
                self.wrong(f"{job} was run {count} times by hand, asked were {self.world.accepted[job]}")

    def _waiting(self) -> int:
        """Requests whose answer is still under way."""
        return sum(thread.name == "run-soon" for thread in threading.enumerate())

    def _everybody_accounted(self) -> None:
        deadline = time.monotonic() + _PATIENCE_SECONDS
        suspects: set[str] | None = None
        pause = threading.Event()
        while True:
            found = self._unaccounted()
            suspects = found if suspects is None else suspects & found
            if not suspects:
                return
            if time.monotonic() > deadline:
                for each in suspects:
                    self.wrong(each)
                return
            pause.wait(0.1)

    def _unaccounted(self) -> set[str]:
        """What is amiss at this very moment, and may be so for a moment only."""
        world = self.world
        alive = world.processes()
        agent = world.agent.pid if world.agent is not None and world.is_up() else 0
        amiss = {
            f"a {each.kind} child outlives its agent: {each.pid} {each.run}"
            for each in alive
            if each.kind in {"held", "reader"} and each.parent != agent and not each.stopped
        }
        status = world.status() if agent else None
        if status is None:
            return amiss
        amiss |= self._fallen(status)
        shown = {card["pid"] for card in status["cards"] if card["pid"]}
        scripts = {each.pid: each for each in alive if each.kind == "script"}
        if status["cards"] or not status["problems"]:
            for pid, each in scripts.items():
                if pid not in shown:
                    amiss.add(f"script {pid} ({each.run}) runs and is not shown as running")
        here = {each.pid for each in alive}
        for card in status["cards"]:
            if card["state"] == "RUNNING" and card["pid"] and card["pid"] not in here:
                amiss.add(f"{card['id']} is shown as running with pid {card['pid']}, which is not ours")
            if card["state"] == "SUCCESS" and not self._has_succeeded(card):
                amiss.add(f"{card['id']} is green, and no script of it ended well")
        return amiss

    def _fallen(self, status: dict[str, Any]) -> set[str]:
        """Counts of a day that are lower than they were: what a disk would not take may be forgotten."""
        fallen = set()
        for card in status["cards"]:
            key = (card["id"], status["processing_date"])
            if card["actual"] < self.counts.get(key, 0) and not self.world.disk_hurt:
                fallen.add(f"{card['id']} counted {self.counts[key]} on {key[1]}, and then {card['actual']}")
            self.counts[key] = max(self.counts.get(key, 0), card["actual"])
        return fallen

    def _has_succeeded(self, card: dict[str, Any]) -> bool:
        if card["last_run"]["source"] == "bigquery":
            return True
        return any(
            each.job == card["id"] and each.end is not None and each.code == 0
            for each in self.world.records.read().values()
        )

    # -- when the faults are over

    def settled(self, status: dict[str, Any]) -> None:
        """Everything owed was done, everything is on record, and nothing is left over."""
        world = self.world
        entries: dict[str, Entry] = wait_for(self.look, _PATIENCE_SECONDS)  # {} where it could not be read
        executions = world.records.read()
        for entry in entries.values():
            self._is_explained(entry, executions.get(entry.run))
        own: Counter[str] = Counter(each.job for each in entries.values() if each.day == today(world))
        now = datetime.fromisoformat(status["now"])
        for job in world.jobs.values():
            made = own[job.name] + world.elsewhere[job.name, today(world)]
            if made < job.due(now):
                self.wrong(f"{job.name} owes {job.due(now)} runs at {now:%H:%M}, only {made} were made")
        for card in status["cards"]:
            self._is_true(card, entries.values(), executions)
        for proc in world.processes():
            if proc.kind in {"script", "held"}:
                self.wrong(f"left over: {proc}")
        self._no_surprise()

    def _is_explained(self, entry: Entry, execution: Execution | None) -> None:
        world = self.world
        if entry.ended is None:
            self.wrong(f"run {entry.run} of {entry.job} is open for ever")
        elif execution is None:
            if not (entry.run in world.killed or world.stops[entry.job] or self._had_no_file(entry)):
                self.wrong(
                    f"run {entry.run} of {entry.job} counts ({entry.outcome} {entry.code}) and never began"
                )
        elif entry.outcome != "ended" or execution.end is None or entry.run in world.killed:
            return
        elif entry.code != execution.code:
            self.wrong(f"run {entry.run} ended with {execution.code}, on record is {entry.code}")

    def _had_no_file(self, entry: Entry) -> bool:
        """The one known limit: the drive went after the start and before Python had opened the script."""
        if not self.world.base_moved or entry.code not in {2, None}:
            return False
        with suppress(OSError):
            return b"can't open file" in Path(entry.log).read_bytes() or self.world.disk_hurt
        return True

    def _is_true(self, card: dict[str, Any], entries: Iterable[Entry], runs: dict[str, Execution]) -> None:
        last = card["last_run"]
        if card["state"] != "SUCCESS" or last is None or last["source"] != "local":
            return
        own = [each for each in entries if each.job == card["id"] and each.day == today(self.world)]
        known = [each for each in own if each.outcome != "unknown"]
        latest = max(known, key=lambda each: each.started, default=None)
        seen = runs.get(latest.run) if latest else None
        # A script that said its last word and was killed then: where there is a history, its row decides.
        ended_well = seen is not None and seen.end is not None and seen.code == 0
        row_decides = self.world.history is not None
        if latest is None or not ended_well or (latest.code != 0 and not row_decides):
            self.wrong(f"{card['id']} is green; its latest known run is {latest}, recorded as {seen}")

    def _no_surprise(self) -> None:
        """The agent's own log tells of nothing that its authors did not expect."""
        with suppress(OSError):
            for log in self.world.place.data.glob("agent.log*"):
                lines = log.read_text(encoding="utf-8", errors="replace").splitlines()
                for number, line in enumerate(lines):
                    if any(word in line for word in _SURPRISES):
                        self.wrong("agent.log: " + " | ".join(lines[number : number + 40])[-1500:])
                        return


def _is_hindered(text: str) -> bool:
    return any(word in text for word in ("locked", "unable to open", "disk I/O"))
