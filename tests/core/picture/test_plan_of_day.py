from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from tests.builders import Day, at, make_discovery, make_job, make_read
from tray_agent.core import messages as msg
from tray_agent.core.model import Job
from tray_agent.core.picture.plan_of_day import Plan, plan_of_day
from tray_agent.core.picture.plan_starts import Means
from tray_agent.core.picture.plan_window import window_of
from tray_agent.core.policies import CatchUp, Halt, Limit, Policies
from tray_agent.core.schedules.grammar import parse

TODAY = at().date()
WEDNESDAY, SATURDAY = date(2026, 3, 11), date(2026, 3, 14)
GOOD_FRIDAY = date(2026, 4, 3)


def job(name: str, cell: str, **policies: object) -> Job:
    return make_job(name, schedule=parse(cell).schedule, policies=replace(Policies(), **policies))  # type: ignore[arg-type]


def plan(
    day: Day,
    when: date = TODAY,
    until: datetime | None = None,
    seconds: Mapping[str, float] | None = None,
    **resources: int,
) -> Plan:
    assert day.snapshot is not None
    return plan_of_day(day.snapshot, when, day.now, Means(seconds or {}, resources), until)


def told(found: Plan) -> list[str]:
    """The fires as "08:30 job state 08:31"."""
    return [
        " ".join(
            [
                f"{fire.at:%H:%M}",
                fire.job,
                fire.state.value,
                *([f"{fire.estimate:%H:%M:%S}"] if fire.estimate else []),
            ]
        )
        for fire in found.fires
    ]


def left_out(found: Plan) -> list[tuple[str, str, str]]:
    return [(f"{each.at:%H:%M}" if each.at else "", each.job, each.reason) for each in found.skipped]


def test_today_shows_what_lies_behind_and_when_what_lies_ahead_will_start() -> None:
    day = Day("14:05").jobs(job("pix", "8, 12, 18"), job("ted", "14h30"))
    day.turn(msg.Discovered(make_discovery(job("pix", "8, 12, 18"), job("ted", "14h30"))))

    assert told(plan(day)) == [
        "08:00 pix running",
        "12:00 pix owed 14:06:00",
        "14:30 ted coming 14:30:00",
        "18:00 pix coming 18:00:00",
    ]


def test_the_queue_before_it_and_the_places_put_a_start_off() -> None:
    jobs = [job(f"j{n}", "15h") for n in range(5)]
    day = Day("14:05", max_concurrent=2).jobs(*jobs)

    found = plan(day, seconds={"j0": 600.0, "j1": 30.0})

    assert [line.split()[-1] for line in told(found)] == [
        "15:00:00",
        "15:00:00",
        "15:00:30",
        "15:01:30",
        "15:02:30",
    ]


def test_jobs_that_share_a_resource_do_not_start_together_and_others_go_on() -> None:
    shared = {"resources": ("SAP",)}
    day = Day("14:05").jobs(job("a", "15h", **shared), job("b", "15h", **shared), job("c", "15h"))

    assert told(plan(day)) == [
        "15:00 a coming 15:00:00",
        "15:00 b coming 15:01:00",
        "15:00 c coming 15:00:00",
    ]
    assert told(plan(day, sap=2))[1] == "15:00 b coming 15:00:00"


def test_a_job_that_waits_for_another_starts_when_that_one_is_expected_to_end() -> None:
    day = Day("14:05").jobs(job("carga", "15h"), job("envio", "15h", after=("carga",)))

    assert told(plan(day, seconds={"carga": 300.0}))[1] == "15:00 envio coming 15:05:00"


def test_another_day_is_planned_from_the_schedules_alone() -> None:
    day = Day("14:05").jobs(job("pix", "8, 12"), job("uteis", "dias úteis 9"), job("sabado", "sáb 10"))

    assert [line.split()[:3] for line in told(plan(day, WEDNESDAY))] == [
        ["08:00", "pix", "coming"],
        ["09:00", "uteis", "coming"],
        ["12:00", "pix", "coming"],
    ]


@pytest.mark.parametrize(
    ("when", "reason"),
    [(SATURDAY, "não é dia útil (sábado)"), (GOOD_FRIDAY, "não é dia útil (Sexta-feira Santa)")],
)
def test_a_day_that_is_no_business_day_says_so(when: date, reason: str) -> None:
    cells = ("dias úteis 9, 12", "seg-sáb 10 exceto feriados", "5º dia útil 8", "dia 14 9h se for dia útil")
    day = Day("14:05").jobs(*(job(f"j{n}", cell) for n, cell in enumerate(cells)))

    found = left_out(plan(day, when))

    assert ("09:00", "j0", reason) in found
    assert all(each[1] != "j2" for each in found)
    assert (("10:00", "j1", reason) in found) == (when == GOOD_FRIDAY)
    assert (("09:00", "j3", reason) in found) == (when == SATURDAY)


def test_what_never_runs_by_itself_says_why() -> None:
    broken = replace(job("quebrada", ""), schedule_problem='célula C2: "8-12" não está claro')
    day = Day("14:05").jobs(
        job("manual", ""),
        broken,
        job("ilegivel", "18h", unread="não entendi a célula recuperar"),
        job("depois", "", after=("manual",)),
        replace(broken, id="quebrou", policies=Policies(after=("manual",))),
        job("sextas", "sex 9h", after=("manual",)),
    )

    assert left_out(plan(day)) == [
        ("", "depois", "sem hora marcada: roda depois de manual"),
        ("", "manual", "roda só quando alguém executa (manual)"),
        ("", "quebrada", 'célula C2: "8-12" não está claro'),
        ("", "quebrou", 'célula C2: "8-12" não está claro'),
        ("18:00", "ilegivel", "não entendi a célula recuperar"),
    ]


