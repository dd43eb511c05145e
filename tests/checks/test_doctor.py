from __future__ import annotations

from pathlib import Path

import pytest

from tests.builders import make_open_run
from tray_agent.adapters.journal.store import SqliteJournal
from tray_agent.adapters.system import program
from tray_agent.adapters.system.places import find_places
from tray_agent.checks.doctor import examine, render
from tray_agent.core.settings import Settings


def lines(folder: Path, **settings: object) -> list[str]:
    made = Settings(
        **{"history": "local", "data_dir": "dados", "base_path": "base", "temp_dir": "t"} | settings
    )
    (folder / "base").mkdir(exist_ok=True)
    return render(examine(made, find_places(folder, made)), colour=False).splitlines()


def test_without_a_python_it_says_what_that_means(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(program, "is_frozen", lambda: True)
    monkeypatch.setenv("PATH", str(tmp_path))
    [said] = [line for line in lines(tmp_path) if "Interpretador" in line]
    assert said.startswith("--  Interpretador Python: nenhum Python encontrado neste PC")
    assert "só com os pacotes dele" in said


def test_a_variable_that_configures_nothing_is_named_with_what_was_meant(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TRAY_AGENT_MAX_CONCURENT", "3")
    monkeypatch.setenv("TRAY_AGENT_XYZ", "3")
    monkeypatch.setenv("TRAY_AGENT_RUN", "r")
    said = lines(tmp_path)
    assert said[0].startswith("!!  Configuração: ")
    assert said[0].endswith(
        "variáveis que nada configuram: TRAY_AGENT_MAX_CONCURENT (seria TRAY_AGENT_MAX_CONCURRENT?), "
        "TRAY_AGENT_XYZ"
    )
    for name in ("TRAY_AGENT_MAX_CONCURENT", "TRAY_AGENT_XYZ"):
        monkeypatch.delenv(name)
    assert lines(tmp_path)[0].startswith("ok  Configuração: ")


def test_a_data_folder_within_the_synced_one_is_warned_of(tmp_path: Path) -> None:
    said = "\n".join(lines(tmp_path, data_dir="base/dados"))
    assert "!!  Pasta de dados: " in said
    assert "fica dentro da pasta das automações" in said
    assert "ok  Pasta de dados: " in "\n".join(lines(tmp_path))


def test_a_journal_that_cannot_be_read_is_said(tmp_path: Path) -> None:
    folder = tmp_path / "dados"
    journal = SqliteJournal(folder)
    journal.record([make_open_run("x" * 500, id=f"r{number}") for number in range(200)], [])
    journal.close()
    file = folder / "journal.sqlite3"
    assert "ok  Pasta de dados: " in "\n".join(lines(tmp_path))

    whole = bytearray(file.read_bytes())
    whole[len(whole) // 2 : len(whole) // 2 + 8192] = b"lixo" * 2048
    for content in (b"lixo" * 1000, bytes(whole)):
        file.write_bytes(content)
        said = "\n".join(lines(tmp_path))
        assert f"!!  Pasta de dados: O diário {file} está danificado" in said
        assert "enquanto não puder ser lido, nada é iniciado" in said
        assert file.read_bytes() == content


def test_addresses_for_notices_are_counted_by_their_kind_alone(tmp_path: Path) -> None:
    secret = "umsegredobemlongo"
    said = lines(
        tmp_path,
        notify_urls=(f"msteams://{secret}/x", f"mailto://ana:{secret}@banco.example"),
        notify_areas=(("Cadastro", (f"mailto://ana:{secret}@banco.example",)),),
    )

    (line,) = [line for line in said if "Avisos" in line]
    assert "2 endereços (mailto, msteams)" in line
    assert secret not in "\n".join(said)
