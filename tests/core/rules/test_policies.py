"""Policies through the real rules: what a bank's day asks for when it does not go as planned."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from tests.builders import Day, Replies, at, make_discovery, make_job, make_read, make_row, make_run
from tray_agent.core import actions as act
from tray_agent.core import messages as msg
from tray_agent.core.model import CardState, Job, Outcome, Trigger
from tray_agent.core.policies import CatchUp, Halt, Limit, Policies, Retries
from tray_agent.core.schedules.grammar import parse
from tray_agent.core.shown import FireState


def job(name: str = "pix", *hours: int, **policies: Any) -> Job:
    return make_job(name, *hours, policies=Policies(**policies))


def local(clock: str, **limits: Any) -> Day:
    return Day(clock, local_history=True, **limits)


def fires(day: Day, name: str = "pix") -> str:
    """The day's fire times, a letter each: d f n r c(overed) o(wed) s(kipped) . (coming)."""
    letters = {FireState.COMING: "."}
    return "".join(letters.get(fire.state, fire.state.value[0]) for fire in day.facts(name).fires)


class TestCatchUp:
    def test_asleep_for_three_hours_only_the_newest_runs_and_three_are_said(self) -> None:
        day = local("07:00").jobs(job("pix", 8, 9, 10, 11, catch_up=CatchUp.LAST))
        day.set_clock(at("11:30"))

        assert day.held() == ["pix"]
        day.whole_run()
        assert (fires(day), day.held()) == ("sssd", [])
        assert "3 horários não serão recuperados (08:00, 09:00 e 10:00)" in day.why()

    def test_a_limit_takes_a_waiting_job_out_of_the_queue_and_stops_none_that_runs(self) -> None:
        day = local("17:00", max_concurrent=1)
        day.jobs(make_job("a", 17), job("pix", 17, start_by=Limit(minute=17 * 60 + 30)))
        day.begin("a")
        assert day.state.queue.jobs() == ("pix",)

        day.later(31 * 60)

        assert day.state.queue.jobs() == ()
        assert "1 horário não será recuperado (17:00)" in day.why()
        assert "a" in day.state.active

    def test_the_minute_of_the_limit_is_still_in_time(self) -> None:
        day = local("16:59").jobs(job("pix", 17, start_by=Limit(minute=17 * 60), retries=Retries(1, 1)))
        day.set_clock(at("17:00:00.4"))  # no clock wakes an engine at the very instant

        assert day.held() == ["pix"]
        day.turn(msg.RunRefused(day.run_id(), "arquivo sumiu."))
        day.set_clock(at("17:00:59"))
        assert day.facts().owed == 1
        day.set_clock(at("17:01"))
        assert "1 horário não será recuperado (17:00)" in day.why()

    def test_who_waits_at_the_very_limit_leaves_the_queue_right_after_it(self) -> None:
        day = local("08:00", max_concurrent=1)
        day.jobs(make_job("a", 8), job("pix", 8, start_by=Limit(after_minutes=45)))
        day.begin("a")

        day.later(45 * 60)
        assert day.state.queue.jobs() == ("pix",)
        day.later(1)
        assert day.state.queue.jobs() == ()

    def test_switched_on_after_the_limit_nothing_runs(self) -> None:
        day = local("18:00").jobs(job("pix", 17, start_by=Limit(minute=17 * 60 + 30)))

        assert (day.held(), fires(day)) == ([], "s")

    def test_a_fire_time_behind_the_limit_is_given_up_and_not_said_to_be_covered(self) -> None:
        day = local("07:00").jobs(job("pix", 8, 18, start_by=Limit(minute=17 * 60 + 30)))

        assert (fires(day), day.facts().next_run) == (".s", at("08:00"))
        assert "A das 18:00 não roda: passa da hora limite (iniciar_ate)." in day.why()
        assert "coberta" not in day.why() and "recuperado" not in day.why()
        day.set_clock(at("18:01"))
        assert (day.held(), fires(day)) == ([], "ss")

    @pytest.mark.parametrize(
        "policies",
        [{"start_by": Limit(minute=17 * 60 + 30)}, {"catch_up": CatchUp.LAST}, {"catch_up": CatchUp.NONE}],
        ids=["limit", "last", "none"],
    )
    def test_what_a_run_made_ahead_stands_for_is_covered_also_when_its_hour_has_come(
        self, policies: dict[str, Any]
    ) -> None:
        day = local("07:00").jobs(job("pix", 8, **policies))
        day.turn(msg.RunJob("pix"))
        day.whole_run()
        assert (fires(day), day.facts().next_run) == ("c", None)

        day.set_clock(at("08:30"))

        assert (fires(day), day.held()) == ("c", [])
        assert "recuperado" not in day.why()

    def test_what_only_the_history_counted_is_not_said_to_be_given_up(self) -> None:
        day = local("10:30")
        day.state.load_day([], {"pix": 2})
        day.jobs(job("pix", 8, 9, 12, catch_up=CatchUp.LAST))

        assert (fires(day), day.held()) == ("dd.", [])

    def test_each_fire_time_that_is_given_up_has_its_own_reason(self) -> None:
        day = local("07:00").jobs(job("pix", 8, 9, 18, catch_up=CatchUp.LAST, start_by=Limit(minute=17 * 60)))
        day.set_clock(at("10:00"))
        day.whole_run()

        assert fires(day) == "sds"
        reasons = [fire.reason for fire in day.facts().fires]
        assert reasons[0] == "não recuperada (recuperar: última)"
        assert reasons[2] == "passa da hora limite (iniciar_ate)"


