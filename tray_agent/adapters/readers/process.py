"""A short-lived child of this same program that reads something slow, killed when its deadline passes.

Whatever a library, a server or a synced drive does, it does it in there.
"""

from __future__ import annotations

import contextlib
import json
import os
import queue
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import IO, Any

from tray_agent.adapters.readers import blocks
from tray_agent.adapters.readers.children import opened_log, talk
from tray_agent.adapters.system import program

_MOST_BYTES = 64_000_000
_LAST_SECONDS = 5.0
_LEAVE_SECONDS = 1.0
_NO_ANSWER = object()
# Abort, bus error, segmentation fault, killed; on Windows fail fast, heap corruption, access violation.
_ENDED_BY_A_LIBRARY = {-6, -7, -9, -11, 0xC0000409, 0xC0000374, 0xC0000005, 0xC0000017}


class ReaderFailed(Exception):
    """The child gave no answer; the text is a Portuguese clause. ``cancelled``: :meth:`kill` was called."""

    def __init__(self, text: str, cancelled: bool = False) -> None:
        super().__init__(text)
        self.cancelled = cancelled


def _self(mode: str) -> list[str]:
    return program.command("--internal", mode)


class ReaderProcess:
    """One child at a time. ``run`` and ``kill`` may be called from different threads.

    Where not ``whole`` the long lists of an answer are iterators, for one pass (see :func:`blocks.join`).
    """

    def __init__(
        self,
        environment: Mapping[str, str] | None = None,
        log: Path | None = None,
        command: Callable[[str], list[str]] = _self,
        *,
        whole: bool = True,
    ) -> None:
        self._environment = environment
        self._log = log
        self._command = command
        self._whole = whole
        self._lock = threading.Lock()
        self._child: subprocess.Popen[bytes] | None = None
        self._cancelled = False

    def run(self, mode: str, request: Mapping[str, Any], deadline_seconds: float) -> dict[str, Any]:
        """The child's answer to ``request``. Raises :class:`ReaderFailed`, and leaves no process behind."""
        child = self._start(mode)
        answers: queue.SimpleQueue[Any] = queue.SimpleQueue()
        try:
            threading.Thread(
                target=_exchange,
                args=(child, _line(request), answers, self._whole),
                name=f"{mode}-pipe",
                daemon=True,
            ).start()
            try:
                answer = answers.get(timeout=deadline_seconds)
            except queue.Empty:
                raise ReaderFailed(f"sem resposta em {deadline_seconds:g} s") from None
            with contextlib.suppress(subprocess.TimeoutExpired):
                child.wait(_LEAVE_SECONDS)  # it ends by itself within a moment of its answer
        finally:
            self._end(child)
        if self._cancelled:
            raise ReaderFailed("leitura cancelada", cancelled=True)
        if answer is _NO_ANSWER:
            raise ReaderFailed(_without_answer(child.returncode))
        if not isinstance(answer, dict) or not isinstance(answer.get("ok"), bool):
            raise ReaderFailed("o leitor deu uma resposta sem sentido")
        return answer

    def kill(self) -> None:
        """End the child that is under way, if any; no further one starts."""
        with self._lock:
            self._cancelled = True
            if self._child is not None:
                _kill_tree(self._child)

    def _start(self, mode: str) -> subprocess.Popen[bytes]:
        with self._lock:
            if self._cancelled:
                raise ReaderFailed("leitura cancelada", cancelled=True)
            try:
                with opened_log(self._log) as log:
                    self._child = talk(self._command(mode), log, program.environment(self._environment))
            except OSError as error:
                raise ReaderFailed(f"o leitor não pôde ser iniciado: {error.strerror or error}") from error
            return self._child

    def _end(self, child: subprocess.Popen[bytes]) -> None:
        """Leave nothing behind: a child that is still there is killed."""
        with self._lock:
            self._child = None
            _kill_tree(child)
        try:
            child.wait(_LAST_SECONDS)
        except subprocess.TimeoutExpired:
            return  # nothing can be done about a process that the system itself cannot end


def _without_answer(code: int | None) -> str:
    """A library that gets no memory often just ends the process."""
    of_memory = code in _ENDED_BY_A_LIBRARY
    return f"o leitor terminou sem responder (código {code}{', talvez por falta de memória' * of_memory})"


def _line(request: Mapping[str, Any]) -> bytes:
    return json.dumps(request, separators=(",", ":")).encode() + b"\n"


def _exchange(
    child: subprocess.Popen[bytes], line: bytes, answers: queue.SimpleQueue[Any], whole: bool
) -> None:
    """Write the request, read the answer. The child's stdin stays open: its end tells it that we are gone."""
    answer: Any = _NO_ANSWER
    try:
        if child.stdin and child.stdout:
            child.stdin.write(line)
            child.stdin.flush()
            answer = _answer(child.stdout, whole)
    except (OSError, ValueError, TypeError):
        answer = _NO_ANSWER
    answers.put(answer)
    child.wait()
    for pipe in (child.stdin, child.stdout):
        if pipe:
            with contextlib.suppress(OSError):  # what the child did not take is written once more, in vain
                pipe.close()


def _answer(pipe: IO[bytes], whole: bool) -> Any:
    """One line of JSON, and the blocks that belong to it."""

    def following() -> bytes:
        return pipe.readline(_MOST_BYTES)

    return blocks.join(json.loads(following()), following, whole=whole)


def _kill_tree(child: subprocess.Popen[bytes]) -> None:
    """Kill the child and what it started. An ended child is left alone: its id may be another's by now."""
    if child.poll() is not None:
        return
    import psutil

    try:
        tree = psutil.Process(child.pid).children(recursive=True)
    except psutil.Error:
        tree = []
    if sys.platform != "win32":
        try:
            os.killpg(child.pid, signal.SIGKILL)
        except OSError:
            child.kill()
    else:
        child.kill()
    for descendant in tree:
        try:
            descendant.kill()
        except psutil.Error:
            continue
