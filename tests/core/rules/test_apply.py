from __future__ import annotations

from datetime import timedelta

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
)
from tray_agent.core import actions as act
from tray_agent.core import messages as msg
from tray_agent.core.model import CardState, Identity, Outcome, Problem, Trigger, Where
from tray_agent.core.rules.active import Active, Phase
from tray_agent.core.rules.apply import apply
from tray_agent.core.rules.runs import began, refuse
from tray_agent.core.schedules.schedule import ALL_DAY

PROBLEM = Problem(Where.REGISTRY, "linha 7: hora inválida", "Corrija a célula.", job="pix")


class TestRun:
    def test_it_starts_at_once_and_is_answered_when_it_has_begun(self) -> None:
        day = Day("07:00").jobs(make_job("pix", 8))
        replies = Replies()

        day.turn(msg.RunJob("pix", reply=replies))

        assert day.held() == ["pix"]
        assert replies.given == []
        assert day.facts().holding
        day.begin()
        assert replies.given == [msg.Reply(True, "pix iniciada.")]
        assert day.facts().state is CardState.RUNNING
        assert not day.facts().holding
        assert day.state.active["pix"].run.trigger is Trigger.MANUAL

    def test_it_counts(self) -> None:
        day = Day("07:00").jobs(make_job("pix", 8))
        day.turn(msg.RunJob("pix"))
        day.whole_run()

        assert (day.facts().actual, day.facts().backlog) == (1, -1)
        day.set_clock(at("08:00"))
        assert day.held() == []

    @pytest.mark.parametrize("begun", [True, False])
    def test_a_running_job_is_not_started_again(self, begun: bool) -> None:
        day = Day("08:00").jobs(make_job("pix", 8))
        if begun:
            day.begin()
        replies = Replies()

        day.turn(msg.RunJob("pix", reply=replies))

        assert day.held() == []
        assert replies.given == [msg.Reply(False, "pix já está em execução.")]

    def test_nobody_knows_the_job(self) -> None:
        day = Day().jobs()
        replies = Replies()

        day.turn(msg.RunJob("boleto", reply=replies))

        assert replies.given == [
            msg.Reply(False, "Não há automação ativa chamada boleto; veja os nomes com tray-agent status.")
        ]

    def test_it_works_although_the_history_was_never_read(self) -> None:
        day = Day("08:00", verified=False).jobs(make_job("pix", 8))

        day.turn(msg.RunJob("pix"))

        assert day.held() == ["pix"]

    def test_it_is_refused_while_the_base_path_is_gone(self) -> None:
        day = Day().jobs(make_job("pix"))
        replies = Replies()

        day.turn(
            msg.Discovered(make_discovery(make_job("pix"), base_available=False)),
            msg.RunJob("pix", reply=replies),
        )

        assert day.held() == []
        assert "não está acessível" in replies.last.text

    def test_it_is_refused_while_the_journal_cannot_be_written(self) -> None:
        day = Day().jobs(make_job("pix"))
        day.state.data_trouble = "Disco cheio."
        replies = Replies()

        day.turn(msg.RunJob("pix", reply=replies))

        assert replies.given == [msg.Reply(False, "Disco cheio. Nada foi iniciado.")]

    def test_a_start_that_fails_is_answered_with_the_reason_and_does_not_count(self) -> None:
        day = Day().jobs(make_job("pix"))
        replies = Replies()
        day.turn(msg.RunJob("pix", reply=replies))

        day.turn(msg.RunRefused(day.run_id(), "arquivo não encontrado."))

        assert replies.given == [msg.Reply(False, "pix não iniciou: arquivo não encontrado.")]
        assert day.facts().actual == 0
        assert day.snapshot is not None
        (problem,) = day.snapshot.problems
        assert (problem.where, problem.what) == (Where.RUN, "pix não iniciou: arquivo não encontrado.")
        assert problem.action == "Corrija a causa; depois execute de novo."
        day.later(60)
        assert day.held() == []
        assert day.snapshot.problems == ()

    def test_a_scheduled_start_that_fails_promises_another_try(self) -> None:
        day = Day().jobs(make_job("pix", 8))

        day.turn(msg.RunRefused(day.run_id(), "arquivo não encontrado."))

        assert day.snapshot is not None
        assert [each.action for each in day.snapshot.problems] == [
            "Corrija a causa; há nova tentativa automática."
        ]

    def test_a_start_that_fails_for_days_keeps_its_pace(self) -> None:
        day = Day("00:00").jobs(make_job("pix", 0))
        for _ in range(80):
            day.turn(msg.RunRefused(day.run_id(), "arquivo não encontrado."))
            day.later((day.state.retries["pix"].at - day.now).total_seconds())
            if not day.held():
                day.turn(make_read(day.now))

        assert day.held() == ["pix"]

    def test_a_job_that_left_the_registry_while_it_failed_to_start_leaves_no_problem(self) -> None:
        day = Day("08:00").jobs(make_job("pix", 8))
        run = day.run_id()
        day.jobs()

        day.turn(msg.RunRefused(run, "arquivo não encontrado."))

        assert day.snapshot is not None
        assert (day.snapshot.problems, day.snapshot.facts) == ((), {})