def test_a_pause_puts_off_what_its_end_still_allows_and_leaves_out_the_rest() -> None:
    day = Day("14:05").jobs(
        job("pix", "15h, 17h"), job("ted", "15h", catch_up=CatchUp.NONE), job("doc", "16h")
    )
    for name in ("pix", "ted"):
        day.turn(msg.Pause(name, until=at("16:00"), reason="manutenção", by="ana"))
    day.turn(msg.Pause("doc", by="ana"))

    found = plan(day)

    assert told(found) == ["15:00 pix coming 16:00:00", "17:00 pix coming 17:00:00"]
    assert left_out(found) == [
        ("15:00", "ted", "pausada por uma pessoa até 16:00 (manutenção)"),
        ("16:00", "doc", "pausada por uma pessoa"),
    ]


def test_while_everything_is_paused_nothing_is_planned() -> None:
    day = Day("14:05").jobs(job("pix", "15h"))
    day.turn(msg.Pause(by="ana"))

    assert told(plan(day)) == []
    assert left_out(plan(day)) == [("15:00", "pix", "agendamentos suspensos por uma pessoa")]


def test_a_halt_of_the_sheet_holds_whom_it_names_and_the_policy_decides_afterwards() -> None:
    jobs = (
        job("pix", "15h, 15h30"),
        job("ultima", "15h, 15h30", catch_up=CatchUp.LAST),
        job("limite", "15h", start_by=Limit(minute=15 * 60 + 30)),
    )
    halt = Halt(datetime(2026, 3, 10, 14, 30), datetime(2026, 3, 10, 16), reason="SAP fora")
    whole = Halt(datetime(2026, 3, 11), datetime(2026, 3, 12), job="pix")
    day = Day("14:05")
    day.turn(msg.Discovered(make_discovery(*jobs, halts=(halt, whole))), make_read(day.now))

    found = plan(day)

    assert told(found) == [
        "15:00 pix coming 16:00:00",
        "15:30 pix coming 16:01:00",
        "15:30 ultima coming 16:00:00",
    ]
    assert left_out(found) == [
        ("15:00", "limite", "parada prevista até 16:00 (SAP fora)"),
        ("15:00", "ultima", "não recuperada (recuperar: última)"),
    ]
    assert [each[1] for each in left_out(plan(day, WEDNESDAY))] == ["pix", "pix"]


def test_what_a_policy_gave_up_is_left_out_with_its_reason() -> None:
    day = Day("14:05").jobs(job("pix", "8, 9, 10, 18", catch_up=CatchUp.LAST))

    assert [each[0] for each in left_out(plan(day))] == ["08:00", "09:00"]
    assert [line.split()[0] for line in told(plan(day))] == ["10:00", "18:00"]


def test_the_next_hours_are_a_window_that_may_reach_into_tomorrow() -> None:
    day = Day("23:05").jobs(job("pix", "8, 12, 23h30"), job("ted", "0h30"))

    found = plan(day, until=day.now + timedelta(hours=2))

    assert [
        (f"{fire.at:%d %H:%M}", fire.job) for fire in found.fires if fire.job != "pix" or fire.at > day.now
    ] == [
        ("10 23:30", "pix"),
        ("11 00:30", "ted"),
    ]


def test_the_load_of_an_hour_counts_runs_and_their_usual_seconds() -> None:
    day = Day("14:05").jobs(job("pix", "15h, 15h30, 16h"), job("ted", "15h"))

    assert [(each.hour, each.jobs, each.seconds) for each in plan(day, seconds={"pix": 90.0}).load] == [
        (15, 3, 240.0),
        (16, 1, 90.0),
    ]


def test_a_covered_fire_time_is_told_as_such() -> None:
    day = Day("09:59").jobs(job("pix", "10h, 18h"))
    day.turn(msg.RunJob("pix", by="ana"))

    assert [line.split()[2] for line in told(plan(day))][-2:] == ["covered", "coming"]


def test_thousands_of_fire_times_are_planned_in_a_moment() -> None:
    day = Day("00:30").jobs(*(job(f"j{n}", "ALL") for n in range(300)))

    found = plan(day, WEDNESDAY, seconds=dict.fromkeys((f"j{n}" for n in range(300)), 10.0))

    assert len(found.fires) == 7200
    assert all(fire.estimate is not None for fire in found.fires)


@pytest.mark.parametrize(
    ("day", "following", "meant"),
    [
        ("", "", (date(2026, 3, 10), None)),
        ("amanhã", "", (date(2026, 3, 11), None)),
        ("tomorrow", "", (date(2026, 3, 11), None)),
        ("2026-12-07", "", (date(2026, 12, 7), None)),
        ("07/12/2026", "", (date(2026, 12, 7), None)),
        ("", "2h", (date(2026, 3, 10), at("16:05"))),
        ("", "30min", (date(2026, 3, 10), at("14:35"))),
    ],
)
def test_days_and_lengths_are_understood_as_people_write_them(
    day: str, following: str, meant: tuple[date, datetime | None]
) -> None:
    assert window_of(day, following, at("14:05")) == meant


@pytest.mark.parametrize(
    ("day", "following"),
    [
        ("ontem", ""),
        ("2026-03-09", ""),
        ("31/02", ""),
        ("2030-01-01", ""),
        ("", "0h"),
        ("", "x"),
        ("amanhã", "2h"),
    ],
)
def test_a_day_gone_by_and_nonsense_are_refused_in_words(day: str, following: str) -> None:
    with pytest.raises(ValueError, match=r"não é|passou|longe|os dois"):
        window_of(day, following, at("14:05"))
