"""What arrives over the channel as a command, made into the engine's message. Pure."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from tray_agent.core import messages as msg
from tray_agent.core import naming
from tray_agent.core.when import moment_of
from tray_agent.shell.channel.user import LONGEST

Json = dict[str, Any]
_CATCH_UP = {"all", "last", "none"}
_MOST_JOBS = 5000
_MOST_LETTERS = 8000  # of arguments: Windows takes 32,767 for a whole command line, quotes doubled


class Unfit(Exception):
    """A command that does not say what it must; the text is one Portuguese sentence."""


def command_of(
    method: str,
    params: Json,
    job_id: Callable[[str], str],
    now: Callable[[], datetime],
    reply: Callable[[msg.Reply], None],
) -> msg.Command | None:
    """The command that a request means, or None where it is none. Raises :class:`Unfit`.

    ``job_id`` finds a job's id by the name that people give it.
    """
    by = _text(params, "by")[:LONGEST]
    job = job_id(str(params.get("job", ""))[:500])
    match method:
        case "run":
            force, waits = params.get("force") is True, params.get("queue") is True
            return msg.RunJob(job, force, waits, _arguments(params), reply=reply, by=by)
        case "repeat":
            return msg.RepeatJob(job, reply=reply, by=by)
        case "repeat_many":
            return msg.RepeatMany(_jobs(params, job_id), reply=reply, by=by)
        case "acknowledge":
            return msg.Acknowledge(job, reply=reply, by=by)
        case "stop":
            return msg.StopJob(job, reply=reply, by=by)
        case "pause":
            until, reason = _until(params, now), _text(params, "reason")
            return msg.Pause(job, _text(params, "area"), until, reason, reply=reply, by=by)
        case "resume":
            catch_up = _text(params, "catch_up") or "all"
            if catch_up not in _CATCH_UP:
                raise Unfit("Ao retomar, use all, last ou none.")
            return msg.Resume(job, _text(params, "area"), catch_up, reply=reply, by=by)
        case "team_lost":
            return msg.LoseRun(job, reply=reply, by=by)
        case "refresh":
            return msg.Refresh(reply=reply, by=by)
        case "quit":
            return msg.Quit(params.get("stop_runs") is True, reply=reply, by=by)
    return None


def _text(params: Json, name: str) -> str:
    value = params.get(name)
    return value[:500] if isinstance(value, str) else ""


def _jobs(params: Json, job_id: Callable[[str], str]) -> tuple[str, ...]:
    jobs = params.get("jobs")
    if not isinstance(jobs, list) or not all(isinstance(job, str) for job in jobs):
        raise Unfit("Falta dizer quais automações.")
    return tuple(job_id(job[:500]) for job in jobs[:_MOST_JOBS])


def whole(params: Json) -> Json:
    """What is asked, with a "?" for each half of a character in its texts (a name in another encoding, say).

    Arguments stay as they are: what is wrong in them is refused, not changed.
    """
    return {name: each if name == "arguments" else _whole(each) for name, each in params.items()}


def _whole(value: Any) -> Any:
    if isinstance(value, str):
        return naming.whole(value)
    if isinstance(value, list):
        return [_whole(each) for each in value]
    return {_whole(name): _whole(each) for name, each in value.items()} if isinstance(value, dict) else value


def _arguments(params: Json) -> tuple[str, ...] | None:
    """The words of a script's command line; None where the row's are meant."""
    words = params.get("arguments")
    if words is None:
        return None
    if not isinstance(words, list) or not all(isinstance(word, str) for word in words):
        raise Unfit("Os argumentos devem ser uma lista de textos.")
    letters = sum(len(word) + 1 for word in words)
    if letters > _MOST_LETTERS:
        raise Unfit(
            f"Os argumentos têm {letters} letras e o limite é {_MOST_LETTERS}: passe um arquivo com o resto."
        )
    if any(sign == "\0" or "\ud800" <= sign <= "\udfff" for word in words for sign in word):
        raise Unfit("Há um sinal nos argumentos que nenhum programa recebe; nada foi iniciado.")
    return tuple(words)


def _until(params: Json, now: Callable[[], datetime]) -> datetime | None:
    text = _text(params, "until")
    if not text:
        return None
    try:
        return moment_of(text, now())
    except ValueError as error:
        raise Unfit(f"{error}.") from None
