from __future__ import annotations

from dataclasses import replace

import pytest

from tests.builders import at, make_open_run
from tray_agent.core import messages as msg
from tray_agent.core.model import Identity, Outcome, Run
from tray_agent.core.team import orders as say
from tray_agent.core.team.grant import Effect, Post, Send, about_of
from tray_agent.core.team.granting import Grants
from tray_agent.core.team.orders import Reply, ReplyBody
from tray_agent.core.team.roll import Roll

RUN = make_open_run(id="r1", pc="PC-ANA", identity=None)
ABOUT = about_of(RUN, "a/metodos/pix.py", "Área")
HELD = say.Held("r1", 7, 1.0, "hash")
RUNNING = say.Running("r1", 7, 1.0, ABOUT)


def exited(code: int | None = 3, outcome: Outcome = Outcome.ENDED) -> say.Exited:
    return say.Exited("r1", code, 2.0, at("12:01"), outcome, "", (), 7, 1.0, "hash", ABOUT)


class Brain:
    """The brain's decisions about one PC."""

    def __init__(self) -> None:
        self.roll = Roll(15, "1", 1, "PC-CEREBRO")
        self.roll.invite(["PC-ANA"], at())
        self.journal: dict[str, Run] = {}
        self.grants = Grants(self.roll, 30, self.journal.get, lambda about: replace(RUN, pc="", id=about.run))
        self.presence()

    def presence(self, life: str = "life", now: float = 0.0, **lists: tuple[str, ...]) -> list[Effect]:
        told = {"held": (), "running": (), "unsaid": (), **lists}
        body = say.Presence(3, (), "1", at(), told["held"], told["running"], told["unsaid"])
        reply = Reply("book", life, body)
        is_anew = self.roll.hear("PC-ANA", reply, body, at(), now)
        return self.grants.hear("PC-ANA", reply, now, is_anew=is_anew)

    def hear(self, body: ReplyBody, book: str = "book", now: float = 0.0) -> list[Effect]:
        return self.grants.hear("PC-ANA", Reply(book, "life", body), now)

    def ask(self) -> list[Effect]:
        return self.grants.ask(RUN, "hash", "a/metodos/pix.py", "Área", None, 0.0)

    def going(self) -> Brain:
        self.ask()
        self.hear(HELD)
        self.grants.recorded([RUN], [])
        self.grants.let_go("r1", 0.0)
        return self


GO = Send("PC-ANA", say.Go("r1", RUN.day, RUN.started))
DROP = Send("PC-ANA", say.Drop("r1"))
ASK = Send("PC-ANA", say.Ask(("r1",)))


def posted(effects: list[Effect]) -> list[msg.Message]:
    return [effect.message for effect in effects if isinstance(effect, Post)]


def test_a_run_is_asked_for_held_let_go_and_acked_once_its_end_is_on_record() -> None:
    brain = Brain()
    (hold,) = brain.ask()
    assert isinstance(hold, Send) and isinstance(hold.body, say.Hold) and hold.body.instance == "life"
    assert posted(brain.hear(HELD)) == [msg.RunHeld("r1", Identity(7, 1.0), "hash", "book")]
    assert brain.hear(HELD) == []
    brain.grants.recorded([RUN], [])
    assert brain.grants.let_go("r1", 1.0) == [GO]
    assert posted(brain.hear(RUNNING)) == []
    (end,) = posted(brain.hear(exited()))
    assert end == msg.RunExited("r1", 3, True, 2.0, "", (), Outcome.ENDED)

    assert brain.grants.recorded([], [RUN]) == [Send("PC-ANA", say.Ack(("r1",)))]


def test_a_pc_that_is_not_there_is_not_asked() -> None:
    brain = Brain()
    brain.roll.is_gone("PC-ANA", at())
    assert posted(brain.ask()) == [msg.RunUnplaced("r1", "o PC-ANA não está ligado.")]


def test_without_an_answer_the_run_is_given_up_and_a_late_one_is_dropped() -> None:
    brain = Brain()
    brain.ask()
    assert brain.grants.tick(4.9) == [] and brain.grants.until_due(4.0) == 1.0
    assert brain.grants.tick(5.0) == [DROP, Post(msg.RunUnplaced("r1", "o PC-ANA não respondeu em 5 s."))]
    assert brain.hear(HELD) == [DROP]
    assert brain.hear(RUNNING) == []


