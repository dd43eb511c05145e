from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests.builders import (
    Day,
    Replies,
    at,
    make_discovery,
    make_job,
    make_open_run,
    make_read,
    make_row,
    make_rows,
    make_run,
)
from tray_agent.core import actions as act
from tray_agent.core import messages as msg
from tray_agent.core.model import Outcome, Trigger
from tray_agent.core.rules.active import Active, Phase
from tray_agent.core.rules.plan import plan, sleep_seconds
from tray_agent.core.rules.runs import far_beyond
from tray_agent.core.schedules.schedule import ALL_DAY
from tray_agent.core.shown import FireState


def run_all_that_is_due(day: Day, job: str = "pix") -> list[int]:
    """Let a job run as long as it is started; how many ran at once, for each run."""
    runs = []
    while job in day.held():
        runs.append(len(day.state.active))
        day.whole_run(job, seconds=0)
    return runs


def test_catch_up_at_14_05_of_8_12_18_is_exactly_two_one_after_the_other() -> None:
    day = Day("14:05").jobs(make_job("pix", 8, 12, 18))

    assert run_all_that_is_due(day) == [1, 1]
    assert day.later(3600) is not None
    assert day.held() == []
    assert day.facts().backlog == 0


def test_all_day_at_02_10_is_three() -> None:
    day = Day("02:10").jobs(make_job("pix", schedule=ALL_DAY))

    assert len(run_all_that_is_due(day)) == 3


def test_the_hour_turns_and_the_run_starts() -> None:
    day = Day("11:59:59").jobs(make_job("pix", 12))

    assert day.held() == []
    assert sleep_seconds(day.state, day.moment) <= 1
    day.later(1)
    assert day.held() == ["pix"]


def test_a_manual_job_is_never_started_by_the_schedule() -> None:
    day = Day("23:59").jobs(make_job("pix"))

    assert day.held() == []
    assert day.facts().next_run is None


def test_asking_twice_orders_nothing_twice() -> None:
    day = Day().jobs(make_job("pix", 8), make_job("boleto"))

    assert day.held() == ["pix"]
    assert plan(day.state, day.moment) == []


def test_runs_made_elsewhere_lower_the_debt() -> None:
    day = Day("14:05", verified=False).jobs(make_job("pix", 8, 12, 18))

    day.turn(make_read(day.now, make_row(start=at("08:00"))))
    assert run_all_that_is_due(day) == [1]
    day.turn(make_read(day.now, make_row(start=at("08:00")), make_row(start=at("14:05:01"))))
    assert day.held() == []
    assert day.facts().actual == 2


def test_what_was_made_elsewhere_before_our_journal_began_is_not_made_again() -> None:
    day = Day("14:05", verified=False).jobs(make_job("pix", schedule=ALL_DAY))
    day.turn(make_read(day.now, *(make_row(start=at(f"{hour:02d}:00")) for hour in range(13))))

    assert run_all_that_is_due(day) == [1, 1]
    day.turn(make_read(day.now, *(make_row(start=at(f"{hour:02d}:00")) for hour in range(14))))
    assert (day.facts().actual, day.held()) == (15, [])


def test_a_row_that_is_there_before_its_run_ends_counts_once() -> None:
    day = Day("14:05", verified=False).jobs(make_job("pix", 8, 12, 13))
    day.turn(make_read(day.now, make_row(start=at("08:00"))))
    day.begin()

    day.turn(make_read(day.now, make_row(start=at("08:00")), make_row(start=at("14:05:01"))))
    day.exit()

    assert day.facts().actual == 2
    assert day.held() == ["pix"]


def test_the_larger_of_both_counts_counts() -> None:
    day = Day("14:05").jobs(make_job("pix", 8, 12))
    run_all_that_is_due(day)

    day.turn(make_read(day.now))
    assert (day.facts().actual, day.held()) == (2, [])
    day.turn(make_read(day.now, *make_rows(3)))
    assert (day.facts().actual, day.facts().backlog) == (3, -1)


