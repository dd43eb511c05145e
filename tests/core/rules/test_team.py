"""Several PCs: where a job runs, what silence changes (nothing), what a PC tells."""

from __future__ import annotations

from dataclasses import replace
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
    make_run,
)
from tray_agent.core import actions as act
from tray_agent.core import messages as msg
from tray_agent.core.model import Cell, Identity, Job, Outcome, Pc, PcNamed, Trigger
from tray_agent.core.policies import Policies
from tray_agent.core.rules.active import Phase

BRAIN = Pc("PC-BRAIN", 5, is_brain=True, version="2.0")
MARIA = Pc("PC-MARIA", 2, ("sap", "Máquina 1"), version="2.0")
JOSE = Pc("PC-JOSE", 3, version="2.0")


def on(job: str, *pcs: str, hours: tuple[int, ...] = (8,), **policies: Any) -> Job:
    """A job that these PCs may run."""
    return make_job(job, *hours, policies=Policies(pcs=pcs, **policies))


def team(*pcs: Pc, **limits: Any) -> Day:
    """A day of a brain with these PCs beside it."""
    day = Day(**{"max_concurrent": 2, "me": "PC-BRAIN", "local_history": True} | limits)
    see(day, *pcs)
    return day


def see(day: Day, *pcs: Pc) -> None:
    """The radio tells how the PCs stand; who is not named is of the team no more."""
    names = {pc.name for pc in (BRAIN, *pcs)}
    gone = tuple(pc.name for pc in day.state.pcs.values() if pc.name not in names)
    day.turn(msg.TeamSeen((BRAIN, *pcs), gone=gone))


def places(day: Day) -> dict[str, str]:
    """On which PC each active run is."""
    return {job: active.run.pc for job, active in day.state.active.items()}


def silent(pc: Pc, clock: str = "14:02") -> Pc:
    return replace(pc, present=False, since=at(clock))


class TestPlaces:
    def test_a_row_without_a_pc_runs_on_the_brains_own_within_its_limit(self) -> None:
        day = team(MARIA).jobs(*(make_job(job, 8) for job in "abc"))

        assert places(day) == {"a": "", "b": ""}
        assert day.state.queue.jobs() == ("c",)

    def test_a_named_pc_gets_its_jobs_up_to_its_places(self) -> None:
        day = team(MARIA, JOSE).jobs(*(on(job, "pc-maria") for job in "abc"), make_job("d", 8))

        assert places(day) == {"a": "PC-MARIA", "b": "PC-MARIA", "d": ""}
        assert day.state.queue.jobs() == ("c",)
        day.whole_run("a")
        assert places(day)["c"] == "PC-MARIA"

    def test_a_tag_and_several_names_choose_who_has_most_room(self) -> None:
        day = team(MARIA, JOSE).jobs(
            on("a", "maquina 1"), on("b", "PC-MARIA", "pc-jose"), on("c", "PC-MARIA", "pc-jose")
        )

        assert places(day) == {"a": "PC-MARIA", "b": "PC-JOSE", "c": "PC-JOSE"}

    def test_any_means_any_and_where_it_is_even_the_brains_own(self) -> None:
        day = team(MARIA).jobs(*(on(job, "*") for job in "abcde"))

        assert [places(day)[job] for job in "abcd"] == ["", "PC-MARIA", "", "PC-MARIA"]
        assert day.state.queue.jobs() == ("e",)
        assert day.snapshot is not None and day.snapshot.max_concurrent == 4

    def test_no_pc_there_passes_a_job_over_and_keeps_its_place(self) -> None:
        day = team(silent(MARIA), max_concurrent=1).jobs(
            on("a", "PC-MARIA"), make_job("b", 8), make_job("c", 8)
        )

        assert places(day) == {"b": ""}
        assert day.state.queue.jobs() == ("a", "c")
        assert day.why("a") == "Na fila: espera o PC-MARIA."
        see(day, MARIA)
        assert places(day) == {"a": "PC-MARIA", "b": ""}

    def test_a_tag_that_nobody_has_just_now_says_so(self) -> None:
        day = team(silent(MARIA)).jobs(on("a", "SAP"), on("b", "PC-ANA"))

        assert day.why("a") == "Na fila: nenhum PC com a etiqueta SAP está ligado."
        assert day.why("b") == "Na fila: espera PC-ANA, que não é um PC da equipe nem uma etiqueta."
        assert day.facts("a").held is not None

    def test_before_the_team_was_seen_what_is_for_others_waits(self) -> None:
        day = Day(me="PC-BRAIN", local_history=True).jobs(on("a", "PC-MARIA"), on("b", "pc-brain"))

        assert places(day) == {"b": ""}

    def test_without_a_team_the_column_means_nothing(self) -> None:
        day = Day(local_history=True).jobs(on("a", "PC-MARIA"))

        assert places(day) == {"a": ""}
        assert day.snapshot is not None
        assert (day.snapshot.pcs, day.snapshot.role, day.snapshot.brain) == ((), "alone", "")

    def test_the_snapshot_says_how_many_are_on_each_pc(self) -> None:
        day = team(MARIA, JOSE).jobs(on("a", "PC-MARIA"), make_job("b", 8))

        assert day.snapshot is not None
        assert [(each.pc.name, each.pc.places, each.running) for each in day.snapshot.pcs] == [
            ("PC-BRAIN", 2, 1),
            ("PC-MARIA", 2, 1),
            ("PC-JOSE", 3, 0),
        ]
        assert (day.snapshot.role, day.snapshot.brain) == ("brain", "PC-BRAIN")


