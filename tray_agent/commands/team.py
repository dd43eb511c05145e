"""The commands about several PCs: ``team``, ``join``, ``leave``.

The agent does what is asked; without one a PC can still join and leave.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Callable
from typing import Any

from tray_agent.adapters.system.places import Places
from tray_agent.commands.output import harmless
from tray_agent.core.settings import Settings
from tray_agent.shell.channel.client import Channel, NoAgent

Run = Callable[[argparse.Namespace, Settings, Places], int]
Connect = Callable[[Places], Channel]
Refusal = Callable[[str], Exception]
_SECONDS = 150.0  # keys are made, another PC is asked
_NAMED = {"remove": "pc", "lost": "job"}
_ACTIONS = ("invite", "remove", "lost", "take-over", "alone")


def add_to(
    add: Callable[[str, str, Run], argparse.ArgumentParser], connect: Connect, refusal: Refusal
) -> None:
    """Put the commands into the command line; ``connect`` reaches the agent, ``refusal`` ends a command."""

    def call(places: Places, method: str, **params: Any) -> dict[str, Any]:
        with connect(places) as channel:
            answer: dict[str, Any] = channel.call(method, _SECONDS, **params)
        return answer

    def team(options: argparse.Namespace, settings: Settings, places: Places) -> int:
        action = options.action
        if action is None:
            return _show(call(places, "team"), call(places, "status"), as_json=options.json)
        if action == "invite":
            return _say_code(call(places, "team_invite", host=options.host, name=options.name), options.json)
        if action in _NAMED:
            if not options.what:
                raise refusal(f"diga qual: tray-agent team {action} NOME")
            answer = call(places, f"team_{action}", **{_NAMED[action]: options.what})
        else:
            brain = call(places, "team").get("brain") or ""
            answer = call(places, f"team_{action.replace('-', '_')}", confirm=_confirmed(options, brain))
        print(harmless(answer["text"]))
        return 0

    def join(options: argparse.Namespace, settings: Settings, places: Places) -> int:
        try:
            print(harmless(call(places, "team_join", code=options.code, name=options.name)["text"]))
        except NoAgent:
            said, trouble = _join_without_agent(options, settings, places)
            if trouble:
                raise refusal(trouble) from None
            print(harmless(said))
        return 0

    def leave(options: argparse.Namespace, settings: Settings, places: Places) -> int:
        try:
            print(harmless(call(places, "team_leave")["text"]))
        except NoAgent:
            said = _leave_without_agent(places)
            if not said:
                raise refusal("Este PC não está em nenhuma equipe.") from None
            print(harmless(said))
        return 0

    _add_team(add, team)
    _add_join(add, join)
    add("leave", "sai da equipe", leave)


def _add_join(add: Callable[[str, str, Run], argparse.ArgumentParser], command: Run) -> None:
    join = add("join", "entra na equipe de outro PC, com o código de lá", command)
    join.add_argument("code", metavar="CÓDIGO", help="o que tray-agent team invite mostrou no outro PC")
    join.add_argument("--name", metavar="NOME", default="", help="o nome deste PC (padrão: o do computador)")


def _add_team(add: Callable[[str, str, Run], argparse.ArgumentParser], command: Run) -> None:
    team = add("team", "os PCs da equipe; convida, tira, dá por perdida, toma o lugar do cérebro", command)
    team.add_argument(
        "action",
        metavar="invite|remove|lost|take-over|alone",
        nargs="?",
        choices=_ACTIONS,
        help="invite: um código para outro PC; remove PC: tira da equipe; lost NOME: dá por perdida uma "
        "execução de um PC sem notícia; take-over: este PC passa a ser o cérebro; alone: o cérebro que a "
        "pasta nomeia não existe mais",
    )
    team.add_argument("what", metavar="NOME", nargs="?", help="o PC, ou o id ou nome do cartão")
    team.add_argument("--host", default="", help="o endereço deste PC para o código (padrão: o da rede)")
    team.add_argument("--name", default="", help="o nome deste PC na equipe (padrão: o do computador)")
    team.add_argument("--confirm", metavar="NOME", default="", help="o nome do cérebro, sem perguntar")
    team.add_argument("--json", action="store_true", help="o JSON do contrato")


def _confirmed(options: argparse.Namespace, brain: str) -> str:
    """What a person typed to confirm; what this does is not undone."""
    if options.confirm or not brain or not sys.stdin.isatty():
        return str(options.confirm)
    return input(f"Digite o nome do cérebro ({harmless(brain)}) para confirmar: ")


def _say_code(answer: dict[str, Any], as_json: bool) -> int:
    if as_json:
        print(json.dumps(answer))
        return 0
    code, until = answer["code"], answer["until"][11:16]
    print(code)
    print(f"Serve a um PC, até as {until}. Lá: tray-agent join {code}")
    return 0


def _show(team: dict[str, Any], status: dict[str, Any], *, as_json: bool) -> int:
    pcs = status.get("pcs") or []
    if as_json:
        print(json.dumps({**team, "pcs": pcs}, ensure_ascii=True, indent=2))
        return 0
    print(harmless(_head(team)))
    for pc in pcs:
        print(harmless(_line(pc)))
    return 0


def _head(team: dict[str, Any]) -> str:
    if team["role"] == "alone":
        named = f" O cérebro desta pasta é {team['brain']}." if team["brain"] else ""
        return f"Este PC trabalha sozinho.{named} Para convidar outro: tray-agent team invite."
    if team["role"] == "brain":
        return f"Este PC, {team['me']}, é o cérebro da equipe; os outros o alcançam em {team['address']}."
    link = team.get("link") or {}
    heard = "é ouvido" if link.get("up") else f"não é ouvido ({link.get('why') or 'ainda'})"
    return f"Este PC, {team['me']}, roda por ordem do cérebro, {team['brain']}, que {heard}."


def _line(pc: dict[str, Any]) -> str:
    since = (pc.get("since") or "")[11:16]
    is_there = "ligado" if pc.get("present") else "sem notícia"
    facts = [f"{is_there} desde {since}" if since else is_there]
    facts.append(f"{pc.get('running', 0)} de {pc.get('places', 0)} lugares em uso")
    if pc.get("tags"):
        facts.append("etiquetas " + ", ".join(pc["tags"]))
    if pc.get("version"):
        facts.append(f"versão {pc['version']}")
    if pc.get("offset_seconds") and abs(pc["offset_seconds"]) >= 1:
        facts.append(f"relógio {pc['offset_seconds']:+.0f} s")
    if pc.get("lagging"):
        facts.append("cópias antigas de " + ", ".join(pc["lagging"][:5]))
    return f"{pc['name']}{' (cérebro)' if pc.get('brain') else ''}: {'; '.join(facts)}"


def _join_without_agent(options: argparse.Namespace, settings: Settings, places: Places) -> tuple[str, str]:
    """What is said, and what is wrong: one of them is ""."""
    from tray_agent.adapters.readers.process import ReaderProcess
    from tray_agent.adapters.system import program
    from tray_agent.start.joining import TeamRefused, join_alone, joined_text

    reader = ReaderProcess(program.environment(os.environ), places.data_dir / "readers.log")
    try:
        joined = join_alone(settings, places.data_dir, reader, options.code, options.name)
    except TeamRefused as refused:
        return "", str(refused)
    return f"{joined_text(joined)} Inicie o agente.", ""


def _leave_without_agent(places: Places) -> str:
    """What came of it; "" for a PC that is in no team."""
    from tray_agent.adapters.team.membership import MembershipFile

    file = MembershipFile(places.data_dir)
    if not file.exists():
        return ""
    file.forget()
    return "Este PC saiu da equipe. O cérebro não soube disso: peça lá tray-agent team remove."
