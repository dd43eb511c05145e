"""What a plan's estimates know beside the fire times: retries, waits of failed starts, asked runs, others."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest

from tests.builders import Day, at, make_discovery, make_job, make_read
from tests.core.picture.test_plan_of_day import WEDNESDAY, job, left_out, plan, told
from tray_agent.core import messages as msg
from tray_agent.core.picture import queue_to_come
from tray_agent.core.policies import CatchUp, Halt, Limit, Retries
from tray_agent.shell.views import plans


def local(clock: str, **limits: int) -> Day:
    return Day(clock, local_history=True, **limits)


def lines(day: Day) -> list[str]:
    assert day.snapshot is not None
    view = plans.plan(plan(day), day.snapshot)
    return list(plans.plan_lines(view, {}, day.now))[1:]


def test_a_retry_that_waits_is_told_with_its_fire_time_and_takes_its_place() -> None:
    day = local("08:00", max_concurrent=1)
    day.jobs(job("pix", "8, 12", retries=Retries(2, 10)), job("ted", "8h10"))
    day.whole_run("pix", code=1)

    found = plan(day, seconds={"pix": 120.0})

    assert told(found) == ["08:00 pix failed", "08:10 ted coming 08:10:00", "12:00 pix coming 12:00:00"]
    (failed, *_) = found.fires
    assert failed.retry is not None
    assert (failed.retry.number, failed.retry_at) == (1, at("08:11"))  # behind ted, on the one place
    assert "  08:00  pix  falhou; nova tentativa 1 de 2 às 08:11" in lines(day)


def test_a_fire_time_that_comes_before_a_retry_takes_its_place() -> None:
    day = local("08:00").jobs(job("pix", "8h, 8h05", retries=Retries(1, 10)))
    day.whole_run("pix", code=1)

    assert [fire.retry_at for fire in plan(day).fires] == [None, None]


def test_who_waits_for_a_job_waits_for_its_retry_too() -> None:
    day = local("08:00").jobs(
        job("carga", "8", retries=Retries(1, 10)), job("envio", "8h05", after=("carga",))
    )
    day.whole_run("carga", code=1)

    assert told(plan(day))[-1] == "08:05 envio coming 08:11:04"


def test_that_later_failures_would_be_tried_again_is_said_and_not_reckoned_with() -> None:
    day = local("08:00").jobs(job("pix", "12", retries=Retries(1, 10)), job("ted", "12"))

    assert any("retentativas" in line for line in lines(day))
    assert not any("retentativas" in line for line in lines(local("08:00").jobs(job("ted", "12"))))


def test_a_start_that_failed_is_expected_when_it_is_tried_again() -> None:
    day = local("08:00").jobs(job("pix", "8"))
    day.turn(msg.RunRefused(day.run_id(), "arquivo sumiu."))

    assert told(plan(day)) == ["08:00 pix owed 08:01:00"]


def test_what_a_person_asked_for_and_that_waits_is_in_the_queue_with_its_start() -> None:
    day = local("08:00")
    day.jobs(job("a", "8", resources=("SAP",)), job("b", "", resources=("SAP",)))
    day.begin("a")
    day.turn(msg.RunJob("b", in_queue=True))

    found = plan(day, seconds={"a": 300.0})

    assert [(each, f"{start:%H:%M}") for each, start in found.queue if start] == [("b", "08:05")]
    assert day.snapshot is not None
    assert [each["asked"] for each in plans.plan(found, day.snapshot)["queue"]] == [True]
    assert "  –      b  pedida por uma pessoa  (começa por volta de 08:01)" in lines(day)


def test_what_waits_by_its_schedule_is_no_persons_wish_whatever_day_is_asked_for() -> None:
    day = local("09:00", max_concurrent=1)
    day.jobs(job("a", "9"), job("b", "9", start_by=Limit(after_minutes=30)), job("c", "9"))
    day.begin("a")
    assert day.snapshot is not None and day.snapshot.queue == ("b", "c")
    long = dict.fromkeys("abc", 3600.0)

    for when in (day.now.date(), day.now.date() + timedelta(days=1)):
        view = plans.plan(plan(day, when, seconds=long), day.snapshot)
        assert "pessoa" not in " ".join(plans.plan_lines(view, {}, day.now))
        assert [each["asked"] for each in view["queue"]] == [False, False]


def test_who_waits_for_one_that_follows_another_is_planned_after_it_today_and_tomorrow() -> None:
    day = local("07:00").jobs(
        job("carga", "8, 12"),
        job("meio", "", after=("carga",)),
        job("envio", "9, 12", after=("meio",)),
        job("solta", "", after=("parada",)),
        job("parada", ""),
        job("nunca", "9", after=("solta",)),
    )
    seconds = dict.fromkeys(("carga", "meio", "envio"), 60.0)
    wanted = ["08:00 carga coming 08:00:00", "09:00 envio coming 09:00:00"]
    wanted += ["12:00 carga coming 12:00:00", "12:00 envio coming 12:00:00"]

    for when in (day.now.date(), WEDNESDAY):
        assert told(plan(day, when, seconds=seconds)) == wanted
        reasons = [
            reason for _, name, reason in left_out(plan(day, when, seconds=seconds)) if name == "nunca"
        ]
        assert len(reasons) == 1
        assert "espera solta" in reasons[0]

    day.set_clock(at("08:00"))
    for name in ("carga", "meio"):
        day.whole_run(name)
    day.set_clock(at("08:30"))
    assert [line for line in told(plan(day, seconds=seconds)) if "coming" in line] == wanted[1:]


def test_who_waits_for_what_a_halt_holds_all_day_is_not_planned() -> None:
    halt = Halt(datetime(2026, 3, 11, 18), datetime(2026, 3, 12), job="carga")
    day = local("07:00")
    jobs = (
        job("carga", "8, 20"),
        job("envio", "9, 21", after=("carga",)),
        job("so", "21", start_by=Limit(1320)),
    )
    day.turn(msg.Discovered(make_discovery(*jobs, halts=(halt,))))

    found = plan(day, WEDNESDAY, seconds={"carga": 60.0, "envio": 60.0})

    assert [line[:11] for line in told(found)] == ["08:00 carga", "09:00 envio", "21:00 so co"]
    assert [each[:2] for each in left_out(found)] == [("20:00", "carga"), ("21:00", "envio")]


def test_a_job_whose_forerunner_has_nothing_before_it_waits_for_its_later_run() -> None:
    day = local("08:00").jobs(job("carga", "18"), job("envio", "15h", after=("carga",)))

    assert told(plan(day)) == ["15:00 envio coming 18:01:00", "18:00 carga coming 18:00:00"]


@pytest.mark.parametrize("cell", ["", "sáb 8"])
def test_a_job_whose_forerunner_does_not_run_that_day_will_not_run_and_the_plan_says_why(cell: str) -> None:
    day = local("08:00").jobs(job("carga", cell), job("envio", "15h", after=("carga",)))

    assert told(plan(day)) == told(plan(day, WEDNESDAY)) == []
    assert ("15:00", "envio", "espera carga, que hoje não tem horário") in left_out(plan(day))
    said = "espera carga, que nesse dia não roda"
    assert ("15:00", "envio", said) in left_out(plan(day, WEDNESDAY))


def test_what_is_owed_and_waits_for_one_that_failed_for_good_will_not_run_by_itself() -> None:
    day = local("08:00").jobs(job("carga", "8"), job("envio", "8h05, 15h", after=("carga",)))
    day.whole_run("carga", code=1)
    day.later(600)

    assert told(plan(day)) == ["08:00 carga failed"]
    said = "espera carga, que não terminou bem"
    assert left_out(plan(day)) == [("08:05", "envio", said), ("15:00", "envio", said)]


def test_a_forerunner_that_ended_well_today_is_waited_for_no_more_today_only() -> None:
    day = local("08:00").jobs(job("carga", ""), job("envio", "15h", after=("carga",)))
    day.turn(msg.RunJob("carga"))
    day.begin("carga")
    day.exit("carga")

    assert told(plan(day)) == ["15:00 envio coming 15:00:00"]
    assert told(plan(day, WEDNESDAY)) == []


def test_who_waits_for_another_job_keeps_no_resource_from_those_behind() -> None:
    day = local("08:00").jobs(
        job("carga", "18"),
        job("envio", "15h", after=("carga",), resources=("SAP",)),
        job("outra", "15h", resources=("SAP",)),
    )

    assert told(plan(day))[1] == "15:00 outra coming 15:00:00"


@pytest.fixture
def few_events() -> Iterator[None]:
    most, queue_to_come.MOST_EVENTS = queue_to_come.MOST_EVENTS, 10
    yield
    queue_to_come.MOST_EVENTS = most


@pytest.mark.usefixtures("few_events")
def test_where_there_is_too_much_to_play_the_end_of_what_is_known_is_said() -> None:
    day = local("08:00").jobs(*(make_job(f"j{n}", 9, 10, 11) for n in range(4)))

    assert plan(day).notes == ("há horários demais: a previsão de início vai só até 10/03 10:01",)


def test_a_plan_that_is_too_long_to_list_says_how_much_is_missing() -> None:
    day = Day("00:30", day=10).jobs(*(job(f"j{n}", "a cada 5 min") for n in range(80)))
    day.turn(make_read(day.now))
    assert day.snapshot is not None

    view = plans.plan(plan(day), day.snapshot)

    assert len(view["fires"]) == 20_000
    assert view["left_out"] == {"fires": 80 * 288 - 20_000, "skipped": 0}
    said = list(plans.plan_lines(view, {}, day.now))
    assert any(f"… e mais {80 * 288 - 20_000} horários" in line for line in said)


def test_what_would_wait_past_its_limit_is_left_out_and_says_so() -> None:
    day = local("08:00", max_concurrent=1).jobs(
        job("a", "9"), job("b", "9", start_by=Limit(after_minutes=30)), job("c", "9", catch_up=CatchUp.NONE)
    )

    found = plan(day, seconds={"a": 1900.0})

    assert told(found) == ["09:00 a coming 09:00:00"]
    assert [(each.job, each.reason) for each in found.skipped] == [
        ("b", "espera a vez, e passa da hora limite (iniciar_ate)"),
        ("c", "espera a vez, e não recuperada (recuperar: não)"),
    ]


def test_of_fire_times_that_come_while_a_run_lasts_only_the_newest_is_expected_where_the_row_says_so() -> (
    None
):
    day = local("08:00").jobs(job("a", "9h, 9h05, 9h10, 9h15", catch_up=CatchUp.LAST), job("b", "9h, 9h05"))

    found = plan(day, seconds={"a": 720.0, "b": 720.0})

    assert told(found) == [
        "09:00 a coming 09:00:00",
        "09:00 b coming 09:00:00",
        "09:05 b coming 09:12:00",
        "09:10 a coming 09:12:00",
        "09:15 a coming 09:24:00",
    ]
    assert [(f"{each.at:%H:%M}", each.job) for each in found.skipped if each.at] == [("09:05", "a")]