class TestResources:
    def test_of_the_whole_team_one_at_a_time(self) -> None:
        day = team(MARIA, JOSE).jobs(
            on("a", "PC-MARIA", resources=("SAP",)), on("b", "PC-JOSE", resources=("SAP",))
        )

        assert places(day) == {"a": "PC-MARIA"}

    def test_per_pc_one_on_each(self) -> None:
        day = team(MARIA, JOSE, resources_per_pc=frozenset({"sap"})).jobs(
            *(on(job, "*", resources=("SAP",)) for job in "abcd")
        )

        assert sorted(places(day).values()) == ["", "PC-JOSE", "PC-MARIA"]
        assert day.state.queue.jobs() == ("d",)

    def test_who_waits_for_a_pc_to_come_keeps_nothing_from_others(self) -> None:
        day = team(silent(MARIA), JOSE).jobs(
            on("a", "PC-MARIA", resources=("SAP",)), on("b", "PC-JOSE", resources=("SAP",))
        )

        assert places(day) == {"b": "PC-JOSE"}

    def test_a_person_is_told_what_is_busy_on_the_pc_where_it_would_run(self) -> None:
        day = team(MARIA, resources_per_pc=frozenset({"sap"})).jobs(
            on("a", "PC-MARIA", resources=("SAP",)),
            on("b", "PC-MARIA", resources=("SAP",), hours=()),
            make_job("c", policies=Policies(resources=("SAP",))),
        )
        replies = Replies()

        day.turn(msg.RunJob("b", reply=replies))
        assert replies.last.text == "SAP em uso por a desde 14:05; nada foi iniciado."
        day.turn(msg.RunJob("c", reply=replies))
        assert places(day) == {"a": "PC-MARIA", "c": ""}


class TestManual:
    def test_a_persons_run_goes_to_the_jobs_pc_past_its_limit(self) -> None:
        day = team(replace(MARIA, places=1)).jobs(on("a", "sap"), on("b", "sap", hours=()))
        replies = Replies()

        day.turn(msg.RunJob("b", reply=replies))
        day.begin("b")

        assert places(day) == {"a": "PC-MARIA", "b": "PC-MARIA"}
        assert replies.last.text == "b iniciada no PC-MARIA."

    def test_with_nobody_there_it_is_refused(self) -> None:
        day = team(silent(MARIA)).jobs(on("b", "sap", hours=()))
        replies = Replies()

        day.turn(msg.RunJob("b", reply=replies))

        assert replies.last == msg.Reply(
            False, "b: nenhum PC com a etiqueta sap está ligado; nada foi iniciado."
        )

    def test_a_pc_that_does_not_take_it_is_followed_by_the_next_under_another_id(self) -> None:
        day = team(MARIA, JOSE).jobs(on("a", "PC-MARIA", "PC-JOSE", hours=()))
        replies = Replies()
        day.turn(msg.RunJob("a", reply=replies, by="ana", arguments=("x",)))
        first = day.state.active["a"].run

        day.turn(msg.RunUnplaced(first.id, "não respondeu em 5 s"))
        second = day.state.active["a"].run

        assert (first.pc, second.pc) == ("PC-JOSE", "PC-MARIA")
        assert second.id != first.id
        assert (second.by, second.arguments, second.trigger) == ("ana", ("x",), Trigger.MANUAL)
        assert not replies.given
        day.turn(msg.RunUnplaced(second.id, "a cópia difere", unsuited=True))
        assert replies.last == msg.Reply(False, "a não iniciou: a cópia difere")
        assert places(day) == {}


