from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from tests.shell.snapshots import NOON, facts, last_run, later, run, snapshot, unverified
from tray_agent.core.model import CardState, Outcome
from tray_agent.core.picture.notices import Notice, NoticeKind, NoticeState, decide
from tray_agent.core.shown import Fire, FireState, JobFacts, Snapshot
from tray_agent.core.standing import Attempt, Lateness
from tray_agent.shell.tray.notices import TEXT_UNITS

ERROR, RUNNING, SUCCESS, IDLE = CardState.ERROR, CardState.RUNNING, CardState.SUCCESS, CardState.IDLE


class Watch:
    """Asks as the tray does and keeps what was told."""

    def __init__(self, *jobs: JobFacts) -> None:
        self.state = NoticeState()
        self.at(0, *jobs)

    def at(self, seconds: float, *jobs: JobFacts, **changes: object) -> list[Notice]:
        return self.see(snapshot(*jobs, **changes), later(seconds))

    def see(self, seen: Snapshot, now: datetime) -> list[Notice]:
        self.state, told = decide(self.state, seen, now)
        return told


def test_a_job_that_turns_to_error_is_told_once() -> None:
    watch = Watch(facts("envia_pix", RUNNING))
    failed = facts("envia_pix", ERROR)
    assert watch.at(10, failed) == []
    assert watch.at(13, failed) == [
        Notice(
            NoticeKind.ERROR,
            "Automação em erro",
            "envia_pix terminou com erro (execução das 12:00), código de saída 1. Veja o log no painel.",
            ("envia_pix",),
            ("envia_pix: terminou com erro",),
        )
    ]
    assert watch.at(60, failed) == []


def test_a_job_that_is_tried_again_is_told_once_after_its_last_attempt() -> None:
    watch = Watch(facts("pix", RUNNING))
    waits = facts("pix", ERROR, attempt=Attempt(1, 2, later(300), None))
    assert watch.at(10, waits) + watch.at(200, waits) == []
    assert watch.at(301, facts("pix", RUNNING)) == []
    failed = replace(facts("pix", ERROR), actual=3)
    assert watch.at(310, failed) == []
    assert [told.kind for told in watch.at(313, failed)] == [NoticeKind.ERROR]


def test_a_retry_that_ends_well_has_no_notice_and_one_that_does_not_come_has() -> None:
    watch = Watch(facts("pix", RUNNING), facts("ted", RUNNING))
    waits = [facts(name, ERROR, attempt=Attempt(1, 1, later(60), None)) for name in ("pix", "ted")]
    assert watch.at(10, *waits) == []
    assert watch.at(70, facts("pix", SUCCESS), waits[1]) == []
    assert watch.at(700, facts("pix", SUCCESS), waits[1]) == []
    assert [told.jobs for told in watch.at(703, facts("pix", SUCCESS), waits[1])] == [("ted",)]


def test_five_jobs_that_fail_within_seconds_are_one_notification() -> None:
    jobs = [facts(name, RUNNING) for name in "edcba"]
    watch = Watch(*jobs)
    told = []
    for number in range(5):
        jobs[number] = facts(jobs[number].job.id, ERROR)
        told += watch.at(10 + number * 0.5, *jobs)
    told += watch.at(13, *jobs)
    assert [(n.title, n.text) for n in told] == [
        ("5 automações em erro", "a, b, c e mais 2. Veja os logs no painel.")
    ]


def test_two_jobs_are_both_named() -> None:
    watch = Watch(facts("a"), facts("b"))
    failed = [facts("a", ERROR), facts("b", ERROR)]
    assert watch.at(1, *failed) == []
    assert watch.at(9, *failed)[0].text == "a e b. Veja os logs no painel."


def test_another_failure_of_the_same_job_is_told_again() -> None:
    watch = Watch(facts("a"))
    watch.at(1, facts("a", ERROR))
    watch.at(5, facts("a", ERROR))
    assert watch.at(10, facts("a", RUNNING, actual=1)) == []
    assert watch.at(20, facts("a", ERROR, actual=2)) == []
    assert len(watch.at(24, facts("a", ERROR, actual=2))) == 1
    assert watch.at(30, facts("a", ERROR, actual=3)) == []
    assert len(watch.at(34, facts("a", ERROR, actual=3))) == 1


