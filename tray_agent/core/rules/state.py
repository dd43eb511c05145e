"""What the agent knows, owned by the engine's thread alone. Changes are made in ``apply`` and ``plan``.

Nothing here is written twice: counts, targets and backlogs are derived when asked.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from tray_agent.core.history.matching import NO_ROWS, Matched, counted, match
from tray_agent.core.history.names import NO_STRANGERS, Strangers
from tray_agent.core.model import HistoryRow, Job, Pausing, Pc, PcNamed, Problem, Retry, Run, Trigger
from tray_agent.core.naming import slug
from tray_agent.core.policies import Halt
from tray_agent.core.rules.active import Active, Actives, Phase
from tray_agent.core.rules.agenda import Agenda
from tray_agent.core.rules.arguments import filled
from tray_agent.core.rules.limits import Limits
from tray_agent.core.rules.pcs import Pcs
from tray_agent.core.rules.problems import ProblemBook
from tray_agent.core.rules.queue import FairQueue
from tray_agent.core.rules.wanted import Unsuited, Wanted
from tray_agent.core.shown import HistoryState
from tray_agent.core.standing import Ruled

UNLOOKED = "?"  # who is the brain was not looked at since this one woke: another may be by now


@dataclass(slots=True)
class State:
    """All that the agent knows.

    ``touched`` are the jobs to consider in the next plan, ``stale`` those whose facts changed since the last
    snapshot. ``surplus`` are the runs counted beyond our own, on record with the day (product 3.9). ``pcs``
    are the PCs of the team by their key, none without a team, ``pc_problems`` what is wrong with each;
    ``unsuited`` are those that did not take a job. ``cleared`` is up to when a person gave up what a job owed
    today, ``wanted`` who asked for a manual run that waits in the queue. ``acknowledged`` are bad ends that a
    person took note of, by job. ``dependents`` are the jobs that wait for a job. ``ruled`` is since when each
    rare rule holds, None until it was read. Until ``day_loaded`` the runs are not all counted.
    """

    limits: Limits
    day: date
    history: HistoryState
    logs: str = ""
    boot: str = ""
    first_version: int = 1
    jobs: dict[str, Job] = field(default_factory=dict)
    order: tuple[str, ...] = ()
    reordered: bool = False
    discovered: bool = False
    base_path: str = ""
    base_available: bool = False
    registry: str = ""
    active: Actives = field(default_factory=Actives)
    finished: dict[str, list[Run]] = field(default_factory=dict)
    rows: dict[str, list[HistoryRow]] = field(default_factory=dict)
    strangers: Strangers = NO_STRANGERS
    finds_local: bool = True
    surplus: dict[str, int] = field(default_factory=dict)
    cleared: dict[str, datetime] = field(default_factory=dict)
    paused_jobs: dict[str, Pausing] = field(default_factory=dict)
    paused_areas: dict[str, Pausing] = field(default_factory=dict)
    halts: tuple[Halt, ...] = ()
    dependents: dict[str, set[str]] = field(default_factory=dict)
    wanted: dict[str, Wanted] = field(default_factory=dict)
    stuck: bool = False
    pcs: Pcs = field(default_factory=Pcs)
    pc_problems: dict[str, tuple[Problem, ...]] = field(default_factory=dict)
    pcs_named: tuple[PcNamed, ...] = ()
    unsuited: dict[tuple[str, str], Unsuited] = field(default_factory=dict)
    late: set[str] = field(default_factory=set)
    acknowledged: dict[str, str] = field(default_factory=dict)
    ran: dict[str, set[date]] = field(default_factory=dict)
    first_day: date | None = None
    ruled: dict[str, Ruled] | None = None
    day_notes: tuple[str, ...] = ()
    unseen: tuple[tuple[date, dict[str, int]], ...] = ()
    retries: dict[str, Retry] = field(default_factory=dict)
    queue: FairQueue = field(default_factory=FairQueue)
    agenda: Agenda = field(default_factory=Agenda)
    problems: ProblemBook = field(default_factory=ProblemBook)
    paused: bool = False
    paused_since: datetime | None = None
    yields_to: str = ""
    data_trouble: str = ""
    read_failures: int = 0
    read_at: float = 0.0
    discover_at: float = 0.0
    quitting: bool = False
    started: int = 0
    ended: int = 0
    finished_count: int = 0
    day_loaded: bool = True
    touched: set[str] = field(default_factory=set)
    stale: set[str] = field(default_factory=set)
    changed: bool = True
    sequence: int = 0

    def job_of(self, run: str) -> str | None:
        """The job that an active run belongs to, or None when the run is not active."""
        return self.active.job_of(run)

    def active_run(self, run: str) -> Active | None:
        """An active run by its id, or None."""
        job = self.job_of(run)
        return None if job is None else self.active[job]

    def shown(self, job: str) -> Job | None:
        """A job that exists, or that left the registry and still runs."""
        active = self.active.get(job)
        return self.jobs.get(job) or (active.job if active else None)

    def all_shown(self) -> list[Job]:
        """Every job that has a card."""
        return [*self.jobs.values(), *(a.job for job, a in self.active.items() if job not in self.jobs)]

    def count(self, run: Run) -> None:
        """Count an ended run, for the day on which it started only."""
        if run.day == self.day:
            self.finished.setdefault(run.job, []).append(run)
            self.finished_count += 1

    def void_day(self) -> None:
        """Forget what was counted: another day began."""
        self.finished.clear()
        self.finished_count = 0
        self.rows.clear()
        self.strangers = NO_STRANGERS
        self.surplus.clear()
        self.cleared.clear()
        self.day_loaded = False

    def load_day(self, runs: Iterable[Run], kept: Mapping[str, int]) -> None:
        """Count the day's ended runs from the journal, and beyond them what the history counted: what is
        ``kept`` on record, or what it counted since."""
        counted = {job: self.actual(job) for job in self.surplus}
        self.finished.clear()
        self.finished_count = 0
        for run in runs:
            self.count(run)
        since = {job: counted[job] - len(self.finished.get(job, ())) for job in counted}
        self.surplus = {
            job: max(0, kept.get(job, 0), since.get(job, 0)) for job in kept.keys() | since.keys()
        }
        self.day_loaded = True
        self.touch_all()

    def actual(self, job: str) -> int:
        """Runs made today: a read lifts it to the history's count, each end of ours adds one (3.8)."""
        return len(self.finished.get(job, ())) + self.surplus.get(job, 0)

    def merge(self, job: str, rows: list[HistoryRow], more: int = 0) -> None:
        """Take a job's rows, and ``more`` that are not kept: the larger of both counts counts. The row of a
        run that has not ended yet, which its end will count, is left out."""
        ended = self.finished.get(job, [])
        made = more + counted(rows, self._under_way(job), ended)
        self.surplus[job] = max(self.actual(job), made) - len(ended)

    def _under_way(self, job: str) -> Run | None:
        """The run of a job that has begun today and whose end is yet to be counted."""
        active = self.active.get(job)
        if active is None or active.phase is Phase.HOLDING or active.exited or active.run.day != self.day:
            return None
        return active.run

    def matched(self, job: str) -> Matched:
        """Which of a job's rows are which of its runs of today that have begun."""
        rows = self.rows.get(job)
        return match(self.begun_runs(job), rows, begun=self._under_way(job)) if rows else NO_ROWS

    def begun_runs(self, job: str) -> list[Run]:
        """A job's runs that began today: the ended ones, and the one under way."""
        run = self._under_way(job)
        return [*self.finished.get(job, ()), *([run] if run else ())]

    def may_begin(self, run: str) -> bool:
        """Whether a held run is still waited for: nobody gave it up since."""
        job = self.job_of(run)
        return job is not None and not self.active[job].given_up

    def running(self) -> int:
        """How many places are taken."""
        return len(self.active)

    def blocked(self) -> str:
        """Why nothing may be taken from the queue now, as one word of our own, or ""."""
        if self.quitting:
            return "quitting"
        if self.data_trouble:
            return "data"
        if not self.history.verified:
            return "history"
        if not self.base_available:
            return "base_path"
        if not self.day_loaded:
            return "day"
        if self.yields_to:
            return "looking" if self.yields_to == UNLOOKED else "brain"
        return "paused" if self.paused else ""

    def new_run(
        self,
        job: Job,
        trigger: Trigger,
        now: datetime,
        by: str = "",
        *,
        attempt: int = 0,
        stands_for: datetime | None = None,
        arguments: tuple[str, ...] | None = None,
    ) -> Run:
        """A run of a job that starts now; its log's name is made from the start and the job.

        ``arguments`` are those asked for, None: the row's.
        """
        self.sequence += 1
        run = f"{now:%Y%m%d-%H%M%S}-{now.microsecond:06d}-{self.sequence}"
        log = f"{self.logs}/{slug(job.id)}/{run}.log"
        words = job.policies.arguments if arguments is None else arguments
        return Run(
            run,
            job.id,
            job.name,
            job.path,
            trigger,
            now.date(),
            now,
            log,
            boot=self.boot,
            by=by,
            attempt=attempt,
            arguments=filled(words, now.date(), job.schedule.calendar),
            stands_for=stands_for,
        )

    def touch_all(self) -> None:
        """Have every job considered anew."""
        self.touched.update(self.jobs)
        self.touched.update(self.active)


def first_state(limits: Limits, now: datetime, logs: str = "", boot: str = "") -> State:
    """What is known at the start: nothing but the day, the folder of the logs and which boot this is."""
    source = "local" if limits.local_history else "bigquery"
    history = HistoryState(
        source, verified=limits.local_history, unverified_since=None if limits.local_history else now
    )
    state = State(limits, now.date(), history, logs, boot)
    if limits.me:
        state.pcs.see(Pc(limits.me, limits.max_concurrent, since=now, is_brain=True))
    return state
