"""Whatever happens, in whatever order: rules that hold after every turn."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.builders import Day, Replies, at, make_discovery, make_job, make_row
from tray_agent.core import actions as act
from tray_agent.core import messages as msg
from tray_agent.core.model import Identity, Job, Trigger
from tray_agent.core.picture.facts import job_facts
from tray_agent.core.policies import NO_POLICIES, CatchUp, Limit, Policies, Retries
from tray_agent.core.rules.active import Phase
from tray_agent.core.rules.again import attempt_of
from tray_agent.core.rules.holds import held_back
from tray_agent.core.rules.owed import count_of, debt_of
from tray_agent.core.rules.plan import sleep_seconds
from tray_agent.core.rules.resources import are_free, in_use
from tray_agent.core.rules.runs import began, refuse
from tray_agent.core.rules.state import first_state
from tray_agent.core.schedules.schedule import ALL_DAY, MANUAL, Schedule, at_hours

NAMES = ("a", "b", "c", "d")
SCHEDULES = (ALL_DAY, MANUAL, at_hours({0, 14}), at_hours({8, 12, 14, 18}), at_hours({15}))
Step = tuple[Any, ...]

POLICIES = st.one_of(
    st.just(NO_POLICIES),
    st.builds(
        Policies,
        catch_up=st.sampled_from(CatchUp),
        start_by=st.sampled_from((None, Limit(minute=17 * 60), Limit(after_minutes=45))),
        deadline=st.sampled_from((None, Limit(minute=15 * 60), Limit(after_minutes=90))),
        retries=st.sampled_from((None, Retries(1), Retries(2, 10))),
        resources=st.sampled_from(((), ("SAP",))),
        after=st.sampled_from(((), ("a",))),
    ),
)
jobs = st.sampled_from(NAMES)
steps = st.one_of(
    st.tuples(st.just("later"), st.sampled_from((0, 1, 59, 61, 900, 3600, 20_000))),
    st.tuples(st.just("clock"), st.integers(0, 23), st.sampled_from((9, 10, 11))),
    st.tuples(st.just("ask"), st.sampled_from((msg.RunJob, msg.StopJob)), jobs),
    st.tuples(st.just("say"), st.sampled_from((msg.Pause, msg.Resume, msg.Refresh, msg.Woke))),
    st.tuples(st.just("ask"), st.sampled_from((msg.RepeatJob, msg.Acknowledge, msg.Pause)), jobs),
    st.tuples(st.just("go on"), jobs, st.sampled_from(("all", "last", "none"))),
    st.tuples(
        st.just("many"),
    ),
    st.tuples(st.just("hold"), jobs, st.booleans()),
    st.tuples(st.just("refuse"), jobs),
    st.tuples(st.just("exit"), jobs, st.sampled_from((0, 1, None)), st.booleans()),
    st.tuples(st.just("stopped"), jobs, st.booleans()),
    st.tuples(
        st.just("discover"),
        st.dictionaries(jobs, st.sampled_from(SCHEDULES)),
        st.booleans(),
    ),
    st.tuples(st.just("read"), st.lists(st.tuples(jobs, st.integers(0, 14))), st.booleans()),
    st.tuples(st.just("fail")),
    st.tuples(st.just("disk"), st.sampled_from(("", "Disco cheio."))),
    st.tuples(st.just("whole run"), jobs),
)


class AnyDay:
    """Plays steps and looks after each one. What a step cannot do just now is left out."""

    def __init__(self, local: bool, places: int, policies: dict[str, Policies] | None = None) -> None:
        self.day = Day("14:05", local_history=local, max_concurrent=places)
        self.replies: list[Replies] = []
        self.live: dict[str, str] = {}
        self.policies = policies or {}
        self.day.jobs(*(self.job(name, SCHEDULES[n % 5]) for n, name in enumerate(NAMES)))
        self.look()

    def job(self, name: str, schedule: Schedule) -> Job:
        after = tuple(each for each in self.policies.get(name, NO_POLICIES).after if each != name)
        return make_job(
            name, schedule=schedule, policies=replace(self.policies.get(name, NO_POLICIES), after=after)
        )

    def play(self, step: Step) -> None:
        kind, *rest = step
        acts: dict[str, Callable[..., object]] = {
            "later": self.day.later,
            "clock": lambda hour, day: self.day.set_clock(at(f"{hour:02d}:30", day)),
            "ask": lambda command, job: self.day.turn(command(job, reply=self.ear())),
            "say": lambda kind: self.day.turn(kind() if kind is msg.Woke else kind(reply=self.ear())),
            "go on": lambda job, rest: self.day.turn(msg.Resume(job, catch_up=rest, reply=self.ear())),
            "many": lambda: self.day.turn(msg.RepeatMany(NAMES, reply=self.ear())),
            "hold": self.hold,
            "refuse": lambda job: self.with_run(job, lambda run: self.end(msg.RunRefused(run, "nada."))),
            "exit": self.exit,
            "stopped": self.stopped,
            "discover": self.discover,
            "read": self.read,
            "fail": lambda: self.day.turn(msg.HistoryFailed("503")),
            "disk": self.disk,
            "whole run": self.whole_run,
        }
        acts[kind](*rest)
        self.look()

    def ear(self) -> Replies:
        self.replies.append(Replies())
        return self.replies[-1]

    def with_run(self, job: str, then: Callable[[str], object]) -> None:
        if job in self.day.state.active:
            then(self.day.run_id(job))

    def end(self, message: msg.RunExited | msg.RunRefused) -> None:
        self.live.pop(message.run, None)
        self.day.turn(message)

    def hold(self, job: str, recorded: bool) -> None:
        active = self.day.state.active.get(job)
        if active is None or active.phase is not Phase.HOLDING or active.run.id not in self.live:
            return
        self.day.turn(msg.RunHeld(active.run.id, Identity(1, 1.0)))
        self.note_holds()
        self.note_holds()
        for begin in [action for action in self.day.ordered if isinstance(action, act.Begin)]:
            if recorded:
                follow = began(self.day.state, begin.run.id, self.day.moment)
            else:
                self.live.pop(begin.run.id)
                follow = refuse(self.day.state, begin.run.id, "disco.", self.day.moment, wait=False)
            for action in follow:
                if isinstance(action, act.Answer):
                    action.reply(action.value)
            self.day.freeze()

    def exit(self, job: str, code: int | None, has_begun: bool) -> None:
        active = self.day.state.active.get(job)
        if active is not None and not active.exited:
            has_begun = has_begun and active.phase is not Phase.HOLDING
            self.end(msg.RunExited(active.run.id, code, has_begun, 1.0))

    def stopped(self, job: str, survives: bool) -> None:
        active = self.day.state.active.get(job)
        if active is not None and active.phase is Phase.STOPPING:
            survivors = (1, 7) if survives and not active.exited else ()
            self.day.turn(msg.RunStopped(active.run.id, True, survivors))

    def discover(self, found: dict[str, Schedule], is_there: bool) -> None:
        known = [self.job(name, schedule) for name, schedule in found.items()]
        self.day.turn(msg.Discovered(make_discovery(*known, base_available=is_there)))

    def read(self, rows: list[tuple[str, int]], is_todays: bool) -> None:
        if not self.day.state.limits.local_history:
            now = self.day.now if is_todays else at(day=8)
            found = tuple(make_row(job, now.replace(hour=hour, minute=5)) for job, hour in rows)
            self.day.turn(msg.HistoryRead(now.date(), now, found, len(found)))

    def disk(self, trouble: str) -> None:
        self.day.state.data_trouble = trouble
        self.day.state.touch_all()
        self.day.turn()

    def whole_run(self, job: str) -> None:
        self.hold(job, recorded=True)
        self.exit(job, 0, has_begun=True)

    def note_holds(self) -> None:
        """What is given up never begins: it may still be there when the next one is made."""
        for action in self.day.ordered:
            if isinstance(action, act.Drop):
                self.live.pop(action.run, None)
        for action in self.day.ordered:
            if isinstance(action, act.Hold) and action.run.id not in self.live:
                assert action.run.job not in self.live.values(), "two runs of one job"
                self.live[action.run.id] = action.run.job

    def look(self) -> None:
        self.note_holds()
        while self.day.state.touched:
            assert sleep_seconds(self.day.state, self.day.moment) == 0
            self.day.turn()
            self.note_holds()
        self.look_at_the_snapshot()
        self.look_at_the_queue()
        assert sleep_seconds(self.day.state, self.day.moment) <= 1
        assert all(len(replies.given) <= 1 for replies in self.replies)

    def look_at_the_snapshot(self) -> None:
        state, shown = self.day.state, self.day.snapshot
        assert shown is not None
        every = {
            job: job_facts(state, job, self.day.now, 0) for job in {*state.jobs, *state.active, *shown.facts}
        }
        for facts in shown.facts.values():
            assert len(facts.marks_since) == len(facts.marks)
        undated = {
            job: replace(facts, version=0, marks_since=(0,) * len(facts.marks))
            for job, facts in shown.facts.items()
        }
        assert undated == every
        assert set(shown.order) == set(shown.facts)
        assert shown.queue == state.queue.jobs()
        assert all(
            sum(1 for run in facts.runs if run == facts.active) == (1 if facts.active in facts.runs else 0)
            for facts in shown.facts.values()
        )

    def look_at_the_queue(self) -> None:
        state, now = self.day.state, self.day.now
        by_itself = {Trigger.SCHEDULED, Trigger.RETRY}
        active = [each for each in state.active.values() if each.run.trigger in by_itself]
        assert len(active) <= state.limits.max_concurrent
        for job in state.queue.jobs():
            each = state.jobs[job]
            due = attempt_of(state, each, now)
            is_due = due is not None and due.at <= now
            assert debt_of(state, each, now).owed > 0 or is_due or job in state.wanted
            assert job not in state.active
        self.look_at_debts()
        if not state.history.verified:
            return
        for each in state.jobs.values():
            waits = each.id in state.retries and state.retries[each.id].at > now
            is_free = not waits and held_back(state, each, now) is None
            if debt_of(state, each, now).owed > 0 and is_free:
                assert each.id in state.queue or each.id in state.active, "a debt was forgotten"
        if not state.blocked():
            used = in_use(state)
            free = [job for job in state.queue.jobs() if are_free(state, state.jobs[job], used)]
            assert not free or state.running() >= state.limits.max_concurrent, "a place stays free"

    def look_at_debts(self) -> None:
        """What is owed, skipped, made and under way is what was due; nobody gets more than was asked."""
        state, now = self.day.state, self.day.now
        for each in state.jobs.values():
            count, owed = count_of(state, each), debt_of(state, each, now)
            missing = owed.due + count.credit - count.actual - (count.coming is not None)
            assert owed.owed + owed.skipped == max(0, missing)
            runs = state.finished.get(each.id, [])
            retries = each.policies.retries
            chain = [run.attempt for run in runs if run.trigger is Trigger.RETRY]
            assert not chain or (retries is not None and max(chain) <= retries.count)

    def restart(self) -> None:
        """Another agent takes up what is on record: it owes exactly the same."""
        state, now = self.day.state, self.day.now
        before = {job.id: debt_of(state, job, now) for job in state.jobs.values()}
        other = first_state(state.limits, now)
        other.load_day(self.day.journal, self.day.surplus.get(state.day, {}))
        other.active, other.rows, other.cleared = state.active, state.rows, state.cleared
        after = {job.id: debt_of(other, job, now) for job in state.jobs.values()}
        assert after == before


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.booleans(), st.sampled_from((1, 2, 5)), st.lists(steps, max_size=40))
def test_the_rules_hold_whatever_happens(local: bool, places: int, happens: list[Step]) -> None:
    any_day = AnyDay(local, places)
    for step in happens:
        any_day.play(step)


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.booleans(),
    st.sampled_from((1, 2, 5)),
    st.fixed_dictionaries(dict.fromkeys(NAMES, POLICIES)),
    st.lists(steps, max_size=40),
)
def test_the_rules_hold_under_any_policies_and_a_restart_forgets_nothing(
    local: bool, places: int, policies: dict[str, Policies], happens: list[Step]
) -> None:
    any_day = AnyDay(local, places, policies)
    for step in happens:
        any_day.play(step)
        any_day.restart()


def test_the_rules_hold_through_a_whole_day_of_hours() -> None:
    any_day = AnyDay(local=True, places=1)
    ran: dict[str, int] = dict.fromkeys(NAMES, 0)
    for _ in range(200):
        any_day.play(("later", 61))
        for job in NAMES:
            if job in any_day.day.state.active:
                ran[job] += 1
            any_day.play(("whole run", job))

    assert ran == {"a": 18, "b": 0, "c": 2, "d": 3}
