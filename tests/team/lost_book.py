"""The brain's book is lost in mid-work: a new one begins suspended, the PCs tell it the day, a person
resumes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.e2e.agent import wait_until

if TYPE_CHECKING:
    from tests.team.chaos import Chaos
    from tests.team.oracle import Oracle

SECONDS = 60.0


def lose_book(chaos: Chaos, oracle: Oracle) -> None:
    """Lose it, and do as the sentences ask. What the brain's own PC ran nobody knows any more, nor what a PC
    ran whose book was lost before: that is run once more, and no run besides."""
    team = chaos.team
    chaos.mend_due(everything=True)
    chaos.keep_up()
    team.brain.power_off()
    known = {run for pc in team.pcs for run in pc.rows()}
    team.brain.wipe_book(logs=chaos.chance.random() < 0.5)
    chaos.fault("brain's book lost")
    oracle.forgotten |= {run for run in team.truth.runs() if run not in known}
    team.brain.start()
    team.brain.program.until(_is_refused, SECONDS)
    team.until_present(*team.pcs)
    before = set(team.truth.runs())
    team.brain.program.call("refresh")
    team.brain.program.until(lambda status: status["paused"] and not _is_refused(status), SECONDS)
    wait_until(lambda: not untold(oracle, oracle.brain.status()), SECONDS, lambda: untold(oracle, None))
    oracle.look()
    if set(team.truth.runs()) != before:
        oracle.wrong("something began while the brain's new book was suspended")
    team.brain.program.call("resume")


def _is_refused(status: dict[str, Any]) -> bool:
    return any("diário novo, suspenso" in each["what"] for each in status["problems"])


def untold(oracle: Oracle, status: dict[str, Any] | None) -> list[str]:
    """The jobs that ran, and of which the brain's present book does not know it."""
    status = status or oracle.brain.status()
    if status is None:
        return ["the brain does not answer"]
    ran = {each.job for each in oracle.runs().values() if each.run not in oracle.forgotten}
    told = {card["id"] for card in status["cards"] if card["actual"] or card["state"] == "RUNNING"}
    return sorted(ran - told)