class TestRetries:
    def retried(self, **changes: Any) -> Day:
        day = local("08:00").jobs(job("pix", 8, 12, retries=Retries(2, 5, **changes)))
        day.whole_run(code=1)
        return day

    def test_a_failed_run_is_tried_again_and_the_noon_run_happens_too(self) -> None:
        day = self.retried()
        assert "nova tentativa 1 de 2 às 08:05" in day.why()

        day.later(300)
        assert day.held() == ["pix"]
        run = day.state.active["pix"].run
        assert (run.trigger, run.attempt, run.stands_for) == (Trigger.RETRY, 1, at("08:00"))
        day.whole_run()

        assert (fires(day), day.facts().backlog) == ("d.", 0)
        day.set_clock(at("12:00"))
        assert day.held() == ["pix"]
        assert day.state.active["pix"].run.trigger is Trigger.SCHEDULED

    def test_there_are_as_many_retries_as_the_row_says(self) -> None:
        day = self.retried()
        for _ in range(2):
            day.later(300)
            day.whole_run(code=1)

        day.later(3600)

        assert day.held() == []
        assert [run.attempt for run in day.journal] == [0, 1, 2]
        assert fires(day) == "f."

    @pytest.mark.parametrize(
        ("row", "again"), [("SUCCESS", 0), ("SEM DADOS", 0), ("ERRO", 1), ("INICIADO", 1)]
    )
    def test_what_its_row_calls_well_done_is_not_done_again(self, row: str, again: int) -> None:
        day = Day("08:00").jobs(job("pix", 8, retries=Retries(1, 5)))
        day.whole_run(code=1)
        day.turn(make_read(day.now, make_row(start=at("08:00"), status=row)))
        assert ("nova tentativa" in day.why()) == bool(again)

        day.later(300)

        assert len(day.held()) == again

    def test_what_ran_elsewhere_since_is_not_done_again(self) -> None:
        day = Day("08:00").jobs(job("pix", 8, retries=Retries(1, 10)))
        day.whole_run(code=1)
        day.later(300)
        day.turn(make_read(day.now, make_row(start=at("08:00"), status="ERRO"), make_row(start=at("08:04"))))

        day.later(600)

        assert day.held() == []

    def test_only_the_listed_codes_are_tried_again(self) -> None:
        day = self.retried(codes=(75,))
        day.later(300)

        assert day.held() == []

    def test_what_a_person_stopped_is_not_tried_again(self) -> None:
        day = local("08:00").jobs(job("pix", 8, retries=Retries(2, 5)))
        day.begin()
        day.turn(msg.StopJob("pix"))
        day.turn(msg.RunExited(day.run_id(), -15), msg.RunStopped(day.run_id(), False))
        day.later(300)

        assert day.held() == []

    def test_a_restart_forgets_no_retry(self) -> None:
        before = self.retried()
        after = local("08:03")
        after.state.load_day(before.journal, {})
        after.jobs(job("pix", 8, 12, retries=Retries(2, 5)))
        assert after.held() == []

        after.later(130)

        assert after.held() == ["pix"]
        assert after.state.active["pix"].run.attempt == 1


