from __future__ import annotations

import queue
import sys
import threading
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path

import pytest
from openpyxl import load_workbook

from tests.adapters.children import until
from tests.adapters.registry.test_scripts import put, settle
from tests.adapters.registry.test_source import InlineReader
from tests.adapters.registry.workbooks import HEADER, write
from tray_agent.adapters.registry.discovery import DiscoveryReader
from tray_agent.core.messages import Discovered, Message
from tray_agent.core.model import Discovery, Where
from tray_agent.core.policies import Halt

AT = datetime(2026, 3, 10, 14, 5)
SECONDS = 20


class Found:
    """A workspace, and a discovery of it."""

    def __init__(self, root: Path) -> None:
        self.base = root / "base"
        self.registry = root / "r.xlsx"
        self.posted: queue.Queue[Message] = queue.Queue()
        self.may_resolve = threading.Event()
        self.may_resolve.set()
        self.surprise = ""
        self.child = InlineReader()
        self.reader = DiscoveryReader(
            self.posted.put, self.resolve, lambda: self.registry, 30, 300, reader=self.child
        )

    def resolve(self) -> tuple[Path, bool]:
        assert self.may_resolve.wait(SECONDS)
        if self.surprise:
            raise ValueError(self.surprise)
        return self.base, self.base.is_dir()

    def next(self) -> Discovery:
        self.reader.ask(AT)
        return self.posted_one()

    def posted_one(self) -> Discovery:
        message = self.posted.get(timeout=SECONDS)
        assert isinstance(message, Discovered)
        return message.discovery


@pytest.fixture
def found(tmp_path: Path) -> Iterator[Found]:
    found = Found(tmp_path)
    put(found.base, "Cadastro/metodos/um.py", "metodos/dois.py")
    write(found.registry, [("um", "Cadastro", "8", "sim"), ("dois", "", "ALL", "sim")])
    yield found
    found.reader.close()


def wheres(discovery: Discovery) -> list[Where]:
    return [problem.where for problem in discovery.problems]


def test_a_discovery_crosses_registry_and_scripts(found: Found) -> None:
    discovery = found.next()
    assert discovery.jobs is not None
    assert [(job.id, job.area, job.path) for job in discovery.jobs] == [
        ("um", "Cadastro", str(found.base / "Cadastro/metodos/um.py")),
        ("dois", "Sem área", str(found.base / "metodos/dois.py")),
    ]
    assert discovery.problems == ()
    assert (discovery.base_path, discovery.base_available) == (str(found.base), True)
    assert (discovery.registry, discovery.registry_read) == (str(found.registry), True)


def test_unchanged_jobs_are_the_very_same_tuple(found: Found) -> None:
    first = found.next().jobs
    assert found.next().jobs is first
    put(found.base, "metodos/sem_linha.py")
    assert found.next().jobs is first


def test_without_a_registry_there_are_no_jobs_yet(found: Found) -> None:
    found.registry.unlink()
    discovery = found.next()
    assert discovery.jobs is None
    assert not discovery.registry_read
    assert wheres(discovery) == [Where.REGISTRY]


def test_without_a_base_from_the_start_only_the_base_is_complained_of(found: Found) -> None:
    found.base.rename(found.base.with_name("longe"))
    discovery = found.next()
    assert discovery.jobs == ()
    assert not discovery.base_available
    assert wheres(discovery) == [Where.BASE_PATH]
    assert str(found.base) in discovery.problems[0].what


def test_a_base_that_goes_away_leaves_the_jobs_until_it_is_back(found: Found) -> None:
    write(found.registry, [("um", "Cadastro", "25", "sim"), ("falta", "", "ALL", "sim")])
    before = found.next()
    away = found.base.rename(found.base.with_name("longe"))
    gone = found.next()
    assert gone.jobs is before.jobs
    assert not gone.base_available
    assert wheres(gone) == [Where.BASE_PATH, Where.REGISTRY, Where.REGISTRY]
    found.base.mkdir()
    assert found.next().jobs is before.jobs
    found.base.rmdir()
    away.rename(found.base)
    back = found.next()
    assert back.jobs is before.jobs
    assert back.base_available
    assert back.problems == before.problems


