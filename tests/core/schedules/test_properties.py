from __future__ import annotations

import json
import random
import re
import unicodedata

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.core.schedules.examples import RESTRICTED, examples
from tray_agent.core.schedules.codec import decode_all, encode_all
from tray_agent.core.schedules.days import EVERY_DAY, DayKind, DayRule, Days, Shift
from tray_agent.core.schedules.grammar import parse
from tray_agent.core.schedules.normal import apart_enough
from tray_agent.core.schedules.schedule import ALL_DAY, MANUAL, Clause, Schedule, ScheduleKind, made_of


def values(least: int, most: int, size: int = 6) -> st.SearchStrategy[tuple[int, ...]]:
    chosen = st.sets(st.integers(least, most), min_size=1, max_size=size)
    return chosen.map(lambda each: tuple(sorted(each)))


MONTHS = values(1, 12)
DATES = st.sets(
    st.builds(
        lambda year, month, day: year * 10000 + month * 100 + day,
        st.sampled_from([0, 0, 2026, 2028]),
        st.integers(1, 12),
        st.integers(1, 28),
    ),
    min_size=1,
    max_size=4,
).map(lambda each: tuple(sorted(each)))
COUNTED = st.one_of(
    values(1, 23),
    st.integers(2, 23).map(lambda n: tuple(range(-n, 0))),
    st.sampled_from([(-1,), (-2,), (-3,), (-2, 1), (-1, 1, 5), (-3, -1)]),
)
DAY_SETS = st.one_of(
    st.just(EVERY_DAY),
    st.just(Days(DayKind.BUSINESS)),
    values(0, 6).map(lambda each: Days(DayKind.WEEKDAYS, each)),
    COUNTED.map(lambda each: Days(DayKind.NTH_BUSINESS, each)),
    st.builds(
        lambda weeks, weekday: Days(DayKind.NTH_WEEKDAY, tuple(week * 10 + weekday for week in weeks)),
        st.sampled_from([(1,), (9,), (8,), (1, 3), (2, 4, 9)]),
        st.integers(0, 6),
    ),
    values(1, 31, 31).map(lambda each: Days(DayKind.MONTH_DAYS, each)),
    st.sampled_from([(-1,), (-1, 15), (-2,), (-1, 1, 2, 3)]).map(lambda each: Days(DayKind.MONTH_DAYS, each)),
    DATES.map(lambda each: Days(DayKind.DATES, each)),
)
EXCEPTIONS = st.one_of(
    st.just(Days(DayKind.HOLIDAYS)),
    values(0, 6, 5).map(lambda each: Days(DayKind.WEEKDAYS, each)),
    DATES.map(lambda each: Days(DayKind.DATES, each)),
    values(1, 31).map(lambda each: Days(DayKind.MONTH_DAYS, each)),
    MONTHS.filter(lambda each: len(each) < 12).map(lambda each: Days(DayKind.MONTHS, each)),
)
RULES = st.builds(
    DayRule,
    DAY_SETS,
    st.one_of(st.just(()), MONTHS),
    st.sampled_from(Shift),
    st.lists(EXCEPTIONS, max_size=2).map(tuple),
).filter(lambda rule: not rule.never())
STEPS = st.builds(
    lambda first, step, count: tuple(range(first, min(1440, first + step * count), step)),
    st.integers(0, 1439),
    st.integers(5, 180),
    st.integers(1, 40),
)
MINUTES = st.one_of(
    values(0, 23, 24).map(lambda hours: tuple(hour * 60 for hour in hours)),
    STEPS,
    st.sets(st.integers(0, 1439), min_size=1, max_size=8).map(lambda each: tuple(sorted(each))),
).filter(apart_enough)
SCHEDULES = st.lists(st.builds(Clause, RULES, MINUTES), min_size=1, max_size=3).map(made_of)


@settings(max_examples=200, deadline=None)
@given(SCHEDULES)
def test_what_is_said_back_reads_as_the_same_schedule(schedule: Schedule) -> None:
    fires = {minute for clause in schedule.clauses for minute in clause.minutes}
    if len(fires) > 288:
        return
    parsed = parse(schedule.text)

    assert parsed.problems == ()
    assert parsed.schedule == schedule
    assert parsed.schedule.text == schedule.text


@settings(max_examples=50, deadline=None)
@given(st.lists(SCHEDULES, max_size=4))
def test_schedules_come_through_json_as_they_were_and_equal_ones_once(schedules: list[Schedule]) -> None:
    plain, places = encode_all([*schedules, *schedules, MANUAL, ALL_DAY])
    read = decode_all(json.loads(json.dumps(plain)))

    assert [read[place] for place in places] == [*schedules, *schedules, MANUAL, ALL_DAY]
    assert len(plain) == len({*schedules, MANUAL, ALL_DAY})
    assert read[places[-1]] is ALL_DAY