def test_nothing_is_scheduled_before_the_history_was_read_and_everything_after() -> None:
    day = Day("14:05", verified=False).jobs(make_job("pix", 8))

    assert act.ReadHistory in day.kinds()
    assert day.held() == []
    assert len(day.state.queue) == 0
    day.later(600)
    assert day.held() == []
    day.turn(make_read(day.now))
    assert day.held() == ["pix"]


def test_with_local_history_nothing_waits_for_a_read() -> None:
    day = Day("14:05", local_history=True).jobs(make_job("pix", 8))

    assert day.held() == ["pix"]
    day.later(10_000)
    assert act.ReadHistory not in day.kinds()
    assert sleep_seconds(day.state, day.moment) > 0


class TestMidnight:
    def test_counts_and_history_are_void_and_a_read_is_asked_for_at_once(self) -> None:
        day = Day("23:59:58").jobs(make_job("pix", 0, 8))
        run_all_that_is_due(day)
        day.turn(make_read(day.now, *make_rows(2)))

        day.later(2)

        assert day.state.day == at(day=11).date()
        assert act.LoadDay in day.kinds()
        assert act.ReadHistory(day.now) in day.ordered
        assert day.held() == []
        assert not day.state.history.verified
        assert day.state.history.unverified_since == day.now
        assert day.state.history.rows == 0
        assert (day.facts().target, day.facts().actual, day.facts().rows) == (1, 0, ())

    def test_the_new_day_runs_once_it_is_verified(self) -> None:
        day = Day("23:59:58").jobs(make_job("pix", 0))
        run_all_that_is_due(day)
        day.later(2)

        day.turn(make_read(day.now))

        assert run_all_that_is_due(day) == [1]

    def test_a_history_of_yesterday_does_not_verify_today(self) -> None:
        day = Day("23:59:58").jobs(make_job("pix", 0))
        late = make_read(day.now, *make_rows(1))
        day.later(2)

        day.turn(late)

        assert not day.state.history.verified
        assert act.ReadHistory in day.kinds()

    def test_a_run_across_midnight_counts_for_its_own_day(self) -> None:
        day = Day("23:59:58").jobs(make_job("pix", 0, 23))
        run_all_that_is_due(day)
        day.turn(msg.RunJob("pix"))
        day.begin()
        day.later(10)
        day.turn(make_read(day.now))

        assert day.held() == []
        assert day.facts().state == "RUNNING"
        assert [fire.state for fire in day.facts().fires] == [FireState.OWED, FireState.COMING]
        assert day.why() == "Em execução desde 10/03 23:59 (manual)."
        day.exit()

        assert day.facts().actual == 0
        assert day.held() == ["pix"]

    def test_a_scheduled_run_across_midnight_is_none_of_the_new_days(self) -> None:
        day = Day("23:00").jobs(make_job("pix", 0, 23, 1))
        day.turn(make_read(day.now, *make_rows(2)))
        day.begin()
        day.set_clock(at("00:30", day=11))
        day.turn(make_read(day.now))

        assert [fire.state.value for fire in day.facts().fires] == ["owed", "coming", "coming"]
        assert day.why() == "Em execução desde 10/03 23:00 (agendada)."

    def test_queued_debts_of_yesterday_are_void(self) -> None:
        day = Day("23:59:58", max_concurrent=1).jobs(make_job("a", 8), make_job("b", 9))
        assert day.state.queue.jobs() == ("b",)

        day.later(2)
        day.turn(make_read(day.now))

        assert day.state.queue.jobs() == ()

    def test_with_local_history_nothing_starts_before_the_day_was_loaded(self) -> None:
        day = Day("23:59:58", local_history=True).jobs(make_job("pix", 0))
        day.whole_run(seconds=0)

        day.later(2)
        assert day.held() == []
        day.later(0)
        assert day.held() == ["pix"]


