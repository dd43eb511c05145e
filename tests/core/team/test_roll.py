from __future__ import annotations

from datetime import timedelta
from typing import Any

from tests.builders import at
from tray_agent.core.team.orders import Presence, Reply
from tray_agent.core.team.roll import Roll

NOW = at("12:00")


def roll(epoch: int = 1) -> Roll:
    made = Roll(15, "1.0", epoch, "PC-CEREBRO")
    made.invite(["PC-ANA", "PC-JOÃO"], NOW)
    return made


def hear(roll: Roll, seconds: float = 100, pc: str = "pc-ana", life: str = "life", **changes: Any) -> bool:
    presence = Presence(**({**_PRESENCE, **changes}))
    return roll.hear(pc, Reply("book", life, presence), presence, NOW, seconds)


_PRESENCE: dict[str, Any] = {
    "places": 3,
    "tags": ("sap",),
    "version": "1.0",
    "now": NOW,
    "held": (),
    "running": (),
    "unsaid": (),
}


def test_who_was_invited_and_not_heard_is_there_as_silent() -> None:
    ana, joao = roll().pcs()

    assert (ana.name, ana.present, ana.places, joao.name) == ("PC-ANA", False, 0, "PC-JOÃO")


def test_a_key_and_a_name_are_the_same_pc_and_a_stranger_is_none() -> None:
    team = roll()

    assert hear(team, pc="pc-joao") and team.member("PC-JOÃO") is team.member("pc-joao")
    assert not hear(team, pc="PC-OUTRO") and team.member("PC-OUTRO") is None


def test_what_is_told_is_who_stands_otherwise_than_was_told_and_a_sign_of_life_is_no_news() -> None:
    team = roll()
    assert [pc.name for pc in team.tell()[0]] == ["PC-ANA", "PC-JOÃO"]
    assert not team.has_news

    hear(team)
    assert [(pc.name, pc.present) for pc in team.tell()[0]] == [("PC-ANA", True)]
    hear(team, 105)
    assert not team.has_news
    hear(team, 110, places=4)
    hear(team, 115)
    assert not team.has_news, "as it was told"
    team.notice_silence(NOW, 200)
    assert [(pc.name, pc.present) for pc in team.tell()[0]] == [("PC-ANA", False)]


def test_who_is_no_more_of_the_team_is_told_by_name_and_who_came_back_is_told_anew() -> None:
    team = roll()
    team.tell()
    team.invite(["PC-JOÃO"], NOW)
    assert team.tell() == ((), ("PC-ANA",))

    team.invite(["PC-JOÃO", "PC-ANA"], NOW)
    team.invite(["PC-JOÃO"], NOW)
    team.invite(["PC-JOÃO", "pc-ana"], NOW)
    pcs, gone = team.tell()
    assert [pc.name for pc in pcs] == ["pc-ana"] and gone in {(), ("PC-ANA",)}


def test_one_that_is_heard_is_present_until_it_is_silent_gone_or_leaves() -> None:
    team = roll()
    assert hear(team)
    assert not hear(team, 110)
    team.notice_silence(NOW, 125)
    assert team.pcs()[0].present
    team.sign("PC-ANA", "life", 130)  # whatever it says
    team.notice_silence(NOW, 145)
    assert team.pcs()[0].present
    team.notice_silence(NOW + timedelta(minutes=1), 146)
    assert (team.pcs()[0].present, team.pcs()[0].since) == (False, NOW + timedelta(minutes=1))

    hear(team, 150)
    team.is_gone("PC-ANA", NOW)
    assert not team.pcs()[0].present
    hear(team, 151, leaving=True)
    assert not team.pcs()[0].present


def test_a_program_that_began_anew_is_known_by_its_life_however_quick_it_was() -> None:
    team = roll()
    hear(team)

    assert hear(team, 100.2, life="another")


def test_a_clock_is_judged_by_the_word_that_was_least_late_and_does_not_flicker() -> None:
    team = roll()
    hear(team, now=NOW - timedelta(seconds=60))  # it lay in a pipe for a minute
    hear(team, now=NOW - timedelta(seconds=0.2))
    assert team.pcs()[0].offset_seconds == -0.2
    hear(team, now=NOW + timedelta(seconds=0.5))
    assert team.pcs()[0].offset_seconds == -0.2
    for _ in range(2):
        hear(team, now=NOW + timedelta(seconds=45))
    assert team.pcs()[0].offset_seconds == 45


def test_one_that_obeys_another_brain_is_no_place_to_run_and_says_so() -> None:
    team = roll()
    for obeys, brain, usable in (
        (0, "", True),
        (1, "PC-CEREBRO", True),
        (1, "PC-NOVO", False),
        (2, "PC-NOVO", False),
        (1, "PC-CEREBRO", True),
    ):
        hear(team, obeys=obeys, brain=brain)
        assert team.pcs()[0].present is usable
        assert bool(team.problems()) is not usable


def test_who_is_removed_is_gone_and_who_stays_is_as_it_was() -> None:
    team = roll()
    hear(team)

    team.invite(["PC-ANA", "PC-NOVA"], NOW)

    assert [(pc.name, pc.present) for pc in team.pcs()] == [("PC-ANA", True), ("PC-NOVA", False)]
