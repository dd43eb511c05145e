from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tests.builders import at
from tray_agent.core.rules.queue import FairQueue


def queue_of(**clocks: str) -> FairQueue:
    """Everybody enters at one moment, with the debt of that clock time."""
    queue = FairQueue()
    for job, clock in clocks.items():
        assert queue.put(job, 1000.0, at(clock))
    return queue


def test_of_one_moment_the_oldest_debt_is_next() -> None:
    assert queue_of(noon="12:00", night="00:00", morning="08:00").jobs() == ("night", "morning", "noon")


def test_who_came_first_is_first_whatever_the_others_owe() -> None:
    queue = queue_of(noon="12:00")
    queue.put("night", 1001.0, at("00:00"))

    assert queue.jobs() == ("noon", "night")


def test_among_equal_debts_the_first_to_ask_is_next() -> None:
    assert queue_of(b="08:00", a="08:00", c="08:00").jobs() == ("b", "a", "c")


def test_who_is_put_first_comes_before_all_others_and_behind_who_was_put_first_before() -> None:
    queue = queue_of(noon="12:00", night="00:00")

    assert queue.put("b", 1002.0, at("14:00"), first=True)
    assert queue.put("noon", 1003.0, at("14:00"), first=True)  # it waits already
    assert not queue.put("noon", 1004.0, at("14:00"), first=True)
    assert not queue.put("b", 1004.0, at("12:00"))
    assert queue.jobs() == ("b", "noon", "night")
    assert queue.ticket("b") is not None
    queue.discard("b")
    assert queue.jobs() == ("noon", "night")


def test_a_job_waits_once() -> None:
    queue = queue_of(pix="08:00")

    assert not queue.put("pix", 2000.0, at("07:00"))
    assert queue.jobs() == ("pix",)
    assert len(queue) == 1


def test_a_job_that_ran_enters_anew_behind_everybody() -> None:
    queue = queue_of(pix="00:00", boleto="09:00")
    queue.discard("pix")

    assert queue.put("pix", 1060.0, at("01:00"))
    assert queue.jobs() == ("boleto", "pix")


def test_who_leaves_is_gone_and_may_leave_twice() -> None:
    queue = queue_of(pix="08:00", boleto="09:00")

    assert queue.discard("pix")
    assert not queue.discard("pix")
    assert "pix" not in queue
    assert queue.ticket("pix") is None
    assert queue.jobs() == ("boleto",)


def test_a_cleared_queue_is_empty() -> None:
    queue = queue_of(pix="08:00")
    queue.clear()

    assert queue.jobs() == ()
    assert not len(queue)


@given(st.lists(st.tuples(st.sampled_from("abcdef"), st.integers(0, 23), st.booleans())))
def test_tickets_grow_with_the_places(steps: list[tuple[str, int, bool]]) -> None:
    queue = FairQueue()
    for seconds, (job, hour, stays) in enumerate(steps):
        queue.put(job, seconds // 3, at(f"{hour:02d}:00"))
        if not stays:
            queue.discard(job)

    tickets = [queue.ticket(job) for job in queue.jobs()]

    assert tickets == sorted(set(tickets), key=lambda ticket: ticket or 0)
    assert len(tickets) == len(queue)
    assert all(job in queue for job in queue.jobs())