class TestUnplaced:
    def test_it_goes_back_to_its_place_and_to_the_other_pc(self) -> None:
        day = team(replace(MARIA, places=1), silent(JOSE)).jobs(
            on("a", "PC-MARIA", "PC-JOSE"), on("b", "PC-MARIA")
        )
        first = day.run_id("a")
        see(day, replace(MARIA, places=1), JOSE)

        day.turn(msg.RunUnplaced(first, "não respondeu em 5 s"))

        assert places(day) == {"a": "PC-JOSE", "b": "PC-MARIA"}
        assert day.run_id("a") != first
        assert day.state.retries == {}

    def test_one_pc_alone_is_asked_again_after_two_seconds_and_first_come_stays_first(self) -> None:
        day = team(replace(MARIA, places=1)).jobs(on("a", "PC-MARIA"), on("b", "PC-MARIA"))
        day.turn(msg.RunUnplaced(day.run_id("a"), "ocupado"))
        assert places(day) == {"b": "PC-MARIA"}
        assert day.state.queue.jobs() == ("a",)
        day.turn(msg.RunUnplaced(day.run_id("b"), "ocupado"))
        assert places(day) == {}
        assert day.state.queue.jobs() == ("a", "b")

        day.later(2)

        assert places(day) == {"a": "PC-MARIA"}

    def test_a_pc_that_can_not_run_it_is_left_out_for_a_minute_and_says_why(self) -> None:
        day = team(MARIA).jobs(on("a", "PC-MARIA"))
        day.turn(msg.RunUnplaced(day.run_id("a"), "a cópia de a.py no PC-MARIA difere", unsuited=True))

        assert places(day) == {}
        assert day.why("a") == "Na fila: a cópia de a.py no PC-MARIA difere."
        day.later(59)
        assert places(day) == {}
        day.later(1)
        assert places(day) == {"a": "PC-MARIA"}

    def test_what_was_on_record_already_is_taken_off_it(self) -> None:
        day = team(MARIA).jobs(on("a", "PC-MARIA"))
        run = day.begin("a")

        day.turn(msg.RunUnplaced(run, "nunca começou"))

        assert act.Forget(run) in day.ordered
        assert day.state.started == 0
        assert day.state.actual("a") == 0

    def test_one_that_a_person_stopped_meanwhile_is_not_tried_again(self) -> None:
        day = team(MARIA, JOSE).jobs(on("a", "PC-MARIA", "PC-JOSE"))
        run = day.run_id("a")
        day.turn(msg.StopJob("a"))

        day.turn(msg.RunUnplaced(run, "largada"))

        assert places(day) == {}
        assert day.state.retries["a"].reason == "parada antes de começar."