class TestClock:
    def test_set_back_and_forth_within_the_day_computes_the_debt_anew(self) -> None:
        day = Day("14:05").jobs(make_job("pix", 8, 12))
        run_all_that_is_due(day)

        day.set_clock(at("07:00"))
        assert (day.facts().backlog, day.held()) == (-2, [])
        assert day.facts().next_run is None  # both are made already
        day.set_clock(at("23:00"))
        assert (day.facts().backlog, day.held()) == (0, [])

    def test_set_forward_the_missed_hours_are_owed(self) -> None:
        day = Day("07:00").jobs(make_job("pix", 8, 12))

        day.set_clock(at("14:05"))

        assert len(run_all_that_is_due(day)) == 2

    def test_set_back_a_queued_job_leaves_the_queue(self) -> None:
        day = Day("14:05", max_concurrent=1).jobs(make_job("a", 8), make_job("b", 9))
        assert day.state.queue.jobs() == ("b",)

        day.set_clock(at("08:30"))

        assert day.state.queue.jobs() == ()

    def test_set_to_another_day_and_back_runs_nothing_twice(self) -> None:
        day = Day("14:05", local_history=True).jobs(make_job("pix", 8, 12))
        run_all_that_is_due(day)

        day.set_clock(at("00:30", day=11))
        day.set_clock(at("14:06"))
        assert day.held() == []
        day.later(1)

        assert day.held() == []
        assert day.facts().actual == 2

    def test_hours_are_looked_at_again_after_the_clock_was_set_back(self) -> None:
        day = Day("12:30").jobs(make_job("pix", 12))
        run_all_that_is_due(day)
        day.set_clock(at("11:59:59"))

        day.later(1)

        assert day.facts().target == 1

    def test_a_wait_never_grows_when_the_clock_is_set_back(self) -> None:
        day = Day("14:05").jobs(make_job("pix", 8))
        day.turn(msg.RunRefused(day.run_id(), "arquivo não encontrado."))

        day.set_clock(at("09:05"))

        assert day.state.retries["pix"].at <= day.now + timedelta(minutes=15)
        day.later(900)
        assert day.held() == ["pix"]


class TestQueue:
    def test_forty_due_at_once_with_five_places_all_run_and_nobody_starves(self) -> None:
        names = [f"job{number:02d}" for number in range(40)]
        day = Day("09:00").jobs(*(make_job(name, 7, 8, 9) for name in names))
        ran: list[str] = []
        running = list(day.held())
        while running:
            assert len(running) <= 5
            assert len(set(running)) == len(running)
            job = running.pop(0)
            day.whole_run(job, seconds=0)
            ran.append(job)
            running += day.held()

        assert len(ran) == 120
        for turn in range(3):
            assert sorted(ran[turn * 40 : turn * 40 + 40]) == names

    def test_a_place_that_gets_free_is_taken_in_the_same_turn(self) -> None:
        day = Day("09:00", max_concurrent=1).jobs(make_job("a", 8), make_job("b", 9))

        day.whole_run("a")

        assert day.held() == ["b"]

    def test_a_manual_run_passes_queue_and_limit_and_leaves_the_queue(self) -> None:
        day = Day("09:00", max_concurrent=1).jobs(make_job("a", 8), make_job("b", 8), make_job("c"))

        day.turn(msg.RunJob("b"), msg.RunJob("c"))

        assert day.held() == ["b", "c"]
        assert day.state.active["b"].run.trigger is Trigger.MANUAL
        assert day.state.active["a"].run.trigger is Trigger.SCHEDULED
        assert day.state.queue.jobs() == ()

    def test_manual_runs_take_places(self) -> None:
        day = Day("07:59:59", max_concurrent=1).jobs(make_job("a", 8), make_job("b"))
        day.turn(msg.RunJob("b"))
        day.begin("b")

        day.later(1)
        assert (day.held(), day.state.queue.jobs()) == ([], ("a",))
        day.exit("b")
        assert day.held() == ["a"]

    def test_a_job_that_left_the_registry_leaves_the_queue(self) -> None:
        day = Day("09:00", max_concurrent=1).jobs(make_job("a", 8), make_job("b", 8))

        day.jobs(make_job("a", 8))

        assert day.state.queue.jobs() == ()
        assert day.snapshot is not None and set(day.snapshot.facts) == {"a"}

    def test_the_hour_of_a_job_that_is_gone_passes(self) -> None:
        day = Day("11:59").jobs(make_job("a", 12))
        day.jobs()

        day.later(60)

        assert day.held() == []

    def test_a_schedule_that_changed_counts_at_once(self) -> None:
        day = Day("09:00").jobs(make_job("a", 18))
        assert day.held() == []

        day.jobs(make_job("a", 9, 18))

        assert day.held() == ["a"]

    def test_the_file_that_is_in_force_now_is_run(self) -> None:
        day = Day("09:00", max_concurrent=1).jobs(make_job("a", 8), make_job("b", 9))
        moved = make_job("b", 9, path="/elsewhere/metodos/b.py")
        day.jobs(make_job("a", 8), moved)

        day.whole_run("a")

        assert [action.run.script for action in day.ordered if isinstance(action, act.Hold)] == [moved.path]


