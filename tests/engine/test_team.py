"""The engine of a brain: what it takes up of other PCs' runs, what it keeps of those that they tell of."""

from __future__ import annotations

from dataclasses import replace

from tests.builders import at, make_discovery, make_job, make_open_run, make_run
from tests.engine.fakes import MemoryJournal
from tests.engine.world import World
from tray_agent.core import messages as msg
from tray_agent.core.model import Outcome, Pc, Run
from tray_agent.core.policies import Policies
from tray_agent.core.ports import Standing

BRAIN, MARIA = Pc("PC-BRAIN", 5, is_brain=True), Pc("PC-MARIA", 2)
JOB = make_job("pix", 8, policies=Policies(pcs=("PC-MARIA",)))
GOING = make_open_run(started=at("14:00"), pc="PC-MARIA", book="b1")


def taken_up(standing: Standing | None, *, stopping: bool = False, me: str = "PC-BRAIN") -> World:
    """A brain that finds a run of PC-MARIA on record."""
    journal = MemoryJournal()
    journal.record([GOING], [])
    if stopping:
        journal.wish_stopped(GOING.id, Outcome.STOPPED)
    world = World(at("14:05"), journal=journal, me=me, local_history=True)
    if standing is not None:
        world.processes.standings[GOING.id] = standing
    return world.begin(JOB, verified=False)


def heard(world: World) -> None:
    world.tell(msg.TeamSeen((BRAIN, MARIA)))


def test_a_run_whose_pc_was_not_heard_yet_occupies_its_job_until_its_pc_speaks() -> None:
    world = taken_up(Standing.UNKNOWN)
    assert world.news == [("adopt", "pix")]
    facts = world.now.facts["pix"]
    assert (facts.active, facts.silent_since) == (GOING, at("14:05"))

    heard(world)
    assert world.now.facts["pix"].silent_since == at("14:05")  # the PC is there; of the run it said nothing
    world.tell(msg.RunConfirmed(GOING.id))
    assert world.now.facts["pix"].silent_since is None
    assert world.news == []
    world.tell(msg.RunExited(GOING.id, 0, duration_seconds=61.0, outcome=Outcome.ENDED))

    ended = world.journal.runs[GOING.id]
    assert (ended.duration_seconds, ended.exit_code, ended.ended) == (61.0, 0, at("14:01:01"))
    assert world.now.facts["pix"].actual == 1


def test_one_that_never_began_there_frees_its_job_and_the_debt_stands() -> None:
    world = taken_up(Standing.UNKNOWN)
    heard(world)

    world.tell(msg.RunExited(GOING.id, None, began=False))

    assert GOING.id not in world.journal.runs
    assert world.now.started == 0
    world.later(60, msg.Discovered(make_discovery(JOB)))  # so long without a turn is a sleep: it looks first
    assert ("let_go", "pix") in world.news


def test_a_stop_that_an_earlier_agent_accepted_is_asked_for_again_when_the_pc_is_heard() -> None:
    world = taken_up(Standing.UNKNOWN, stopping=True)
    assert world.news == [("adopt", "pix"), ("stop within 2 s", "pix")]
    heard(world)
    assert world.news == []

    world.tell(msg.RunConfirmed(GOING.id))

    assert world.news == [("stop within 2 s", "pix")]


def test_without_a_team_nobody_here_judges_a_run_of_another_pc() -> None:
    world = taken_up(None, me="")

    assert world.news == []
    assert world.now.facts["pix"].silent_since == at("14:05")
    world.tell(msg.LoseRun("pix", by="ana"))
    assert world.journal.runs[GOING.id].outcome is Outcome.UNKNOWN


def test_a_pc_that_became_the_brain_knows_its_own_runs() -> None:
    journal = MemoryJournal()
    own = replace(GOING, pc="pc-brain")
    journal.record([own], [])
    world = World(at("14:05"), journal=journal, me="PC-BRAIN", local_history=True)
    world.processes.standings[own.id] = Standing.RUNNING

    world.begin(JOB, verified=False)

    assert world.now.facts["pix"].silent_since is None
    assert world.now.pcs[0].running == 1


def found() -> Run:
    return make_run(started=at("13:00"), pc="PC-MARIA", book="b1")


def test_a_run_that_a_pc_tells_of_is_on_record_and_survives_a_restart() -> None:
    world = World(at("14:05"), me="PC-BRAIN", local_history=True).begin(make_job("pix"), verified=False)

    world.tell(msg.RunFound(found()))
    world.tell(msg.RunFound(found()))

    assert world.journal.runs == {found().id: found()}
    again = World(at("14:06"), journal=world.journal, me="PC-BRAIN", local_history=True)
    again.begin(make_job("pix"), verified=False)
    again.tell(msg.RunFound(found()))
    assert again.now.facts["pix"].actual == 1


def test_one_that_the_disk_refused_is_counted_and_kept_until_it_can_be_written() -> None:
    world = World(at("14:05"), me="PC-BRAIN", local_history=True).begin(make_job("pix"), verified=False)
    world.journal.fault = world.journal.trouble = "disco cheio"

    world.tell(msg.RunFound(found()))
    assert world.now.facts["pix"].actual == 1
    world.later(1)
    world.journal.fault = world.journal.trouble = ""
    world.later(1)

    assert world.journal.runs == {found().id: found()}
    assert world.now.facts["pix"].actual == 1
