"""The page's only way to Python: a literal list of methods, each one question over the local channel.

Nothing but the channel's ``call`` hangs off the object, and nothing is ever raised to the page.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from typing import Any

from tray_agent.shell.channel.client import ChannelError, Refused

BRIDGE_METHODS = frozenset(
    {
        "snapshot",
        "run",
        "stop",
        "repeat",
        "repeat_many",
        "acknowledge",
        "pause",
        "resume",
        "refresh",
        "update",
        "log",
        "find",
        "copy_for_teams",
        "runs",
        "days",
        "history",
        "export",
        "plan",
        "explain",
        "open_log_folder",
        "details",
        "new_registry",
        "choose_folder",
        "team",
        "team_invite",
        "team_remove",
        "team_lost",
        "team_join",
        "team_leave",
        "team_take_over",
        "team_alone",
        "doctor",
        "preferences",
        "remember",
        "title",
    }
)

WINDOW_PREFERENCES = "window"
"""The key of the preferences that belongs to the window's process; the page cannot set it."""

_MAX_TEXT = 1000
_MAX_PREFERENCES = 1 << 16
_DOCTOR_SECONDS = 175.0
_FIND_SECONDS = 19.0
_EXPORT_SECONDS = 310.0
_WORKBOOK = "automacoes.xlsx"
_UPDATE_SECONDS = 60.0
_TEAM_SECONDS = 55.0  # a child is at work: keys are made, a server starts
_MAX_JOBS = 5000

_log = logging.getLogger(__name__)

Call = Callable[..., Any]
ChooseFile = Callable[[str], str | None]
ChooseFolder = Callable[[], str | None]
"""Asks for the automations' folder and keeps it: "" when kept, None when none was chosen, else why not."""

Result = dict[str, Any]


class _Unfit(Exception):
    """The page sent an argument of another kind than the method takes."""