def test_the_row_that_bigquery_brings_for_a_told_failure_is_not_told_again() -> None:
    watch = Watch(facts("a"))
    watch.at(1, facts("a", ERROR))
    assert len(watch.at(5, facts("a", ERROR))) == 1
    same = facts("a", ERROR, last_run=last_run(ERROR, "bigquery"))
    assert watch.at(300, same) == []
    assert watch.at(310, same) == []


def test_a_recovery_is_told_once_and_so_is_the_next_failure() -> None:
    watch = Watch(facts("a"))
    watch.at(1, facts("a", ERROR))
    watch.at(5, facts("a", ERROR))
    assert watch.at(10, facts("a", SUCCESS, actual=2)) == []
    assert watch.at(13, facts("a", SUCCESS, actual=2)) == [
        Notice(
            NoticeKind.RECOVERED,
            "Automação voltou ao normal",
            "a terminou bem (execução das 12:00), depois de ter falhado.",
            ("a",),
        )
    ]
    assert watch.at(15, facts("a", SUCCESS, actual=2)) == []
    watch.at(20, facts("a", ERROR, actual=3))
    assert len(watch.at(24, facts("a", ERROR, actual=3))) == 1


def test_errors_found_at_the_start_are_not_told() -> None:
    watch = Watch(facts("a", ERROR), facts("b"))
    assert watch.at(10, facts("a", ERROR), facts("b")) == []


def test_errors_that_the_first_read_of_the_history_brings_are_not_told_but_own_failures_are() -> None:
    watch = Watch()
    watch.state = NoticeState()
    state = unverified(NOON)
    watch.at(0, facts("old"), facts("own"), history=state)
    old = facts("old", ERROR, last_run=last_run(ERROR, "bigquery"))
    watch.at(10, facts("old"), facts("own", ERROR), history=state)
    told = watch.at(14, old, facts("own", ERROR))
    assert [n.text.split()[0] for n in told] == ["own"]
    assert watch.at(20, old, facts("own", ERROR)) == []


def test_an_error_seen_before_the_registry_is_read_does_not_count_as_a_start() -> None:
    watch = Watch()
    watch.state = NoticeState()
    assert watch.at(0, discovered=False) == []
    assert watch.state == NoticeState()


def test_a_run_that_a_person_stopped_is_not_told() -> None:
    watch = Watch(facts("a", RUNNING))
    stopped = facts("a", ERROR, last_run=last_run(ERROR, outcome=Outcome.STOPPED))
    assert watch.at(10, stopped) == []
    assert watch.at(20, stopped) == []


def test_a_new_day_forgets_the_failures_of_the_former() -> None:
    watch = Watch(facts("a"))
    watch.at(1, facts("a", ERROR, actual=3))
    watch.at(5, facts("a", ERROR, actual=3))
    tomorrow = NOON + timedelta(days=1)
    failed = snapshot(facts("a", ERROR, actual=1), day=tomorrow.date())
    assert watch.see(failed, tomorrow) == []
    assert len(watch.see(failed, tomorrow + timedelta(seconds=4))) == 1


def test_a_clock_set_back_does_not_hold_a_notification_up() -> None:
    watch = Watch(facts("a"))
    assert watch.at(100, facts("a", ERROR)) == []
    assert len(watch.at(-3600, facts("a", ERROR))) == 1


def test_a_run_far_beyond_its_usual_time_is_told_once() -> None:
    watch = Watch(facts("a", RUNNING))
    late = facts("a", RUNNING, overdue=True, usual_seconds=360.0)
    assert watch.at(2460, late) == [
        Notice(
            NoticeKind.OVERDUE,
            "Execução muito longa",
            "a está em execução há 41 min 00 s; costuma levar 6 min 00 s. Se travou, pare no painel.",
            ("a",),
        )
    ]
    assert watch.at(2500, late) == []
    again = facts("a", RUNNING, overdue=True, active=run("a", number=2))
    assert len(watch.at(9000, again)) == 1


def test_several_overdue_runs_are_one_notification() -> None:
    late = [facts(name, RUNNING, overdue=True) for name in "abcd"]
    told = Watch().at(100, *late)
    assert [(n.title, n.text) for n in told] == [
        (
            "4 execuções muito longas",
            "a, b, c e mais 1 passaram muito do tempo normal. Se travaram, pare-as no painel.",
        )
    ]


