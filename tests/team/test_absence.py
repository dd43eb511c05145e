"""A PC that is not heard: nothing is repeated, a stop comes later, only a person says a run is lost."""

from __future__ import annotations

import pytest

from tests.e2e.agent import card_of, is_alive, wait_until
from tests.team.conftest import Make
from tests.team.rig import Team
from tray_agent.shell.channel.client import Refused


def with_a_long_run(make: Make, count: int = 1) -> Team:
    """A team whose PC-1 runs ``longa``."""
    team = make(count)
    rows = [team.job(f"job_{number}", pc="*") for number in range(6)]
    team.register(team.waiting_job("longa", 14, "PC-1"), team.job("outra", pc="PC-1"), *rows)
    team.gather()
    team.until_begun("longa")
    return team


def is_silent(team: Team) -> None:
    """Wait until the brain has noticed that it does not hear the PC of ``longa``."""
    team.until(lambda status: card_of(status, "longa")["silent_since"])


def test_a_closed_lid_repeats_nothing_others_work_on_and_the_result_comes_after_waking(make: Make) -> None:
    team = with_a_long_run(make, 2)
    team.pcs[0].close_lid()
    is_silent(team)
    for number in range(6):
        team.run(f"job_{number}")
    for number in range(6):
        team.until_counted(f"job_{number}")
    assert not any("PC-1" in team.truth.of(f"job_{number}")[0].pcs for number in range(6))
    card = team.card("longa")
    assert card["state"] == "RUNNING"
    assert "Sem notícia do PC-1" in card["why"]
    with pytest.raises(Refused):
        team.run("longa")

    team.pcs[0].open_lid()
    team.until_present(team.pcs[0])
    assert team.until(lambda status: not card_of(status, "longa")["silent_since"])
    team.open_gate("longa")
    card = team.until_counted("longa")
    assert (card["actual"], card["last_run"]["status"], team.truth.count("longa")) == (1, "SUCCESS", 1)


def test_a_run_that_ends_in_a_black_hole_has_its_result_when_the_network_returns(make: Make) -> None:
    team = with_a_long_run(make)
    team.proxies["PC-1"].black_hole()
    is_silent(team)
    team.open_gate("longa")
    wait_until(lambda: team.truth.of("longa")[0].ended)
    assert team.card("longa")["state"] == "RUNNING"

    team.proxies["PC-1"].lift()
    card = team.until_counted("longa")
    assert (card["actual"], card["last_run"]["status"], team.truth.count("longa")) == (1, "SUCCESS", 1)


def test_a_stop_while_the_pc_is_away_is_delivered_when_it_is_back(make: Make) -> None:
    team = with_a_long_run(make)
    pid = team.pcs[0].processes("script")[0].pid
    team.proxies["PC-1"].black_hole()
    is_silent(team)
    team.brain.program.call("stop", job="longa")
    assert is_alive(pid)
    team.brain.kill_agent()
    team.brain.start()
    team.until(lambda status: card_of(status, "longa")["silent_since"])

    team.proxies["PC-1"].lift()
    card = team.until_counted("longa")
    assert (card["actual"], card["last_run"]["status"]) == (1, "PARADA")
    assert not is_alive(pid)
    assert [row.outcome for row in team.brain.rows().values()] == ["stopped"]


def test_a_stop_reaches_every_process_of_a_run_on_a_pc(make: Make) -> None:
    team = make(1)
    child = "import subprocess, sys, signal\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
    child += "other = subprocess.Popen(['sleep', '600'], start_new_session=True)\n"
    child += "print(other.pid, flush=True)\nwait_for('nunca', 600)"
    team.register(team.job("arvore", pc="PC-1", body=child))
    team.gather()
    team.run("arvore")
    team.until_begun("arvore")
    script = team.pcs[0].processes("script")[0].pid
    other = int(wait_until(lambda: team.brain.program.call("log", job="arvore", offset=0)["text"]))

    team.brain.program.call("stop", job="arvore")
    card = team.until_counted("arvore")
    assert card["last_run"]["status"] == "PARADA"
    assert not is_alive(script)
    assert not is_alive(other)


def test_a_pc_that_never_returns_keeps_its_job_until_a_person_declares_it_lost(make: Make) -> None:
    team = with_a_long_run(make)
    team.pcs[0].kill_agent()
    is_silent(team)
    team.brain.quit()
    team.brain.start()
    is_silent(team)
    assert team.card("longa")["state"] == "RUNNING"
    with pytest.raises(Refused):
        team.run("longa")

    answer = team.brain.program.cli("team", "lost", "longa")
    assert answer.code == 0, answer
    card = team.until_counted("longa")
    assert (card["actual"], card["last_run"]["status"]) == (1, "SEM_RESULTADO")

    team.open_gate("longa")  # and if it comes back all the same, it is still one run
    wait_until(lambda: team.truth.of("longa")[0].ended)
    team.pcs[0].start()
    team.until_present(team.pcs[0])
    team.run("outra")
    team.until_counted("outra")
    assert team.card("longa")["actual"] == 1
    assert team.truth.count("longa") == 1


def test_a_reset_connection_is_back_at_once_and_harms_no_run(make: Make) -> None:
    team = with_a_long_run(make)
    proxy = team.proxies["PC-1"]
    for _ in range(3):
        before = proxy.accepted
        proxy.reset()
        wait_until(lambda before=before: proxy.accepted > before)
        team.until_present(team.pcs[0])
    team.open_gate("longa")

    card = team.until_counted("longa")
    assert (card["actual"], card["last_run"]["status"]) == (1, "SUCCESS")


def test_with_the_brain_off_nothing_starts_and_what_runs_is_finished_and_kept(make: Make) -> None:
    team = with_a_long_run(make)
    team.brain.quit()
    status = team.pcs[0].program.until(
        lambda status: any("cérebro" in each["what"] for each in status["problems"]), 40
    )
    assert status["role"] == "pc"
    team.open_gate("longa")
    team.pcs[0].program.until(lambda status: card_of(status, "longa")["actual"] == 1)
    team.pcs[0].quit()
    team.pcs[0].start()
    team.brain.start()

    card = team.until_counted("longa")
    assert (card["actual"], card["last_run"]["status"]) == (1, "SUCCESS")
