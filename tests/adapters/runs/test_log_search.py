from __future__ import annotations

import json
import random
import tracemalloc
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tray_agent.adapters.runs import log_search
from tray_agent.adapters.runs.log_keeper import cut_note
from tray_agent.adapters.runs.log_search import Found, Match, search


def log(folder: Path, content: str | bytes) -> Path:
    path = folder / "run.log"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def all_of(path: Path, word: str, budget: int = log_search.BUDGET_BYTES) -> list[Match]:
    """Every match, question by question."""
    matches: list[Match] = []
    found = search(path, word, budget=budget)
    matches += found.matches
    while found.more:
        found = search(path, word, found.next, found.line, budget=budget)
        matches += found.matches
    return matches


def expected(content: str, word: str) -> list[tuple[int, int]]:
    """Offset and line of each match, by a plain walk."""
    places, offset = [], 0
    for number, line in enumerate(content.split("\n"), 1):
        at = line.lower().find(word.lower())
        while at >= 0:
            places.append((offset + len(line[:at].encode()), number))
            at = line.lower().find(word.lower(), at + len(word))
        offset += len(line.encode()) + 1
    return places


def test_each_place_of_the_word_is_named_with_its_line_and_text(tmp_path: Path) -> None:
    path = log(tmp_path, "início\r\nErro: disco erro\r\nfim\nsem ERRO aqui")

    assert search(path, "erro") == Found(
        (Match(9, 2, "Erro: disco erro"), Match(21, 2, "Erro: disco erro"), Match(35, 4, "sem ERRO aqui")),
        False,
        44,
        4,
        44,
    )


def test_accented_words_match_in_either_case(tmp_path: Path) -> None:
    path = log(tmp_path, "CONCILIAÇÃO\nconciliação\nconciliacao\n")

    assert [match.line for match in search(path, "Conciliação").matches] == [1, 2]


def test_nothing_is_found_in_nothing_and_by_nothing(tmp_path: Path) -> None:
    assert search(log(tmp_path, ""), "erro") == Found((), False, 0, 1, 0)
    assert search(log(tmp_path, "erro\n"), "").matches == ()
    assert search(log(tmp_path, "erro\n"), "erro", 99).matches == ()
    with pytest.raises(FileNotFoundError):
        search(tmp_path / "gone.log", "erro")


def test_signs_of_patterns_are_only_signs(tmp_path: Path) -> None:
    path = log(tmp_path, "aXb\na.b*(ç)\n")

    assert [match.line for match in search(path, "a.b*(").matches] == [2]
    assert [match.line for match in search(path, ".b*(Ç)").matches] == [2]


def test_many_matches_come_in_several_answers_without_loss(tmp_path: Path) -> None:
    content = "".join(f"linha {n} erro\n" for n in range(1, 1001))
    first = search(log(tmp_path, content), "erro")

    assert len(first.matches) == log_search.MOST_MATCHES
    assert first.more
    found = all_of(tmp_path / "run.log", "erro")
    assert [match.line for match in found] == list(range(1, 1001))
    assert found[-1].text == "linha 1000 erro"


def test_one_question_reads_no_more_than_its_budget_and_says_where_to_go_on(tmp_path: Path) -> None:
    content = "x" * 999_999 + "\n" + "erro\n"
    path = log(tmp_path, content * 3)

    first = search(path, "erro", budget=400_000)

    assert first.matches == ()
    assert first.more
    assert 400_000 <= first.next < 700_000
    assert [match.line for match in all_of(path, "erro", 400_000)] == [2, 4, 6]


def test_a_word_across_two_blocks_is_found(tmp_path: Path) -> None:
    for shift in range(-6, 7):
        for word in ("erro", "ação"):
            before = "x" * (log_search._BLOCK + shift)
            path = log(tmp_path, f"{before}{word} depois\n{word}\n")

            assert [match.offset for match in search(path, word).matches] == [
                len(before),
                len(before) + len(f"{word} depois\n".encode()),
            ], shift


def test_without_the_line_number_the_lines_before_are_counted(tmp_path: Path) -> None:
    path = log(tmp_path, "a\n" * 300_000 + "erro\n")

    assert search(path, "erro", 400_000).matches[0].line == 300_001


def test_what_was_dropped_of_a_runaway_log_is_passed_over(tmp_path: Path) -> None:
    path = log(tmp_path, b"erro a\n" + b"\0" * 3_000_000 + b"erro b\nerro c\n")
    cut_note(path).write_text(json.dumps([7, 3_000_007]))

    assert [match.text for match in search(path, "erro", budget=1_000_000).matches] == [
        "erro a",
        "erro b",
        "erro c",
    ]


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=200)
@given(
    st.lists(st.text(alphabet="abçÇéB \r", max_size=12), max_size=40),
    st.text(alphabet="abçÇB", min_size=1, max_size=3),
    st.integers(1, 60),
)
def test_whatever_the_log_all_is_found_once(tmp_path: Path, lines: list[str], word: str, budget: int) -> None:
    content = "\n".join(lines)
    path = log(tmp_path, content)

    assert [(match.offset, match.line) for match in all_of(path, word, budget)] == expected(content, word)


def test_memory_stays_small_however_long_the_log(tmp_path: Path) -> None:
    source = random.Random(7)
    path = tmp_path / "run.log"
    piece = "".join(f"{source.random():.12f} linha comum de log\n" for _ in range(30_000)).encode()
    with path.open("wb") as file:
        for _ in range(40):
            file.write(piece)
        file.write("última ação: erro\n".encode())
    tracemalloc.start()

    found = [all_of(path, word) for word in ("última ação", "erro")]

    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert [match.line for matches in found for match in matches] == [1_200_001] * 2
    assert peak < 4_000_000