class TestSilence:
    def test_it_changes_nothing_but_what_is_said(self) -> None:
        day = team(MARIA).jobs(on("a", "PC-MARIA", hours=(8, 14)))
        run = day.begin("a")
        assert day.why("a") == "Em execução no PC-MARIA desde 14:05 (agendada, 1 de 2 até agora)."

        see(day, silent(MARIA))
        for _ in range(4):
            day.later(3600)

        assert day.run_id("a") == run
        assert day.why("a") == "Sem notícia do PC-MARIA desde 14:02; pode estar em execução."
        assert day.facts("a").silent_since == at("14:02")
        see(day, MARIA)
        assert day.facts("a").silent_since is None

    def test_a_pc_that_goes_while_a_start_goes_on_record_is_said_to_be_silent(self) -> None:
        day = team(MARIA).jobs(on("a", "PC-MARIA"))
        see(day, silent(MARIA))
        assert day.facts("a").silent_since is None, "nothing is on record yet"

        day.begin("a")

        assert day.facts("a").silent_since == at("14:02")
        see(day, MARIA)
        assert day.facts("a").silent_since is None

    def test_of_one_pc_that_changes_nothing_is_said_of_another(self) -> None:
        day = team(MARIA, JOSE).jobs(on("a", "PC-MARIA"), on("b", "PC-JOSE"))
        day.begin("a")
        day.begin("b")

        day.turn(msg.TeamSeen((silent(MARIA),)))

        assert day.facts("a").silent_since == at("14:02")
        assert day.facts("b").silent_since is None
        assert day.snapshot is not None and len(day.snapshot.pcs) == 3

    def test_a_pc_that_left_the_team_is_not_heard_either(self) -> None:
        day = team(MARIA).jobs(on("a", "PC-MARIA"))
        day.begin("a")

        see(day)

        assert day.facts("a").silent_since == day.now

    def test_a_stop_is_asked_for_again_when_the_pc_is_back(self) -> None:
        day = team(MARIA).jobs(on("a", "PC-MARIA"))
        day.begin("a")
        see(day, silent(MARIA))
        replies = Replies()

        day.turn(msg.StopJob("a", reply=replies))

        assert replies.last.text == "Parada de a pedida: chega ao PC-MARIA quando ele voltar."
        assert day.why("a").endswith("pode estar em execução. Parada pedida às 14:05.")
        see(day, MARIA)
        run = day.state.active["a"].run
        assert day.ordered == [act.Stop(run, Outcome.STOPPED)]
        see(day, MARIA)
        assert day.ordered == []
        day.turn(msg.RunExited(run.id, -15, outcome=Outcome.STOPPED), msg.RunStopped(run.id, True))
        assert day.state.finished["a"][0].outcome is Outcome.STOPPED
        assert places(day) == {}

    def test_an_agent_that_ends_does_not_wait_for_a_pc_that_is_not_heard(self) -> None:
        day = team(MARIA).jobs(on("a", "PC-MARIA"))
        day.begin("a")
        see(day, silent(MARIA))

        day.turn(msg.Quit(stop_runs=True))

        assert act.End() in day.ordered

    def test_a_script_that_ended_by_itself_before_the_stop_came_there_leaves_nothing_to_wait_for(
        self,
    ) -> None:
        day = team(MARIA).jobs(on("a", "PC-MARIA"))
        day.begin("a")
        day.turn(msg.StopJob("a"))

        day.exit("a", 0, outcome=Outcome.ENDED)

        assert places(day) == {}
        assert day.state.finished["a"][0].outcome is Outcome.ENDED


class TestEnds:
    def test_the_pcs_own_duration_counts_however_late_it_comes(self) -> None:
        day = team(MARIA).jobs(on("a", "PC-MARIA"))
        day.begin("a")
        see(day, silent(MARIA))
        day.later(3600)

        day.exit("a", 0, duration_seconds=7.5, outcome=Outcome.ENDED)

        run = day.state.finished["a"][0]
        assert (run.duration_seconds, run.ended) == (7.5, at() + timedelta(seconds=7.5))

    def test_what_the_pc_says_of_its_end_is_what_it_was(self) -> None:
        day = team(MARIA).jobs(on("a", "PC-MARIA"))
        day.begin("a")

        day.exit("a", None, outcome=Outcome.TIMED_OUT)

        assert day.state.finished["a"][0].outcome is Outcome.TIMED_OUT

    def test_the_book_goes_on_record_with_the_run(self) -> None:
        day = team(MARIA).jobs(on("a", "PC-MARIA"))

        day.turn(msg.RunHeld(day.run_id("a"), Identity(7, 1.0), "hash", book="b1"))

        begin = next(action for action in day.ordered if isinstance(action, act.Begin))
        assert (begin.run.pc, begin.run.book) == ("PC-MARIA", "b1")


