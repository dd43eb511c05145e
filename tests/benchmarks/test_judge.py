from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from benchmarks.judge import ATTEMPTS, Verdict, judge
from benchmarks.report import put_into_readme
from benchmarks.setting import Figure

README = "before\n<!-- benchmarks -->\nold\n<!-- /benchmarks -->\nafter\n"


def counted(value: float, what: str = "bytes") -> Figure:
    return Figure("W9", what, value, "B", bound=10, check=10, timed=False)


def in_turn(*rounds: list[Figure] | None) -> tuple[Callable[[str], list[Figure] | None], list[str]]:
    """Measures what is given, round by round, and says for which works it was asked."""
    answers: Iterator[list[Figure] | None] = iter(rounds)
    asked: list[str] = []

    def measured(work: str) -> list[Figure] | None:
        asked.append(work)
        return next(answers)

    return measured, asked


def test_what_is_within_its_check_is_measured_once() -> None:
    measured, asked = in_turn([counted(10)], [counted(3)])
    verdict = judge(["W9", "W10"], measured)
    assert verdict.holds
    assert asked == ["W9", "W10"]


def test_the_best_of_the_attempts_counts_for_each_figure() -> None:
    first, second = [counted(11, "a"), counted(9, "b")], [counted(8, "a"), counted(12, "b")]
    measured, asked = in_turn(first, second)
    verdict = judge(["W9"], measured)
    assert verdict.holds
    assert len(asked) == 2
    assert sorted(each.value for each in verdict.passed) == [8, 9]


def test_what_is_beyond_at_every_attempt_fails() -> None:
    measured, asked = in_turn(*[[counted(11)]] * ATTEMPTS)
    verdict = judge(["W9"], measured)
    assert not verdict.holds
    assert len(asked) == ATTEMPTS
    assert "FAILED W9 bytes: 11, at most 10" in verdict.text()


def test_a_work_that_breaks_off_every_time_fails_and_one_that_came_to_an_end_counts() -> None:
    measured, _ = in_turn(*[None] * ATTEMPTS, None, [counted(1)])
    verdict = judge(["W1", "W9"], measured)
    assert verdict.broken == ["W1"]
    assert [each.work for each in verdict.passed] == ["W9"]


def test_a_work_that_this_machine_cannot_measure_is_no_failure() -> None:
    measured, _ = in_turn([])
    assert judge(["W8"], measured) == Verdict([], [], [], [])


def test_the_table_replaces_what_lies_between_its_markers(tmp_path: Path) -> None:
    readme = tmp_path / "README.md"
    readme.write_text(README, encoding="utf-8")
    put_into_readme(readme, "new")
    assert readme.read_text(encoding="utf-8") == README.replace("old", "new")
    readme.write_text("no markers", encoding="utf-8")
    with pytest.raises(ValueError, match="has no"):
        put_into_readme(readme, "new")
