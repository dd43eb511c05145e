"""The command line: arguments, exit codes, and one line on stderr when something is refused (contract.md)."""

from __future__ import annotations

import argparse
import io
import json
import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from tray_agent import __version__
from tray_agent.adapters.system.instance_lock import is_held
from tray_agent.adapters.system.places import APP_DIR_VARIABLE, Places, app_folder, find_places
from tray_agent.adapters.system.settings_file import load
from tray_agent.commands import output, registry_file, schedule, team
from tray_agent.commands.parser import DONE, FAILED, NO_AGENT, WRONG, Parser, complained, parted
from tray_agent.core.settings import Settings
from tray_agent.core.when import moment_of
from tray_agent.shell.channel.client import Channel, ChannelError, NoAgent, Refused, connect, unanswered
from tray_agent.shell.window.windows_desktop import allow_foreground

_QUIT_SECONDS = 30.0
_FOLLOW_SECONDS = 0.3
_STARTING_SECONDS = 8.0


class _Refusal(Exception):
    """Ends a command: one line for stderr, and the exit code."""

    def __init__(self, text: str, code: int = FAILED) -> None:
        super().__init__(text)
        self.code = code


def run(arguments: list[str]) -> int:
    """Run one command; the exit code of contract.md. Output that nobody takes ends it quietly."""
    output.have_streams()
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # a pipe that cannot spell "ç" still gets the rest
    try:
        return _run(arguments)
    except OSError as error:
        if not output.is_lost(error):
            raise
        output.give_up()
        return DONE
    except KeyboardInterrupt:
        return FAILED
    finally:
        output.finish()


def _run(arguments: list[str]) -> int:
    own, words = parted(arguments)
    options = _parser().parse_args(own)
    options.arguments = words
    command: Callable[[argparse.Namespace, Settings, Places], int] = options.command
    if command not in {_start, _demo} and signal.getsignal(signal.SIGINT) is signal.SIG_DFL:
        signal.signal(
            signal.SIGINT, signal.default_int_handler
        )  # which from here on leaves nothing half done
    places: Places | None = None
    try:
        settings, places = _settings(options)
        code = command(options, settings, places)
        sys.stdout.flush()
        return code
    except _Refusal as refusal:
        return complained(str(refusal), refusal.code)
    except NoAgent as none:
        if places is not None and is_held(places.data_dir):
            return complained(unanswered(places.data_dir), FAILED)
        return complained(none.text, NO_AGENT)
    except ChannelError as error:
        return complained(error.text, FAILED)


def _parser() -> argparse.ArgumentParser:
    parser = Parser(prog="tray-agent", description="Executa as automações Python da equipe.")
    parser.add_argument("--version", action="version", version=__version__, help="mostra a versão e termina")
    parser.add_argument("--app-dir", help="pasta da aplicação, com tray_agent.toml e o registro")
    parser.add_argument("--headless", action="store_true", help="sem ícone e sem janela, em primeiro plano")
    parser.add_argument("--autostart", action="store_true", help=argparse.SUPPRESS)
    parser.set_defaults(command=_start)
    commands = parser.add_subparsers(metavar="COMANDO", parser_class=Parser)

    def add(name: str, text: str, command: Callable[..., int]) -> argparse.ArgumentParser:
        sub = commands.add_parser(name, help=text, description=text)
        sub.set_defaults(command=command)
        return sub

    demo = add("demo", "cria um espaço de demonstração e roda o agente nele", _demo)
    demo.add_argument(
        "--headless", action="store_true", help="sem ícone e sem janela", default=argparse.SUPPRESS
    )
    demo.add_argument("--dir", help="pasta para a demonstração (padrão: uma nova)")
    status = add("status", "mostra o estado atual", _status)
    status.add_argument("--json", action="store_true", help="o JSON do contrato")
    _add_job_commands(add)
    logs = add("logs", "mostra a saída da execução mais recente", _logs)
    logs.add_argument("job", metavar="NOME", help="o id ou o nome do cartão")
    logs.add_argument("--follow", action="store_true", help="acompanha até a execução terminar")
    add("refresh", "lê registro, scripts e histórico agora", _command("refresh"))
    opened = add("open", "abre o painel, em uma automação se for nomeada", _command("open"))
    opened.add_argument("job", metavar="NOME", nargs="?", help="o id ou o nome do cartão")
    leave = add("quit", "encerra o agente", _quit)
    leave.add_argument("--stop-runs", action="store_true", help="para o que está em execução")
    add("update", "troca já para a versão do arquivo do programa", _command("update"))
    team.add_to(add, _connected, _Refusal)
    registry_file.add_to(add)
    schedule.add_to(add)
    add("doctor", "verifica pastas, registro, credenciais, BigQuery e interpretador", _doctor)
    _add_past(add)
    notify = add("notify", "avisos da equipe: test envia um de teste a cada endereço", _notify)
    notify.add_argument("action", metavar="test", choices=("test",))
    bundle = add("support-bundle", "reúne logs, diário e diagnóstico em um zip, sem chaves", _support_bundle)
    bundle.add_argument("file", metavar="ARQUIVO", help="o zip a criar")
    autostart = add("autostart", "inicia com o Windows", _autostart)
    autostart.add_argument("switch", metavar="on|off|status", choices=("on", "off", "status"))
    return parser