class TestLost:
    def lost(self) -> tuple[Day, str]:
        day = team(MARIA).jobs(on("a", "PC-MARIA"))
        run = day.begin("a")
        see(day, silent(MARIA))
        replies = Replies()
        day.turn(msg.LoseRun("a", by="ana", reply=replies))
        assert replies.last.accepted
        return day, run

    def test_it_counts_and_nobody_knows_how_it_ended(self) -> None:
        day, run = self.lost()

        ended = day.state.finished["a"][0]
        assert (ended.id, ended.outcome, ended.exit_code) == (run, Outcome.UNKNOWN, None)
        assert ended.reason == "sem notícia do PC-MARIA; dada por perdida por ana"
        assert places(day) == {}
        assert day.state.queue.jobs() == ()
        assert day.journal == [ended]
        assert day.asked[-1].what == "team_lost"

    def test_when_its_pc_tells_its_end_after_all_that_stands_and_is_counted_once(self) -> None:
        day, _ = self.lost()
        told = replace(day.journal[0], exit_code=0, outcome=Outcome.ENDED, duration_seconds=9.0, reason="")

        for _ in range(2):
            day.turn(msg.RunFound(told))

        assert day.state.finished["a"] == [told]
        assert day.state.actual("a") == 1
        assert act.RecordFound(told) in day.ordered

    def test_when_it_turns_out_to_be_at_work_its_job_is_not_free(self) -> None:
        day, run = self.lost()
        see(day, MARIA)

        day.turn(msg.RunConfirmed(run))

        assert day.run_id("a") == run
        assert day.state.actual("a") == 0
        day.exit("a", 0)
        assert day.state.actual("a") == 1
        assert day.state.ended == 1

    def test_its_end_may_come_as_that_of_any_run(self) -> None:
        day, run = self.lost()

        day.turn(msg.RunExited(run, 3, duration_seconds=9.0, reason="KeyError", outcome=Outcome.ENDED))

        ended = day.state.finished["a"][0]
        assert (ended.exit_code, ended.reason, ended.outcome) == (3, "KeyError", Outcome.ENDED)
        assert act.RecordFound(ended) in day.ordered
        assert day.state.actual("a") == 1

    def test_when_its_pc_knows_no_end_either_a_late_word_does_not_revive_it(self) -> None:
        day, run = self.lost()
        day.turn(msg.RunFound(replace(day.journal[0], reason="o PC foi desligado")))

        day.turn(msg.RunConfirmed(run))

        assert places(day) == {}
        assert day.state.finished["a"][0].reason == "o PC foi desligado"

    def test_an_old_word_of_its_pc_leaves_it_silent(self) -> None:
        day, run = self.lost()

        day.turn(msg.RunConfirmed(run))

        assert day.facts("a").silent_since == at("14:02")
        day.turn(msg.LoseRun("a"))
        assert places(day) == {}
        assert day.state.actual("a") == 1

    @pytest.mark.parametrize("where", ["PC-MARIA", "PC-BRAIN"])
    def test_a_pc_that_is_heard_is_asked_to_stop_it_instead(self, where: str) -> None:
        day = team(MARIA).jobs(on("a", where))
        day.begin("a")
        replies = Replies()

        day.turn(msg.LoseRun("a", reply=replies))

        assert not replies.last.accepted
        assert "use Parar" in replies.last.text
        assert places(day)


class TestFound:
    def test_a_run_of_today_counts_once_however_often_it_is_told(self) -> None:
        day = team(MARIA).jobs(on("a", "PC-MARIA", hours=(8, 10)))
        day.turn(msg.RunUnplaced(day.run_id("a"), "?", unsuited=True))
        run = make_run("a", at("10:01"), pc="PC-MARIA", book="b1")

        for _ in range(3):
            day.turn(msg.RunFound(run))

        assert day.state.actual("a") == 1
        assert [type(action) for action in day.ordered] == [act.RecordFound]
        assert day.facts("a").owed == 1

    def test_one_of_another_day_is_put_on_record_alone(self) -> None:
        day = team(MARIA).jobs(on("a", "PC-MARIA", hours=(23,)))
        run = make_run("a", at("10:01", day=9), pc="PC-MARIA")

        day.turn(msg.RunFound(run))

        assert day.ordered == [act.RecordFound(run)]
        assert day.state.actual("a") == 0

    def test_one_under_way_occupies_its_job_until_its_end_comes(self) -> None:
        day = team(MARIA, max_concurrent=0).jobs(on("a", "PC-MARIA", hours=(23,)))
        run = make_open_run("a", at("14:00"), pc="PC-MARIA")

        day.turn(msg.RunFound(run))
        day.turn(msg.RunFound(run))

        assert day.run_id("a") == run.id
        day.turn(msg.RunFound(replace(run, outcome=Outcome.ENDED, exit_code=0, duration_seconds=60.0)))
        assert places(day) == {}
        assert day.state.finished["a"][0].ended == at("14:01")

    def test_one_of_a_job_that_runs_already_does_not_take_its_place(self) -> None:
        day = team(MARIA).jobs(on("a", "PC-MARIA"))
        mine = day.begin("a")
        other = make_open_run("a", at("13:00"), pc="PC-MARIA")

        day.turn(msg.RunFound(other))

        assert day.run_id("a") == mine
        assert act.RecordFound(other) in day.ordered

    def test_one_that_the_history_told_first_is_not_counted_beside_its_row(self) -> None:
        day = team(MARIA, local_history=False).jobs(on("a", "PC-MARIA", hours=(8, 10, 23)))
        day.turn(msg.RunUnplaced(day.run_id("a"), "?", unsuited=True))
        day.turn(make_read(day.now, make_row("a", at("10:01"))))
        assert day.state.actual("a") == 1

        day.turn(msg.RunFound(make_run("a", at("10:01:02"), pc="PC-MARIA")))

        assert day.state.actual("a") == 1
        assert act.RecordSurplus(day.state.day, {"a": 0}, falls=True) in day.ordered
        day.turn(make_read(day.now, make_row("a", at("10:01"))))
        assert day.state.actual("a") == 1


