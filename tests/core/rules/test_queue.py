from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tests.builders import at
from tray_agent.core.rules.queue import FairQueue


def queue_of(**clocks: str) -> FairQueue:
    queue = FairQueue()
    for job, clock in clocks.items():
        assert queue.put(job, at(clock))
    return queue


def test_the_oldest_debt_is_next() -> None:
    queue = queue_of(noon="12:00", night="00:00", morning="08:00")

    assert queue.jobs() == ("night", "morning", "noon")
    assert queue.head() == "night"


def test_among_equal_debts_the_first_to_ask_is_next() -> None:
    assert queue_of(b="08:00", a="08:00", c="08:00").jobs() == ("b", "a", "c")


def test_a_job_waits_once() -> None:
    queue = queue_of(pix="08:00")

    assert not queue.put("pix", at("08:00"))
    assert queue.jobs() == ("pix",)
    assert len(queue) == 1


def test_a_job_moves_with_its_debt() -> None:
    queue = queue_of(pix="08:00", boleto="09:00")

    assert queue.put("pix", at("10:00"))
    assert queue.jobs() == ("boleto", "pix")


def test_who_leaves_is_gone_and_may_leave_twice() -> None:
    queue = queue_of(pix="08:00", boleto="09:00")

    assert queue.discard("pix")
    assert not queue.discard("pix")
    assert "pix" not in queue
    assert queue.ticket("pix") is None
    assert queue.head() == "boleto"


def test_an_empty_queue_has_no_head() -> None:
    queue = queue_of(pix="08:00")
    queue.clear()

    assert queue.head() is None
    assert not len(queue)


@given(st.lists(st.tuples(st.sampled_from("abcdef"), st.integers(0, 23), st.booleans())))
def test_tickets_grow_with_the_places(steps: list[tuple[str, int, bool]]) -> None:
    queue = FairQueue()
    for job, hour, stays in steps:
        queue.put(job, at(f"{hour:02d}:00"))
        if not stays:
            queue.discard(job)

    tickets = [queue.ticket(job) for job in queue.jobs()]

    assert tickets == sorted(set(tickets), key=lambda ticket: ticket or 0)
    assert len(tickets) == len(queue)
    assert all(job in queue for job in queue.jobs())
