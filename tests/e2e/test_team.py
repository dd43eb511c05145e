"""A team of several PCs, as its people have it: own installations, one base folder, the real server."""

from __future__ import annotations

import json
import re
import socket
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from tests.e2e.agent import Program, Status, card_of, is_alive, processes_of, wait_until
from tests.e2e.contract import wrongs
from tests.e2e.workspace import HEADINGS, Workspace

Programs = Callable[[str], Program]
RECORD = ".tray-agent-brain.json"


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@pytest.fixture
def maria(program: Program) -> Iterator[Program]:
    """The PC that will be the brain; nothing runs yet."""
    program.set(team_port=free_port(), signal_seconds=0.3, discovery_seconds=0.5)
    yield program
    program.place.register()


@pytest.fixture
def ana(maria: Program, programs: Programs) -> Program:
    """Another PC on the same base folder."""
    made = programs("ana")
    made.set(base_path=maria.place.base, signal_seconds=0.3, discovery_seconds=0.5, team_tags="sap")
    made.set(team_port=free_port())
    made.place.registry.write_bytes(b"")
    return made


def jobs(place: Workspace, *rows: tuple[tuple[object, ...], str]) -> None:
    """A registry with the column ``pc``."""
    place.register(*[(*row, pc) for row, pc in rows], headings=(*HEADINGS, "pc"))


def code(brain: Program, name: str = "PC-MARIA") -> str:
    answer = brain.cli("team", "invite", "--host", "127.0.0.1", "--name", name, seconds=60)
    assert answer.code == 0, answer.err
    return answer.out.splitlines()[0]


def together(maria: Program, ana: Program) -> None:
    """Both run, and Ana's PC belongs to Maria's team."""
    maria.start()
    ana.start()
    answer = ana.cli("join", code(maria), "--name", "PC-ANA", seconds=60)
    assert answer.code == 0, answer.err
    maria.until(lambda status: present(status) == ["PC-ANA", "PC-MARIA"])


def present(status: Status) -> list[str]:
    return sorted(pc["name"] for pc in status["pcs"] if pc["present"])


def children_of(program: Program) -> list[str]:
    assert program.agent is not None
    return [each.name() for each in psutil.Process(program.agent.pid).children(recursive=True)]


def problems(status: Status) -> str:
    return json.dumps(status["problems"], ensure_ascii=False)


def test_who_has_one_pc_has_no_server_no_file_and_no_word_of_a_team(maria: Program) -> None:
    maria.place.register(maria.place.job("pix"))
    status = maria.start()
    assert (status["role"], status["pcs"], status["brain"]) == ("alone", [], None)
    assert "nats-server" not in children_of(maria)
    assert not (maria.place.data / "team").exists()
    assert not (maria.place.base / RECORD).exists()
    assert "trabalha sozinho" in maria.cli("team").out


def test_a_job_runs_on_the_pc_that_its_row_names_and_its_log_is_read_from_the_brain(
    maria: Program, ana: Program
) -> None:
    place = maria.place
    jobs(
        place,
        (place.job("aqui", body="print('feito', 1)"), ""),
        (place.job("la", body="print('feito', 2)"), "PC-ANA"),
        (place.job("etiqueta", body="print('feito', 3)"), "sap"),
    )
    together(maria, ana)
    for job in ("aqui", "la", "etiqueta"):
        assert maria.cli("run", job).code == 0
    status = maria.until(
        lambda status: all(card_of(status, job)["state"] == "SUCCESS" for job in ("aqui", "la"))
    )
    last = maria.until(lambda status: card_of(status, "etiqueta")["state"] == "SUCCESS")
    assert wrongs(last) == []
    assert [card_of(last, job)["pc"] for job in ("aqui", "la", "etiqueta")] == [
        "PC-MARIA",
        "PC-ANA",
        "PC-ANA",
    ]
    assert "  PC-ANA: presente desde" in maria.cli("status").out
    assert (status["role"], status["brain"]) == ("brain", "PC-MARIA")
    assert [place.count(job) for job in ("aqui", "la", "etiqueta")] == [1, 1, 1]
    assert "feito 2" in maria.cli("logs", "la").out
    own = ana.until(lambda status: len(status["cards"]) == 2)
    assert (own["role"], own["brain"]) == ("pc", "PC-MARIA")
    assert sorted(card["id"] for card in own["cards"]) == ["etiqueta", "la"]
    shown = maria.cli("team").out
    assert "PC-MARIA (cérebro): ligado" in shown and "PC-ANA: ligado desde" in shown


def test_a_second_agent_on_the_folder_says_who_is_the_brain_and_starts_nothing(
    maria: Program, ana: Program
) -> None:
    maria.place.register(maria.place.job("pix"))
    maria.start()
    code(maria)
    wait_until((maria.place.base / RECORD).exists)
    ana.place.register(("pix", "Geral", "8, 14", "sim"))
    status = ana.start()
    status = ana.until(lambda status: "O cérebro desta pasta é PC-MARIA" in problems(status))
    assert "tray-agent join" in problems(status)
    ana.until(lambda status: card_of(status, "pix")["target"] == 2)
    for _ in range(3):
        ana.cli("refresh")
    assert maria.place.count("pix") == 0
    refused = ana.cli("team", "invite", seconds=60)
    assert refused.code == 1 and "O cérebro desta pasta é PC-MARIA" in refused.error_line


