"""More is due than may run: everything runs once, in a fair order, and people pass the queue."""

from __future__ import annotations

from collections import Counter

from tests.e2e.agent import Program, card_of
from tests.e2e.contract import wrongs
from tests.e2e.workspace import Workspace, most_at_once


def test_forty_jobs_share_five_places_fairly(program: Program, place: Workspace) -> None:
    jobs = [f"job_{number:02d}" for number in range(40)]
    rows = [place.job(job, "8, 14" if job < "job_10" else "14", "time.sleep(0.12)") for job in jobs]
    place.register(*rows, place.waiting_job("manual_a"), place.waiting_job("manual_b"))
    program.start()
    program.until(lambda status: status["counts"]["queued"] > 0)
    for job in ("manual_a", "manual_b"):
        program.call("run", job=job)
    status = program.until(lambda status: status["counts"]["queued"] < 30)
    assert wrongs(status) == []
    assert status["counts"]["queued"] > 0
    waiting = [card for card in status["cards"] if card["queued"]]
    assert all(card["why"].startswith("Na fila, posição ") for card in waiting if card["pid"] is None)
    for job in ("manual_a", "manual_b"):
        assert card_of(status, job)["state"] == "RUNNING"
        place.open_gate(job)

    status = program.until(lambda status: status["counts"]["RUNNING"] == 0 == status["counts"]["queued"])
    scheduled = [span for span in place.spans() if span.mode == "AGENDAMENTO"]
    assert Counter(span.job for span in scheduled) == {job: 2 if job < "job_10" else 1 for job in jobs}
    assert 1 < most_at_once(scheduled) <= 5
    assert most_at_once(place.spans()) <= 7
    # Five start at a time, and which of those writes its record first is the system's choice.
    assert {span.job for span in scheduled[:14]} >= set(jobs[:10]), "the oldest debts first"
    assert all(span.end is not None for span in scheduled)
    assert status["totals"] == {"started": 52, "finished": 52}
    assert status["counts"]["SUCCESS"] == 42


def test_run_passes_the_queue_and_takes_the_jobs_entry_out(program: Program, place: Workspace) -> None:
    program.set(max_concurrent=1)
    place.register(
        place.waiting_job("a_primeira", "13"), place.job("segunda", "14"), place.waiting_job("terceira", "14")
    )
    program.start()
    status = program.until(lambda status: status["counts"]["queued"] == 2)
    assert card_of(status, "segunda")["why"] == "Na fila, posição 1 de 2; 1 de 1 em execução."
    assert card_of(status, "segunda")["state"] == "SCHEDULED"
    assert status["aggregate"] == "RUNNING"

    program.call("run", job="terceira")
    status = program.status()
    assert card_of(status, "terceira")["state"] == "RUNNING"
    assert not card_of(status, "terceira")["queued"]
    assert status["counts"]["queued"] == 1

    place.open_gate("terceira")
    place.open_gate("a_primeira")
    program.until(lambda status: status["counts"]["RUNNING"] == 0 == status["counts"]["queued"])
    assert {job: place.count(job) for job in ("a_primeira", "segunda", "terceira")} == {
        "a_primeira": 1,
        "segunda": 1,
        "terceira": 1,
    }


def test_pause_survives_a_restart_and_people_still_run(program: Program, place: Workspace) -> None:
    place.register(place.job("devida", "8, 14"), place.job("manual"))
    program.start()
    program.until(lambda status: card_of(status, "devida")["backlog"] == 0)
    program.call("pause")
    program.clock.set("2026-03-11 14:30:00")
    status = program.until(lambda status: card_of(status, "devida")["backlog"] == 2)
    assert status["paused"] is True
    assert "suspens" in card_of(status, "devida")["why"].lower()

    program.cli("quit")
    program.wait()
    status = program.start()
    assert status["paused"] is True
    program.call("run", job="manual")
    status = program.until(lambda status: card_of(status, "manual")["state"] == "SUCCESS")
    assert card_of(status, "devida")["backlog"] == 2
    assert place.count("devida") == 2

    program.call("resume")
    program.until(lambda status: card_of(status, "devida")["backlog"] == 0)
    assert place.count("devida") == 4


def test_counts_and_states_of_today_survive_a_restart(program: Program, place: Workspace) -> None:
    place.register(
        place.job("boa", "8, 14"), place.job("ruim", "14", "sys.exit(7)"), place.job("manual", "MANUAL")
    )
    program.start()
    program.call("run", job="manual")
    before = program.until(
        lambda status: (
            [card["actual"] for card in status["cards"]] == [2, 1, 1] and status["counts"]["RUNNING"] == 0
        )
    )
    program.cli("quit")
    program.wait()

    after = program.start()
    assert after["totals"] == {"started": 0, "finished": 0}
    for former, card in zip(before["cards"], after["cards"], strict=True):
        for key in ("id", "state", "actual", "backlog", "last_run"):
            assert card[key] == former[key], key
    assert after["history"]["rows"] == before["history"]["rows"] == 4
    assert [place.count(job) for job in ("boa", "manual", "ruim")] == [2, 1, 1]