def _add_past(add: Callable[..., argparse.ArgumentParser]) -> None:
    """What tells of the days that were."""
    past = add("history", "mostra as execuções dos últimos dias, com ou sem agente", _past("history"))
    past.add_argument("job", metavar="NOME", nargs="?", help="o id ou o nome do cartão (padrão: todas)")
    past.add_argument("--json", action="store_true", help="o JSON do contrato")
    book = add("export", "grava as execuções dos últimos dias em uma planilha", _past("export"))
    book.add_argument("file", metavar="ARQUIVO.xlsx", help="a planilha a criar")
    book.add_argument("--overwrite", action="store_true", help="substitui a planilha se já existir")
    for command_parser, default in ((past, 7), (book, 30)):
        command_parser.add_argument(
            "--days",
            type=_days,
            default=default,
            metavar="N",
            help=f"quantos dias, até hoje (padrão: {default})",
        )


def _add_job_commands(add: Callable[..., argparse.ArgumentParser]) -> None:
    """What starts, stops, repeats, suspends and resumes."""
    run = add("run", "executa uma automação agora", _command("run", "force", "queue", "arguments"))
    run.usage = "tray-agent run [-h] [--force | --queue] NOME [-- ARGUMENTO ...]"
    run.epilog = (
        "o que vem depois de -- vai para o script no lugar da coluna argumentos; um NOME que começa com - "
        "vem ele mesmo depois de --: run -- -NOME [-- ARGUMENTO ...]"
    )
    for sub in (
        run,
        add("stop", "para uma automação", _command("stop")),
        add("repeat", "repete uma agendada que falhou, sem gastar um horário", _command("repeat")),
        add("acknowledge", "reconhece um erro: sai do vermelho até falhar de novo", _command("acknowledge")),
    ):
        sub.add_argument("job", metavar="NOME", help="o id ou o nome do cartão")
    busy = run.add_mutually_exclusive_group()
    busy.add_argument("--force", action="store_true", help="mesmo com o recurso (coluna recurso) em uso")
    busy.add_argument("--queue", action="store_true", help="assim que o recurso ficar livre")
    pause = add("pause", "suspende os agendamentos, ou os de uma automação", _command("pause", *_PAUSE))
    pause.add_argument("--until", type=_when, metavar="QUANDO", help="14:00, uma data ou uma duração como 2h")
    pause.add_argument("--reason", metavar="TEXTO", help="o motivo, mostrado no cartão")
    resume = add("resume", "retoma os agendamentos, ou os de uma automação", _command("resume", *_RESUME))
    resume.add_argument(
        "--catch-up",
        choices=("all", "last", "none"),
        default="all",
        help="o que fazer com o que ficou em atraso: tudo (padrão), só a última, nada",
    )
    for sub in (pause, resume):
        sub.add_argument("job", metavar="NOME", nargs="?", help="o id ou o nome do cartão (padrão: todas)")
        sub.add_argument("--area", metavar="ÁREA", help="todas as automações de uma área")


def _settings(options: argparse.Namespace) -> tuple[Settings, Places]:
    app_dir = app_folder(options.app_dir, os.environ)
    named = "--app-dir" if options.app_dir else APP_DIR_VARIABLE if os.environ.get(APP_DIR_VARIABLE) else ""
    if named and not app_dir.is_dir():
        raise _Refusal(f"a pasta de {named} não existe: {app_dir}", WRONG)
    try:
        settings = load(app_dir, os.environ)
    except ExceptionGroup as errors:
        raise _Refusal("; ".join(str(each) for each in errors.exceptions), WRONG) from None
    return settings, find_places(app_dir, settings)


def _start(options: argparse.Namespace, settings: Settings, places: Places) -> int:
    from tray_agent.start.foreground import start_agent

    again = ["--app-dir", str(places.app_dir), *(["--headless"] if options.headless else [])]
    return start_agent(settings, places, headless=options.headless, at_login=options.autostart, again=again)


def _demo(options: argparse.Namespace, settings: Settings, places: Places) -> int:
    from tray_agent.commands.demo import run_demo

    return run_demo(Path(options.dir) if options.dir else None, headless=options.headless)


def _connected(places: Places) -> Channel:
    """The channel to the agent; one that has its folder but is still starting is waited for."""
    deadline = time.monotonic() + _STARTING_SECONDS
    while True:
        try:
            return connect(places.data_dir)
        except NoAgent:
            if time.monotonic() > deadline or not is_held(places.data_dir):
                raise
        threading.Event().wait(_FOLLOW_SECONDS)


_PAUSE = ("area", "until", "reason")
_ANY_MOMENT = datetime(2028, 1, 1, tzinfo=UTC)  # of a leap year: whether 29/02 comes is the agent's to say
_RESUME = ("area", "catch_up")