class TestAnotherBrain:
    def test_after_waking_nothing_starts_before_the_base_folder_was_looked_at(self) -> None:
        day = team(MARIA)
        day.jobs(on("pix", "PC-MARIA", hours=(14, 15)), on("ted", hours=(14, 15)))
        first = {action.run.id for action in day.ordered if isinstance(action, act.Hold)}
        day.moment = replace(day.moment, now=at("15:01"))

        day.turn(msg.Woke(), *(msg.RunHeld(run, Identity(7, 1.0)) for run in first))
        assert not [each for each in day.ordered if isinstance(each, act.Hold | act.Begin)]
        assert {each.run for each in day.ordered if isinstance(each, act.Drop)} == first
        assert day.state.blocked() == "looking"

        day.jobs(on("pix", "PC-MARIA", hours=(14, 15)), on("ted", hours=(14, 15)))
        assert {each.job.id for each in day.ordered if isinstance(each, act.Hold)} == {"pix", "ted"}

    def test_and_nothing_at_all_where_it_names_another(self) -> None:
        day = team()
        day.jobs(on("ted", hours=(15,)))
        day.moment = replace(day.moment, now=at("15:01"))
        day.turn(msg.Woke())

        day.turn(msg.BrainNamed("PC-JOSE"), msg.Discovered(make_discovery(on("ted", hours=(15,)))))

        assert not day.state.active
        assert day.state.blocked() == "brain"

    def test_who_has_one_pc_waits_for_nothing(self) -> None:
        day = Day(local_history=True)
        day.jobs(on("ted", hours=(15,)))
        day.moment = replace(day.moment, now=at("15:01"))

        day.turn(msg.Woke())

        assert list(day.state.active) == ["ted"]


class TestProblems:
    def said(self, day: Day) -> list[str]:
        return [problem.what for problem in day.state.problems.all()]

    def test_clock_version_and_copies(self) -> None:
        day = team(
            replace(MARIA, offset_seconds=-45.2, version="1.9"),
            replace(JOSE, offset_seconds=29.0, lagging=("a.py", "b.py", "c.py", "d.py")),
        )

        assert self.said(day) == [
            "PC-MARIA: o relógio está 45 s atrasado em relação ao cérebro",
            "PC-MARIA tem a versão 1.9 do agente; o cérebro, PC-BRAIN, a 2.0",
            "PC-JOSE: as cópias diferem da do cérebro: a.py, b.py, c.py e mais 1",
        ]
        see(day, MARIA, JOSE)
        assert self.said(day) == []

    def test_a_name_that_nobody_has_is_said_with_its_cell(self) -> None:
        day = team(MARIA)
        cell = Cell(7, "G", "PC-ANA")
        found = msg.Discovered(
            replace(
                make_discovery(on("a", "PC-ANA"), on("b", "sap")),
                pcs_named=(PcNamed("PC-ANA", cell, "a", 3), PcNamed("SAP", Cell(8, "G", "SAP"), "b")),
            )
        )

        day.turn(found)

        (problem,) = day.state.problems.all()
        assert problem.cell == cell
        assert problem.what == (
            'célula G7, e em mais 2 linhas: "PC-ANA" não é um PC da equipe nem uma etiqueta; '
            "o que é só dele espera"
        )
        see(day, MARIA, Pc("pc-ana", 1))
        assert day.state.problems.all() == ()
        assert places(day)["a"] == "pc-ana"


def test_the_phase_of_a_run_that_waits_for_its_pc_is_kept_over_midnight() -> None:
    day = team(MARIA).jobs(on("a", "PC-MARIA", hours=(14,)))
    run = day.begin("a")
    see(day, silent(MARIA))

    day.later(11 * 3600)

    assert day.state.day.day == 11
    assert day.state.active["a"].phase is Phase.RUNNING
    assert day.run_id("a") == run
    assert day.why("a") == "Sem notícia do PC-MARIA desde 10/03 14:02; pode estar em execução."
    day.exit("a", 0, duration_seconds=60.0, outcome=Outcome.ENDED)
    assert day.state.actual("a") == 0