class Bridge:
    """What the page sees as ``pywebview.api``. Answers {ok, data} or {ok, error: {code, text}}.

    Superfluous arguments are ignored and missing ones are None: the page's mistakes come back as answers.
    """

    __slots__ = ("_call", "_choose_file", "_choose_folder")

    def __init__(
        self,
        call: Call,
        choose_file: ChooseFile = lambda _name: None,
        choose_folder: ChooseFolder = lambda: None,
    ) -> None:
        self._call = call
        self._choose_file = choose_file
        self._choose_folder = choose_folder

    def snapshot(self, since: Any = None, *_: Any) -> Result:
        """What changed since a version, or everything."""
        return self._answer("snapshot", lambda: {"since": _number(since)})

    def run(self, job: Any = None, *_: Any) -> Result:
        """Start a job now."""
        return self._answer("run", lambda: {"job": _text(job)})

    def stop(self, job: Any = None, *_: Any) -> Result:
        """End a job's run."""
        return self._answer("stop", lambda: {"job": _text(job)})

    def repeat(self, job: Any = None, *_: Any) -> Result:
        """Run again a job whose last scheduled run failed."""
        return self._answer("repeat", lambda: {"job": _text(job)})

    def repeat_many(self, jobs: Any = None, *_: Any) -> Result:
        """The same for several, as the queue has room."""
        return self._answer("repeat_many", lambda: {"jobs": _texts(jobs)})

    def acknowledge(self, job: Any = None, *_: Any) -> Result:
        """Somebody saw the error of a job."""
        return self._answer("acknowledge", lambda: {"job": _text(job)})

    def pause(
        self, job: Any = None, area: Any = None, until: Any = None, reason: Any = None, *_: Any
    ) -> Result:
        """Suspend scheduling of a job, of an area, or of all, until a moment or for good."""
        return self._answer("pause", lambda: _given(job=job, area=area, until=until, reason=reason))

    def resume(self, job: Any = None, area: Any = None, catch_up: Any = None, *_: Any) -> Result:
        """Resume scheduling of what was suspended."""
        return self._answer("resume", lambda: _given(job=job, area=area, catch_up=catch_up))

    def refresh(self, *_: Any) -> Result:
        """Discovery and history now."""
        return self._answer("refresh")

    def update(self, *_: Any) -> Result:
        """Change to the version that lies in the program's file."""
        return self._answer("update", lambda: {"timeout": _UPDATE_SECONDS})

    def log(self, job: Any = None, run: Any = None, offset: Any = None, *_: Any) -> Result:
        """A piece of a run's output: from an offset in bytes, or its end."""
        return self._answer(
            "log", lambda: {"job": _text(job), "run": _text_or_none(run), "offset": _number(offset)}
        )

    def find(
        self,
        job: Any = None,
        run: Any = None,
        text: Any = None,
        start: Any = None,
        line: Any = None,
        *_: Any,
    ) -> Result:
        """Where a text occurs in a run's output, from an offset in bytes and the line it is in."""
        return self._answer(
            "find",
            lambda: {
                "job": _text(job),
                "run": _text_or_none(run),
                "text": _text(text),
                "from": _number(start) or 0,
                "line": _number(line) or 0,
                "timeout": _FIND_SECONDS,
            },
        )

    def copy_for_teams(self, job: Any = None, run: Any = None, *_: Any) -> Result:
        """A run in some lines, to be pasted where the team talks."""
        return self._answer("copy_for_teams", lambda: {"job": _text(job), "run": _text_or_none(run)})

    def days(self, days: Any = None, *_: Any) -> Result:
        """The worst state and the counts of the last days of every job."""
        return self._answer("days", lambda: {"n": _number(days)})

    def history(
        self, job: Any = None, days: Any = None, only_errors: Any = None, area: Any = None, *_: Any
    ) -> Result:
        """Past days' runs and their figures; of an area the figures alone."""
        return self._answer(
            "history",
            lambda: {
                "job": _text_or_none(job),
                "days": _number(days),
                "only_errors": only_errors is True,
                **({} if area is None else {"area": _text(area), "only_figures": True}),
            },
        )

    def export(self, days: Any = None, *_: Any) -> Result:
        """Have past days written into a workbook that the person names; no data where none was named."""
        try:
            file = self._choose_file(_WORKBOOK)
        except Exception:  # noqa: BLE001 - whatever a platform's dialog raises
            _log.exception("no file could be chosen")
            return _refusal("internal", "A janela para escolher o arquivo não abriu.")
        if not file:
            return {"ok": True, "data": None}
        named = file if file.lower().endswith(".xlsx") else f"{file}.xlsx"
        # That it may be replaced was asked by the dialog.
        return self._answer(
            "export",
            lambda: {
                "file": named,
                "days": _number(days),
                "overwrite": named == file,
                "timeout": _EXPORT_SECONDS,
            },
        )

    def plan(self, day: Any = None, following: Any = None, *_: Any) -> Result:
        """What runs when: of a day, or within a time from now."""
        return self._answer("plan", lambda: _given(day=day, next=following))

    def explain(self, text: Any = None, *_: Any) -> Result:
        """What a schedule's text means."""
        return self._answer("explain", lambda: {"text": _text(text)})

    def runs(self, job: Any = None, *_: Any) -> Result:
        """Today's runs of a job."""
        return self._answer("runs", lambda: {"job": _text(job)})

    def open_log_folder(self, job: Any = None, run: Any = None, *_: Any) -> Result:
        """Have the agent show the folder with a run's log."""
        return self._answer("open_log_folder", lambda: {"job": _text(job), "run": _text_or_none(run)})

    def details(self, job: Any = None, *_: Any) -> Result:
        """Which version of a job's script lies there, and its row of the registry."""
        return self._answer("details", lambda: {"job": _text(job)})

    def new_registry(self, *_: Any) -> Result:
        """Have a model registry made where the registry is looked for."""
        return self._answer("new_registry", lambda: {"timeout": _TEAM_SECONDS})

    def choose_folder(self, *_: Any) -> Result:
        """Have the person choose the automations' folder; no data where none was chosen.

        Which one it is stays in this process, which has put it on record: the agent is told to read, not
        what.
        """
        try:
            trouble = self._choose_folder()
        except Exception:  # noqa: BLE001 - whatever a platform's dialog raises
            _log.exception("no folder could be chosen")
            return _refusal("internal", "A janela para escolher a pasta não abriu.")
        if trouble is None:
            return {"ok": True, "data": None}
        if trouble:
            return _refusal("not_kept", trouble)
        return self._answer("choose_folder", lambda: {"timeout": _TEAM_SECONDS})

    def team(self, *_: Any) -> Result:
        """The team as far as this PC knows it."""
        return self._answer("team")

    def team_invite(self, *_: Any) -> Result:
        """A code for one more PC."""
        return self._answer("team_invite", lambda: {"timeout": _TEAM_SECONDS})

    def team_remove(self, pc: Any = None, *_: Any) -> Result:
        """Have a PC belong to the team no more."""
        return self._answer("team_remove", lambda: {"pc": _text(pc), "timeout": _TEAM_SECONDS})

    def team_lost(self, job: Any = None, *_: Any) -> Result:
        """A person declares a job's run lost, of whose PC nothing is heard."""
        return self._answer("team_lost", lambda: {"job": _text(job)})

    def team_join(self, code: Any = None, *_: Any) -> Result:
        """Belong to the team of the PC that gave this code."""
        return self._answer("team_join", lambda: {"code": _text(code), "timeout": _TEAM_SECONDS})

    def team_leave(self, *_: Any) -> Result:
        """Belong to the team no more."""
        return self._answer("team_leave", lambda: {"timeout": _TEAM_SECONDS})

    def team_take_over(self, confirm: Any = None, *_: Any) -> Result:
        """Be the brain from now on; ``confirm`` is the former one's name as the person typed it."""
        return self._answer("team_take_over", lambda: {"confirm": _text(confirm), "timeout": _TEAM_SECONDS})

    def team_alone(self, confirm: Any = None, *_: Any) -> Result:
        """A person says that the brain that the base folder names is no more; ``confirm`` is its name."""
        return self._answer("team_alone", lambda: {"confirm": _text(confirm), "timeout": _TEAM_SECONDS})

    def doctor(self, *_: Any) -> Result:
        """Check every place; takes up to some minutes."""
        return self._answer("doctor", lambda: {"timeout": _DOCTOR_SECONDS})

    def preferences(self, *_: Any) -> Result:
        """What was remembered."""
        return self._answer("preferences")

    def remember(self, preferences: Any = None, *_: Any) -> Result:
        """Remember the page's preferences."""
        return self._answer("remember", lambda: {"preferences": _preferences(preferences)})

    def title(self, text: Any = None, *_: Any) -> Result:
        """Have the window bear a title; answered by the window's process itself."""
        return self._answer("title", lambda: {"text": _text(text)})

    def _answer(self, method: str, params: Callable[[], Result] = dict) -> Result:
        try:
            value = self._call(method, **params())
            json.dumps(value, allow_nan=False)  # what is no JSON would leave the page waiting for ever
        except _Unfit:
            return _refusal("bad_argument", "A página fez um pedido que o agente não entende.")
        except Refused as error:
            return _refusal(error.code, error.text)
        except ChannelError:
            return _refusal("gone", "O agente foi encerrado.")
        except Exception:  # noqa: BLE001 - pywebview would hand the page the whole traceback
            _log.exception("the page's call of %s failed", method)
            return _refusal("internal", "Algo falhou ao falar com o agente; tente de novo.")
        return {"ok": True, "data": value}


def _refusal(code: str, text: str) -> Result:
    return {"ok": False, "error": {"code": code, "text": text}}


def _text(value: Any) -> str:
    if not isinstance(value, str) or not 0 < len(value) <= _MAX_TEXT:
        raise _Unfit
    return value


def _text_or_none(value: Any) -> str | None:
    return None if value is None else _text(value)


def _texts(value: Any) -> list[str]:
    if not isinstance(value, list) or len(value) > _MAX_JOBS:
        raise _Unfit
    return [_text(each) for each in value]


def _given(**values: Any) -> Result:
    """Texts by name; what the page left out is left out."""
    return {name: _text(value) for name, value in values.items() if value is not None}


def _number(value: Any) -> int | None:
    """A whole number from zero on; a page's numbers may come as floats."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if value is not None and (type(value) is not int or not 0 <= value < 1 << 53):
        raise _Unfit
    return value


def _preferences(value: Any) -> Result:
    try:
        if not isinstance(value, dict) or len(json.dumps(value, allow_nan=False)) > _MAX_PREFERENCES:
            raise _Unfit
    except (TypeError, ValueError, RecursionError):
        raise _Unfit from None
    return {str(name): kept for name, kept in value.items() if name != WINDOW_PREFERENCES}