class TestRepeat:
    def test_it_stands_for_the_failed_run_and_takes_no_later_hour(self) -> None:
        day = local("08:00").jobs(make_job("pix", 8, 12))
        day.whole_run(code=1)
        assert day.facts().repeatable

        day.later(1200)
        replies = Replies()
        day.turn(msg.RepeatJob("pix", reply=replies, by="maria"))
        assert day.state.active["pix"].run.by == "maria"
        day.whole_run()

        assert replies.last.accepted
        assert (fires(day), day.facts().next_run) == ("d.", at("12:00"))
        day.set_clock(at("12:00"))
        assert day.held() == ["pix"]

    def test_what_did_not_fail_is_not_repeated(self) -> None:
        day = local("08:00").jobs(make_job("pix", 8))
        day.whole_run()
        replies = Replies()

        day.turn(msg.RepeatJob("pix", reply=replies))

        assert not replies.last.accepted
        assert "use Executar" in replies.last.text

    def test_many_go_through_the_queue_within_its_limit(self) -> None:
        day = local("08:00", max_concurrent=2).jobs(*(make_job(name, 8) for name in "abc"))
        for name in "abc":
            day.whole_run(name, code=1)
        replies = Replies()

        day.turn(msg.RepeatMany(("a", "b", "c"), reply=replies, by="maria"))

        assert replies.last.text == "3 automações entraram na fila."
        assert len(day.state.active) == 2
        assert all(active.run.trigger is Trigger.REPEAT for active in day.state.active.values())


