from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tray_agent.adapters.runs.log_files import LARGEST_PIECE_BYTES, PIECE_BYTES, LogPiece, read_piece
from tray_agent.adapters.runs.log_keeper import cut_note


def log(folder: Path, content: bytes | str) -> Path:
    path = folder / "run.log"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def follow(path: Path, limit: int = PIECE_BYTES) -> str:
    """All of a log, from its beginning, piece by piece."""
    text, offset = "", 0
    while True:
        piece = read_piece(path, offset, limit)
        assert piece.end >= piece.start >= offset
        text += piece.text
        if piece.end == offset:
            return text
        offset = piece.end


def test_a_short_log_is_one_piece(tmp_path: Path) -> None:
    path = log(tmp_path, "início\nfim\n")

    assert read_piece(path, None) == LogPiece(12, 0, 12, "início\nfim\n")
    assert read_piece(path, 0) == read_piece(path, None)
    assert read_piece(path, 8) == LogPiece(12, 8, 12, "fim\n")


def test_an_empty_log_is_an_empty_piece(tmp_path: Path) -> None:
    assert read_piece(log(tmp_path, ""), None) == LogPiece(0, 0, 0, "")


def test_without_a_log_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(OSError):
        read_piece(tmp_path / "gone.log", None)


def test_of_a_long_log_the_end_is_shown_from_a_lines_start(tmp_path: Path) -> None:
    lines = "".join(f"linha {number:06d}\n" for number in range(20_000))

    piece = read_piece(log(tmp_path, lines), None)

    assert piece.text.startswith("linha 0")
    assert lines.endswith(piece.text)
    assert PIECE_BYTES - 20 < len(piece.text) <= PIECE_BYTES
    assert (piece.end, piece.size) == (len(lines), len(lines))


@pytest.mark.parametrize("end", ["", "\n"])
def test_one_endless_line_is_shown_all_the_same(tmp_path: Path, end: str) -> None:
    """A progress bar writes one line of megabytes."""
    piece = read_piece(log(tmp_path, "x" * 200_000 + end), None)

    assert piece.text == "x" * (PIECE_BYTES - len(end)) + end


def test_one_endless_line_does_not_begin_within_a_character(tmp_path: Path) -> None:
    piece = read_piece(log(tmp_path, "日" * 100_000), None)

    assert set(piece.text) == {"日"}
    assert piece.end == piece.size


def test_offsets_outside_the_log_are_its_ends(tmp_path: Path) -> None:
    path = log(tmp_path, "abc")

    assert read_piece(path, -5) == LogPiece(3, 0, 3, "abc")
    assert read_piece(path, 99) == LogPiece(3, 3, 3, "")


@pytest.mark.parametrize("limit", [-1, 0, 1, 10**9])
def test_a_piece_is_neither_empty_nor_endless(tmp_path: Path, limit: int) -> None:
    path = log(tmp_path, "日本" * 500_000)

    piece = read_piece(path, 0, limit)

    assert 0 < piece.end <= LARGEST_PIECE_BYTES
    assert piece.text == "日本" * (piece.end // 6) + "日" * (piece.end // 3 % 2)


def test_a_character_that_is_not_all_there_yet_waits_for_its_rest(tmp_path: Path) -> None:
    path = log(tmp_path, b"a\xc3")
    piece = read_piece(path, 0)
    assert (piece.text, piece.end) == ("a", 1)

    path.write_bytes(b"a\xc3\xa7\xc3\xa3o\n")

    assert read_piece(path, piece.end).text == "ção\n"


def test_bytes_that_are_not_utf_8_are_shown_and_passed(tmp_path: Path) -> None:
    path = log(tmp_path, b"a\xe7\xe3o \xff\xfe\n fim \xc3")

    assert read_piece(path, 0).text.startswith("a\ufffd\ufffdo \ufffd\ufffd\n fim ")
    assert follow(path) == "a\ufffd\ufffdo \ufffd\ufffd\n fim \ufffd"


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(), st.integers(4, 20))
def test_followed_in_pieces_it_is_what_was_written(tmp_path: Path, text: str, limit: int) -> None:
    text = text.encode("utf-8", "replace").decode()

    assert follow(log(tmp_path, text), limit) == text


class TestCut:
    """A runaway log, of which the middle was dropped."""

    def cut(self, tmp_path: Path) -> Path:
        path = log(tmp_path, b"beginning\n" + b"\0" * 2_000_000 + b"the end\n")
        cut_note(path).write_text(json.dumps([10, 2_000_010]))
        return path

    def test_the_gap_is_one_line(self, tmp_path: Path) -> None:
        path = self.cut(tmp_path)

        assert follow(path) == "beginning\n\n[… 2,0 MB do meio deste log foram descartados …]\nthe end\n"

    def test_a_character_that_lost_its_rest_to_the_gap_holds_nobody_up(self, tmp_path: Path) -> None:
        path = log(tmp_path, b"a\xc3" + b"\0" * 100_000 + b"z\n")
        cut_note(path).write_text(json.dumps([2, 100_002]))

        assert follow(path) == "a\ufffd\n[… 0,1 MB do meio deste log foram descartados …]\nz\n"

    def test_the_end_shown_first_does_not_hide_the_gap(self, tmp_path: Path) -> None:
        piece = read_piece(self.cut(tmp_path), None)

        assert piece.text == "\n[… 2,0 MB do meio deste log foram descartados …]\nthe end\n"
        assert piece.end == piece.size