def test_a_registry_that_goes_away_leaves_the_jobs(found: Found) -> None:
    before = found.next()
    found.registry.write_bytes(b"lixo")
    after = found.next()
    assert after.jobs is before.jobs
    assert not after.registry_read
    assert "corrompido" in after.problems[0].what


def test_a_base_that_resolves_elsewhere_is_walked_there(found: Found) -> None:
    found.next()
    found.base = found.base.with_name("outra")
    put(found.base, "metodos/dois.py")
    discovery = found.next()
    assert discovery.jobs is not None
    assert [job.path for job in discovery.jobs] == [str(found.base / "metodos/dois.py")]
    assert "um.py" in discovery.problems[0].what


def test_another_registry_is_read_from_the_next_discovery_on(found: Found) -> None:
    found.next()
    found.registry = found.base / "r.xlsx"
    lacking = found.next()
    assert lacking.registry == str(found.registry)
    assert "não existe" in lacking.problems[0].what
    write(found.registry, [("dois", "", "ALL", "sim")])
    assert names(found.next()) == ["dois"]


def test_a_drive_that_hangs_holds_nobody_who_asks(found: Found) -> None:
    found.may_resolve.clear()
    for _ in range(3):
        found.reader.ask(AT)
    assert found.posted.empty()
    found.may_resolve.set()
    assert found.posted_one().jobs is not None


def test_a_drive_that_hangs_in_our_own_look_is_said_and_heals(found: Found) -> None:
    before = found.next().jobs
    found.reader = DiscoveryReader(
        found.posted.put,
        found.resolve,
        lambda: found.registry,
        30,
        300,
        reader=found.child,
        look_seconds=0.05,
    )
    found.may_resolve.clear()
    for _ in range(2):
        discovery = found.next()
        assert not discovery.base_available
        assert "não responde há mais de 0.05 s" in discovery.problems[0].what
    found.may_resolve.set()
    until(lambda: found.next().jobs == before)


def test_a_surprise_is_said_and_the_next_discovery_heals(found: Found) -> None:
    found.surprise = "inesperado"
    broken = found.next()
    assert broken.jobs is None
    assert "inesperado" in broken.problems[0].what
    found.surprise = ""
    jobs = found.next().jobs
    found.surprise = "outra vez"
    broken = found.next()
    assert broken.jobs is jobs
    assert broken.base_available


def test_nothing_is_posted_after_closing(found: Found) -> None:
    found.reader.close()
    found.reader.ask(AT)
    assert found.posted.empty()


def test_a_halt_of_the_sheet_paradas_comes_with_the_discovery(found: Found) -> None:
    book = load_workbook(found.registry)
    sheet = book.create_sheet("Paradas")
    for row in (
        ["de", "ate", "area"],
        [date(2026, 12, 24), None, "CADASTRO"],
        [date(2026, 12, 24), None, "Nada"],
    ):
        sheet.append(row)
    book.save(found.registry)
    discovery = found.next()
    assert discovery.halts == (Halt(datetime(2026, 12, 24), datetime(2026, 12, 25), "Cadastro"),)
    assert "linha 3" in discovery.problems[0].what


def test_a_row_that_waits_for_an_unknown_job_is_not_started_and_says_so(found: Found) -> None:
    write(found.registry, [("um", "Cadastro", "8", "sim", "falta")], (*HEADER, "depois_de"))
    discovery = found.next()
    assert discovery.jobs is not None
    assert "falta" in discovery.jobs[0].policies.unread
    assert "falta" in discovery.problems[0].what


def names(discovery: Discovery) -> list[str]:
    return sorted(job.name for job in discovery.jobs or ())


def settled(found: Found) -> Found:
    """The same workspace, so old that its folders' times can be trusted, discovered once."""
    settle(found.base)
    found.next()
    assert found.child.asked == [["path", "base"]]
    return found


def test_one_child_reads_both_and_none_while_nothing_changed(found: Found) -> None:
    settled(found)
    for _ in range(3):
        found.next()
    assert found.child.runs == 1


def test_a_script_that_comes_or_goes_is_seen_without_a_child(found: Found) -> None:
    settled(found)
    put(found.base, "metodos/tres.py")
    (found.base / "metodos/dois.py").unlink()
    discovery = found.next()
    assert "dois.py" in discovery.problems[0].what
    assert found.child.runs == 1


