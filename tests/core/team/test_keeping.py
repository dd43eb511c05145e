from __future__ import annotations

import pytest

from tests.builders import at
from tray_agent.core.model import Outcome, Trigger
from tray_agent.core.team import keeping as deed
from tray_agent.core.team import orders as say
from tray_agent.core.team.keeping import Brain, Deed, Keeping, Stage, wrong_path
from tray_agent.core.team.orders import About, Order, OrderBody

GO = say.Go("r1", at().date(), at())


def hold(run: str = "r1", instance: str = "life", path: str = "area/metodos/pix.py") -> say.Hold:
    about = About(run, "pix", "pix", "Área", path, Trigger.SCHEDULED, at().date(), at())
    return say.Hold(about, instance, "hash")


class Station:
    """A PC's decisions, with the stage of its one run set by hand."""

    def __init__(self, stage: Stage = Stage.NOTHING) -> None:
        self.keeping = Keeping("life", 30)
        self.stage = stage
        self.age = 1000.0

    def heed(self, body: OrderBody) -> list[Deed]:
        return self.keeping.heed(body, lambda run: self.stage, self.age)

    def held(self) -> Station:
        assert self.keeping.came_up("r1", self.age)
        self.stage = Stage.HELD
        return self


NEVER = [deed.GiveUp("r1"), deed.Answer(say.Never("r1"))]


class TestHold:
    def test_it_creates_a_process_once(self) -> None:
        station = Station()
        assert station.heed(hold()) == [deed.Create(hold())]

        station.stage = Stage.COMING
        assert station.heed(hold()) == []

    @pytest.mark.parametrize("stage", [Stage.HELD, Stage.RUNNING, Stage.ENDED])
    def test_said_again_it_is_answered_by_how_the_run_stands(self, stage: Stage) -> None:
        assert Station(stage).heed(hold()) == [deed.Tell("r1")]

    @pytest.mark.parametrize(
        "former", [say.Drop("r1"), GO, say.Ask(("r1",)), say.Stop("r1", 2, Outcome.STOPPED)]
    )
    def test_what_was_denied_is_never_created_even_if_the_order_was_overtaken(
        self, former: OrderBody
    ) -> None:
        station = Station()
        assert station.heed(former) == NEVER

        assert station.heed(hold()) == NEVER

    def test_one_that_was_meant_for_an_earlier_life_of_the_program_creates_nothing(self) -> None:
        assert Station().heed(hold(instance="earlier")) == NEVER

    @pytest.mark.parametrize(
        "path",
        [
            "../metodos/pix.py",
            "/etc/metodos/pix.py",
            "C:/metodos/pix.py",
            "area/metodos/../../pix.py",
            "area\\metodos\\pix.py",
            "area/metodos//pix.py",
            "area/outra/pix.py",
            "metodos.py",
            "area/metodos/pix.exe",
            "",
        ],
    )
    def test_a_path_that_is_no_script_of_a_metodos_folder_is_refused(self, path: str) -> None:
        (answer,) = Station().heed(hold(path=path))
        assert isinstance(answer, deed.Answer) and isinstance(answer.body, say.Refused)
        assert wrong_path("a/Metodos/pix.py") == ""


class TestGo:
    def test_what_is_held_and_young_is_let_go(self) -> None:
        station = Station().held()
        station.age += 29.9
        assert station.heed(GO) == [deed.LetGo(GO)]

    def test_what_got_too_old_is_not_and_never_will_be(self) -> None:
        station = Station().held()
        station.age += 30
        assert station.heed(GO) == NEVER

        station.age -= 10  # whatever becomes of the clock
        assert station.heed(GO) == NEVER

    def test_held_for_too_long_it_is_given_up_without_a_word(self) -> None:
        station = Station().held()
        assert station.keeping.until_overdue(station.age + 10) == 20
        assert station.keeping.overdue(station.age + 29) == []
        assert station.keeping.overdue(station.age + 30) == ["r1"]
        assert station.keeping.until_overdue(station.age) is None
        assert station.heed(GO) == NEVER

    @pytest.mark.parametrize("stage", [Stage.RUNNING, Stage.ENDED])
    def test_said_again_it_starts_nothing(self, stage: Stage) -> None:
        assert Station(stage).heed(GO) == [deed.Tell("r1")]

    @pytest.mark.parametrize("stage", [Stage.NOTHING, Stage.COMING])
    def test_of_what_is_not_held_it_is_answered_never(self, stage: Stage) -> None:
        assert Station(stage).heed(GO) == NEVER

    def test_while_the_record_cannot_tell_nothing_is_said(self) -> None:
        for order in (GO, say.Drop("r1"), say.Ask(("r1",)), hold()):
            assert Station(Stage.UNSURE).heed(order) == []


class TestDropStopAsk:
    def test_a_held_child_is_dropped_and_denied(self) -> None:
        station = Station().held()
        assert station.heed(say.Drop("r1")) == NEVER
        assert not station.keeping.came_up("r1", station.age)

    @pytest.mark.parametrize("stage", [Stage.RUNNING, Stage.ENDED])
    def test_what_began_is_told_of(self, stage: Stage) -> None:
        assert Station(stage).heed(say.Drop("r1")) == [deed.Tell("r1")]

    def test_asked_of_a_held_child_it_says_held(self) -> None:
        assert Station().held().heed(say.Ask(("r1",))) == [deed.Tell("r1")]

    def test_a_stop_is_for_what_began(self) -> None:
        order = say.Stop("r1", 2, Outcome.TIMED_OUT)
        assert Station(Stage.RUNNING).heed(order) == [deed.EndTree(order), deed.Tell("r1")]
        assert Station(Stage.HELD).heed(order) == NEVER


class TestTheBrain:
    def test_a_new_life_of_it_is_told_everything_once(self) -> None:
        station = Station()
        assert station.heed(say.Hello(at(), "1", "a")) == [deed.TellAll()]
        assert station.heed(say.Hello(at(), "1", "a")) == []
        assert station.heed(say.Hello(at(), "1", "b")) == [deed.TellAll()]

    def test_the_highest_epoch_is_obeyed_and_of_one_epoch_the_first_that_was_heard(self) -> None:
        body = say.Drop("r")
        assert Brain().yields_to(Order(1, "A", body))
        brain = Brain(1, "A")
        assert brain.is_of(Order(1, "A", body)) and not brain.yields_to(Order(1, "A", body))
        assert not brain.is_of(Order(1, "B", body)) and not brain.yields_to(Order(1, "B", body))
        assert brain.yields_to(Order(2, "B", body))
        assert not Brain(2, "B").is_of(Order(1, "A", body))