def test_a_go_is_said_again_while_the_child_is_young_and_then_it_is_dropped() -> None:
    brain = Brain().going()
    assert brain.presence(now=10, held=("r1",)) == [GO]
    assert brain.presence(now=30, held=("r1",)) == [DROP]
    assert brain.presence(now=31, held=("r1",)) == [DROP]
    assert posted(brain.hear(say.Never("r1"))) == [msg.RunUnplaced("r1", "o PC-ANA não a segurou.")]


def test_never_out_of_another_book_proves_nothing() -> None:
    (end,) = posted(Brain().going().hear(say.Never("r1"), book="new"))
    assert isinstance(end, msg.RunExited)
    assert (end.began, end.exit_code, end.outcome) == (True, None, Outcome.UNKNOWN)


def test_what_a_presence_does_not_tell_of_is_asked_for() -> None:
    brain = Brain().going()
    assert brain.presence() == [ASK]
    brain.hear(RUNNING)
    assert brain.presence(running=("r1",)) == []
    assert brain.presence(unsaid=("r1",)) == [ASK]
    assert brain.presence(running=("r9",)) == [Send("PC-ANA", say.Ask(("r1", "r9")))]


def test_a_pc_that_began_anew_holds_nothing_that_it_held() -> None:
    brain = Brain()
    brain.ask()
    brain.hear(HELD)
    assert brain.presence("another") == [DROP, Post(msg.RunUnplaced("r1", "o PC-ANA reiniciou."))]
    assert posted(brain.grants.let_go("r1", 1.0)) == [msg.RunUnplaced("r1", "o PC não a segurava mais.")]


def test_one_on_record_is_asked_for_until_its_pc_speaks_and_a_held_one_is_never_let_go_by_a_later_brain() -> (
    None
):
    brain = Brain()
    assert brain.grants.adopt(RUN, 0.0) == [ASK]
    assert brain.presence(running=("r1",)) == [ASK]
    assert brain.hear(HELD) == [DROP]
    assert posted(brain.hear(RUNNING)) == [msg.RunConfirmed("r1")]
    assert posted(brain.grants.adopt(RUN, 0.0)) == [msg.RunConfirmed("r1")]


def test_a_stop_is_said_at_every_presence_until_it_is_over() -> None:
    brain, order = Brain().going(), say.Stop("r1", 2, Outcome.TIMED_OUT)
    brain.hear(RUNNING)
    assert brain.grants.stop(RUN, order) == [Send("PC-ANA", order)]
    assert brain.presence(running=("r1",)) == [Send("PC-ANA", order)]
    assert posted(brain.hear(say.Stopped("r1", True, (9,)))) == [msg.RunStopped("r1", True, (9,))]
    assert brain.presence(running=("r1",)) == []


def test_where_a_stop_made_there_is_not_heard_to_be_over_it_is_asked_for() -> None:
    brain = Brain().going()
    brain.hear(exited(outcome=Outcome.STOPPED))
    assert Send("PC-ANA", say.Stop("r1", 0, Outcome.STOPPED)) in brain.presence()


@pytest.mark.parametrize("known", ["nothing", "an end that nobody knew"])
def test_the_end_of_a_run_that_is_not_watched_is_found_and_acked_when_it_is_on_record(known: str) -> None:
    brain = Brain()
    if known != "nothing":
        brain.journal["r1"] = replace(RUN, outcome=Outcome.UNKNOWN)
    (found,) = posted(brain.hear(exited()))
    assert isinstance(found, msg.RunFound)
    assert (found.run.exit_code, found.run.pc, found.run.book) == (3, "PC-ANA", "book")
    assert brain.grants.recorded([], [found.run]) == [Send("PC-ANA", say.Ack(("r1",)))]


def test_an_end_that_is_known_is_acked_at_once() -> None:
    brain = Brain()
    brain.journal["r1"] = replace(RUN, outcome=Outcome.ENDED, exit_code=3)
    assert brain.hear(exited()) == [Send("PC-ANA", say.Ack(("r1",)))]


def test_a_run_that_was_given_up_by_a_person_and_is_at_work_occupies_its_job_again() -> None:
    brain = Brain()
    brain.journal["r1"] = replace(RUN, outcome=Outcome.UNKNOWN)
    assert posted(brain.hear(RUNNING)) == [msg.RunConfirmed("r1")]


def test_an_end_of_which_the_engine_made_nothing_is_said_to_it_another_way() -> None:
    brain = Brain().going()
    assert isinstance(posted(brain.hear(exited()))[0], msg.RunExited)
    assert isinstance(posted(brain.hear(exited()))[0], msg.RunFound)