PIECES = [each.cell for each in examples() if isinstance(each.cell, str)] + RESTRICTED.split("\n")


@settings(max_examples=150, deadline=None)
@given(st.lists(st.sampled_from(PIECES), min_size=1, max_size=9).map("|".join).filter(lambda t: len(t) < 200))
def test_a_short_cell_has_a_short_canonical_text(cell: str) -> None:
    parsed = parse(cell)

    assert len(parsed.schedule.text) < 200
    assert parse(parsed.schedule.text).schedule == parsed.schedule


ALPHABET = "abcdefghijlmnopqrstuvxz0123456789 ,;:-/*+.ºª"


def slips(cell: str) -> set[str]:
    """The cell with one letter changed, dropped, put in or swapped with its neighbour."""
    found: set[str] = set()
    for at in range(len(cell)):
        before, after = cell[:at], cell[at + 1 :]
        found |= {before + after, before + after[:1] + cell[at] + after[1:]}
        for sign in ALPHABET:
            found |= {before + sign + after, before + sign + cell[at:]}
    return found - {cell}


# Slips after which nothing in the cell tells that days were meant.
KNOWN = re.compile(r"todo dia[ ,;:e]* às 9|todo dia 5 ?h(s| às) 9|0 8 \* \* 1-7")


def test_no_slip_of_one_letter_makes_a_restricted_cell_run_daily_unsaid() -> None:
    chance = random.Random(13)
    daily = []
    for cell in RESTRICTED.strip().splitlines():
        tried = sorted(slips(cell))
        for slip in chance.sample(tried, min(len(tried), 60)):
            parsed = parse(slip)
            runs_daily = any(clause.days == DayRule() for clause in parsed.schedule.clauses)
            if runs_daily and not parsed.problems and not KNOWN.fullmatch(slip):
                daily.append((cell, slip, parsed.schedule.text))

    assert daily == []


NEVER = frozenset({"", "manual", "sem"})
SEPARATORS = re.compile(r"[,;\s]+")
HOUR = re.compile(r"([0-9]{1,2})(?:h|h00|\.0+|:00|:00:00)?")


def former(text: str) -> tuple[ScheduleKind, tuple[int, ...]] | None:
    """The specification's grammar, as it was before the language: None where a part of the cell is wrong."""
    folded = unicodedata.normalize("NFKD", " ".join(text.split()).casefold())
    word = "".join(sign for sign in folded if not unicodedata.combining(sign))
    if word == "all":
        return ScheduleKind.ALL, tuple(range(24))
    if word in NEVER:
        return ScheduleKind.MANUAL, ()
    hours: set[int] = set()
    for part in filter(None, SEPARATORS.split(word)):
        match = HOUR.fullmatch(part)
        if match is None or int(match[1]) > 23:
            return None
        hours.add(int(match[1]))
    if len(hours) == 24:
        return ScheduleKind.ALL, tuple(range(24))
    return (ScheduleKind.HOURS, tuple(sorted(hours))) if hours else (ScheduleKind.MANUAL, ())


OLD_PARTS = st.one_of(
    st.integers(0, 25).map(str),
    st.integers(0, 23).map(lambda hour: f"{hour:02d}"),
    st.builds("{}{}".format, st.integers(0, 24), st.sampled_from(["h", "H", "h00", ".0", ":00", ":00:00"])),
    st.sampled_from(["ALL", "manual", "Sem", "８", "8\u00a0", "*", "1", "5"]),
)
OLD_CELLS = st.lists(
    st.tuples(OLD_PARTS, st.sampled_from([",", ", ", ";", " ", "\n", " ; ", ",,"])), max_size=8
)


@settings(max_examples=600, deadline=None)
@given(OLD_CELLS)
def test_a_cell_that_was_right_before_means_the_same(parts: list[tuple[str, str]]) -> None:
    cell = "".join(part + separator for part, separator in parts)
    meant = former(cell)
    if meant is None:
        return
    parsed = parse(cell)

    assert (parsed.schedule.kind, parsed.schedule.hours, parsed.problems) == (*meant, ())


@settings(max_examples=500, deadline=None)
@given(st.one_of(st.text(), st.text(ALPHABET, max_size=40), st.lists(st.sampled_from(PIECES)).map(" ".join)))
def test_no_text_breaks_the_parser_and_nothing_is_lost_unsaid(cell: str) -> None:
    parsed = parse(cell)

    for clause in parsed.schedule.clauses:
        assert apart_enough(clause.minutes)
        assert all(0 <= minute < 1440 for minute in clause.minutes)
    if parsed.schedule.clauses:
        assert parse(parsed.schedule.text).schedule == parsed.schedule
    for problem in parsed.problems:
        assert problem.isprintable()
    folded = unicodedata.normalize("NFKC", cell).casefold()
    if not re.search(r"\d|all|hora|dia", folded):
        assert parsed.schedule.clauses == ()