class TestResources:
    def test_two_on_sap_never_overlap_and_a_third_without_goes_on(self) -> None:
        day = local("08:00")
        day.jobs(job("a", 8, resources=("SAP",)), job("b", 8, resources=("sap",)), make_job("c", 8))

        assert sorted(day.held()) == ["a", "c"]
        day.whole_run("c")
        assert "b" not in day.state.active
        day.begin("a")
        day.exit("a")
        assert day.held() == ["b"]

    def test_who_is_passed_over_keeps_its_resource_from_those_behind(self) -> None:
        day = local("08:00")
        day.jobs(
            job("a", 8, resources=("SAP",)),
            job("b", 8, resources=("SAP", "Excel")),
            job("c", 8, resources=("Excel",)),
        )

        assert day.held() == ["a"]
        day.whole_run("a")
        assert day.held() == ["b"]

    def test_a_person_is_told_who_uses_it_and_may_insist_or_wait(self) -> None:
        day = local("08:00").jobs(job("a", 8, resources=("SAP",)), job("b", resources=("SAP",)))
        day.begin("a")
        replies = Replies()

        day.turn(msg.RunJob("b", reply=replies))
        assert (replies.last.accepted, "SAP em uso por a desde 08:00" in replies.last.text) == (False, True)
        day.turn(msg.RunJob("b", in_queue=True, arguments=("--dia", "{data}"), reply=replies))
        assert replies.last.accepted
        assert "b" not in day.state.active
        day.exit("a")
        run = day.state.active["b"].run
        assert (run.trigger, run.arguments) == (Trigger.MANUAL, ("--dia", "2026-03-10"))

    def test_who_is_asked_for_while_it_is_busy_gets_it_first(self) -> None:
        day = local("08:00").jobs(
            *(job(name, 8, resources=("SAP",)) for name in "abc"), job("d", resources=("SAP",))
        )
        day.begin("a")

        day.turn(msg.RunJob("d", in_queue=True))
        day.exit("a")

        assert day.held() == ["d"]

    def test_the_settings_say_how_many_may_use_it(self) -> None:
        day = local("08:00", resources={"sap": 2})
        day.jobs(*(job(name, 8, resources=("SAP",)) for name in "abc"))

        assert len(day.held()) == 2

    def test_what_a_person_asked_for_waits_on_over_midnight(self) -> None:
        day = local("23:50").jobs(
            job("a", 23, resources=("SAP",)), job("b", 20, resources=("SAP",)), job("d", resources=("SAP",))
        )
        day.whole_run("b", code=1)
        day.begin("a")
        day.turn(msg.RunJob("d", in_queue=True), msg.RepeatMany(("b",)))

        day.set_clock(at("00:10", day=11))
        assert day.state.queue.jobs() == ("d",), "a repeat is yesterday's"
        day.exit("a")

        assert day.held() == ["d"]

    def test_a_person_may_take_back_what_waits_at_a_persons_word(self) -> None:
        day = local("08:00").jobs(job("a", 8, resources=("SAP",)), job("b", 8, resources=("SAP",)))
        day.begin("a")
        day.turn(msg.RunJob("b", in_queue=True))
        replies = Replies()

        day.turn(msg.StopJob("b", reply=replies))
        assert replies.last.accepted
        assert "saiu da fila" in replies.last.text
        day.turn(msg.StopJob("b", reply=replies))
        assert not replies.last.accepted
        day.exit("a")
        assert day.held() == ["b"], "it owes a run of its own"
        assert day.state.active["b"].run.trigger is Trigger.SCHEDULED

    def test_a_card_says_that_it_waits_because_a_person_asked(self) -> None:
        day = local("08:00").jobs(job("a", 8, resources=("SAP",)), job("pix", resources=("SAP",)))
        day.begin("a")
        day.turn(msg.RunJob("pix", in_queue=True))

        assert day.why() == "Na fila a pedido de uma pessoa, posição 1 de 1; 1 de 5 em execução."
        day.turn(msg.Pause())
        assert "agendamentos suspensos por uma pessoa; uma pessoa pediu uma execução" in day.why()