def test_a_pause_is_told_after_fifteen_minutes_and_once() -> None:
    watch = Watch()
    assert watch.at(900, paused=True, paused_since=NOON) == []
    told = watch.at(901, paused=True, paused_since=NOON)
    assert [n.text for n in told] == [
        "Suspensos por uma pessoa desde 12:00. Para retomar: botão direito no ícone, Retomar agendamentos."
    ]
    assert watch.at(5000, paused=True, paused_since=NOON) == []
    watch.at(5001)
    assert len(watch.at(9000, paused=True, paused_since=later(6000))) == 1


def test_an_unread_history_is_told_with_its_cause() -> None:
    told = Watch().at(1000, history=unverified(NOON, "sem rede"))
    assert [(n.title, n.text) for n in told] == [
        (
            "Agendamentos suspensos",
            "O BigQuery não é lido desde 12:00; nada é agendado até a leitura voltar. Motivo: sem rede",
        )
    ]


def test_a_suspension_of_another_day_is_told_with_its_date() -> None:
    told = Watch().at(0, paused=True, paused_since=NOON - timedelta(days=2))
    assert "desde 08/03 12:00" in told[0].text


def test_the_reason_of_a_failure_is_in_its_notice() -> None:
    watch = Watch(facts("a", RUNNING), facts("b", RUNNING))
    bad = [facts(name, ERROR, reason=f"KeyError: '{name}'") for name in "ab"]
    watch.at(1, bad[0], facts("b", RUNNING))
    (alone,) = watch.at(5, bad[0], facts("b", RUNNING))
    assert alone.text == "a terminou com erro (execução das 12:00), código de saída 1: KeyError: 'a'"

    watch = Watch(facts("a", RUNNING), facts("b", RUNNING))
    watch.at(1, *bad)
    (both,) = watch.at(5, *bad)
    assert both.details == ("a: KeyError: 'a'", "b: KeyError: 'b'")
    assert both.jobs == ("a", "b")


def test_recoveries_of_one_moment_are_told_together_and_only_of_jobs_whose_error_was_told() -> None:
    watch = Watch(facts("a"), facts("b"), facts("c", ERROR))
    watch.at(1, facts("a", ERROR), facts("b", ERROR), facts("c", ERROR))
    watch.at(5, facts("a", ERROR), facts("b", ERROR), facts("c", ERROR))
    well = [facts(name, SUCCESS, actual=2) for name in "abc"]
    assert watch.at(10, *well) == []
    (told,) = watch.at(14, *well)
    assert (told.title, told.text, told.jobs) == ("2 automações voltaram ao normal", "a e b.", ("a", "b"))


def test_a_job_that_fails_again_before_its_recovery_was_told_has_not_recovered() -> None:
    watch = Watch(facts("a"))
    watch.at(1, facts("a", ERROR))
    watch.at(5, facts("a", ERROR))
    watch.at(10, facts("a", SUCCESS, actual=2))
    watch.at(12, facts("a", ERROR, actual=3))
    assert [notice.kind for notice in watch.at(16, facts("a", ERROR, actual=3))] == [NoticeKind.ERROR]


def test_an_area_is_told_of_its_own_jobs_and_of_what_concerns_all() -> None:
    other = replace(facts("b"), job=replace(facts("b").job, area="Cadastro"))
    state, _ = decide(NoticeState(), snapshot(facts("a"), other), NOON, "Cadastro")
    failed = replace(other, state=ERROR, last_run=last_run(ERROR), actual=1)
    seen = snapshot(facts("a", ERROR), failed, paused=True, paused_since=NOON - timedelta(hours=1))
    state, suspended = decide(state, seen, later(1), "Cadastro")
    _, errors = decide(state, seen, later(5), "Cadastro")
    assert [notice.kind for notice in suspended] == [NoticeKind.SUSPENDED]
    assert [notice.jobs for notice in errors] == [("b",)]


