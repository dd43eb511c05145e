"""What the engine needs from outside, in memory: the journal is held to the same tests as the real one."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from statistics import median

from tests.builders import at
from tray_agent.core.messages import Message, RunExited, RunHeld, RunStopped
from tray_agent.core.model import Asked, Identity, Job, Outcome, Pausing, Run
from tray_agent.core.ports import JournalError, Standing
from tray_agent.core.standing import Ruled


class FakeClock:
    """Both clocks stand until moved; ``set`` moves the wall clock alone, as a person does."""

    def __init__(self, now: datetime | None = None) -> None:
        self._now = now or at("14:05")
        self._monotonic = 1000.0

    def now(self) -> datetime:
        return self._now

    def monotonic(self) -> float:
        return self._monotonic

    def advance(self, seconds: float) -> None:
        self._now += timedelta(seconds=seconds)
        self._monotonic += seconds

    def blink(self) -> None:
        """So little that only what waits for company notices."""
        self._monotonic += 0.11

    def set(self, now: datetime) -> None:
        self._now = now


class FakeProcesses:
    """Processes that exist in a list. A held one reports at once, unless ``slow``; ends when told."""

    def __init__(self, post: Callable[[Message], None], slow: bool = False) -> None:
        self._post = post
        self._slow = slow
        self.calls: list[tuple[str, str]] = []
        self.held: dict[str, Run] = {}
        self.running: dict[str, Run] = {}
        self.standings: dict[str, Standing] = {}
        self.ages: dict[str, float | None] = {}
        self.closed = False

    def hold(self, run: Run, job: Job) -> None:
        self.calls.append(("hold", run.job))
        self.held[run.id] = run
        if not self._slow:
            self.report_held(run.id)

    def report_held(self, run: str) -> None:
        self._post(RunHeld(run, Identity(100 + len(self.calls), 1.0), "hash"))

    def let_go(self, run: str) -> None:
        held = self.held.pop(run, None)
        if held is not None:
            self.calls.append(("let_go", held.job))
            self.running[run] = held

    def drop(self, run: str) -> None:
        held = self.held.pop(run, None)
        if held is not None:
            self.calls.append(("drop", held.job))
            self._post(RunExited(run, 125, began=False))

    def adopt(self, run: Run) -> None:
        self.calls.append(("adopt", run.job))
        self.running[run.id] = run

    def stop(self, run: Run, grace_seconds: float, outcome: Outcome = Outcome.STOPPED) -> None:
        self.calls.append((f"stop within {grace_seconds:g} s", run.job))

    def end(self, job: str, code: int | None = 0) -> None:
        """A running script ends by itself."""
        run = next(each for each in self.running.values() if each.job == job)
        del self.running[run.id]
        self._post(RunExited(run.id, code, duration_seconds=4.0))

    def end_stopped(self, job: str, killed: bool = False) -> None:
        """A stop worked."""
        run = next(each for each in self.running.values() if each.job == job)
        self.end(job, -15)
        self._post(RunStopped(run.id, killed))

    def standing(self, run: Run) -> Standing:
        return self.standings[run.id]

    def age(self, run: Run) -> float | None:
        return self.ages.get(run.id)

    def close(self) -> None:
        self.closed = True


class MemoryJournal:
    """The journal without a disk; ``fault`` makes it refuse, ``trouble`` is what ``writable`` says."""

    def __init__(self) -> None:
        self.runs: dict[str, Run] = {}
        self.stops: dict[str, Outcome] = {}
        self.asked: list[Asked] = []
        self.surplus: dict[date, dict[str, int]] = {}
        self.paused_jobs: dict[str, Pausing] = {}
        self.paused_areas: dict[str, Pausing] = {}
        self.known: dict[str, str] = {}
        self.cleared: dict[str, datetime] = {}
        self.closings: dict[date, tuple[str, ...]] = {}
        self.ruled: dict[str, Ruled] = {}
        self.fault = ""
        self.trouble = ""
        self.replaced = False
        self.closed = False
        self._paused = False

    def record(self, starts: Sequence[Run], ends: Sequence[Run], asked: Sequence[Asked] = ()) -> None:
        self._may_fail()
        for run in starts:
            if run.id in self.runs:
                raise JournalError("twice")
        self.runs |= {run.id: replace(run, leftovers=()) for run in starts}
        self.asked += asked
        for run in ends:
            if run.id in self.runs:
                self.runs[run.id] = replace(
                    self.runs[run.id],
                    ended=run.ended,
                    duration_seconds=run.duration_seconds,
                    exit_code=run.exit_code,
                    outcome=run.outcome,
                    script_hash=run.script_hash,
                    reason=run.reason,
                )

    def record_found(self, runs: Sequence[Run]) -> None:
        self._may_fail()
        for run in runs:
            known = self.runs.get(run.id)
            if known is None or (run.outcome and known.outcome in {None, Outcome.UNKNOWN}):
                self.runs[run.id] = replace(run, leftovers=())

    def forget(self, run: str) -> None:
        self._may_fail()
        if run in self.runs and self.runs[run].ended is None:
            del self.runs[run]
            self.stops.pop(run, None)

    def wish_stopped(self, run: str, outcome: Outcome) -> None:
        self._may_fail()
        self.stops[run] = outcome

    def stops_wished(self) -> dict[str, Outcome]:
        self._may_fail()
        return {run: outcome for run, outcome in self.stops.items() if self.runs[run].ended is None}

    def open_runs(self) -> list[Run]:
        self._may_fail()
        return [run for run in self._oldest_first() if run.ended is None]

    def runs_of(self, day: date) -> list[Run]:
        self._may_fail()
        return [run for run in self._oldest_first() if run.day == day and run.ended is not None]

    def usual_seconds(self, job: str) -> float | None:
        self._may_fail()
        good = [
            run.duration_seconds
            for run in self._oldest_first()
            if run.job == job and run.exit_code == 0 and run.duration_seconds is not None
        ]
        return median(good[-20:]) if good else None

    def is_paused(self) -> bool:
        self._may_fail()
        return self._paused

    def set_paused(self, paused: bool) -> None:
        self._may_fail()
        self._paused = paused

    def surplus_of(self, day: date) -> dict[str, int]:
        self._may_fail()
        return dict(self.surplus.get(day, {}))

    def record_surplus(self, day: date, surplus: Mapping[str, int], *, falls: bool = False) -> None:
        self._may_fail()
        kept = self.surplus.setdefault(day, {})
        for job in surplus if falls else ():
            kept.pop(job, None)
        kept |= {job: max(more, kept.get(job, 0)) for job, more in surplus.items() if more > 0}

    def pausings(self) -> tuple[dict[str, Pausing], dict[str, Pausing]]:
        self._may_fail()
        return dict(self.paused_jobs), dict(self.paused_areas)

    def pause_job(self, job: str, pausing: Pausing | None) -> None:
        self._pause(self.paused_jobs, job, pausing)

    def pause_area(self, area: str, pausing: Pausing | None) -> None:
        self._pause(self.paused_areas, area, pausing)

    def acknowledged(self) -> dict[str, str]:
        self._may_fail()
        return dict(self.known)

    def acknowledge(self, job: str, run: str) -> None:
        self._may_fail()
        self.known.pop(job, None)
        if run:
            self.known[job] = run

    def cleared_of(self, day: date) -> dict[str, datetime]:
        self._may_fail()
        return {job: moment for job, moment in self.cleared.items() if moment.date() == day}

    def clear(self, job: str, moment: datetime) -> None:
        self._may_fail()
        self.cleared[job] = moment

    def days_run(self, since: date) -> dict[str, set[date]]:
        self._may_fail()
        found: dict[str, set[date]] = {}
        for run in self.runs.values():
            if run.day >= since:
                found.setdefault(run.job, set()).add(run.day)
        for day, surplus in self.surplus.items():
            for job in surplus if day >= since else ():
                found.setdefault(job, set()).add(day)
        return found

    def first_day(self) -> date | None:
        self._may_fail()
        return min((run.day for run in self.runs.values()), default=None)

    def rules(self) -> dict[str, Ruled]:
        self._may_fail()
        return dict(self.ruled)

    def record_rules(self, rules: Mapping[str, Ruled | None]) -> None:
        self._may_fail()
        known = {**self.ruled, **rules}
        self.ruled = {job: each for job, each in known.items() if each is not None}

    def closing_of(self, day: date) -> tuple[str, ...] | None:
        self._may_fail()
        return self.closings.get(day)

    def record_closing(self, day: date, notes: Sequence[str]) -> None:
        self._may_fail()
        self.closings[day] = tuple(notes)

    def was_replaced(self) -> bool:
        return self.replaced

    def restore(self, runs: Sequence[Run]) -> None:
        self._may_fail()
        self.replaced = False
        self.runs |= {run.id: run for run in runs}

    def writable(self) -> str:
        return self.trouble

    def close(self) -> None:
        self.closed = True

    def _pause(self, kept: dict[str, Pausing], name: str, pausing: Pausing | None) -> None:
        self._may_fail()
        kept.pop(name, None)
        if pausing is not None:
            kept[name] = pausing

    def _oldest_first(self) -> list[Run]:
        return sorted(self.runs.values(), key=lambda run: run.started)

    def _may_fail(self) -> None:
        if self.fault:
            raise JournalError(self.fault)


class MemoryBook(MemoryJournal):
    """The book of a PC without a disk."""

    def __init__(self) -> None:
        super().__init__()
        self.remembered: dict[str, str] = {}
        self.told: set[str] = set()

    def run(self, run: str) -> Run | None:
        self._may_fail()
        return self.runs.get(run)

    def said(self) -> set[str]:
        self._may_fail()
        return set(self.told)

    def record_said(self, runs: Sequence[str]) -> None:
        self._may_fail()
        self.told |= set(runs)

    def record_unsaid(self, runs: Sequence[str]) -> None:
        self._may_fail()
        self.told -= set(runs)

    def ends_unsaid(self, since: date) -> list[Run]:
        self._may_fail()
        ends = [run for run in self._oldest_first() if run.ended is not None and run.day >= since]
        return [run for run in ends if run.book and run.id not in self.told]

    def recall(self, name: str) -> str | None:
        self._may_fail()
        return self.remembered.get(name)

    def remember(self, name: str, value: str) -> None:
        self._may_fail()
        self.remembered[name] = value


class FakeReader:
    """Counts what it is asked; the test posts the answers."""

    def __init__(self) -> None:
        self.asked: list[datetime] = []
        self.closed = False

    def ask(self, at: datetime) -> None:
        self.asked.append(at)

    def close(self) -> None:
        self.closed = True