def _command(method: str, *further: str) -> Callable[[argparse.Namespace, Settings, Places], int]:
    """A command that the running agent answers in one sentence; ``further`` options go along."""

    def command(options: argparse.Namespace, settings: Settings, places: Places) -> int:
        named = {name: getattr(options, name) for name in ("job", *further) if name in options}
        params = {name: value for name, value in named.items() if value is not None}
        if params.get("job") and params.get("area"):
            raise _Refusal("use NOME ou --area, não os dois", WRONG)
        with _connected(places) as channel:
            if method == "open":
                allow_foreground()
            answer = channel.call(method, **params)
        print(output.harmless(answer["text"]))
        return DONE

    return command


def _status(options: argparse.Namespace, settings: Settings, places: Places) -> int:
    with _connected(places) as channel:
        status = channel.call("status")
    if options.json:
        print(json.dumps(status, ensure_ascii=not _speaks_utf8(), indent=2))
        return DONE
    from tray_agent.shell.views.table import render

    colour = sys.stdout.isatty() and not os.environ.get("NO_COLOR")
    if sys.stdout.isatty():
        status = output.all_harmless(status)
    print(render(status, colour=colour, width=_terminal_width() if sys.stdout.isatty() else 1000))
    return DONE


def _terminal_width() -> int:
    import shutil

    return shutil.get_terminal_size().columns


def _speaks_utf8() -> bool:
    return (sys.stdout.encoding or "").lower().replace("-", "") == "utf8"


def _logs(options: argparse.Namespace, settings: Settings, places: Places) -> int:
    with _connected(places) as channel:
        offset, run = 0, None
        shown = output.LogText() if sys.stdout.isatty() else None
        while True:
            piece = channel.call("log", job=options.job, run=run, offset=offset, limit=1 << 20)
            run = piece["run"]
            sys.stdout.write(shown.piece(piece["text"]) if shown else piece["text"])
            sys.stdout.flush()
            at_end = piece["end"] == offset
            offset = piece["end"]
            if not at_end:
                continue
            if not (options.follow and piece["running"]):
                sys.stdout.write(shown.rest() if shown else "")
                return DONE
            threading.Event().wait(_FOLLOW_SECONDS)


def _quit(options: argparse.Namespace, settings: Settings, places: Places) -> int:
    with _connected(places) as channel:
        answer = channel.call("quit", stop_runs=options.stop_runs)
        print(answer["text"])
        if not channel.closed.wait(_QUIT_SECONDS):
            raise _Refusal("o agente ainda está parando as execuções; acompanhe com tray-agent status")
    return DONE


def _doctor(options: argparse.Namespace, settings: Settings, places: Places) -> int:
    from tray_agent.checks.doctor import examine, render

    checks = examine(settings, places)
    print(render(checks, colour=sys.stdout.isatty() and not os.environ.get("NO_COLOR")))
    return DONE if all(check.ok is not False for check in checks) else FAILED


def _when(text: str) -> str:
    """Text that the agent, by its own clock, will take for a moment. Raises ArgumentTypeError."""
    try:
        moment_of(text, _ANY_MOMENT)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None
    return text


def _days(text: str) -> int:
    from tray_agent.commands.past import days

    return days(text)


def _past(name: str) -> Callable[[argparse.Namespace, Settings, Places], int]:
    def command(options: argparse.Namespace, settings: Settings, places: Places) -> int:
        from tray_agent.commands import past
        from tray_agent.core.ports import JournalError

        look = past.history if name == "history" else past.export
        try:
            trouble = look(options, settings, places, print)
        except JournalError as error:
            raise _Refusal(str(error)) from None
        if trouble:
            raise _Refusal(trouble)
        return DONE

    return command


def _notify(options: argparse.Namespace, settings: Settings, places: Places) -> int:
    from tray_agent.commands.notify import test

    if not settings.notify_urls and not settings.notify_areas:
        raise _Refusal("nenhum endereço em notify_urls nem em [notify_areas] de tray_agent.toml")
    return DONE if test(settings, places, print) else FAILED


def _support_bundle(options: argparse.Namespace, settings: Settings, places: Places) -> int:
    from tray_agent.checks.support import make_bundle

    target = Path(options.file).absolute()
    try:
        count = make_bundle(settings, places, target)
    except OSError as error:
        raise _Refusal(f"não foi possível gravar {target}: {error.strerror or error}") from None
    print(f"{count} arquivos em {target}, sem chaves.")
    return DONE


def _autostart(options: argparse.Namespace, settings: Settings, places: Places) -> int:
    from tray_agent.adapters.system import autostart

    try:
        if options.switch == "on":
            autostart.turn_on(autostart.login_command(places.app_dir))
        elif options.switch == "off":
            autostart.turn_off()
        print(autostart.status().text)
    except autostart.AutostartRefused as refused:
        raise _Refusal(str(refused)) from None
    return DONE


__all__ = ["Refused", "run"]
