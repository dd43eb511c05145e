"""The reader child's side: one JSON object comes in, one goes out, and the child ends with its agent.

The answer's rows follow it in blocks, a line each, so that the agent need not take them apart all at once.

Only the answer reaches stdout; whatever a library prints goes to stderr, the readers' log.
"""

from __future__ import annotations

import gc
import json
import os
import sys
import threading
import traceback
from collections.abc import Callable
from typing import IO, Any

from tray_agent.adapters.readers import blocks, memory, priority

Answer = Callable[[dict[str, Any]], dict[str, Any]]
_ORPHANED = 3
_LOOK_SECONDS = 0.2


def _answers(mode: str) -> Answer:
    if mode == "read-registry":
        # pandas would load it for types of columns that nobody asks for: a tenth of this child's time.
        sys.modules["pyarrow"] = None  # type: ignore[assignment]
        from tray_agent.adapters.registry.child import answer

        return answer
    if mode == "details":
        from tray_agent.adapters.registry.details import answer as details

        return details
    if mode == "export":
        from tray_agent.adapters.journal.workbook import answer as export

        return export
    if mode == "notify":
        from tray_agent.adapters.notices.apprise_child import answer as notify

        return notify
    if mode == "team-keys":
        from tray_agent.adapters.team.keys import answer as keys

        return keys
    if mode == "team-look":
        from tray_agent.adapters.team.look_child import answer as look

        return look
    if mode == "team-join":
        from tray_agent.adapters.team.join_child import answer as join

        return join
    from tray_agent.adapters.history.bigquery import answer as history

    return history


if sys.platform == "win32":
    import _winapi
    import msvcrt

    def _end_with(agent: IO[bytes]) -> None:
        """The agent keeps its end open as long as it lives.

        The pipe is looked at, never read: a read that hangs in it stops numpy's import for ever, since the C
        runtimes that come with a library ask for the type of the standard handles and queue behind the read.
        """
        handle = msvcrt.get_osfhandle(agent.fileno())
        pause = threading.Event()
        try:
            while True:
                _winapi.PeekNamedPipe(handle, 0)
                pause.wait(_LOOK_SECONDS)
        except OSError:
            os._exit(_ORPHANED)

else:

    def _end_with(agent: IO[bytes]) -> None:
        """The agent keeps its end open as long as it lives."""
        while agent.read(4096):
            pass
        os._exit(_ORPHANED)


def main(mode: str) -> int:
    """Answer one request for one of these modes. Returns the exit code."""
    priority.step_back()
    memory.limit()
    gc.disable()  # it lives for one answer; a collector would only walk the rows again and again
    requests = open(0, "rb", buffering=0, closefd=False)  # noqa: SIM115 - lives as long as the process
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    line = bytearray()
    while not line.endswith(b"\n"):
        byte = requests.read(1)
        if not byte:
            return _ORPHANED
        line += byte
    threading.Thread(target=_end_with, args=(requests,), name="agent", daemon=True).start()
    try:
        answer = _answers(mode)(json.loads(line))
    except MemoryError:
        answer = {"ok": False, "error": memory.TOO_MUCH}
    except BaseException as error:  # noqa: BLE001 - the top of this program; a parser may even panic
        traceback.print_exc()
        answer = {
            "ok": False,
            "error": f"falha inesperada na leitura ({type(error).__name__}: {error})"[:300],
        }
    for part in blocks.split(answer):
        answers.write(json.dumps(part, separators=(",", ":")).encode() + b"\n")
    answers.flush()
    sys.stderr.flush()
    # Not the interpreter's slow way out: threads of libraries must not hold the answer's reader up.
    os._exit(0)
