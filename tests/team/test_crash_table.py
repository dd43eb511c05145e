"""Each row of the crash table: who dies, between which two steps, and what comes of the run.

The process kills itself at the named point (``TRAY_AGENT_FAULT``). Whatever the point, a run begins once at
the most, counts once in the end, and has one row in the brain's book.
"""

from __future__ import annotations

import pytest
from _pytest.mark import ParameterSet

from tests.e2e.agent import card_of, is_alive, wait_until
from tests.team.conftest import Make
from tests.team.machine import Machine
from tests.team.rig import SECONDS, Status, Team

KILLED = -9


def row(*values: object) -> ParameterSet:
    """The case that stands for its row of the table in every check; the others run by their names."""
    return pytest.param(*values, marks=pytest.mark.crash_row)


def dies(machine: Machine) -> None:
    """It reaches its fault point."""
    assert machine.died(SECONDS) == KILLED


def begins_suspended(status: Status) -> bool:
    """Whether the brain says that its book is lost, and that a new one begins suspended."""
    return any("suspenso" in each["what"] for each in status["problems"])


def counted_once(team: Team, job: str, starts: int = 1) -> dict[str, object]:
    """The job's card, when it was counted: once, on one row, begun so many times."""
    card = team.until_counted(job)
    assert card["actual"] == 1
    assert card["backlog"] <= 0
    rows = [row for row in team.brain.rows().values() if row.job == job]
    assert len(rows) == 1, rows
    assert rows[0].ended
    assert team.truth.count(job) == starts
    return card


class TestThePcDies:
    @pytest.mark.crash_row
    def test_between_held_and_the_brains_row_another_pc_is_asked(self, make: Make) -> None:
        team = make(2, signal_seconds=2)  # slow, so that a busy machine takes nobody for gone
        team.register(team.job("pix", 14, pc="PC-1, PC-2"))
        team.set_clocks("13:59:50")
        team.gather()
        team.pcs[0].quit()
        team.until_absent(team.pcs[0])
        team.pcs[0].start(fault="pc.after_held")
        team.until_present(team.pcs[0])
        team.set_clocks("14:00:01")

        dies(team.pcs[0])
        counted_once(team, "pix")
        assert team.truth.of("pix")[0].pcs == ["PC-2"]
        assert team.pcs[0].rows() == {}
        assert team.pcs[0].processes("held") == []

    @pytest.mark.parametrize("point", ["pc.before_row", row("pc.after_row")])
    def test_before_it_lets_go_the_row_is_forgotten_and_the_debt_stands(self, make: Make, point: str) -> None:
        team = make(1)
        team.register(team.job("pix", 14, pc="PC-1"))
        team.set_clocks("13:59:50")
        team.gather()
        _with_fault(team, point)

        dies(team.pcs[0])
        first = set(team.brain.rows())
        assert len(first) == 1, "on record before its go"
        assert team.truth.count("pix") == 0
        team.pcs[0].start()

        counted_once(team, "pix")
        assert not first & set(team.brain.rows()), "another run id: the first was given up"

    @pytest.mark.crash_row
    def test_after_it_let_go_the_script_lives_and_is_taken_up_again(self, make: Make) -> None:
        team = make(1)
        team.register(team.waiting_job("longa", 14, "PC-1"))
        team.set_clocks("13:59:50")
        team.gather()
        _with_fault(team, "pc.after_let_go")

        dies(team.pcs[0])
        team.until_begun("longa")
        pid = team.pcs[0].processes("script")[0].pid
        team.pcs[0].start()
        team.until_present(team.pcs[0])
        team.until(lambda status: card_of(status, "longa")["state"] == "RUNNING")  # its picture may be late
        assert is_alive(pid)
        team.open_gate("longa")

        card = counted_once(team, "longa")
        assert card["last_run"]["status"] == "SEM_RESULTADO"  # type: ignore[index]  # POSIX gives it to the parent

    @pytest.mark.crash_row
    def test_switched_off_in_mid_run_it_counts_without_a_result(self, make: Make) -> None:
        team = make(1)
        team.register(team.waiting_job("longa", 14, "PC-1"))
        team.gather()
        team.until_begun("longa")
        team.pcs[0].power_off()
        team.until_absent(team.pcs[0])
        assert team.card("longa")["state"] == "RUNNING", "silence changes nothing"
        team.pcs[0].start()

        card = counted_once(team, "longa")
        assert card["last_run"]["status"] == "SEM_RESULTADO"  # type: ignore[index]

    @pytest.mark.parametrize("power", [row(True), False])
    def test_and_loses_its_book_the_run_counts_without_a_result(self, make: Make, power: bool) -> None:
        team = make(1)
        team.register(team.waiting_job("longa", 14, "PC-1"))
        team.gather()
        team.until_begun("longa")
        if power:
            team.pcs[0].power_off()
        else:
            team.pcs[0].kill_agent()
        team.pcs[0].wipe_book(logs=power)
        team.pcs[0].start()

        card = counted_once(team, "longa")
        assert card["last_run"]["status"] == "SEM_RESULTADO"  # type: ignore[index]

    def test_between_the_end_and_its_row_the_run_counts_without_a_result(self, make: Make) -> None:
        team = make(1)
        team.register(team.job("pix", 14, pc="PC-1"))
        team.set_clocks("13:59:50")
        team.gather()
        _with_fault(team, "pc.before_end_row")

        dies(team.pcs[0])
        assert team.truth.count("pix") == 1
        team.pcs[0].start()

        card = counted_once(team, "pix")
        assert card["last_run"]["status"] == "SEM_RESULTADO"  # type: ignore[index]

    @pytest.mark.crash_row
    def test_after_the_end_is_in_its_row_the_result_is_said_by_the_next(self, make: Make) -> None:
        team = make(1)
        team.register(team.job("pix", 14, pc="PC-1", code=3))
        team.set_clocks("13:59:50")
        team.gather()
        _with_fault(team, "pc.after_end_row")

        dies(team.pcs[0])
        team.pcs[0].start()

        counted_once(team, "pix")
        assert [row.code for row in team.brain.rows().values()] == [3]

    def test_and_is_back_before_anybody_misses_it(self, make: Make) -> None:
        team = make(1, signal_seconds=5)
        team.register(team.waiting_job("longa", 14, "PC-1"), team.job("outra", pc="PC-1"))
        team.gather()
        team.until_begun("longa")
        team.pcs[0].kill_agent()
        team.open_gate("longa")
        wait_until(lambda: team.truth.of("longa")[0].ended)
        team.pcs[0].start()

        counted_once(team, "longa")
        team.run("outra")
        counted_once(team, "outra")