class TestDependencies:
    def test_with_hours_it_waits_until_the_other_ended_well(self) -> None:
        day = local("08:00").jobs(make_job("carga", 8), job("pix", 8, after=("carga",)))
        assert day.held() == ["carga"]
        assert "espera carga terminar" in day.why()

        day.whole_run("carga")

        assert day.held() == ["pix"]

    def test_that_the_other_has_nothing_today_is_said_in_the_morning_until_it_ended_well(self) -> None:
        day = local("06:00").jobs(
            make_job("carga"), job("pix", 8, after=("carga",)), job("fim", after=("pix",))
        )

        assert self.said(day) == ["pix: espera carga, que hoje não tem horário"]
        day.turn(msg.RunJob("carga"))
        day.begin("carga")
        day.exit("carga", code=1)
        assert self.said(day) == ["pix: espera carga, que hoje não tem horário"]
        day.turn(msg.RunJob("carga"))
        day.begin("carga")
        day.exit("carga")
        assert self.said(day) == []

    def test_it_is_taken_back_when_the_job_ran_all_the_same_or_left(self) -> None:
        jobs = (make_job("carga"), job("pix", 8, after=("carga",)), job("ted", 8, after=("carga",)))
        day = local("06:00").jobs(*jobs)
        assert len(self.said(day)) == 2

        day.turn(msg.RunJob("pix"))
        day.begin("pix")
        day.exit("pix")
        assert self.said(day) == ["ted: espera carga, que hoje não tem horário"]
        day.turn(msg.Discovered(make_discovery(*jobs[:2])))
        assert self.said(day) == []

    def test_of_a_chain_only_whose_own_forerunner_is_missing_says_so(self) -> None:
        day = local("06:00").jobs(
            make_job("base", 7), job("carga", after=("base",)), job("pix", 8, after=("carga", "base"))
        )

        assert self.said(day) == []

    @staticmethod
    def said(day: Day) -> list[str]:
        return [problem.what for problem in day.state.problems.all()]

    def test_it_does_not_run_after_a_failure_and_runs_after_the_repeat(self) -> None:
        day = local("08:00").jobs(make_job("carga", 8), job("pix", 8, after=("carga",)))
        day.whole_run("carga", code=1)
        assert (day.held(), "não terminou bem" in day.why()) == ([], True)

        day.turn(msg.RepeatJob("carga"))
        day.whole_run("carga")

        assert day.held() == ["pix"]

    def test_without_hours_it_runs_once_for_each_good_end_of_the_other(self) -> None:
        day = local("08:00").jobs(make_job("carga", 8, 9), job("pix", after=("carga",)))
        assert day.facts().target == 0
        day.whole_run("carga")
        assert day.held() == ["pix"]
        day.whole_run()
        assert day.held() == []

        day.set_clock(at("09:00"))
        day.whole_run("carga")

        assert day.held() == ["pix"]
        assert day.facts().target == 2

    def test_with_hours_it_does_not_run_on_a_day_that_has_none_of_them(self) -> None:
        sundays = make_job("pix", schedule=parse("dom 8").schedule, policies=Policies(after=("carga",)))
        day = local("08:00").jobs(make_job("carga", 8), sundays)
        day.whole_run("carga")

        assert day.held() == []
        assert day.facts().target == 0
        assert day.why() == "Hoje não roda; a próxima é dom 15/03 08:00."

    def test_a_cell_that_was_not_understood_runs_after_nobody(self) -> None:
        broken = replace(job("pix", after=("carga",)), schedule_problem='célula C2: não entendi "8 abc"')
        day = local("08:00").jobs(make_job("carga", 8), broken)
        day.whole_run("carga")

        assert day.held() == []
        assert day.why() == 'Não está agendada: célula C2: não entendi "8 abc".'
        assert day.next_text() == "Sem agendamento"

    def test_without_hours_it_comes_after_the_others_next_run_not_only_tomorrow(self) -> None:
        jobs = make_job("carga", 8, 9), job("meio", after=("carga",)), job("pix", after=("meio",))
        day = local("08:00").jobs(*jobs)
        for name in ("carga", "meio", "pix"):
            day.whole_run(name)
        assert day.next_text() == "Próxima execução: depois de outra automação"

        day.set_clock(at("09:00"))
        for name in ("carga", "meio", "pix"):
            day.whole_run(name)
        assert day.next_text() == "Próxima execução: só amanhã"

    def test_who_follows_a_circle_is_told_as_well(self) -> None:
        jobs = make_job("carga", 8), job("a", after=("b", "carga")), job("b", after=("a",))
        day = local("08:00").jobs(*jobs, job("pix", after=("a",)))
        day.turn(msg.RunJob("a"))
        day.whole_run("a")
        day.whole_run("pix")

        assert day.next_text() == "Próxima execução: depois de outra automação"