class TestHeld:
    def test_its_identity_goes_on_record(self) -> None:
        day = Day("08:00").jobs(make_job("pix", 8))

        day.turn(msg.RunHeld(day.run_id(), Identity(7, 8.0), "abc"))

        (begin,) = day.ordered
        assert isinstance(begin, act.Begin)
        assert (begin.run.identity, begin.run.script_hash, begin.run.boot) == (
            Identity(7, 8.0),
            "abc",
            "boot",
        )
        assert begin.run.log == f"/logs/pix/{begin.run.id}.log"
        assert day.state.started == 0

    def test_one_that_nobody_waits_for_is_given_up(self) -> None:
        day = Day().jobs()

        day.turn(msg.RunHeld("nobody's", Identity(7, 8.0)))

        assert day.ordered == [act.Drop("nobody's")]

    def test_news_of_runs_that_are_over_changes_nothing(self) -> None:
        day = Day("08:00").jobs(make_job("pix", 8))
        run = day.begin()
        day.exit()

        day.turn(msg.RunExited(run, 1), msg.RunStopped(run, True), msg.RunRefused(run, "x"))

        assert day.ordered == []
        assert began(day.state, run, day.moment) == []
        assert day.facts().actual == 1
        assert day.state.ended == 1

    def test_one_whose_script_vanished_after_it_was_let_go_is_taken_off_the_record(self) -> None:
        day = Day("08:00").jobs(make_job("pix", 8))
        run = day.begin()
        assert day.state.started == 1

        day.exit(code=126, began=False)

        assert act.Forget(run) in day.ordered
        assert (day.state.started, day.state.ended, day.facts().actual) == (0, 0, 0)
        assert day.facts().retry is not None

    def test_one_that_dies_before_it_was_let_go_is_tried_again(self) -> None:
        day = Day("08:00").jobs(make_job("pix", 8))

        day.exit(code=125, began=False)

        assert day.kinds() == []
        assert day.facts().retry is not None

    def test_when_nothing_can_be_recorded_the_job_waits_without_blame(self) -> None:
        day = Day("08:00").jobs(make_job("pix", 8))

        assert refuse(day.state, day.run_id(), "disco cheio.", day.moment, wait=False) == []
        day.state.data_trouble = "disco cheio."
        day.turn()

        assert day.facts().retry is None
        assert "pix" in day.state.queue


class TestSlowToBeHeld:
    """A process may be long in the making: a drive that wakes up, a machine that sleeps."""

    def test_the_run_starts_when_it_is_there(self) -> None:
        day = Day("08:00").jobs(make_job("pix", 8))
        day.later(100)

        day.begin()

        assert day.facts().active is not None and day.facts().active.started == day.now  # type: ignore[union-attr]

    def test_what_was_paid_elsewhere_meanwhile_does_not_run(self) -> None:
        day = Day("08:00").jobs(make_job("pix", 8))
        run = day.run_id()
        day.turn(make_read(day.now, make_row(start=at("08:00:01"))))

        day.turn(msg.RunHeld(run, Identity(7, 8.0)))
        assert day.kinds() == [act.Drop]
        day.turn(msg.RunExited(run, 125, began=False))

        assert (day.facts().state, day.facts().retry, day.facts().actual) == (CardState.SUCCESS, None, 1)

    def test_yesterdays_debt_is_not_paid_today(self) -> None:
        day = Day("23:59:59").jobs(make_job("pix", 23))
        run = day.run_id()
        day.later(2)

        day.turn(msg.RunHeld(run, Identity(7, 8.0)))

        assert act.Drop in day.kinds()
        assert day.state.active.keys() == set()

    def test_whoever_asked_for_a_run_has_it_for_the_day_on_which_it_starts(self) -> None:
        day = Day("23:59:59").jobs(make_job("pix"))
        day.turn(msg.RunJob("pix"))
        day.later(2)

        day.begin()
        day.exit()

        assert day.journal[0].day == at(day=11).date()
        assert day.facts().actual == 1


