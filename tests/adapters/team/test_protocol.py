from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.adapters.team.lossy import Air
from tests.adapters.team.one_process import HOLD, Clerk, Pc_, Team, wait
from tray_agent.adapters.system.fault_points import POINTS
from tray_agent.core import messages as msg
from tray_agent.core.model import Outcome, Run
from tray_agent.core.team import orders as say

pytestmark = [
    pytest.mark.integration,
    pytest.mark.skipif(sys.platform == "win32", reason="the children of these tests are POSIX's"),
]


@pytest.fixture
def team(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Team]:
    made = Team(tmp_path, Air(1))
    made.install(monkeypatch)
    yield made
    for pc in made.pcs.values():
        pc.close()
    made.air.close()


@pytest.fixture
def alone(team: Team) -> Iterator[Clerk]:
    """A brain with one PC and one job that runs until told to go on."""
    team.pc("PC-ANA")
    clerk = team.clerk(
        [team.script("pix", f"while [ ! -e {team.folder}/go-on ]; do sleep 0.02; done\nexit 3\n")]
    )
    team.pcs["PC-ANA"].start()
    clerk.start()
    yield clerk
    clerk.kill()


def row(clerk: Clerk) -> Run:
    (only,) = clerk.runs()
    return only


def go_on(team: Team) -> None:
    (team.folder / "go-on").touch()


def runs(team: Team) -> bool:
    return bool(team.started())


def has_ended(clerk: Clerk) -> bool:
    return any(run.outcome for run in clerk.runs())


def ended_there(team: Team) -> bool:
    """Whether its end is on the PC's record."""
    return any(run.outcome for run in team.pcs["PC-ANA"].rows())


def shows_running(pc: Pc_) -> bool:
    facts = pc.snapshot.facts.get("pix") if pc.snapshot else None
    return facts is not None and facts.active is not None and not facts.holding


def said(clerk: Clerk, kind: type) -> list[msg.Message]:
    return [event for event in clerk.life.events if isinstance(event, kind)]


class TestALife:
    def test_runs_are_spread_begin_once_and_end_on_both_records(self, team: Team) -> None:
        pcs = [team.pc("PC-MARIA"), team.pc("PC-JOAO")]
        jobs = [team.script(f"job{n}", "echo done\nexit 3\n" if n == 0 else "") for n in range(12)]
        clerk = team.clerk(jobs)
        for pc in pcs:
            pc.start()
        clerk.start()

        wait(lambda: len(clerk.runs()) == 12 and all(run.outcome for run in clerk.runs()))

        assert set(team.started().values()) == {1} and len(team.started()) == 12
        runs = clerk.runs()
        assert {run.pc for run in runs} == {"PC-MARIA", "PC-JOAO"}
        assert {run.outcome for run in runs} == {Outcome.ENDED}
        assert {run.job: run.exit_code for run in runs}["job0"] == 3
        assert (Path(next(run.log for run in runs if run.job == "job0"))).read_text() == "done\n"
        for pc in pcs:
            rows = {run.id: run for run in pc.rows()}
            assert all(rows[run.id].exit_code == run.exit_code for run in runs if run.pc == pc.name)
            wait(pc.has_all_acked)
        clerk.kill()

    def test_the_pc_shows_what_it_runs_and_whose_orders_it_takes(self, team: Team, alone: Clerk) -> None:
        pc = team.pcs["PC-ANA"]
        wait(
            lambda: (
                pc.snapshot is not None and pc.snapshot.running == 1 and not pc.snapshot.facts["pix"].holding
            )
        )

        assert pc.snapshot is not None
        assert (pc.snapshot.role, pc.snapshot.brain) == ("pc", "PC-CEREBRO")
        assert pc.snapshot.facts["pix"].job.area == "Área"
        assert pc.snapshot.problems == ()
        go_on(team)
        wait(lambda: pc.snapshot is not None and pc.snapshot.facts["pix"].runs)