def test_a_person_can_say_that_the_brain_is_no_more(maria: Program, ana: Program) -> None:
    maria.place.register(maria.place.job("pix"))
    maria.start()
    code(maria)
    wait_until((maria.place.base / RECORD).exists)
    maria.kill()
    ana.place.register(("pix", "Geral", "8, 14", "sim"))
    ana.start()
    ana.until(lambda status: "O cérebro desta pasta é PC-MARIA" in problems(status))
    unsaid = ana.cli("team", "alone", seconds=60)
    assert unsaid.code == 1 and "confirme digitando o nome dele: PC-MARIA" in unsaid.error_line
    assert maria.place.count("pix") == 0
    said = ana.cli("team", "alone", "--confirm", "pc-maria", seconds=60)
    assert said.code == 0, said.err
    ana.until(lambda status: card_of(status, "pix")["backlog"] == 0)
    assert maria.place.count("pix") == 2
    assert not (maria.place.base / RECORD).exists()


def test_a_removed_pc_is_out_and_says_so(maria: Program, ana: Program) -> None:
    together(maria, ana)
    answer = maria.cli("team", "remove", "pc-ana", seconds=60)
    assert answer.code == 0 and "PC-ANA não faz mais parte" in answer.out
    maria.until(lambda status: "PC-ANA" not in present(status))
    ana.until(lambda status: "não reconhece este PC" in problems(status))
    assert maria.cli("team", "remove", "pc-ana", seconds=60).code == 1


def test_who_leaves_is_out_at_the_brain_too_and_keeps_no_key(maria: Program, ana: Program) -> None:
    maria.place.register(maria.place.job("pix"))
    together(maria, ana)
    answer = ana.cli("leave", seconds=60)
    assert answer.code == 0 and "saiu da equipe" in answer.out
    maria.until(lambda status: [pc["name"] for pc in status["pcs"]] == ["PC-MARIA"])
    assert not [path for path in (ana.place.data / "team").iterdir() if path.suffix != ".log"]
    ana.until(lambda status: status["role"] == "alone" and "O cérebro desta pasta" in problems(status))
    ended = maria.cli("leave", seconds=60)
    assert ended.code == 0 and "acabou" in ended.out
    assert not (maria.place.base / RECORD).exists()
    wait_until(lambda: "nats-server" not in children_of(maria))


def test_a_brain_of_others_cannot_just_leave_or_join(maria: Program, ana: Program) -> None:
    together(maria, ana)
    refused = maria.cli("leave", seconds=60)
    assert refused.code == 1 and "é o cérebro de PC-ANA" in refused.error_line
    assert maria.cli("join", "127.0.0.1:1/" + "A" * 32, seconds=60).code == 1
    assert "Quem convida é o cérebro" in ana.cli("team", "invite", seconds=60).error_line


def test_what_runs_here_goes_on_with_its_code_when_the_pc_becomes_a_brain(maria: Program) -> None:
    place = maria.place
    place.register(place.waiting_job("longa", body="sys.exit(7)"))
    maria.start()
    assert maria.cli("run", "longa").code == 0
    wait_until(lambda: place.count("longa") == 1)
    code(maria)
    maria.until(lambda status: card_of(status, "longa")["state"] == "RUNNING")
    place.open_gate("longa")
    status = maria.until(lambda status: card_of(status, "longa")["state"] == "ERROR")
    assert "7" in json.dumps(card_of(status, "longa"))
    assert place.count("longa") == 1


def test_a_pc_takes_the_place_of_a_brain_that_is_gone_and_starts_nothing_unasked(
    maria: Program, ana: Program, programs: Programs
) -> None:
    place = maria.place
    jobs(place, (place.job("pix"), ""))
    together(maria, ana)
    early = ana.cli("team", "take-over", "--confirm", "PC-MARIA", seconds=60)
    assert early.code == 1 and "PC-MARIA responde" in early.error_line
    maria.kill()
    ana.place.register(("pix", "Geral", "8, 14", "sim"))
    ana.until(lambda status: "não é ouvido" in problems(status))
    unsaid = ana.cli("team", "take-over", seconds=60)
    assert unsaid.code == 1 and "digitando o nome dele: PC-MARIA" in unsaid.error_line
    said = ana.cli("team", "take-over", "--confirm", "PC-MARIA", seconds=60)
    assert said.code == 0, said.err
    status = ana.until(lambda status: status["role"] == "brain" and status["paused"] and status["cards"])
    assert place.count("pix") == 0
    assert json.loads((place.base / RECORD).read_text())["epoch"] == 2 or wait_until(
        lambda: json.loads((place.base / RECORD).read_text())["brain"] == "PC-ANA"
    )
    maria.start()
    maria.until(lambda status: "O cérebro desta pasta é PC-ANA" in problems(status))
    assert ana.cli("resume").code == 0
    ana.until(lambda status: card_of(status, "pix")["backlog"] == 0)
    assert place.count("pix") == 2
    assert status["brain"] == "PC-ANA"