class TestStop:
    def test_the_tree_is_asked_once(self) -> None:
        day = Day("08:00").jobs(make_job("pix", 8))
        run = day.begin()
        replies = Replies()

        day.turn(msg.StopJob("pix", reply=replies))
        assert day.kinds() == [act.Stop]
        assert replies.last == msg.Reply(True, "Parando pix: até 2 s para terminar por conta própria.")
        since = day.facts().stopping_since
        assert since == day.now
        day.later(1)
        day.turn(msg.StopJob("pix", reply=replies))
        assert day.kinds() == []
        assert day.facts().stopping_since == since
        assert day.run_id() == run

    @pytest.mark.parametrize("order", ["stopped first", "exited first", "together"])
    def test_it_counts_and_frees_the_job_once_the_tree_is_gone(self, order: str) -> None:
        day = Day("08:00").jobs(make_job("pix", 8))
        run = day.begin()
        day.turn(msg.StopJob("pix"))
        exited, stopped = msg.RunExited(run, -15, duration_seconds=1.0), msg.RunStopped(run, False)
        messages: list[msg.Message] = [stopped, exited] if order == "stopped first" else [exited, stopped]

        if order == "together":
            day.turn(*messages)
        else:
            day.turn(messages[0])
            assert day.facts().state is CardState.RUNNING
            assert "pix" in day.state.active
            day.turn(messages[1])

        assert day.state.active.keys() == set()
        assert [ended.outcome for ended in day.journal] == [Outcome.STOPPED]
        assert day.facts().state is CardState.IDLE  # a person's own decision is no failure
        assert (day.facts().actual, day.held()) == (1, [])

    def test_while_descendants_are_being_stopped_the_run_is_shown_once(self) -> None:
        day = Day("08:00").jobs(make_job("pix", 8))
        day.begin()
        day.turn(msg.StopJob("pix"))

        day.exit(code=-15)

        assert [run.id for run in day.facts().own_runs] == [day.run_id()]

    def test_what_is_not_running_cannot_be_stopped(self) -> None:
        day = Day("07:00").jobs(make_job("pix", 8, name="Pix"))
        replies = Replies()

        day.turn(msg.StopJob("pix", reply=replies), msg.StopJob("nada", reply=replies))

        assert [reply.text for reply in replies.given] == [
            "Pix não está em execução.",
            "Não há automação ativa chamada nada; veja os nomes com tray-agent status.",
        ]
        assert not any(reply.accepted for reply in replies.given)

    def test_a_held_run_is_given_up_and_does_not_start_again_at_once(self) -> None:
        day = Day("08:00").jobs(make_job("pix", 8))
        run = day.run_id()

        day.turn(msg.StopJob("pix"))
        assert day.ordered[0] == act.Drop(run)
        day.turn(msg.StopJob("pix"))
        assert day.kinds() == []
        day.turn(msg.RunHeld(run, Identity(7, 8.0)))
        assert day.kinds() == [act.Drop]
        day.turn(msg.RunExited(run, 125, began=False))

        assert day.held() == []
        assert day.snapshot is not None and day.snapshot.problems == ()
        assert day.why() == "Não iniciou: parada antes de começar; nova tentativa às 08:01."
        assert day.facts().actual == 0
        day.later(60)
        assert day.held() == ["pix"]

    def test_who_had_asked_for_that_run_is_told(self) -> None:
        day = Day("07:00").jobs(make_job("pix"))
        replies = Replies()
        day.turn(msg.RunJob("pix", reply=replies))

        day.turn(msg.StopJob("pix"))
        day.turn(msg.RunRefused(day.run_id(), "arquivo não encontrado."))

        assert replies.given == [msg.Reply(False, "pix não foi iniciada.")]

    def test_processes_that_survive_are_a_problem_until_the_next_run(self) -> None:
        day = Day("08:00").jobs(make_job("pix", 7, 8))
        run = day.begin()
        day.turn(msg.StopJob("pix"))

        day.turn(msg.RunExited(run, -9), msg.RunStopped(run, True, (41, 42)))
        assert day.snapshot is not None
        assert [each.what for each in day.snapshot.problems] == [
            "pix: processos que não terminaram ao parar: 41, 42"
        ]
        assert day.held() == ["pix"]
        day.begin()
        assert day.snapshot.problems == ()

    def test_a_run_that_even_a_kill_does_not_end_goes_on_and_can_be_stopped_again(self) -> None:
        day = Day("08:00").jobs(make_job("pix", 8))
        run = day.begin()
        day.turn(msg.StopJob("pix"))
        pid = day.facts().active.identity.pid  # type: ignore[union-attr]

        day.turn(msg.RunStopped(run, True, (pid,)))
        assert day.facts().stopping_since is None
        assert day.facts().state is CardState.RUNNING
        day.turn(msg.StopJob("pix"))
        assert day.kinds() == [act.Stop]

    def test_it_works_on_an_adopted_run_whose_job_nobody_knows_any_more(self) -> None:
        day = Day("08:00")
        run = make_open_run("gone", at("07:00"))
        day.state.active["gone"] = Active(run, make_job("gone"), Phase.RUNNING, 0.0, adopted=True)
        day.jobs()
        assert day.snapshot is not None and day.snapshot.order == ("gone",)

        day.turn(msg.StopJob("gone"))
        assert day.kinds() == [act.Stop]
        day.turn(msg.RunStopped(run.id, False), msg.RunExited(run.id, None))

        assert day.journal[0].outcome is Outcome.STOPPED
        assert day.snapshot.order + tuple(day.snapshot.facts) == ()


