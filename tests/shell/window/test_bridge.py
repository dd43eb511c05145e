"""The page's bridge: a literal list, answers instead of errors, nothing else within reach."""

from __future__ import annotations

import inspect
import json
import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.shell.channel.peers import Agent
from tray_agent.shell.channel import control
from tray_agent.shell.channel.answer import Answer
from tray_agent.shell.channel.client import Channel, connect
from tray_agent.shell.channel.user import os_user
from tray_agent.shell.window.bridge import BRIDGE_METHODS, Bridge

ARGUMENTS: dict[str, list[Any]] = {
    "snapshot": [3],
    "run": ["envia_pix"],
    "stop": ["envia_pix"],
    "repeat": ["envia_pix"],
    "repeat_many": [["envia_pix", "carga_spb"]],
    "acknowledge": ["envia_pix"],
    "pause": [],
    "resume": [],
    "refresh": [],
    "update": [],
    "log": ["envia_pix", None, 0],
    "find": ["envia_pix", "20260310-1", "erro", 0, 0],
    "copy_for_teams": ["envia_pix", None],
    "days": [14],
    "history": ["envia_pix", 30, True],
    "export": [30],
    "plan": ["2026-03-10"],
    "explain": ["8, 12"],
    "runs": ["envia_pix"],
    "open_log_folder": ["envia_pix", "20260310-1"],
    "details": ["envia_pix"],
    "new_registry": [],
    "choose_folder": [],
    "team": [],
    "team_invite": [],
    "team_remove": ["PC-MARIA"],
    "team_lost": ["envia_pix"],
    "team_join": ["10.1.2.3:4222/XY6U-36BD"],
    "team_leave": [],
    "team_take_over": ["PC-ANA"],
    "team_alone": ["PC-ANA"],
    "doctor": [],
    "preferences": [],
    "remember": [{"theme": "dark"}],
    "title": ["Automações"],
}


@pytest.fixture
def agent(tmp_path: Path) -> Iterator[Agent]:
    with Agent(tmp_path) as agent:
        yield agent


@pytest.fixture
def channel(agent: Agent) -> Iterator[Channel]:
    with connect(agent.data_dir) as channel:
        yield channel


@pytest.fixture
def bridge(channel: Channel) -> Bridge:
    return Bridge(channel.call, lambda name: f"/tmp/{name}", lambda: "")


def nothing(method: str, **params: Any) -> Any:
    raise AssertionError(f"{method} reached the channel")


def test_the_page_sees_these_methods_and_no_others() -> None:
    visible = {name for name in dir(Bridge(nothing)) if not name.startswith("_")}
    assert visible == BRIDGE_METHODS == set(ARGUMENTS)
    assert all(inspect.ismethod(getattr(Bridge(nothing), name)) for name in visible)


def test_nothing_can_be_put_on_the_bridge() -> None:
    with pytest.raises(AttributeError):
        Bridge(nothing).engine = object()  # type: ignore[attr-defined]


def test_nothing_but_a_call_hangs_off_it() -> None:
    assert Bridge.__slots__ == ("_call", "_choose_file", "_choose_folder")


def test_a_workbook_is_written_where_the_person_says(agent: Agent, channel: Channel) -> None:
    for chosen in ("C:/x/h.XLSX", "C:/x/h", None, ""):
        Bridge(channel.call, lambda name, chosen=chosen: chosen).export(30)  # type: ignore[misc]
    assert agent.asked == [
        ("export", {"file": "C:/x/h.XLSX", "days": 30, "overwrite": True}),
        ("export", {"file": "C:/x/h.xlsx", "days": 30, "overwrite": False}),
    ]


def test_a_dialog_that_does_not_open_is_said() -> None:
    def fail(name: str) -> str:
        raise RuntimeError("no dialog")

    assert Bridge(nothing, fail).export(30)["error"]["text"] == "A janela para escolher o arquivo não abriu."


def test_which_folder_was_chosen_stays_in_the_windows_process(agent: Agent, channel: Channel) -> None:
    """Not even the page could name one: what it sends along is ignored."""
    said = [
        Bridge(channel.call, choose_folder=lambda told=told: told).choose_folder("/etc", {"path": "/etc"})  # type: ignore[misc]
        for told in (None, "O arquivo não pôde ser gravado.", "")
    ]
    assert said[0] == {"ok": True, "data": None}
    assert said[1] == {"ok": False, "error": {"code": "not_kept", "text": "O arquivo não pôde ser gravado."}}
    assert said[2]["ok"] is True
    assert agent.asked == [("choose_folder", {})]


def test_a_folder_dialog_that_does_not_open_is_said() -> None:
    def fail() -> str:
        raise RuntimeError("no dialog")

    said = Bridge(nothing, choose_folder=fail).choose_folder()
    assert said["error"]["text"] == "A janela para escolher a pasta não abriu."


def test_a_title_is_asked_of_the_window() -> None:
    asked: list[Any] = []
    bridge = Bridge(lambda method, **params: asked.append((method, params)))
    assert bridge.title("(3 erros) Automações")["ok"] is True
    assert asked == [("title", {"text": "(3 erros) Automações"})]