class TestTheBrainDies:
    @pytest.mark.parametrize(
        "point", ["brain.after_hold", row("brain.before_row"), row("brain.after_row"), "brain.before_go"]
    )
    def test_before_its_go_nothing_began_and_the_debt_stands(self, make: Make, point: str) -> None:
        team = make(1)
        team.register(team.job("pix", 14, pc="PC-1"))
        team.set_clocks("13:59:50")
        team.gather()
        team.brain.quit()
        team.brain.start(fault=point)
        team.until_present(team.pcs[0])
        team.set_clocks("14:00:01")

        dies(team.brain)
        assert team.truth.count("pix") == 0
        rows = set(team.brain.rows())
        assert len(rows) == (0 if point in {"brain.after_hold", "brain.before_row"} else 1)
        team.brain.start()

        counted_once(team, "pix")
        assert not rows & set(team.brain.rows()), "another run id: the first was given up"
        wait_until(lambda: not team.pcs[0].processes("held"))

    @pytest.mark.parametrize(
        "point", ["brain.before_end_row", "brain.after_end_row", row("brain.before_ack")]
    )
    def test_before_it_acknowledged_an_end_it_is_said_again_and_counts_once(
        self, make: Make, point: str
    ) -> None:
        team = make(1)
        team.register(team.waiting_job("longa", 14, "PC-1"))
        team.gather()
        team.until_begun("longa")
        team.brain.quit()
        team.brain.start(fault=point)
        team.until_present(team.pcs[0])
        team.open_gate("longa")

        dies(team.brain)
        team.brain.start()

        card = counted_once(team, "longa")
        assert card["last_run"]["status"] == "SUCCESS"  # type: ignore[index]
        assert [row.code for row in team.brain.rows().values()] == [0]

    @pytest.mark.crash_row
    def test_while_runs_go_on_what_goes_on_is_taken_up_and_what_ended_has_its_code(self, make: Make) -> None:
        team = make(1)
        team.register(team.waiting_job("longa", 14, "PC-1"), team.waiting_job("curta", 14, "PC-1"))
        team.gather()
        team.until_begun("longa")
        team.until_begun("curta")
        team.brain.kill_agent()
        team.open_gate("curta")
        wait_until(lambda: team.truth.of("curta")[0].ended)
        team.brain.start()
        team.until_present(team.pcs[0])

        card = counted_once(team, "curta")
        assert card["last_run"]["status"] == "SUCCESS"  # type: ignore[index]
        assert team.card("longa")["state"] == "RUNNING"
        team.open_gate("longa")
        card = counted_once(team, "longa")
        assert card["last_run"]["status"] == "SUCCESS"  # type: ignore[index]
        seconds = {row.job: row.seconds for row in team.brain.rows().values()}
        for row in team.pcs[0].rows().values():
            assert seconds[row.job] == pytest.approx(row.seconds), "the PC measured it"

    def test_and_its_book_is_lost_what_the_pcs_still_say_becomes_a_counted_row(self, make: Make) -> None:
        team = make(1)
        team.register(team.waiting_job("longa", pc="PC-1"), team.waiting_job("dura", pc="PC-1"))
        team.gather()
        team.run("longa")
        team.run("dura")
        team.until_begun("longa")
        team.until_begun("dura")
        team.brain.kill_agent()
        team.open_gate("longa")
        wait_until(lambda: team.truth.of("longa")[0].ended)
        team.brain.wipe_book()
        team.brain.start()
        team.until(begins_suspended)
        team.brain.program.call("refresh")

        counted_once(team, "longa")
        team.until(lambda status: card_of(status, "dura")["state"] == "RUNNING")
        team.open_gate("dura")
        counted_once(team, "dura")

    @pytest.mark.parametrize("logs", [pytest.param(False, marks=pytest.mark.crash_row), True])
    def test_and_its_book_is_lost_it_begins_suspended_and_the_pcs_tell_it_the_day(
        self, make: Make, logs: bool
    ) -> None:
        team = make(2)
        rows = [team.job(f"job_{number}", 14, pc="PC-1, PC-2") for number in range(6)]
        team.register(*rows, team.waiting_job("longa", 14, "PC-2"), team.job("depois", 15, pc="PC-1"))
        team.gather()
        for number in range(6):
            team.until_counted(f"job_{number}")
        team.until_begun("longa")
        team.brain.kill_agent()
        team.brain.wipe_book(logs=logs)
        team.brain.start()
        team.until(begins_suspended)
        team.set_clocks("15:00:01")
        team.brain.program.call("refresh")

        status = team.until(
            lambda status: status["paused"] and all(card_of(status, f"job_{n}")["actual"] for n in range(6))
        )
        assert card_of(status, "depois")["backlog"] == 1, "it waits for a person"
        team.until(lambda status: card_of(status, "longa")["state"] == "RUNNING")
        team.brain.program.call("resume")
        team.open_gate("longa")
        for job in ("depois", "longa", *(f"job_{number}" for number in range(6))):
            counted_once(team, job)


class TestTheWayDies:
    @pytest.mark.parametrize(
        ("word", "place"), [("radio", "brain"), row("radio", "pc"), row("nats-server", "brain")]
    )
    def test_a_dead_radio_or_server_comes_back_and_the_run_is_unharmed(
        self, make: Make, word: str, place: str
    ) -> None:
        team = make(1)
        team.register(team.waiting_job("longa", 14, "PC-1"), team.job("outra", pc="PC-1"))
        team.gather()
        team.until_begun("longa")
        machine = team.brain if place == "brain" else team.pcs[0]
        before = machine.children(word)
        assert machine.kill_child(word)
        wait_until(lambda: set(machine.children(word)) - set(before), SECONDS)
        team.until_present(team.pcs[0])
        team.open_gate("longa")

        card = counted_once(team, "longa")
        assert card["last_run"]["status"] == "SUCCESS"  # type: ignore[index]
        team.run("outra")
        counted_once(team, "outra")


def _with_fault(team: Team, point: str) -> None:
    """Start the first PC anew with a fault point, and have the hour begin."""
    team.pcs[0].quit()
    team.pcs[0].start(fault=point)
    team.until_present(team.pcs[0])
    team.set_clocks("14:00:01")