class TestExit:
    @pytest.mark.parametrize(
        ("code", "outcome", "state"),
        [
            (0, Outcome.ENDED, CardState.SUCCESS),
            (1, Outcome.ENDED, CardState.ERROR),
            (-9, Outcome.ENDED, CardState.ERROR),
            (3, Outcome.ENDED, CardState.NO_DATA),
            (None, Outcome.UNKNOWN, CardState.IDLE),
        ],
    )
    def test_it_counts_whatever_its_code(self, code: int | None, outcome: Outcome, state: CardState) -> None:
        day = Day("08:00", no_data_exit_code=3).jobs(make_job("pix", 8))
        day.begin()
        day.later(4)

        day.exit(code=code)

        assert day.journal == list(day.facts().runs)
        (run,) = day.journal
        assert (run.exit_code, run.outcome, run.ended, run.duration_seconds) == (code, outcome, day.now, 4.0)
        assert day.facts().state is state
        assert day.facts().actual == 1
        assert (day.state.started, day.state.ended) == (1, 1)

    def test_how_long_an_adopted_run_took_is_known_although_nobody_tells(self) -> None:
        day = Day("08:00")
        run = make_open_run(started=at("07:59"))
        day.state.active["pix"] = Active(
            run, make_job("pix"), Phase.RUNNING, day.moment.seconds - 60, adopted=True
        )
        day.jobs(make_job("pix"))
        day.later(30)

        day.turn(msg.RunExited(run.id, None))

        assert day.journal[0].duration_seconds == 90

    def test_totals_count_this_process_alone(self) -> None:
        day = Day("08:00").jobs(make_job("pix", schedule=ALL_DAY))
        day.whole_run()
        day.whole_run()
        day.begin()

        assert day.snapshot is not None
        assert (day.snapshot.started, day.snapshot.finished) == (3, 2)


class TestPause:
    def test_it_is_recorded_and_keeps_its_first_moment(self) -> None:
        day = Day("08:00").jobs()
        replies = Replies()

        day.turn(msg.Pause(reply=replies))
        assert day.kinds() == [act.RecordPause]
        since = day.state.paused_since
        day.later(10)
        day.turn(msg.Pause(reply=replies))
        assert day.state.paused_since == since
        day.turn(msg.Resume(reply=replies))

        assert day.ordered[0] == act.RecordPause(False)
        assert day.state.paused_since is None
        assert [reply.text for reply in replies.given] == [
            "Agendamentos suspensos.",
            "Agendamentos suspensos.",
            "Agendamentos retomados.",
        ]