class TestPause:
    def test_a_paused_job_starts_nothing_until_its_end_and_then_what_it_owes(self) -> None:
        day = local("07:00").jobs(make_job("pix", 8), make_job("b", 8))
        replies = Replies()
        day.turn(msg.Pause("pix", until=at("09:00"), reason="arquivo", reply=replies, by="maria"))
        assert replies.last.text == "pix: pausada até 09:00."

        day.set_clock(at("08:00"))
        assert day.held() == ["b"]
        assert "pausada por uma pessoa até 09:00 (arquivo)" in day.why()
        day.later(3600)
        assert day.held() == ["pix"]
        assert act.RecordPausing in day.kinds()

    def test_a_persons_run_passes_a_pause(self) -> None:
        day = local("08:00").jobs(make_job("pix"))
        day.turn(msg.Pause("pix"))

        day.turn(msg.RunJob("pix"))

        assert day.held() == ["pix"]

    @pytest.mark.parametrize(("catch_up", "runs"), [("all", 3), ("last", 1), ("none", 0)])
    def test_what_was_owed_is_made_up_for_as_the_person_says(self, catch_up: str, runs: int) -> None:
        day = local("07:00").jobs(make_job("pix", 8, 9, 10, 14))
        day.turn(msg.Pause("pix"))
        day.set_clock(at("10:30"))

        day.turn(msg.Resume("pix", catch_up=catch_up))
        made = 0
        while "pix" in day.state.active:
            day.whole_run()
            made += 1

        assert made == runs
        day.set_clock(at("14:00"))
        assert day.held() == ["pix"], "a later hour is lost by none of them"

    @pytest.mark.parametrize("what", [{"job": "pix"}, {"area": "Mensageria"}, {}])
    def test_who_resumes_what_was_not_suspended_gives_nothing_up(self, what: dict[str, str]) -> None:
        day = local("10:30").jobs(make_job("pix", 8, 9, 10))

        day.turn(msg.Resume(**what, catch_up="none"))

        assert day.facts().owed == 2
        day.turn(msg.Pause(**what), msg.Resume(**what, catch_up="none"))
        day.exit("pix")
        assert day.facts().owed == 0

    def test_who_resumes_a_job_is_told_what_else_suspends_it_and_until_when(self) -> None:
        day = local("07:00").jobs(make_job("pix", 8))
        replies = Replies()
        day.turn(msg.Pause("pix", until=at("09:00")), msg.Pause(area="Mensageria", until=at("10:00")))
        assert day.next_text() == "Próxima execução: pausada até 10:00", "and not only till 09:00"

        day.turn(msg.Resume("pix", reply=replies))
        assert replies.last.text == "pix: retomada; a área Mensageria segue pausada até 10:00."
        day.turn(
            msg.Resume(area="Mensageria"), msg.Pause(), msg.Pause("pix"), msg.Resume("pix", reply=replies)
        )
        assert replies.last.text == "pix: retomada; os agendamentos seguem suspensos."

    def test_a_pause_of_an_area_holds_its_jobs_alone(self) -> None:
        day = local("07:00").jobs(make_job("pix", 8, area="Um"), make_job("b", 8, area="Dois"))
        day.turn(msg.Pause(area="Um"))

        day.set_clock(at("08:00"))

        assert day.held() == ["b"]

    def test_a_pause_of_all_with_an_end_ends_by_itself(self) -> None:
        day = local("07:00").jobs(make_job("pix", 8))
        day.turn(msg.Pause(until=at("09:00")))
        day.set_clock(at("08:59"))
        assert (day.held(), day.state.paused) == ([], True)

        day.later(60)

        assert (day.held(), day.state.paused) == (["pix"], False)

    def test_a_halt_of_the_house_holds_and_then_lets_go(self) -> None:
        day = local("07:00")
        halt = Halt(datetime(2026, 3, 10, 7, 30), datetime(2026, 3, 10, 9), area="Mensageria", reason="B3")
        day.turn(msg.Discovered(replace(make_discovery(make_job("pix", 8)), halts=(halt,))))
        day.set_clock(at("08:30"))
        assert (day.held(), "parada prevista até 09:00 (B3)" in day.why()) == ([], True)

        day.later(1800)

        assert day.held() == ["pix"]

    def test_a_row_with_an_unreadable_restriction_does_not_run_by_itself(self) -> None:
        day = local("08:00").jobs(job("pix", 8, unread='não entendi "talvez" em recuperar'))

        assert day.held() == []
        assert "talvez" in day.why()


