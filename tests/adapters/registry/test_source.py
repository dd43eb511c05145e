from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.adapters.registry.workbooks import actives, write
from tray_agent.adapters.readers.process import ReaderFailed, ReaderProcess
from tray_agent.adapters.registry.child import answer
from tray_agent.adapters.registry.source import RegistrySource
from tray_agent.core.model import Where


class InlineReader(ReaderProcess):
    """The child's work done in place, counted; ``failure`` is what the child dies of instead, whenever it is
    asked for the ``failing`` part. ``asked`` are the parts of each request."""

    def __init__(self) -> None:
        super().__init__()
        self.runs = 0
        self.failure = ""
        self.failing = ""
        self.asked: list[list[str]] = []

    def run(self, mode: str, request: Mapping[str, Any], deadline_seconds: float) -> dict[str, Any]:
        assert (mode, deadline_seconds) == ("read-registry", 120 if "base" in request else 30)
        self.runs += 1
        self.asked.append([name for name in ("path", "base") if name in request])
        if self.failure and (not self.failing or self.failing in request):
            raise ReaderFailed(self.failure)
        return answer(dict(request))


@pytest.fixture
def reader() -> InlineReader:
    return InlineReader()


@pytest.fixture
def source(tmp_path: Path, reader: InlineReader) -> RegistrySource:
    return RegistrySource(tmp_path / "r.xlsx", 30, reader=reader)


def count(source: RegistrySource) -> int | None:
    rows, _ = source.read()
    return None if rows is None else len(rows)


def what(source: RegistrySource) -> str:
    _, problems = source.read()
    assert {problem.where for problem in problems} <= {Where.REGISTRY}
    return " | ".join(problem.what for problem in problems)


def age(path: Path, seconds: int) -> None:
    status = path.stat()
    os.utime(path, (status.st_atime + seconds, status.st_mtime + seconds))


def test_an_unchanged_file_is_not_read_again(source: RegistrySource, reader: InlineReader) -> None:
    write(source.path, actives(3))
    first = source.read()
    assert source.read() is first
    assert source.is_current
    assert reader.runs == 1


@pytest.mark.parametrize("seconds", [10, -10])
def test_a_time_that_changes_either_way_is_a_change(
    source: RegistrySource, reader: InlineReader, seconds: int
) -> None:
    write(source.path, actives(3))
    source.read()
    age(source.path, seconds)
    source.read()
    assert reader.runs == 2


def test_before_any_good_reading_there_are_no_rows_but_a_cause(source: RegistrySource) -> None:
    assert source.read()[0] is None
    assert "não existe" in what(source)
    assert str(source.path) in source.read()[1][0].action
    source.path.write_bytes(b"lixo")
    assert source.read()[0] is None
    assert "corrompido" in what(source)


def test_a_file_that_goes_away_leaves_the_last_good_rows(
    source: RegistrySource, reader: InlineReader
) -> None:
    write(source.path, actives(3))
    source.read()
    content = source.path.read_bytes()
    source.path.unlink()
    assert count(source) == 3
    assert not source.is_current
    assert "última versão lida continua valendo" in what(source)
    source.path.write_bytes(content)
    assert what(source) == ""
    assert source.is_current
    assert reader.runs == 2


def test_a_corrupt_file_leaves_the_last_good_rows_and_is_looked_at_once(
    source: RegistrySource, reader: InlineReader
) -> None:
    write(source.path, [("a", "", "25", "sim")])
    source.read()
    source.path.write_bytes(b"PK lixo")
    assert count(source) == 1
    assert "corrompido" in what(source)
    assert '"25"' in what(source)
    assert reader.runs == 2
    write(source.path, actives(2))
    assert (count(source), what(source), reader.runs) == (2, "", 3)


def test_a_reader_that_dies_is_asked_again_each_time(source: RegistrySource, reader: InlineReader) -> None:
    write(source.path, actives(2))
    reader.failure = "sem resposta em 30 s"
    assert "sem resposta em 30 s" in what(source)
    assert source.read()[0] is None
    reader.failure = ""
    assert (count(source), reader.runs) == (2, 3)


@pytest.mark.parametrize(("former", "now"), [(3, 0), (12, 5), (1, 0)])
def test_a_registry_that_shrinks_suddenly_must_say_so_twice(
    source: RegistrySource, reader: InlineReader, former: int, now: int
) -> None:
    write(source.path, actives(former))
    source.read()
    write(source.path, actives(now))
    assert count(source) == former
    assert not source.is_current
    assert (count(source), what(source)) == (now, "")
    assert reader.runs == 2


@pytest.mark.parametrize(("former", "now"), [(9, 1), (12, 6), (3, 4)])
def test_a_registry_that_shrinks_a_little_is_believed(source: RegistrySource, former: int, now: int) -> None:
    write(source.path, actives(former))
    source.read()
    write(source.path, actives(now))
    assert count(source) == now


def test_a_doubt_is_said_with_both_numbers(source: RegistrySource) -> None:
    write(source.path, actives(4))
    source.read()
    write(source.path, [])
    assert "de 4 para 0" in what(source)


def test_a_shrunk_registry_that_is_whole_again_leaves_no_trace(source: RegistrySource) -> None:
    write(source.path, actives(12))
    source.read()
    write(source.path, [])
    source.read()
    write(source.path, actives(12))
    assert (count(source), what(source)) == (12, "")


def test_a_doubt_is_forgotten_when_the_file_breaks(source: RegistrySource) -> None:
    write(source.path, actives(12))
    source.read()
    write(source.path, [])
    source.read()
    source.path.write_bytes(b"PK lixo")
    for _ in range(3):
        assert count(source) == 12
        assert "corrompido" in what(source)


def test_a_first_registry_may_be_empty(source: RegistrySource) -> None:
    write(source.path, [])
    assert (count(source), what(source)) == (0, "")


def test_an_answer_without_sense_is_a_failure(
    source: RegistrySource, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(source.path, actives(1))
    monkeypatch.setattr(InlineReader, "run", lambda *_: {"ok": True, "rows": [[1]]})
    assert "sem sentido" in what(source)