class TestDiscovered:
    def test_cards_come_in_the_registrys_order(self) -> None:
        day = Day().jobs(make_job("b"), make_job("a"))

        assert day.snapshot is not None
        assert day.snapshot.order == ("b", "a")
        assert (day.snapshot.base_path, day.snapshot.registry) == ("/base", "/app/registro.xlsx")

    def test_before_the_first_registry_there_are_no_cards(self) -> None:
        day = Day()

        day.turn(msg.Discovered(make_discovery(jobs=None, problems=(PROBLEM,))))

        assert day.snapshot is not None
        assert (day.snapshot.discovered, day.snapshot.order) == (False, ())
        assert [each.what for each in day.snapshot.problems] == ["linha 7: hora inválida"]

    def test_a_registry_that_cannot_be_read_keeps_the_last_good_one(self) -> None:
        day = Day().jobs(make_job("a"))

        day.turn(msg.Discovered(make_discovery(jobs=None)))

        assert day.snapshot is not None and day.snapshot.order == ("a",)

    def test_a_problem_keeps_the_moment_at_which_it_showed_and_goes_when_it_is_right(self) -> None:
        day = Day("08:00").jobs()
        day.turn(msg.Discovered(make_discovery(problems=(PROBLEM,))))
        day.later(60)

        day.turn(msg.Discovered(make_discovery(problems=(PROBLEM,))))

        assert day.snapshot is not None
        assert [(each.since, each.job) for each in day.snapshot.problems] == [(at("08:00"), "pix")]
        day.turn(msg.Discovered(make_discovery()))
        assert day.snapshot.problems == ()

    def test_a_job_that_leaves_while_it_runs_is_shown_last_until_it_ends(self) -> None:
        day = Day("08:00").jobs(make_job("a", 8), make_job("b"))
        day.begin("a")

        day.jobs(make_job("b"))
        assert day.snapshot is not None
        assert day.snapshot.order == ("b", "a")
        assert day.facts("a").removed
        day.exit("a")
        assert list(day.snapshot.order) == ["b"]

    def test_a_job_that_comes_back_today_has_its_runs(self) -> None:
        day = Day("08:00").jobs(make_job("a", 8))
        day.whole_run("a")
        day.jobs()

        day.jobs(make_job("a", 8))

        assert (day.facts("a").actual, day.held()) == (1, [])

    def test_unchanged_jobs_are_not_looked_at_again(self) -> None:
        day = Day("08:00").jobs(make_job("a"), make_job("b"))
        version = day.facts("a").version

        day.jobs(make_job("a"), make_job("b"))
        assert day.snapshot is not None and day.snapshot.order_since < day.snapshot.version
        day.jobs(make_job("a"), make_job("b", area="Cadastro"))

        assert day.facts("a").version == version
        assert day.facts("b").version > version
        assert day.snapshot is not None and day.snapshot.order_since == day.snapshot.version

    def test_a_job_that_leaves_takes_its_wait_with_it(self) -> None:
        day = Day("08:00").jobs(make_job("pix", 8))
        day.turn(msg.RunRefused(day.run_id(), "arquivo não encontrado."))

        day.jobs()

        assert day.state.retries == {}
        assert day.snapshot is not None and day.snapshot.problems == ()