def test_a_port_that_is_taken_is_said_and_the_pc_stays_alone(maria: Program) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        maria.set(team_port=taken.getsockname()[1])
        maria.start()
        refused = maria.cli("team", "invite", seconds=60)
    assert refused.code == 1 and "está ocupada por outro programa" in refused.error_line
    assert maria.status()["role"] == "alone"
    assert not (maria.place.data / "team" / "team.json").exists()


def test_a_broken_membership_starts_nothing_and_can_be_left(maria: Program) -> None:
    place = maria.place
    place.register(place.job("pix", "8, 14"))
    (place.data / "team").mkdir(parents=True)
    (place.data / "team" / "team.json").write_text("{")
    maria.start()
    maria.until(lambda status: "A equipe deste PC não é conhecida" in problems(status) and status["cards"])
    maria.cli("refresh")
    assert place.count("pix") == 0
    assert maria.cli("leave", seconds=60).code == 0
    maria.until(lambda status: card_of(status, "pix")["backlog"] == 0)


def test_a_killed_brain_leaves_no_server_and_its_next_life_hears_the_pc(maria: Program, ana: Program) -> None:
    together(maria, ana)
    maria.kill()
    wait_until(lambda: not [pid for pid in processes_of(maria.place.folder) if is_alive(pid)])
    ana.until(lambda status: "não é ouvido" in problems(status))
    maria.start()
    maria.until(lambda status: present(status) == ["PC-ANA", "PC-MARIA"])
    ana.until(lambda status: "não é ouvido" not in problems(status))


def test_a_pc_without_an_agent_joins_and_leaves_by_the_command_line(maria: Program, ana: Program) -> None:
    maria.start()
    wrong = ana.cli("join", "isto não é um código", seconds=60)
    assert wrong.code == 1 and "não é um código de convite" in wrong.error_line
    answer = ana.cli("join", code(maria), "--name", "PC-ANA", seconds=60)
    assert answer.code == 0 and "Inicie o agente" in answer.out
    ana.start(discovered=False)
    maria.until(lambda status: present(status) == ["PC-ANA", "PC-MARIA"])
    assert ana.cli("quit").code == 0
    ana.wait()
    assert ana.cli("leave", seconds=60).code == 0
    assert not (ana.place.data / "team" / "team.json").exists()


def test_the_doctor_tries_the_way_from_both_ends(maria: Program, ana: Program) -> None:
    assert "quipe" not in maria.cli("doctor", seconds=60).out
    together(maria, ana)
    port = maria.environment["TRAY_AGENT_TEAM_PORT"]
    here, there = maria.cli("doctor", seconds=60).out, ana.cli("doctor", seconds=60).out
    for said in (here, there):
        assert f"127.0.0.1:{port} atende e reconhece este PC" in said
        assert "ok  Validade do certificado: o certificado deste PC vale até 31/12/2049" in said
        assert "ok  Validade do certificado: o certificado do servidor vale até 31/12/2049" in said
    assert f"regra de entrada no firewall: permitir, TCP, porta local {port}, perfil de domínio" in here
    assert "PC-MARIA é o cérebro de 1 outro PC" in here and "PC-ANA, de PC-MARIA" in there
    assert "ok  Relógio: PC-ANA: PC-ANA é ouvido; diferença de" in here
    assert "ok  Relógio: PC-MARIA: PC-MARIA é ouvido; diferença de" in there
    maria.until(lambda status: present(status) == ["PC-ANA", "PC-MARIA"], 2)  # nobody was taken for gone
    maria.cli("team", "remove", "PC-ANA", seconds=60)
    assert "não reconhece este PC" in ana.cli("doctor", seconds=60).out
    maria.kill()
    alone = ana.cli("doctor", seconds=60)
    assert alone.code == 1 and "ninguém atende em" in alone.out and "peça à TI em PC-MARIA" in alone.out


def test_the_doctor_says_at_both_ends_whose_clock_is_off_and_who_does_not_speak(
    maria: Program, ana: Program
) -> None:
    together(maria, ana)
    ana.clock.advance(seconds=45)
    here, there = maria.cli("doctor", seconds=60).out, ana.cli("doctor", seconds=60).out
    assert re.search(
        "!!  Relógio: PC-ANA: o relógio de PC-ANA está 4[3-7] s adiantado em relação ao deste", here
    )
    assert re.search(
        "!!  Relógio: PC-MARIA: o relógio deste PC está 4[3-7] s adiantado em relação ao de", there
    )
    assert "Sincronizar agora" in here and "Sincronizar agora" in there

    ana.kill()
    assert "!!  PC da equipe: PC-ANA não foi ouvido agora" in maria.cli("doctor", seconds=60).out


def test_agents_alone_import_nothing_of_a_team(maria: Program) -> None:
    maria.start()
    assert maria.agent is not None
    maps = Path(f"/proc/{maria.agent.pid}/maps").read_text()
    assert "cryptography" not in maps and "_ssl" not in maps
