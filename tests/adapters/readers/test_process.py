from __future__ import annotations

import json
import os
import queue
import subprocess
import sys
import threading
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from tests.adapters.registry.workbooks import actives, write
from tray_agent.adapters.readers import process
from tray_agent.adapters.readers.process import ReaderFailed, ReaderProcess
from tray_agent.adapters.system import program

pytestmark = pytest.mark.integration

SECONDS = 20


def child(code: str, log: Path | None = None) -> ReaderProcess:
    return ReaderProcess(None, log, lambda mode: [sys.executable, "-c", code, mode])


def until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + SECONDS
    while not condition():
        assert time.monotonic() < deadline, "condition never came true"
        threading.Event().wait(0.01)


def gone(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


ECHO = "import json, sys; print(json.dumps({'ok': True, 'got': json.loads(input()), 'mode': sys.argv[1]}))"


def test_one_object_goes_in_and_one_comes_out() -> None:
    answer = child(ECHO).run("read-registry", {"path": "ação"}, SECONDS)
    assert answer == {"ok": True, "got": {"path": "ação"}, "mode": "read-registry"}


def test_rows_follow_in_blocks() -> None:
    lines = ['{"ok": true, "blocks": 2}', '[["a"], ["b"]]', '[["c"]]']
    code = f"input(); print({chr(10).join(lines)!r})"
    assert child(code).run("m", {}, SECONDS) == {"ok": True, "rows": [["a"], ["b"], ["c"]]}


@pytest.mark.parametrize("lines", [['{"ok": true, "blocks": 2}', "[]"], ['{"ok": true, "blocks": "x"}']])
def test_a_child_that_breaks_off_among_its_rows_gave_no_answer(lines: list[str]) -> None:
    with pytest.raises(ReaderFailed, match="terminou sem responder"):
        child(f"input(); print({chr(10).join(lines)!r})").run("m", {}, SECONDS)


def test_the_child_has_the_environment_given(monkeypatch: pytest.MonkeyPatch) -> None:
    code = "import json, os; input(); print(json.dumps({'ok': True, 'x': os.environ.get('X_TEST')}))"
    reader = ReaderProcess({**os.environ, "X_TEST": "sim"}, None, lambda _: [sys.executable, "-c", code])
    assert reader.run("m", {}, SECONDS)["x"] == "sim"


def test_a_child_that_does_not_answer_is_killed_with_all_it_started(tmp_path: Path) -> None:
    pids = tmp_path / "pids"
    code = (
        "import os, subprocess, sys, time, pathlib\n"
        "sleep = [sys.executable, '-c', 'import time; time.sleep(600)']\n"
        "inner = subprocess.Popen(sleep, start_new_session=True)\n"
        f"pathlib.Path({str(pids)!r} + '~').write_text(f'{{os.getpid()}} {{inner.pid}}')\n"
        f"os.replace({str(pids)!r} + '~', {str(pids)!r})\n"
        "time.sleep(600)"
    )
    reader = child(code)
    killed: list[str] = []

    def run() -> None:
        try:
            reader.run("m", {}, 3)
        except ReaderFailed as failure:
            killed.append(str(failure))

    thread = threading.Thread(target=run)
    thread.start()
    until(pids.exists)
    thread.join(SECONDS)
    assert killed == ["sem resposta em 3 s"]
    for pid in map(int, pids.read_text().split()):
        until(lambda pid=pid: gone(pid))  # type: ignore[misc]


def test_killing_it_from_another_thread_ends_the_wait_at_once() -> None:
    reader = child("import time; input(); time.sleep(600)")
    failures: list[ReaderFailed] = []

    def run() -> None:
        try:
            reader.run("m", {}, 600)
        except ReaderFailed as failure:
            failures.append(failure)

    thread = threading.Thread(target=run)
    thread.start()
    until(lambda: reader._child is not None)
    reader.kill()
    thread.join(SECONDS)
    assert [failure.cancelled for failure in failures] == [True]
    with pytest.raises(ReaderFailed, match="cancelada"):
        reader.run("m", {}, SECONDS)


def test_a_child_that_leaves_before_it_has_read_the_request_ends_the_exchange_in_peace() -> None:
    gone_already = subprocess.Popen(
        [sys.executable, "-c", ""], stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=os.environ
    )
    gone_already.wait(SECONDS)
    answers: queue.SimpleQueue[object] = queue.SimpleQueue()
    process._exchange(gone_already, b"{}\n", answers, True)
    assert answers.get(timeout=0) is process._NO_ANSWER
    assert gone_already.stdout is not None
    assert gone_already.stdout.closed


@pytest.mark.parametrize(
    ("code", "cause"),
    [
        ("raise SystemExit(7)", "código 7"),
        ("input(); print('oi')", "sem responder"),
        ("input(); print('[1]')", "sem sentido"),
        ("input(); print('{\"ok\": 1}')", "sem sentido"),
        ("import os; os.close(0); os.close(1); raise SystemExit(0)", "sem responder"),
    ],
)
def test_a_child_that_answers_nonsense_is_a_failure_in_words(code: str, cause: str) -> None:
    with pytest.raises(ReaderFailed, match=cause):
        child(code).run("m", {}, SECONDS)


def test_a_child_that_cannot_be_started_is_a_failure_in_words(tmp_path: Path) -> None:
    reader = ReaderProcess(None, None, lambda _: [str(tmp_path / "nada")])
    with pytest.raises(ReaderFailed, match="não pôde ser iniciado"):
        reader.run("m", {}, SECONDS)


def test_what_the_child_complains_of_is_in_the_log_and_the_log_stays_small(tmp_path: Path) -> None:
    log = tmp_path / "readers.log"
    code = "import sys; input(); sys.stderr.write('queixa'); print('{\"ok\": true}')"
    reader = child(code, log)
    reader.run("m", {}, SECONDS)
    assert log.read_text() == "queixa"
    log.write_bytes(b"x" * 1_000_001)
    reader.run("m", {}, SECONDS)
    assert log.read_text() == "queixa"
    assert child(code, tmp_path).run("m", {}, SECONDS) == {"ok": True}


def test_the_real_child_reads_a_registry_and_prints_nothing_else(tmp_path: Path) -> None:
    path = write(tmp_path / "r.xlsx", actives(3))
    answer = ReaderProcess(None).run("read-registry", {"path": str(path)}, SECONDS)
    assert answer["ok"]
    assert [row[0] for row in answer["rows"]] == ["robo_0", "robo_1", "robo_2"]


def test_the_real_child_answers_a_surprise_with_a_sentence(tmp_path: Path) -> None:
    answer = ReaderProcess(None, tmp_path / "log").run("read-registry", {"path": 7}, SECONDS)
    assert not answer["ok"]
    assert "falha inesperada" in answer["error"]
    assert "TypeError" in (tmp_path / "log").read_text()


@pytest.mark.skipif(sys.platform == "win32", reason="a named pipe holds the child in its read")
def test_the_real_child_ends_with_its_agent(tmp_path: Path) -> None:
    pipe = tmp_path / "r.xlsx"
    os.mkfifo(pipe)
    request = json.dumps({"path": str(pipe)}).encode() + b"\n"
    process = subprocess.Popen(
        program.command("--internal", "read-registry"),
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        env=program.environment(),
    )
    assert process.stdin
    process.stdin.write(request)
    process.stdin.close()
    assert process.wait(SECONDS) == 3


def test_a_child_that_never_got_a_request_ends_with_its_agent() -> None:
    process = subprocess.run(
        program.command("--internal", "read-registry"),
        stdin=subprocess.DEVNULL,
        env=program.environment(),
        check=False,
        timeout=SECONDS,
    )
    assert process.returncode == 3


HUNGRY = (
    "import sys; from tray_agent.adapters.readers import memory\n"
    "input(); memory.limit(400_000_000)\n"
    'try:\n  held = bytearray(700_000_000)\nexcept MemoryError:\n  print(\'{"ok": true, "held": false}\')\n'
    'else:\n  print(\'{"ok": true, "held": true}\')'
)


@pytest.mark.skipif(sys.platform == "win32", reason="seen under Wine, which knows no such limit")
def test_a_child_gets_no_more_memory_than_it_may_have() -> None:
    environment = {**os.environ, "PYTHONPATH": str(program.PACKAGE.parent)}
    reader = ReaderProcess(environment, None, lambda _: [sys.executable, "-c", HUNGRY])
    assert reader.run("m", {}, SECONDS) == {"ok": True, "held": False}


@pytest.mark.skipif(sys.platform == "win32", reason="seen under Wine, which knows no such limit")
def test_a_workbook_that_swells_beyond_what_it_declares_is_one_sentence(tmp_path: Path) -> None:
    path, swollen = write(tmp_path / "r.xlsx", actives(3)), tmp_path / "swollen.xlsx"
    block = b" " * 10_000_000
    with (
        zipfile.ZipFile(path) as book,
        zipfile.ZipFile(swollen, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as out,
    ):
        for name in book.namelist():
            with out.open(name, "w") as part:
                part.write(book.read(name))
                for _ in range(160 if name.endswith("sheet1.xml") else 0):
                    part.write(block)
    content = bytearray(swollen.read_bytes())
    entry = content.rindex(b"xl/worksheets/sheet1.xml") - 46
    assert content[entry : entry + 4] == b"PK\x01\x02"
    content[entry + 24 : entry + 28] = (1000).to_bytes(4, "little")
    swollen.write_bytes(content)
    path.write_bytes(content)
    reader = ReaderProcess(None, tmp_path / "log")
    try:
        answer = reader.run("read-registry", {"path": str(swollen)}, 60)
    except ReaderFailed as failed:
        assert str(failed) == "o leitor terminou sem responder (código -6, talvez por falta de memória)"
    else:
        assert not answer["ok"]
        assert "\n" not in answer["error"]
    import resource

    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert usage.ru_maxrss < 1_600_000, "kB"


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
def test_a_child_that_a_library_ended_may_have_lacked_memory() -> None:
    with pytest.raises(ReaderFailed, match=r"sem responder \(código -6, talvez por falta de memória\)"):
        child("import os; input(); os.abort()").run("m", {}, SECONDS)