class TestBlocked:
    @pytest.mark.parametrize("verified", [True, False])
    def test_paused_nothing_is_taken_until_resumed_but_debts_are_kept(self, verified: bool) -> None:
        day = Day("07:00", verified=verified)
        day.turn(msg.Pause())
        day.jobs(make_job("a", 8), make_job("b"))
        day.set_clock(at("08:00"))

        assert day.held() == []
        day.turn(msg.RunJob("b"))
        assert day.held() == ["b"]
        day.turn(msg.Resume(), make_read(day.now))
        assert day.held() == ["a"]

    def test_while_the_base_path_is_gone_cards_stay_and_nothing_starts(self) -> None:
        day = Day("07:00").jobs(make_job("a", 8))
        day.turn(msg.Discovered(make_discovery(make_job("a", 8), base_available=False)))

        day.set_clock(at("08:00"))
        assert day.held() == []
        assert day.snapshot is not None and set(day.snapshot.facts) == {"a"}
        assert day.state.blocked() == "base_path"
        day.turn(msg.Discovered(make_discovery(make_job("a", 8))))
        assert day.held() == ["a"]

    def test_while_the_journal_cannot_be_written_nothing_starts(self) -> None:
        day = Day("08:00")
        day.state.data_trouble = "Disco cheio."
        day.jobs(make_job("a", 8))

        assert (day.held(), day.state.blocked()) == ([], "data")
        day.state.data_trouble = ""
        day.later(1)
        assert day.held() == ["a"]

    def test_every_reason_has_its_word(self) -> None:
        day = Day("08:00", verified=False).jobs(make_job("a", 8))

        assert day.state.blocked() == "history"
        day.turn(msg.Pause())
        assert day.state.blocked() == "history"
        day.turn(make_read(day.now))
        assert day.state.blocked() == "paused"
        day.turn(msg.Quit())
        assert day.state.blocked() == "quitting"


class TestRhythm:
    def test_discovery_and_history_have_their_own_intervals(self) -> None:
        day = Day("14:05", discovery_seconds=60, sync_seconds=300).jobs()
        assert day.kinds() == [act.Discover, act.ReadHistory] or act.Discover in day.kinds()
        asked = {act.Discover: 0, act.ReadHistory: 0}
        for _ in range(600):
            day.later(1)
            for kind in day.kinds():
                asked[kind] += 1

        assert asked == {act.Discover: 10, act.ReadHistory: 2}

    def test_the_engine_sleeps_a_second_at_the_most(self) -> None:
        day = Day("14:05").jobs()

        assert sleep_seconds(day.state, day.moment) == 1.0

    @pytest.mark.parametrize(
        ("clock", "limits", "seconds"),
        [
            ("11:59:59.75", {}, 0.25),
            ("11:00", {"discovery_seconds": 0.5}, 0.5),
            ("11:00", {"sync_seconds": 0.3}, 0.3),
            ("11:00", {"sync_seconds": 0.3, "local_history": True}, 1.0),
        ],
    )
    def test_it_wakes_for_the_next_thing_due(
        self, clock: str, limits: dict[str, Any], seconds: float
    ) -> None:
        day = Day(clock, **limits).jobs(make_job("a", 12))

        assert sleep_seconds(day.state, day.moment) == pytest.approx(seconds, abs=0.001)

    def test_it_does_not_sleep_on_something_to_consider(self) -> None:
        day = Day("11:00").jobs(make_job("a", 12))
        day.state.touched.add("a")

        assert sleep_seconds(day.state, day.moment) == 0