def test_a_missed_deadline_is_told_once_with_how_much_was_done() -> None:
    watch = Watch(facts("a"), facts("b"))
    missed = facts("a", late=Lateness(later(100), due=2, done=1), reason="disco cheio")
    assert watch.at(101, missed, facts("b")) == [
        Notice(
            NoticeKind.LATE,
            "Prazo não cumprido",
            f"a: prazo das {later(100):%H:%M}, 1 de 2 prontas (disco cheio).",
            ("a",),
            (f"a: prazo das {later(100):%H:%M}, 1 de 2 prontas (disco cheio)",),
        )
    ]
    assert watch.at(110, missed, facts("b")) == []
    again = facts("a", late=Lateness(later(200), due=3, done=1))
    other = facts("b", late=Lateness(later(200), due=1, done=0))
    (both,) = watch.at(201, again, other)
    assert (both.title, both.text) == ("2 prazos não cumpridos", "a e b.")


def test_a_deadline_that_was_missed_before_the_start_or_made_good_is_not_told() -> None:
    watch = Watch(facts("a", late=Lateness(NOON, due=1, done=0)))
    assert watch.at(10, facts("a", late=Lateness(NOON, due=1, done=0))) == []
    assert watch.at(20, facts("a", late=Lateness(later(15), due=2, done=2, met=later(18)))) == []


def fires(*clocks: datetime) -> tuple[Fire, ...]:
    return tuple(Fire(at, FireState.OWED) for at in clocks)


def test_an_agent_that_was_gone_when_the_day_began_says_so_once() -> None:
    seen = snapshot(facts("a", fires=fires(later(-7200), later(3600))), facts("b", fires=fires(later(-60))))
    away = (NOON - timedelta(days=1), NOON)
    state, told = decide(NoticeState(), seen, NOON, away=away)
    assert told == [
        Notice(
            NoticeKind.GONE,
            "O agente não estava em execução",
            "Nenhum agente esteve em execução de 09/03 12:00 até 12:00. Tinham horário nesse tempo: a e b.",
            ("a", "b"),
        )
    ]
    assert decide(state, seen, later(5), away=away)[1] == []


def test_an_agent_that_was_gone_at_night_or_between_two_runs_says_nothing() -> None:
    seen = snapshot(facts("a", fires=fires(later(-7200), later(-60))))
    for since, until in ((later(-9000), later(-8000)), (later(-7000), NOON)):
        assert decide(NoticeState(), seen, NOON, away=(since, until))[1] == []
    assert decide(NoticeState(), snapshot(facts("a")), NOON, away=(later(-9000), NOON))[1] == []


def silent(job: str, since: float, number: int = 1, **changes: object) -> JobFacts:
    active = replace(run(job, number=number), pc="PC-MARIA")
    return facts(job, RUNNING, **{"active": active, "silent_since": later(since)} | changes)


def test_a_run_whose_pc_is_silent_for_ten_minutes_is_told_once_with_what_to_do() -> None:
    watch = Watch(facts("pix", RUNNING))
    assert watch.at(599, silent("pix", 0)) == []
    (told,) = watch.at(600, silent("pix", 0))
    assert (told.kind, told.title, told.jobs) == (NoticeKind.SILENT, "Execução sem notícia", ("pix",))
    assert told.text == (
        "pix: sem notícia do PC-MARIA desde 12:00; pode estar em execução. Nada se repete. "
        "Ligue o PC ou a rede dele; se não volta, no painel: Parar (vale quando ele voltar) "
        "ou Dar por perdida (conta como feita)."
    )
    assert len(told.text) <= TEXT_UNITS
    assert watch.at(660, silent("pix", 0)) == []


def test_a_pc_that_comes_and_goes_is_told_once_a_run_and_again_for_the_next_run() -> None:
    watch = Watch(facts("pix", RUNNING))
    assert len(watch.at(600, silent("pix", 0))) == 1
    assert watch.at(700, silent("pix", 0, silent_since=None)) == []
    assert watch.at(1500, silent("pix", 800)) == []
    assert watch.at(1600, facts("pix", SUCCESS)) == []
    assert len(watch.at(2600, silent("pix", 2000, number=2))) == 1


def test_all_runs_of_a_silent_pc_are_one_notification_with_a_line_for_each() -> None:
    watch = Watch(facts("a", RUNNING), facts("b", RUNNING))
    (told,) = watch.at(700, silent("a", 60), silent("b", 90))
    assert told.title == "2 execuções sem notícia"
    assert told.text.startswith("a e b: sem notícia do PC-MARIA desde 12:01; podem estar em execução.")
    assert told.details[0] == "a: sem notícia do PC-MARIA desde 12:01"
