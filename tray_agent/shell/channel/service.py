"""Answers what arrives over the local channel, for the command line, the page and a second start alike.

Commands go to the engine's inbox; questions are answered from the newest snapshot on a thread of their own.
"""

from __future__ import annotations

import json
import logging
import queue
import threading
from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Any, Protocol

from tray_agent.core import messages as msg
from tray_agent.core.collation import script_key
from tray_agent.core.model import Run
from tray_agent.core.naming import no_such_job
from tray_agent.core.ports import JournalError
from tray_agent.core.shown import JobFacts, Snapshot
from tray_agent.shell.channel.answer import Pieces, Unknown
from tray_agent.shell.channel.commands import Unfit, command_of, whole
from tray_agent.shell.channel.control import Answer, Respond
from tray_agent.shell.channel.past import Past, PastQuestions
from tray_agent.shell.channel.schedules import ScheduleQuestions, Usual
from tray_agent.shell.channel.waiting import WaitingStarts
from tray_agent.shell.views import snapshots as views
from tray_agent.shell.views.snapshots import Json, Reader

_log = logging.getLogger(__name__)
_ANSWERERS = 2
_TEAM = (
    "team",
    "team_invite",
    "team_remove",
    "team_join",
    "team_leave",
    "team_take_over",
    "team_alone",
)
_SLOW = frozenset(
    {"details", "new_registry", "choose_folder", "doctor", "export", "update", *_TEAM} - {"team"}
)  # a minute or more if need be: nobody else waits behind them
_DEFAULT_PIECE = 64 * 1024
_NOT_YET: Json = {"size": 0, "start": 0, "end": 0, "text": ""}  # the run's own process opens its log


_Asked = queue.SimpleQueue[tuple[str, Json, Respond]]


class Outside(Past, Usual, Protocol):
    """What the service needs from beyond the shell. Each may block: it is called on an answering thread."""

    def now(self) -> datetime: ...
    def heartbeat_seconds(self) -> float: ...
    def interpreter(self, script: str) -> str: ...
    def find_run(self, job: str, run: str | None) -> Run | None: ...
    def open_folder(self, run: Run | None) -> str: ...
    def details(self, job: str, script: str) -> Json: ...
    def new_registry(self) -> tuple[bool, str]: ...
    def choose_folder(self) -> tuple[bool, str]: ...
    def is_base_chosen(self) -> bool: ...
    def doctor(self) -> Json: ...
    def program(self) -> Json | None: ...
    def update(self) -> tuple[bool, str]: ...
    def open_dashboard(self, job: str) -> str: ...
    def team(self, method: str, params: Json) -> Json: ...
    def preferences(self) -> Json: ...
    def remember(self, preferences: Json) -> None: ...