class TestHistory:
    def test_a_read_verifies_the_day(self) -> None:
        day = Day("08:00", verified=False, sync_seconds=300).jobs()
        day.later(5)

        day.turn(make_read(day.now, make_row("x"), make_row("y")))

        history = day.state.history
        assert (history.verified, history.last_sync, history.rows, history.error) == (True, day.now, 2, None)
        assert history.unverified_since is None
        assert history.next_read == day.now + timedelta(seconds=300)

    def test_what_was_wrong_with_rows_is_shown(self) -> None:
        day = Day("08:00").jobs()
        wrong = Problem(Where.HISTORY, "2 linhas sem script_name")

        day.turn(msg.HistoryRead(day.now.date(), day.now, (), 2, (wrong,)))

        assert day.snapshot is not None
        assert [each.what for each in day.snapshot.problems] == ["2 linhas sem script_name"]

    def test_a_failure_keeps_the_last_rows_says_the_cause_and_heals(self) -> None:
        day = Day("08:00").jobs(make_job("pix", 18))
        day.turn(make_read(day.now, *make_rows(1)))
        day.later(60)

        day.turn(msg.HistoryFailed("BigQuery recusou o acesso (403)."))
        assert day.facts().state is CardState.SUCCESS
        assert day.state.history.verified
        assert day.state.history.error == "BigQuery recusou o acesso (403)."
        assert day.snapshot is not None
        assert [(each.what, each.action) for each in day.snapshot.problems] == [
            ("BigQuery recusou o acesso (403).", "Agendamentos seguem com a última leitura.")
        ]
        day.turn(make_read(day.now))
        assert day.snapshot.problems == ()
        assert day.state.history.error is None

    def test_before_the_first_read_of_the_day_a_failure_says_that_nothing_is_scheduled(self) -> None:
        day = Day("08:00", verified=False).jobs()

        day.turn(msg.HistoryFailed("BigQuery não respondeu em 60 s."))

        assert day.snapshot is not None
        assert [each.action for each in day.snapshot.problems] == [
            "Agendamentos suspensos até a primeira leitura do dia; Executar funciona."
        ]

    @pytest.mark.parametrize(
        ("sync", "waits"), [(300.0, [30, 60, 120, 240, 300, 300]), (100.0, [30, 60, 100, 100]), (5.0, [5, 5])]
    )
    def test_failed_reads_are_tried_again_at_the_specified_pace(
        self, sync: float, waits: list[float]
    ) -> None:
        day = Day("08:00", sync_seconds=sync, discovery_seconds=80000).jobs()
        for wait in waits:
            day.turn(msg.HistoryFailed("503"))
            assert day.state.history.next_read == day.now + timedelta(seconds=wait)
            day.later(wait - 0.1)
            assert act.ReadHistory not in day.kinds()
            day.later(0.1)
            assert day.kinds() == [act.ReadHistory]

    def test_after_a_success_the_pace_starts_anew(self) -> None:
        day = Day("08:00", sync_seconds=300).jobs()
        for _ in range(30):
            day.turn(msg.HistoryFailed("503"))
        day.turn(make_read(day.now), msg.HistoryFailed("503"))

        assert day.state.history.next_read == day.now + timedelta(seconds=30)

    def test_refresh_reads_at_once_and_starts_the_pace_anew(self) -> None:
        day = Day("08:00", sync_seconds=300).jobs()
        for _ in range(5):
            day.turn(msg.HistoryFailed("503"))
        replies = Replies()

        day.turn(msg.Refresh(reply=replies))
        assert day.kinds() == [act.Discover, act.ReadHistory]
        assert replies.last.accepted
        day.turn(msg.HistoryFailed("503"))
        assert day.state.history.next_read == day.now + timedelta(seconds=30)

    def test_refresh_with_local_history_looks_for_scripts_alone(self) -> None:
        day = Day("08:00", local_history=True).jobs()

        day.turn(msg.Refresh())

        assert day.kinds() == [act.Discover]

    def test_only_jobs_whose_rows_changed_are_looked_at_again(self) -> None:
        day = Day("08:00").jobs(make_job("a"), make_job("b"))
        day.turn(make_read(day.now, *make_rows(1, "a"), make_row("b", at("07:00"))))
        version = day.facts("a").version
        day.later(300)

        day.turn(make_read(day.now, *make_rows(1, "a"), make_row("b", at("07:00"), "ERRO")))
        assert day.facts("a").version == version
        assert day.facts("b").state is CardState.ERROR
        day.turn(make_read(day.now, *make_rows(1, "a")))
        assert day.facts("b").last_run is None


class TestWoke:
    def test_everything_is_read_anew(self) -> None:
        day = Day("08:00").jobs(make_job("pix", 9))

        day.turn(msg.Woke())

        assert day.kinds() == [act.Discover, act.ReadHistory]


def test_commands_nobody_waits_for_need_no_ear() -> None:
    day = Day("08:00").jobs()

    for action in apply(day.state, msg.Refresh(), day.moment):
        if isinstance(action, act.Answer):
            action.reply(action.value)
