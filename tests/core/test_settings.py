from __future__ import annotations

import pytest

from tray_agent.core.settings import NAMES, RULES, SettingError, Settings, validate


def given_(**values: object) -> dict[str, tuple[object, str]]:
    return {name: (value, "tray_agent.toml") for name, value in values.items()}


def test_without_anything_given_the_specification_holds() -> None:
    settings = validate({})

    assert settings == Settings()
    assert settings.possible_roots == (
        "C6 CTVM LTDA, BANCO C6 S.A. e C6 HOLDING S.A",
        "Meu Drive/C6 CTVM",
        "C6 CTVM",
    )
    assert (settings.max_concurrent, settings.discovery_seconds, settings.sync_seconds) == (5, 60, 300)
    assert (settings.stop_grace_seconds, settings.excel_filename) == (2, "registro_automacoes.xlsx")
    assert settings.history_table == "datalab-pagamentos.ADMINISTRACAO_CELULA_PYTHON.automacoes_exec"


def test_every_setting_has_a_rule_that_takes_its_default() -> None:
    assert set(RULES) == set(NAMES)
    defaults = Settings()._asdict()
    assert validate(given_(**defaults)) == Settings()


@pytest.mark.parametrize(
    ("name", "value", "read"),
    [
        ("max_concurrent", "12", 12),
        ("max_concurrent", 1000, 1000),
        ("discovery_seconds", "0.5", 0.5),
        ("sync_seconds", 1, 1.0),
        ("stop_grace_seconds", "0", 0.0),
        ("history", " LOCAL ", "local"),
        ("awake", "System", "system"),
        ("notifications", False, False),
        ("notifications", "sim", True),
        ("notifications", "Não", False),
        ("notifications", "0", False),
        ("timezone", "Europe/Lisbon", "Europe/Lisbon"),
        ("history_table", "`a-b.c_d.e`", "a-b.c_d.e"),
        ("possible_roots", "Drive A; Drive B", ("Drive A", "Drive B")),
        ("base_folders", ["a", "b"], ("a", "b")),
        ("python", " /usr/bin/python3 ", "/usr/bin/python3"),
        ("no_data_exit_code", "3", 3),
        ("notify_urls", "json://a/b mailto://u:p@c ", ("json://a/b", "mailto://u:p@c")),
        ("notify_urls", ["json://a;b", "json://a;b"], ("json://a;b",)),
        ("notify_areas", {" Ágil ": ["json://a"]}, (("Ágil", ("json://a",)),)),
        ("notify_areas", '{"Ágil": "json://a json://b"}', (("Ágil", ("json://a", "json://b")),)),
    ],
)
def test_values_from_file_and_environment_are_read_alike(name: str, value: object, read: object) -> None:
    assert getattr(validate(given_(**{name: value})), name) == read


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("max_concurrent", "0"),
        ("max_concurrent", 1001),
        ("max_concurrent", True),
        ("max_concurrent", 2.5),
        ("max_concurrent", "cinco"),
        ("max_concurrent", "9" * 5000),
        ("discovery_seconds", "0"),
        ("discovery_seconds", "nan"),
        ("discovery_seconds", "inf"),
        ("discovery_seconds", True),
        ("discovery_seconds", None),
        ("discovery_seconds", 10**400),
        ("sync_seconds", "1,5"),
        ("history", "sqlite"),
        ("history", 1),
        ("awake", "on"),
        ("notifications", "talvez"),
        ("notifications", 1),
        ("timezone", "Brasil/Leste"),
        ("timezone", "../etc/passwd"),
        ("timezone", "America"),
        ("timezone", ""),
        ("history_table", "tabela"),
        ("history_table", "a.b.c; DROP"),
        ("history_table", "a..c"),
        ("base_path", "a\0b"),
        ("base_path", 3),
        ("excel_filename", "  "),
        ("possible_roots", "a;;b"),
        ("possible_roots", []),
        ("possible_roots", 7),
        ("no_data_exit_code", 256),
        ("retention_days", 0),
    ],
)
def test_a_wrong_value_is_named_with_its_setting_its_place_and_what_is_allowed(
    name: str, value: object
) -> None:
    with pytest.raises(ExceptionGroup) as caught:
        validate({name: (value, "TRAY_AGENT_X")})

    (error,) = caught.value.exceptions
    assert isinstance(error, SettingError)
    text = str(error)
    assert text.startswith(f"configuração {name} = {value!r} (TRAY_AGENT_X): valor não permitido; use ")
    assert RULES[name][1] in text
    assert "\n" not in text


def test_everything_wrong_is_said_at_once_unknown_names_included() -> None:
    with pytest.raises(ExceptionGroup) as caught:
        validate(given_(max_concurrent=0, histroy="local", awake="off"))

    said = [str(error) for error in caught.value.exceptions]
    assert len(said) == 2
    assert "max_concurrent" in said[0]
    assert said[1].startswith("configuração histroy = 'local'")
    assert "history, history_table" in said[1]


def test_a_value_from_nowhere_names_no_place() -> None:
    assert str(SettingError("x", 1, "2")) == "configuração x = 1: valor não permitido; use 2"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("notify_urls", ["msteams://segredo/abc", "sem esquema"]),
        ("notify_urls", 7),
        ("notify_urls", "mailto://ana:segredo@banco.com e outro"),
        ("notify_areas", {"Ágil": "msteams://segredo/abc errado"}),
        ("notify_areas", "msteams://segredo/abc"),
        ("notify_areas", [1]),
        ("notify_url", "mailto://ana:segredo@banco.com"),
    ],
)
def test_a_wrong_address_is_refused_without_telling_what_is_in_it(name: str, value: object) -> None:
    with pytest.raises(ExceptionGroup) as wrong:
        validate(given_(**{name: value}))

    (error,) = wrong.value.exceptions
    assert isinstance(error, SettingError)
    assert name in str(error)
    assert "segredo" not in str(error)