class TestLongRuns:
    def test_a_time_limit_stops_the_run_and_says_so(self) -> None:
        day = Day("14:05").jobs(make_job("pix", 8, timeout_minutes=2.0))
        run = day.begin()

        day.later(119.9)
        assert act.Stop not in day.kinds()
        day.later(0.1)
        assert [type(action) for action in day.ordered if isinstance(action, act.Stop)] == [act.Stop]
        day.later(1)
        assert act.Stop not in day.kinds()
        day.turn(msg.RunExited(run, -15), msg.RunStopped(run, False))
        assert day.state.finished["pix"][0].outcome is Outcome.TIMED_OUT
        assert day.facts().state == "ERROR"

    def test_the_setting_holds_where_the_registry_names_no_limit(self) -> None:
        day = Day("14:05", timeout_minutes=1).jobs(make_job("a", 8), make_job("b", 8, timeout_minutes=5.0))
        day.begin("a")
        day.begin("b")

        day.later(60)

        assert [action.run.job for action in day.ordered if isinstance(action, act.Stop)] == ["a"]

    def test_a_limit_set_while_the_job_runs_holds(self) -> None:
        day = Day("14:05").jobs(make_job("pix", 8))
        day.begin()
        day.jobs(make_job("pix", 8, timeout_minutes=1.0))

        day.later(60)

        assert act.Stop in day.kinds()

    def test_setting_the_clock_does_not_make_a_run_too_long(self) -> None:
        day = Day("14:05", timeout_minutes=10).jobs(make_job("pix", 8))
        day.begin()

        day.set_clock(at("23:00"))

        assert act.Stop not in day.kinds()

    @pytest.mark.parametrize(("usual", "seconds"), [(10, 70), (60, 120), (600, 1200)])
    def test_far_beyond_is_twice_the_usual_and_a_minute_at_least(self, usual: float, seconds: float) -> None:
        assert far_beyond(usual) == seconds

    def test_a_run_far_beyond_its_usual_time_is_said_once_and_never_killed(self) -> None:
        day = Day("14:05").jobs(make_job("pix", 8))
        day.begin(usual_seconds=10.0)

        day.later(70)
        assert not day.facts().overdue
        day.later(1)
        assert day.facts().overdue
        version = day.facts().version
        day.later(1)
        assert day.facts().version == version
        assert act.Stop not in day.kinds()

    def test_without_a_usual_time_it_is_two_hours(self) -> None:
        day = Day("14:05").jobs(make_job("pix", 8))
        day.begin()

        day.later(7200)
        assert not day.facts().overdue
        day.later(1)
        assert day.facts().overdue


class TestRetry:
    def test_a_start_that_failed_is_tried_after_60_s_doubling_to_15_min(self) -> None:
        day = Day("08:00").jobs(make_job("pix", 8))
        waits = []
        for _ in range(7):
            failed = day.now
            day.turn(msg.RunRefused(day.run_id(), "arquivo não encontrado."))
            assert day.held() == []
            waits.append((day.state.retries["pix"].at - failed).total_seconds())
            day.later(waits[-1] - 1)
            assert day.held() == []
            day.later(1)
            assert day.held() == ["pix"]

        assert waits == [60, 120, 240, 480, 900, 900, 900]

    def test_once_it_begins_the_waits_start_anew_and_the_problem_is_gone(self) -> None:
        day = Day("08:00").jobs(make_job("pix", 8, 9))
        day.turn(msg.RunRefused(day.run_id(), "arquivo não encontrado."))
        assert day.snapshot is not None and [each.job for each in day.snapshot.problems] == ["pix"]
        day.later(60)
        day.whole_run()

        assert day.state.retries == {}
        assert day.snapshot.problems == ()

    def test_a_debt_that_was_paid_elsewhere_ends_the_trying(self) -> None:
        day = Day("08:00").jobs(make_job("pix", 8))
        day.turn(msg.RunRefused(day.run_id(), "arquivo não encontrado."))
        day.turn(make_read(day.now, *make_rows(1)))
        assert day.facts().retry is not None

        day.later(60)

        assert day.facts().retry is None
        assert day.snapshot is not None and day.snapshot.problems == ()
        assert day.held() == []

    def test_a_failed_start_gives_its_place_to_the_next(self) -> None:
        day = Day("08:00", max_concurrent=1).jobs(make_job("a", 8), make_job("b", 8))

        day.turn(msg.RunRefused(day.run_id("a"), "arquivo não encontrado."))

        assert day.held() == ["b"]

    def test_refresh_forgets_the_waits(self) -> None:
        day = Day("08:00").jobs(make_job("pix", 8))
        day.turn(msg.RunRefused(day.run_id(), "arquivo não encontrado."))

        day.turn(msg.Refresh())

        assert day.held() == ["pix"]
        assert {act.Discover, act.ReadHistory} <= set(day.kinds())


