from __future__ import annotations

from tests.builders import Day, make_job
from tray_agent.core import messages as msg
from tray_agent.core.model import Problem, Where


def test_what_a_run_left_behind_is_kept_with_it_until_it_is_gone() -> None:
    day = Day("08:00").jobs(make_job("pix", 8))
    run = day.begin()
    day.turn(msg.RunExited(run, 3, reason="Faltou o arquivo", leftovers=(41,)))
    [ended] = day.state.finished["pix"]
    assert (ended.reason, ended.leftovers) == ("Faltou o arquivo", (41,))

    day.turn(msg.RunLeft(run, (41, 42)))
    assert day.state.finished["pix"][0].leftovers == (41, 42)
    assert day.facts().runs[0].leftovers == (41, 42)
    day.turn(msg.RunLeft("somebody else's", (43,)), msg.RunLeft(run, ()))
    assert day.facts().runs[0].leftovers == ()


def test_what_somebody_looks_after_is_said_until_he_says_otherwise() -> None:
    day = Day().jobs()
    first, second = Problem(Where.DATA, "um"), Problem(Where.SETTINGS, "dois")
    day.turn(msg.Noticed("folder", (first,)), msg.Noticed("icon", (second,)))
    assert {each.what for each in day.state.problems.all()} == {"um", "dois"}
    day.turn(msg.Noticed("folder", ()))
    assert {each.what for each in day.state.problems.all()} == {"dois"}