@pytest.mark.parametrize("point", sorted(POINTS))
def test_whoever_dies_at_any_point_the_job_runs_once_and_is_counted_once(team: Team, point: str) -> None:
    pc = team.pc("PC-ANA")
    clerk = team.clerk([team.script("pix", "exit 3\n")])
    team.faults.armed = point
    pc.start()
    clerk.start()
    victim = clerk if point.startswith("brain") else pc
    assert victim.is_dead.wait(20)

    victim.start()

    wait(lambda: not clerk.life.tasks)
    assert team.started() == {"pix": 1}
    ended = [run for run in clerk.runs() if run.outcome]
    assert len(ended) == 1
    was_seen_to_end = point.startswith("brain") or point in {"pc.after_held", "pc.before_row", "pc.after_row"}
    if was_seen_to_end or point == "pc.after_end_row":
        assert (ended[0].outcome, ended[0].exit_code) == (Outcome.ENDED, 3)
    wait(pc.has_all_acked)
    clerk.kill()


class TestLostAndLate:
    def test_a_go_that_is_lost_is_said_again_while_the_child_is_young(self, team: Team, alone: Clerk) -> None:
        team.air.swallow("go")
        wait(alone.runs)
        assert not runs(team)

        team.air.swallow()

        wait(lambda: runs(team))
        go_on(team)
        wait(lambda: has_ended(alone))
        assert row(alone).exit_code == 3

    def test_a_go_that_comes_too_late_starts_nothing_and_the_job_runs_by_another_run(
        self, team: Team, alone: Clerk
    ) -> None:
        team.air.swallow("go")
        wait(lambda: said(alone, msg.RunUnplaced), HOLD + 10)
        first = said(alone, msg.RunUnplaced)[0].run  # type: ignore[attr-defined]
        order = say.Order(1, "PC-CEREBRO", say.Go(first, row_day(alone), alone.life.clock.now()))
        team.air.swallow()

        from tray_agent.core.team.wire import encode

        team.air.say("", "PC-ANA", encode(order))

        wait(lambda: runs(team))
        go_on(team)
        wait(lambda: has_ended(alone))
        assert set(team.started().values()) == {1}
        assert first not in team.runs_started()

    def test_an_unanswered_hold_is_given_up_and_asked_anew(self, team: Team, alone: Clerk) -> None:
        team.air.swallow("held")
        wait(lambda: said(alone, msg.RunUnplaced), 15)
        assert alone.runs() == [] and not runs(team)

        team.air.swallow()

        wait(lambda: runs(team), 15)
        go_on(team)
        wait(lambda: has_ended(alone))

    @pytest.mark.parametrize("kind", ["running", "exited", "never", "ack", "presence", "refused"])
    def test_a_kind_of_message_that_is_always_lost_for_a_while_changes_nothing_in_the_end(
        self, team: Team, alone: Clerk, kind: str
    ) -> None:
        wait(lambda: runs(team))
        team.air.swallow(kind)
        go_on(team)
        wait(lambda: ended_there(team))

        team.air.swallow()

        wait(lambda: has_ended(alone) and team.pcs["PC-ANA"].has_all_acked())
        assert (row(alone).exit_code, team.started()) == (3, {"pix": 1})


def row_day(clerk: Clerk):  # type: ignore[no-untyped-def]
    return clerk.life.clock.now().date()


class TestSilence:
    def test_a_pc_that_is_cut_off_keeps_running_and_tells_its_end_when_it_is_back(
        self, team: Team, alone: Clerk
    ) -> None:
        wait(lambda: runs(team))
        team.air.cut("PC-ANA")
        wait(lambda: not alone.life.pcs["PC-ANA"].present)
        go_on(team)
        wait(lambda: ended_there(team))
        assert not has_ended(alone)

        team.air.cut("PC-ANA", is_cut=False)

        wait(lambda: has_ended(alone))
        assert (row(alone).exit_code, row(alone).outcome) == (3, Outcome.ENDED)

    def test_a_stop_waits_for_a_pc_that_is_away(self, team: Team, alone: Clerk) -> None:
        wait(lambda: runs(team))
        team.air.cut("PC-ANA")
        alone.life.team.stop(row(alone), 0.5, Outcome.TIMED_OUT)
        wait(lambda: not alone.life.pcs["PC-ANA"].present)

        team.air.cut("PC-ANA", is_cut=False)

        wait(lambda: said(alone, msg.RunStopped) and has_ended(alone))
        assert row(alone).outcome is Outcome.TIMED_OUT

    def test_a_brain_that_begins_anew_finds_its_run_and_its_end(self, team: Team, alone: Clerk) -> None:
        wait(lambda: runs(team))
        alone.kill()
        alone.start()
        wait(lambda: said(alone, msg.RunConfirmed))

        alone.kill()
        go_on(team)
        wait(lambda: ended_there(team))
        alone.start()

        wait(lambda: has_ended(alone))
        assert (row(alone).exit_code, team.started()) == (3, {"pix": 1})

    def test_a_pc_that_lost_its_book_proves_nothing_the_run_counts_without_a_result(
        self, team: Team, alone: Clerk
    ) -> None:
        wait(lambda: runs(team))
        pc = team.pcs["PC-ANA"]
        pc.kill()
        pc.life.thread.join()
        shutil.rmtree(pc.folder / "logs")
        for file in pc.folder.glob("journal*"):
            file.unlink()
        pc.start()

        wait(lambda: has_ended(alone))
        assert row(alone).outcome is Outcome.UNKNOWN and "diário" in row(alone).reason
        go_on(team)
        assert team.started() == {"pix": 1}

    def test_a_brain_that_lost_its_disk_is_told_of_runs_and_counts_their_ends(
        self, team: Team, alone: Clerk
    ) -> None:
        wait(lambda: runs(team))
        alone.kill()
        alone.life.thread.join()
        for file in alone.folder.glob("journal*"):
            file.unlink()
        go_on(team)
        wait(lambda: ended_there(team))
        alone.start()

        wait(lambda: said(alone, msg.RunFound) and has_ended(alone))
        assert (row(alone).exit_code, row(alone).pc, row(alone).job) == (3, "PC-ANA", "pix")
        wait(team.pcs["PC-ANA"].has_all_acked)