class TestQuit:
    def test_without_runs_it_ends_at_once(self) -> None:
        day = Day("08:00").jobs(make_job("pix"))
        replies = Replies()

        day.turn(msg.Quit(reply=replies))

        assert day.kinds() == [act.End]
        assert replies.last == msg.Reply(True, "Agente encerrado.")

    def test_runs_go_on_and_are_named(self) -> None:
        day = Day("08:00").jobs(make_job("pix", 8), make_job("boleto", 8), make_job("c", 18))
        day.begin("pix")
        replies = Replies()

        day.turn(msg.Quit(reply=replies))

        assert replies.last.runs == ("pix",)
        assert "continuam até terminar: pix." in replies.last.text
        assert day.kinds() == [act.Drop, act.End]

    def test_with_stop_it_waits_until_every_tree_is_gone(self) -> None:
        day = Day("08:00").jobs(make_job("pix", 7), make_job("boleto", 8))
        runs = day.begin("pix"), day.begin("boleto")
        replies = Replies()

        day.turn(msg.Quit(stop_runs=True, reply=replies))
        assert day.kinds() == [act.Stop, act.Stop]
        assert "parando: pix, boleto." in replies.last.text
        day.turn(msg.RunExited(runs[0], -15), msg.RunStopped(runs[0], False), msg.RunExited(runs[1], -9))
        assert act.End not in day.kinds()
        day.turn(msg.RunStopped(runs[1], True))
        assert day.kinds() == [act.End]

    def test_what_survives_even_killing_does_not_hold_the_agent(self) -> None:
        day = Day("08:00").jobs(make_job("pix", 8))
        run = day.begin("pix")
        day.turn(msg.Quit(stop_runs=True))

        day.turn(msg.RunStopped(run, True, (day.state.active["pix"].run.identity.pid,)))  # type: ignore[union-attr]

        assert act.End in day.kinds()

    def test_nothing_starts_any_more(self) -> None:
        day = Day("08:00").jobs(make_job("pix", 8), make_job("boleto"))
        day.begin("pix")
        day.turn(msg.Quit(stop_runs=True))
        replies = Replies()

        day.turn(msg.RunJob("boleto", reply=replies))
        day.set_clock(at("09:00"))

        assert day.held() == []
        assert not replies.last.accepted
        assert "encerrado" in replies.last.text

    def test_who_asked_for_a_run_that_had_not_begun_is_answered(self) -> None:
        day = Day("08:00").jobs(make_job("pix"))
        replies = Replies()
        day.turn(msg.RunJob("pix", reply=replies))

        day.turn(msg.Quit())

        assert [reply.accepted for reply in replies.given] == [False]


def test_an_adopted_run_occupies_its_job_and_its_place() -> None:
    day = Day("08:00", max_concurrent=1)
    run = make_open_run("pix", at("07:00"))
    day.state.active["pix"] = Active(run, make_job("pix"), Phase.RUNNING, 0.0, adopted=True)

    day.jobs(make_job("pix", 7, 8), make_job("boleto", 8))
    assert day.held() == []
    day.turn(msg.RunExited(run.id, None))

    assert day.held() in (["pix"], ["boleto"])
    assert day.facts("pix").actual == 1
    assert day.state.ended == 0


def test_a_run_that_ended_today_before_the_restart_counts() -> None:
    day = Day("14:05")
    day.state.load_day(
        [make_run(started=at("08:00")), make_run(started=at("12:00")), make_run(started=at(day=9))], {}
    )

    day.jobs(make_job("pix", 8, 12))

    assert day.held() == []