class Service:
    """One per agent. ``answer`` is given to the control server."""

    def __init__(
        self,
        snapshot: Callable[[], Snapshot | None],
        post: Callable[[msg.Message], None],
        reader: Reader,
        outside: Outside,
    ) -> None:
        self._snapshot = snapshot
        self._post = post
        self._reader = reader
        self._outside = outside
        self._waiting = WaitingStarts(outside)
        self._asked: _Asked = queue.SimpleQueue()
        self._asked_slow: _Asked = queue.SimpleQueue()
        self._asked_past: _Asked = queue.SimpleQueue()
        self._past = PastQuestions(
            self._known, self._facts, self._run_of, outside, reader.no_data_exit_code
        ).questions
        self._questions: dict[str, Callable[[Json], Any]] = {
            "ping": lambda params: {
                "version": reader.version,
                "pid": reader.pid,
                "program": outside.program(),
            },
            "update": lambda params: _done(outside.update()),
            "status": self._status,
            "snapshot": self._page,
            "running": self._running,
            "log": self._log_piece,
            "runs": self._runs,
            "open_log_folder": self._open_folder,
            "doctor": lambda params: outside.doctor(),
            "details": self._details,
            "new_registry": lambda params: _done(outside.new_registry()),
            "choose_folder": lambda params: _done(outside.choose_folder()),
            "open": self._open,
            "preferences": lambda params: outside.preferences(),
            "remember": self._remember,
            **{name: partial(outside.team, name) for name in _TEAM},
            **ScheduleQuestions(snapshot, outside).questions,
            **self._past,
        }
        for asked, name in (
            *[(self._asked, "answers")] * _ANSWERERS,
            (self._asked_past, "past-answers"),
            (self._asked_slow, "slow-answers"),
        ):
            threading.Thread(target=self._answer_all, args=(asked,), name=name, daemon=True).start()

    def answer(self, method: str, params: dict[str, Any], respond: Respond) -> None:
        """Take a request; returns at once. The answer follows, from this or another thread."""
        try:
            params = whole(params)
            command = self._command(method, params, respond)
        except RecursionError:
            respond(_refusal("refused", "O pedido está aninhado demais."))
            return
        except Unfit as unfit:
            respond(_refusal("refused", str(unfit)))
            return
        if command is not None:
            self._post(command)
        elif method in self._questions:
            self._thread_for(method).put((method, params, respond))
        else:
            respond(_refusal("unknown_method", "Este agente não conhece o pedido."))

    def _thread_for(self, method: str) -> _Asked:
        if method in _SLOW:
            return self._asked_slow
        return self._asked_past if method in self._past else self._asked

    def _command(self, method: str, params: Json, respond: Respond) -> msg.Command | None:
        def reply(answer: msg.Reply) -> None:
            value = {"text": answer.text, "runs": list(answer.runs)}
            respond(Answer(True, value) if answer.accepted else _refusal("refused", answer.text))

        return command_of(method, params, self._id_of, self._outside.now, reply)

    def _job_id(self, params: Json) -> str:
        """The id of the job that the caller names by id or name; what nobody knows stays as it is."""
        return self._id_of(str(params.get("job", ""))[:500])

    def _id_of(self, named: str) -> str:
        snapshot = self._snapshot()
        if snapshot is None or named in snapshot.facts:
            return named
        key = script_key(named)
        return key if key in snapshot.facts else named

    def _answer_all(self, asked: _Asked) -> None:
        while True:
            method, params, respond = asked.get()
            try:
                respond(Answer(True, self._questions[method](params)))
            except Unknown as unknown:
                respond(_refusal("unknown", str(unknown)))
            except JournalError as error:
                respond(_refusal("unreadable", str(error)))
            except OSError as error:
                respond(_refusal("unreadable", f"Não foi possível ler: {error.strerror or error}."))
            except Exception:  # noqa: BLE001 - the one asking gets a sentence, the log the traceback
                _log.exception("question %s failed", method)
                respond(_refusal("internal", "Erro interno; veja o registro do agente."))

    def _known(self) -> Snapshot:
        snapshot = self._snapshot()
        if snapshot is None:
            raise Unknown("O agente ainda está iniciando.")
        return snapshot

    def _status(self, params: Json) -> Pieces:
        outside = self._outside
        view = views.status(self._known(), self._reader, outside.now(), outside.heartbeat_seconds())
        view["program"] = outside.program()
        return Pieces(views.pieces(view))

    def _page(self, params: Json) -> Pieces:
        since = params.get("since")
        since = since if isinstance(since, int) and not isinstance(since, bool) else 0
        outside, snapshot = self._outside, self._known()
        view = views.page(snapshot, self._reader, outside.now(), outside.heartbeat_seconds(), since)
        view["program"] = outside.program()
        view["estimates"] = self._waiting.of(snapshot)
        if "places" in view:
            view["places"]["chosen"] = outside.is_base_chosen()
        if view["full"]:
            view["preferences"] = outside.preferences()
        return Pieces(views.pieces(view))

    def _running(self, params: Json) -> Json:
        facts = self._known().facts.values()
        names = [each.job.name for each in facts if each.active is not None and not each.holding]
        return {"running": sorted(names)}

    def _facts(self, params: Json) -> JobFacts:
        facts = self._known().facts.get(self._job_id(params))
        if facts is None:
            raise Unknown(no_such_job(params.get("job")))
        return facts

    def _runs(self, params: Json) -> Json:
        return views.runs(self._facts(params), self._reader.no_data_exit_code)

    def _run_of(self, params: Json) -> Run | None:
        facts = self._facts(params)
        named = params.get("run")
        found = [run for run in facts.own_runs if named is None or named == run.id]
        if found:
            return max(found, key=lambda run: run.started)
        return self._outside.find_run(facts.job.id, named if isinstance(named, str) else None)

    def _log_piece(self, params: Json) -> Json:
        run = self._run_of(params)
        if run is None:
            raise Unknown("Esta automação ainda não tem execução com log.")
        offset, limit = params.get("offset"), params.get("limit")
        try:
            piece = self._outside.read_log(
                run,
                offset if isinstance(offset, int) else None,
                limit if isinstance(limit, int) else _DEFAULT_PIECE,
            )
        except FileNotFoundError:
            if run.outcome is not None:
                raise Unknown("O log desta execução não existe mais.") from None
            piece = dict(_NOT_YET)
        answer = {"run": run.id, "running": run.outcome is None, **piece}
        if offset is None:
            answer["interpreter"] = self._outside.interpreter(run.script)
            answer["begun"] = views.stamp(run.started)
        return answer

    def _details(self, params: Json) -> Json:
        job = self._facts(params).job
        return {**self._outside.details(job.id, job.path), "interpreter": self._outside.interpreter(job.path)}

    def _open_folder(self, params: Json) -> Json:
        return {"text": self._outside.open_folder(self._run_of(params))}

    def _open(self, params: Json) -> Json:
        job = self._facts(params).job.id if params.get("job") else ""
        trouble = self._outside.open_dashboard(job)
        if trouble:
            raise Unknown(trouble)
        return {"text": "Painel aberto."}

    def _remember(self, params: Json) -> Json:
        preferences = params.get("preferences")
        if not isinstance(preferences, dict) or len(json.dumps(preferences)) > 10_000:
            raise Unknown("Preferências inválidas.")
        self._outside.remember(preferences)
        return {}


def _done(outcome: tuple[bool, str]) -> Json:
    """Whether something was done, and a sentence of it or of why not."""
    is_done, text = outcome
    if not is_done:
        raise Unknown(text)
    return {"text": text}


def _refusal(code: str, text: str) -> Answer:
    return Answer(False, None, code, text)