@pytest.mark.parametrize("name", sorted(BRIDGE_METHODS - {"title"}))
def test_each_method_is_one_question_that_the_channel_knows(agent: Agent, bridge: Bridge, name: str) -> None:
    answer = getattr(bridge, name)(*ARGUMENTS[name])
    assert answer["ok"] is True
    [(method, params)] = agent.asked
    assert method == name
    assert method in control.METHODS | {"title"}
    assert answer["data"] == {"method": method, "params": params}


def test_the_arguments_arrive_by_name(agent: Agent, bridge: Bridge) -> None:
    bridge.snapshot()
    bridge.snapshot(17.0)
    bridge.log("a", "r", 65536)
    bridge.open_log_folder("a")
    assert [params for _, params in agent.asked] == [
        {"since": None},
        {"since": 17},
        {"job": "a", "run": "r", "offset": 65536},
        {"job": "a", "run": None},
    ]


def test_the_page_cannot_set_what_belongs_to_the_window(agent: Agent, bridge: Bridge) -> None:
    bridge.remember({"theme": "dark", "window": {"x": -30000}})
    assert agent.asked == [("remember", {"preferences": {"theme": "dark"}})]


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("run", []),
        ("run", [None]),
        ("run", [""]),
        ("run", [7]),
        ("run", [["envia_pix"]]),
        ("run", ["x" * 1001]),
        ("stop", [{"job": "x"}]),
        ("pause", ["x", {}]),
        ("repeat_many", ["x"]),
        ("repeat_many", [["x", 7]]),
        ("find", ["x", None, ""]),
        ("history", ["x", "30"]),
        ("snapshot", ["3"]),
        ("snapshot", [True]),
        ("snapshot", [-1]),
        ("snapshot", [1.5]),
        ("snapshot", [math.inf]),
        ("log", ["x", 3]),
        ("log", ["x", None, "0"]),
        ("log", ["x", None, 1 << 60]),
        ("remember", []),
        ("remember", ["dark"]),
        ("remember", [{"a": math.nan}]),
        ("remember", [{"a": "x" * 70_000}]),
    ],
)
def test_an_argument_of_another_kind_is_refused_here(name: str, arguments: list[Any]) -> None:
    answer = getattr(Bridge(nothing), name)(*arguments)
    assert answer["ok"] is False
    assert answer["error"]["code"] == "bad_argument"


def test_superfluous_arguments_are_ignored(agent: Agent, bridge: Bridge) -> None:
    assert bridge.refresh("x", {})["ok"] is True
    assert bridge.runs("a", "b", 3)["ok"] is True
    assert agent.asked == [("refresh", {"by": os_user()}), ("runs", {"job": "a"})]


def test_what_the_page_leaves_out_of_a_pause_is_left_out(agent: Agent, bridge: Bridge) -> None:
    bridge.pause()
    bridge.pause("envia_pix", None, "2026-03-11T08:00:00-03:00", "feriado na B3")
    bridge.resume(None, "Mensageria")
    by = {"by": os_user()}
    assert agent.asked == [
        ("pause", by),
        ("pause", {"job": "envia_pix", "until": "2026-03-11T08:00:00-03:00", "reason": "feriado na B3"} | by),
        ("resume", {"area": "Mensageria"} | by),
    ]


def test_a_refusal_of_the_agent_comes_as_data(agent: Agent, bridge: Bridge) -> None:
    agent.answers["run"] = Answer(False, code="running", text="Esta automação já está em execução.")
    assert bridge.run("x") == {
        "ok": False,
        "error": {"code": "running", "text": "Esta automação já está em execução."},
    }


def test_an_agent_that_went_away_comes_as_data(agent: Agent, bridge: Bridge) -> None:
    agent.server.close()
    assert bridge.snapshot()["error"]["code"] == "gone"


def test_a_surprise_is_one_sentence_without_a_traceback() -> None:
    def fail(method: str, **params: Any) -> Any:
        raise ZeroDivisionError("secret")

    answer = Bridge(fail).doctor()
    assert answer["error"]["code"] == "internal"
    assert "secret" not in json.dumps(answer)


@pytest.mark.parametrize("value", [math.nan, math.inf, {"deep": [math.nan]}, object()])
def test_an_answer_that_is_no_json_never_reaches_the_page(value: Any) -> None:
    answer = Bridge(lambda method, **params: value).snapshot()
    assert answer["error"]["code"] == "internal"


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=30),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


@settings(max_examples=100, deadline=None)
@given(name=st.sampled_from(sorted(BRIDGE_METHODS)), arguments=st.lists(anything, max_size=5))
def test_whatever_the_page_sends_comes_back_as_an_answer(name: str, arguments: list[Any]) -> None:
    asked: list[tuple[str, dict[str, Any]]] = []

    def note(method: str, **params: Any) -> str:
        asked.append((method, params))
        return "ção"

    answer = getattr(Bridge(note), name)(*arguments)
    json.dumps(answer, allow_nan=False)
    assert answer["ok"] is True or set(answer["error"]) == {"code", "text"}
    for method, params in asked:
        assert method in control.METHODS | {"title"}
        json.dumps(params, allow_nan=False)
