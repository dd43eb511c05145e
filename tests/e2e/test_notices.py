"""Notices to the team, from a real agent to real servers on loopback; no secret of an address anywhere."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.adapters.notices.servers import Http, Smtp, silent
from tests.e2e.agent import Program, card_of
from tests.e2e.workspace import HEADINGS, Workspace

SECRET = "umsegredobemlongo"
FAILS_ONCE = """
from pathlib import Path
mark = Path(__file__).with_suffix('.mark')
if not mark.exists():
    mark.touch()
    raise KeyError('conta')
print('feito')
"""


@pytest.fixture
def http() -> Iterator[Http]:
    server = Http()
    yield server
    server.close()


@pytest.fixture
def area() -> Iterator[Http]:
    server = Http()
    yield server
    server.close()


@pytest.fixture
def program(tmp_path: Path, http: Http, area: Http) -> Iterator[Program]:
    place = Workspace(tmp_path / "avisos")
    place.register(
        place.job("frágil", "SEM", FAILS_ONCE, area="Cadastro"),
        place.job("cedo", "8, 9", "print('feito')", area="Mensageria"),
    )
    urls = f"{http.url}/{SECRET}"
    areas = f'{{"Cadastro": "{area.url}", "Mensageria": "{http.url}/{SECRET}"}}'
    with closing(Program(place, discovery_seconds=0.5, notify_urls=urls, notify_areas=areas)) as made:
        yield made


def everything_kept(program: Program) -> str:
    """All that the agent wrote, and a support bundle of it."""
    bundle = program.place.folder / "apoio.zip"
    assert program.cli("support-bundle", str(bundle)).code == 0
    with zipfile.ZipFile(bundle) as found:
        bundled = [found.read(name).decode("utf-8", "replace") for name in found.namelist()]
    kept = [
        path.read_text(encoding="utf-8", errors="replace")
        for path in program.place.data.rglob("*")
        if path.is_file() and path.suffix in {".log", ""}
    ]
    return "\n".join([*bundled, *kept, program.output])


def test_a_failure_is_told_with_its_reason_and_its_recovery_after_it(
    program: Program, http: Http, area: Http
) -> None:
    program.start()
    program.until(lambda status: card_of(status, "cedo")["backlog"] == 0)
    program.cli("run", "frágil")
    (failure,) = http.until(1)
    assert failure["title"] == "Automação em erro"
    assert failure["type"] == "failure"
    assert "frágil terminou com erro" in failure["message"]
    assert "KeyError: 'conta'" in failure["message"]
    assert "tray-agent open frágil" in failure["message"]

    program.cli("run", "frágil")
    recovery = http.until(2)[1]
    assert (recovery["title"], recovery["type"]) == ("Automação voltou ao normal", "success")
    assert [post["title"] for post in area.until(2)] == ["Automação em erro", "Automação voltou ao normal"]
    assert SECRET not in everything_kept(program)
    assert SECRET not in program.cli("status", "--json").out + program.cli("doctor").out


def test_a_deadline_that_is_missed_is_told_when_it_passes(program: Program, http: Http) -> None:
    place = program.place
    place.register(
        (*place.job("remessa", "14:30", "sys.exit('sem rede')"), "14:40"), headings=(*HEADINGS, "prazo")
    )
    program.start()
    program.clock.set("2026-03-10 14:30:05")
    program.until(lambda status: card_of(status, "remessa")["state"] == "ERROR")
    http.until(1)
    program.clock.set("2026-03-10 14:40:30")

    late = http.until(2)[1]

    assert late["title"] == "Prazo não cumprido"
    assert late["message"].startswith("remessa: prazo das 14:40, 0 de 1 prontas")


def test_an_agent_that_was_gone_when_the_day_began_says_so_at_the_next_start(
    program: Program, http: Http
) -> None:
    program.start()
    program.until(lambda status: card_of(status, "cedo")["backlog"] == 0)
    program.cli("quit")
    program.wait()
    program.clock.set("2026-03-11 10:30:00")

    program.start()

    (gone,) = http.until(1)
    assert gone["title"] == "O agente não estava em execução"
    assert "Nenhum agente esteve em execução de 10/03 14:0" in gone["message"]
    assert "até 10:3" in gone["message"]
    assert "cedo" in gone["message"]


def test_a_test_notice_goes_to_every_address_and_says_what_became_of_it(
    program: Program, http: Http, area: Http
) -> None:
    mail = Smtp()
    with silent() as never:
        program.set(notify_urls=f"{http.url}/{SECRET} {mail.url} {never} nada://{SECRET}")
        program.set(notify_deadline_seconds=4)
        answer = program.cli("notify", "test", seconds=60)
    mail.close()

    assert answer.code == 1
    assert answer.out.splitlines() == [
        "1. json (todas as áreas): enviado",
        "2. mailto (todas as áreas): enviado",
        "3. json (todas as áreas): sem resposta em 4 s",
        "4. nada (todas as áreas): o endereço não foi entendido",
        "5. json (Cadastro): enviado",
        "6. json (Mensageria): enviado",
    ]
    assert SECRET not in answer.out + answer.err
    assert len(mail.mails) == 1
    program.set(notify_urls=None, notify_areas=None)
    none = program.cli("notify", "test")
    assert none.code == 1
    assert "notify_urls" in none.error_line


def test_a_wrong_address_is_refused_at_the_start_without_showing_it(program: Program) -> None:
    program.set(notify_urls=f"msteams://{SECRET}/x sem-esquema")
    answer = program.cli("status")

    assert answer.code == 2
    assert "notify_urls" in answer.error_line
    assert SECRET not in answer.err
