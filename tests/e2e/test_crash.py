"""The agent is killed at the worst moments: nothing is lost or doubled, what runs is taken up again."""

from __future__ import annotations

import random
import threading
from collections import Counter

from tests.e2e.agent import Program, card_of, is_alive, wait_until
from tests.e2e.contract import wrongs
from tests.e2e.workspace import Workspace, most_at_once

KILLS = 15


def test_a_run_is_adopted_after_a_crash_and_counts_once(program: Program, place: Workspace) -> None:
    place.register(place.waiting_job("longa", "14", "print('fim')"))
    program.start()
    pid = program.until(lambda status: card_of(status, "longa")["pid"])["cards"][0]["pid"]
    wait_until(lambda: place.count("longa"))
    program.kill()
    assert is_alive(pid)

    status = program.start()
    card = card_of(status, "longa")
    assert (card["state"], card["pid"], card["actual"]) == ("RUNNING", pid, 0)
    assert status["counts"]["RUNNING"] == 1
    assert wrongs(status) == []
    assert program.cli("run", "longa").code == 1
    assert program.cli("logs", "longa").out == "waiting\n"

    place.open_gate("longa")
    status = program.until(lambda status: card_of(status, "longa")["pid"] is None)
    card = card_of(status, "longa")
    assert (card["actual"], card["backlog"], card["last_run"]["status"]) == (1, 0, "SEM_RESULTADO")
    assert card["state"] == "IDLE", "no run before it left a state"
    assert program.cli("logs", "longa").out == "waiting\nfim\n"
    program.call("refresh")
    program.clock.set("2026-03-10 14:40:00")
    program.until(lambda status: status["now"] > "2026-03-10T14:40")
    assert place.count("longa") == 1


def test_an_adopted_run_can_be_stopped_with_all_its_processes(program: Program, place: Workspace) -> None:
    place.register(
        place.job(
            "arvore",
            "MANUAL",
            "import subprocess\nchild = subprocess.Popen(['sleep', '600'])\n"
            "print(child.pid, flush=True)\nchild.wait()",
        )
    )
    program.start()
    program.call("run", job="arvore")
    root = program.card("arvore")["pid"]
    child = int(wait_until(lambda: program.call("log", job="arvore", offset=0)["text"]))
    program.kill()
    program.start()

    assert program.cli("stop", "arvore").code == 0
    status = program.until(lambda status: card_of(status, "arvore")["pid"] is None)
    assert not is_alive(root)
    assert not is_alive(child)
    assert card_of(status, "arvore")["actual"] == 1
    assert card_of(status, "arvore")["state"] == "IDLE"


def test_a_stop_whose_agent_died_within_the_grace_is_carried_out_by_the_next(
    program: Program, place: Workspace
) -> None:
    deaf = "import signal\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\nwait_for('surda')"
    place.register(place.job("surda", "MANUAL", deaf))
    program.set(stop_grace_seconds=60)
    program.start()
    program.call("run", job="surda")
    pid = program.card("surda")["pid"]
    wait_until(lambda: place.count("surda"))
    assert program.cli("stop", "surda").code == 0
    program.kill()
    assert is_alive(pid)

    program.set(stop_grace_seconds=0.2)
    program.start()

    program.until(lambda status: card_of(status, "surda")["actual"] == 1)
    assert not is_alive(pid)
    assert [run["outcome"] for run in program.call("runs", job="surda")["runs"]] == ["stopped"]


def test_a_run_that_ended_while_nobody_watched_counts_and_is_not_repeated(
    program: Program, place: Workspace
) -> None:
    place.register(place.waiting_job("longa", "12, 14"))
    place.open_gate("longa")
    program.clock.set("2026-03-10 13:30:00")
    program.start()
    program.until(lambda status: card_of(status, "longa")["state"] == "SUCCESS")
    place.close_gate("longa")
    program.clock.set("2026-03-10 14:05:00")
    program.until(lambda status: place.count("longa") == 2)
    program.kill()
    place.open_gate("longa")
    wait_until(lambda: place.spans("longa")[1].end)

    status = program.start()
    card = card_of(status, "longa")
    assert (card["actual"], card["backlog"], card["pid"]) == (2, 0, None)
    assert card["last_run"]["status"] == "SEM_RESULTADO"
    assert card["state"] == "SUCCESS", "the state of the run before it stays"
    assert wrongs(status) == []
    program.clock.set("2026-03-10 14:30:00")
    program.until(lambda status: status["now"] > "2026-03-10T14:30")
    assert place.count("longa") == 2


def test_after_a_quit_that_let_it_finish_a_run_is_taken_up_again(program: Program, place: Workspace) -> None:
    place.register(place.waiting_job("longa", "14"))
    program.start()
    pid = program.until(lambda status: card_of(status, "longa")["pid"])["cards"][0]["pid"]
    assert program.cli("quit").code == 0
    program.wait()

    card = card_of(program.start(), "longa")
    assert (card["state"], card["pid"]) == ("RUNNING", pid)
    place.open_gate("longa")
    program.until(lambda status: card_of(status, "longa")["actual"] == 1)
    assert place.count("longa") == 1


def test_an_adopted_run_of_a_job_that_left_the_registry_is_still_shown(
    program: Program, place: Workspace
) -> None:
    longa = place.waiting_job("longa")
    place.register(place.job("alfa"), longa)
    program.start()
    program.call("run", job="longa")
    place.register(place.job("alfa"))
    program.call("refresh")
    program.until(lambda status: "Saiu do registro" in card_of(status, "longa")["why"])
    program.kill()

    program.start()
    status = program.until(lambda status: len(status["cards"]) == 2)
    assert card_of(status, "longa")["state"] == "RUNNING"
    assert wrongs(status) == []
    assert program.cli("stop", "longa").code == 0
    program.until(lambda status: len(status["cards"]) == 1)


def test_kills_at_random_moments_neither_lose_nor_double_a_run(program: Program, place: Workspace) -> None:
    seed = 20260310
    chance = random.Random(seed)
    jobs = [f"job_{number:02d}" for number in range(14)]
    place.register(*(place.job(job, "2, 8, 14", "time.sleep(0.25)") for job in jobs))
    pause = threading.Event()
    for kill in range(KILLS):
        before = len(place.records())
        program.start(discovered=False)
        if kill % 5:  # now and then also while it is still coming up
            wait_until(lambda before=before: len(place.records()) > before + chance.randrange(4) or paid())
        pause.wait(chance.uniform(0, 0.3))
        program.kill()

        def paid() -> bool:
            return len(place.spans()) >= 3 * len(jobs)

    status = program.start()
    status = program.until(
        lambda status: (
            all(card["actual"] == 3 for card in status["cards"]) and status["counts"]["RUNNING"] == 0
        )
    )
    assert Counter(span.job for span in place.spans()) == dict.fromkeys(jobs, 3), f"seed {seed}"
    assert all(span.end is not None for span in place.spans())
    assert most_at_once(place.spans()) <= 5
    assert wrongs(status) == []