class TestDeadline:
    def test_it_is_said_at_its_moment_once_and_taken_back_when_made_good(self) -> None:
        day = local("09:00").jobs(job("pix", 9, deadline=Limit(minute=600)))
        day.begin()
        day.later(3599)
        assert day.facts().late is None
        day.later(1)

        (problem,) = day.snapshot.problems if day.snapshot else ()
        assert problem.what == "pix: o prazo das 10:00 não foi cumprido (0 de 1 até agora)"
        assert "Prazo das 10:00 não cumprido." in day.why()
        day.later(2520)
        day.exit()
        assert day.snapshot is not None
        assert day.snapshot.problems == ()
        assert "Prazo das 10:00 cumprido às 10:42." in day.why()

    def test_minutes_after_each_fire_time(self) -> None:
        day = local("09:00").jobs(job("pix", 9, 11, deadline=Limit(after_minutes=90)))
        day.whole_run()
        day.set_clock(at("11:00"))
        day.begin()

        day.set_clock(at("12:29"))
        assert day.facts().late is None
        day.set_clock(at("12:30"))
        late = day.facts().late
        assert late is not None
        assert (late.since, late.due, late.done) == (at("12:30"), 2, 1)

    def test_it_is_not_said_any_more_of_a_job_that_left_the_registry(self) -> None:
        day = local("11:00").jobs(job("pix", 9, deadline=Limit(minute=600)))
        assert len(day.state.problems.all()) == 1

        day.turn(msg.Discovered(make_discovery()))

        assert day.state.problems.all() == ()

    def test_with_bigquery_it_waits_for_a_read_or_ten_minutes(self) -> None:
        day = Day("09:00").jobs(job("pix", 9, deadline=Limit(minute=600)))
        day.set_clock(at("10:00"))
        assert day.facts().late is None
        day.set_clock(at("10:10"))
        assert day.facts().late is not None
        day.turn(make_read(day.now, make_row(start=at("09:30"))))
        late = day.facts().late
        assert late is None


class TestFires:
    def test_a_run_made_ahead_covers_an_hour_and_says_so(self) -> None:
        day = local("09:00").jobs(make_job("pix", 20))
        day.turn(msg.RunJob("pix"))
        day.whole_run()

        assert (fires(day), day.facts().next_run) == ("c", None)
        assert "A das 20:00 já foi coberta pela execução das 09:00." in day.why()
        day.set_clock(at("20:00"))
        assert (day.held(), fires(day)) == ([], "c")

    def test_the_strip_of_a_whole_day(self) -> None:
        day = local("12:30")
        day.state.load_day(
            [make_run(started=at("08:00")), make_run(started=at("09:00"), exit_code=1)], {"pix": 0}
        )
        day.jobs(make_job("pix", 8, 9, 10, 11, 14))
        day.begin()

        assert fires(day) == "dfro."

    def test_what_only_the_history_counted_is_done_without_a_run(self) -> None:
        day = local("10:30")
        day.state.load_day([], {"pix": 2})
        day.jobs(make_job("pix", 8, 9, 12))

        assert (fires(day), day.held()) == ("dd.", [])
        assert [fire.run for fire in day.facts().fires] == [None, None, None]

    def test_a_stop_is_neutral_and_can_be_repeated(self) -> None:
        day = local("08:00").jobs(make_job("pix", 8))
        day.begin()
        day.turn(msg.StopJob("pix"))
        day.turn(msg.RunExited(day.run_id(), -15), msg.RunStopped(day.run_id(), False))

        assert (day.facts().state, fires(day), day.facts().repeatable) == (CardState.IDLE, "d", True)
        assert day.journal[0].outcome is Outcome.STOPPED


class TestStuckQueue:
    def test_long_runs_that_hold_every_place_are_named(self) -> None:
        day = local("08:00", max_concurrent=2).jobs(*(make_job(name, 8) for name in "abc"))
        day.begin("a")
        day.begin("b")
        assert day.snapshot is not None
        assert day.snapshot.problems == ()

        day.later(16 * 60)

        (problem,) = day.snapshot.problems
        assert "1 automação espera" in problem.what
        assert "a (desde 08:00), b (desde 08:00)" in problem.what
        day.exit("a")
        day.later(1)
        assert day.snapshot.problems == ()


class TestAcknowledge:
    def test_an_error_of_which_somebody_took_note_counts_no_more_until_the_next(self) -> None:
        day = local("08:00").jobs(make_job("pix", 8, 9))
        day.whole_run(code=1)

        day.turn(msg.Acknowledge("pix", by="maria"))

        assert day.facts().state is CardState.ERROR
        assert (day.facts().acknowledged, day.facts().counted_state) == (True, CardState.IDLE)
        day.set_clock(at("09:00"))
        day.whole_run(code=1)
        assert not day.facts().acknowledged
        assert [(asked.by, asked.what, asked.job) for asked in day.asked] == [("maria", "acknowledge", "pix")]