def test_a_new_folder_is_walked_by_a_child_that_reads_no_registry(found: Found) -> None:
    write(found.registry, [("um", "Cadastro", "8", "sim"), ("novo", "", "ALL", "sim")])
    settled(found)
    put(found.base, "Novo/robo/metodos/novo.py")
    assert names(found.next()) == ["novo", "um"]
    assert found.child.asked[1:] == [["base"]]


def test_a_changed_registry_is_read_by_a_child_that_walks_nothing(found: Found) -> None:
    settled(found)
    write(found.registry, [("um", "Cadastro", "9", "sim"), ("dois", "", "ALL", "sim")])
    assert names(found.next()) == ["dois", "um"]
    assert found.child.asked[1:] == [["path"]]


def test_many_changed_folders_are_walked_by_a_child(found: Found) -> None:
    put(found.base, *(f"p{n}/metodos/x{n}.py" for n in range(50)))
    settled(found)
    put(found.base, *(f"p{n}/metodos/y{n}.py" for n in range(50)))
    found.next()
    assert found.child.asked[1:] == [["base"]]


def test_a_full_walk_that_finds_the_same_gives_the_very_same_jobs(found: Found) -> None:
    found.reader = DiscoveryReader(
        found.posted.put, found.resolve, lambda: found.registry, 30, 0, reader=found.child
    )
    settle(found.base)
    first = found.next()
    second = found.next()
    assert second.jobs is first.jobs
    assert found.child.asked == [["path", "base"], ["base"]]
    put(found.base, "metodos/x.py")
    write(found.registry, [("x", "", "8", "sim")])
    found.next()
    assert names(found.next()) == ["x"], "a registry that shrank is believed at the second look"


def test_a_drive_that_hangs_is_said_and_the_registry_read_all_the_same(found: Found) -> None:
    found.child.failure, found.child.failing = "sem resposta em 120 s", "base"
    discovery = found.next()
    assert found.child.asked == [["path", "base"], ["path"], ["base"]]
    assert discovery.registry_read
    assert not discovery.base_available
    assert wheres(discovery) == [Where.BASE_PATH]
    assert "não respondeu (sem resposta em 120 s)" in discovery.problems[0].what
    found.child.failure = ""
    assert names(found.next()) == ["dois", "um"]


def test_a_drive_that_hangs_later_leaves_the_jobs(found: Found) -> None:
    before = settled(found).next()
    put(found.base, "Novo/metodos/novo.py")
    found.child.failure = "sem resposta em 120 s"
    hanging = found.next()
    assert hanging.jobs is before.jobs
    assert not hanging.base_available
    found.child.failure = ""
    assert found.next().base_available


def test_a_workbook_that_ends_the_child_does_not_take_the_scripts_away(
    found: Found, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = InlineReader.run

    def run(reader: InlineReader, mode: str, request: dict[str, object], seconds: float) -> dict[str, object]:
        if "path" in request:
            reader.asked.append([])
            return {"ok": False, "error": "falha inesperada na leitura"}
        return whole(reader, mode, request, seconds)

    monkeypatch.setattr(InlineReader, "run", run)
    discovery = found.next()
    assert discovery.base_available
    assert [problem.what for problem in discovery.problems] == ["falha inesperada na leitura"]


@pytest.mark.skipif(sys.platform == "win32", reason="starts the child as POSIX does")
def test_the_real_child_walks_and_reads(tmp_path: Path) -> None:
    found = Found(tmp_path)
    put(found.base, "Cadastro/metodos/Um.py", "metodos/dois.py")
    (found.base / "metodos/fora.py").symlink_to(tmp_path / "r.xlsx")
    write(found.registry, [("um", "Cadastro", "8", "sim"), ("dois", "", "ALL", "sim")])
    found.reader = DiscoveryReader(found.posted.put, found.resolve, lambda: found.registry, 30, 300)
    try:
        discovery = found.next()
        assert names(discovery) == ["Um", "dois"]
        assert ["leva para fora" in problem.what for problem in discovery.problems] == [True]
    finally:
        found.reader.close()