class TestRefusals:
    def test_another_copy_of_the_script_is_refused_and_named(self, team: Team) -> None:
        pc = team.pc("PC-ANA")
        clerk = team.clerk([team.script("pix")])
        pc.script("pix.py", "echo yesterday\n")
        pc.start()
        clerk.start()

        wait(lambda: said(clerk, msg.RunUnplaced))

        refused = said(clerk, msg.RunUnplaced)[0]
        assert isinstance(refused, msg.RunUnplaced) and refused.unsuited
        assert refused.reason.startswith("a cópia de pix.py no PC-ANA difere")
        wait(lambda: clerk.life.pcs["PC-ANA"].lagging == ("pix",))
        assert clerk.runs() == [] and not runs(team)
        clerk.kill()

    def test_a_script_that_is_not_there_is_refused(self, team: Team) -> None:
        pc = team.pc("PC-ANA")
        clerk = team.clerk([team.script("pix")])
        (pc.base / "metodos" / "pix.py").unlink()
        pc.start()
        clerk.start()

        wait(lambda: said(clerk, msg.RunUnplaced))
        assert clerk.runs() == []
        clerk.kill()

    def test_two_brains_the_one_of_the_higher_epoch_is_obeyed_and_the_other_starts_nothing(
        self, team: Team
    ) -> None:
        pc = team.pc("PC-ANA")
        old = team.clerk([team.script("antigo")])
        pc.start()
        team.air.say("", "PC-ANA", say_hello(2, "PC-NOVO"))
        wait(lambda: pc.snapshot is not None and pc.snapshot.brain == "PC-NOVO")

        old.start()

        wait(lambda: any(message["kind"] == "outranked" for _, _, message in team.air.carried))
        wait(lambda: old.life.pcs and not old.life.pcs["PC-ANA"].present)
        assert not runs(team) and old.runs() == []
        pc.kill()
        pc.start()  # also by one that does not remember having heard it
        assert not runs(team)
        old.kill()

    def test_a_person_at_the_pc_may_stop_a_run_and_nothing_else_there(self, team: Team, alone: Clerk) -> None:
        wait(lambda: runs(team))
        pc = team.pcs["PC-ANA"]
        wait(lambda: shows_running(pc))
        replies: list[msg.Reply] = []
        for command in (
            msg.RunJob("pix", reply=replies.append),
            msg.Pause(reply=replies.append),
            msg.StopJob("pix", reply=replies.append),
        ):
            pc.life.post(command)

        wait(lambda: len(replies) == 3 and has_ended(alone))

        assert [reply.accepted for reply in replies] == [False, False, True]
        assert "PC-CEREBRO" in replies[0].text
        assert row(alone).outcome is Outcome.STOPPED


def say_hello(epoch: int, brain: str) -> dict[str, object]:
    from tests.builders import at
    from tray_agent.core.team.wire import encode

    return encode(say.Order(epoch, brain, say.Hello(at(), "1", "life")))
