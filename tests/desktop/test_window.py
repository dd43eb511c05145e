"""The real pywebview window on a virtual screen, joined to a real channel server, driven over CDP."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.desktop.screen import Screen, free_port, until
from tests.shell.channel.peers import Agent
from tray_agent.shell.channel import wire
from tray_agent.shell.channel.answer import Answer
from tray_agent.shell.channel.user import os_user
from tray_agent.shell.window import window
from tray_agent.shell.window.bridge import BRIDGE_METHODS

pytestmark = pytest.mark.desktop

PAGE = """<!doctype html><html lang="pt-BR"><head><meta charset="utf-8"><title>page</title>
<link rel="stylesheet" href="page.css"><script type="module" src="page.js"></script></head>
<body><h1>Automações</h1><a id="away" href="http://127.0.0.1:{elsewhere}/">sair</a>
<a id="blank" target="_blank" href="http://127.0.0.1:{elsewhere}/">nova</a></body></html>"""
SCRIPT = """
window.events = [];
window.addEventListener("agent", (event) => window.events.push(event.detail));
const ready = () => { window.dashboardReady = true; };
window.pywebview?.api?.snapshot ? ready() : window.addEventListener("pywebviewready", ready, { once: true });
"""
START = "import sys; from tray_agent.shell.window import window; sys.exit(window.run(sys.argv[1:], str))"
ROOT = Path(window.__file__).parents[3]


class Shown:
    """A dashboard process and the page in it."""

    def __init__(self, process: subprocess.Popen[bytes], page: Any, port: int) -> None:
        self.process = process
        self.page = page
        self.port = port

    def events(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.page.evaluate("window.events")
        return found

    def api(self, name: str, *arguments: Any) -> Any:
        return self.page.evaluate("([name, args]) => pywebview.api[name](...args)", [name, list(arguments)])


Open = Callable[[], Shown]


@pytest.fixture
def agent(tmp_path: Path) -> Iterator[Agent]:
    with Agent(tmp_path / "data") as agent:
        agent.answers["preferences"] = Answer(True, {"theme": "dark"})
        yield agent


@pytest.fixture
def frontend(tmp_path: Path) -> Path:
    folder = tmp_path / "frontend"
    folder.mkdir()
    (folder / "index.html").write_text(PAGE.replace("{elsewhere}", str(free_port())), encoding="utf-8")
    (folder / "page.js").write_text(SCRIPT)
    (folder / "page.css").write_text("body { background: rgb(1, 130, 70); }")
    return folder


def start(screen: Screen, agent: Agent, frontend: Path, **env: str) -> subprocess.Popen[bytes]:
    paths = os.pathsep.join(filter(None, [str(ROOT), screen.env.get("PYTHONPATH")]))
    return subprocess.Popen(
        [sys.executable, "-c", START, str(frontend)],
        env={**screen.env, "PYTHONPATH": paths, wire.CHANNEL_DIR: str(agent.data_dir), **env},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
    )


def end(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        process.kill()
    process.wait(10)


@pytest.fixture
def open_window(screen: Screen, agent: Agent, frontend: Path) -> Iterator[Open]:
    """Start the dashboard's process and attach to its page."""
    from playwright.sync_api import Error, sync_playwright

    processes: list[subprocess.Popen[bytes]] = []
    with sync_playwright() as playwright:

        def attach(port: int) -> Any:
            try:
                browser = playwright.chromium.connect_over_cdp(
                    f"http://127.0.0.1:{port}", no_defaults=True, timeout=5000
                )
            except Error:
                return None
            pages = browser.contexts[0].pages
            return pages[0] if pages else None

        def opened() -> Shown:
            port = free_port()
            process = start(screen, agent, frontend, TRAY_AGENT_DEBUG_PORT=str(port))
            processes.append(process)
            page = until(lambda: attach(port), 30, "the page")
            page.wait_for_function("window.dashboardReady === true")
            return Shown(process, page, port)

        try:
            yield opened
        finally:
            for process in processes:
                end(process)


def test_the_page_is_shown_and_calls_reach_the_agent(screen: Screen, agent: Agent, open_window: Open) -> None:
    shown = open_window()
    assert window.TITLE in screen.titles()
    until(lambda: screen.shows((1, 130, 70)) > 100_000, what="the page's colour")
    answer = shown.api("run", "envia_pix")
    assert answer == {"ok": True, "data": {"method": "run", "params": {"job": "envia_pix", "by": os_user()}}}
    hostile = 'it\'s "quoted" \\ </script>\u2028 \U0001f600 ção'
    assert shown.api("runs", hostile)["data"]["params"] == {"job": hostile}
    assert set(shown.page.evaluate("Object.keys(pywebview.api)")) == BRIDGE_METHODS


def test_events_of_the_agent_arrive_in_the_page(agent: Agent, open_window: Open) -> None:
    shown = open_window()
    until(lambda: agent.server.subscribers == 1)
    agent.server.notify(41)
    agent.server.notify(42)
    agent.server.broadcast({"event": "show", "names": ["it's </script>", "ção"]})
    until(lambda: len(shown.events()) >= 2)
    events = shown.events()
    assert {"event": "changed", "version": 42} in events
    assert {"event": "show", "names": ["it's </script>", "ção"]} in events


def test_the_page_cannot_call_what_is_not_listed(agent: Agent, open_window: Open) -> None:
    shown = open_window()
    before = len(agent.asked)
    for name in (
        "_call",
        "_answer",
        "run.__func__",
        "__class__",
        "_call.__self__.close",
        "run.__globals__.get",
    ):
        shown.page.evaluate("(name) => void pywebview._jsApiCallback(name, [], '1')", name)
    shown.page.evaluate("() => void pywebview._jsApiCallback('pywebviewMoveWindow', [0, 0], 'move')")
    shown.page.evaluate("() => void (pywebview.state.x = 1)")
    assert shown.api("pause")["ok"] is True
    assert [asked for asked in agent.asked[before:] if asked[0] != "remember"] == [
        ("pause", {"by": os_user()})
    ]
    assert agent.server.subscribers == 1


@pytest.mark.parametrize(
    "attempt",
    [
        "document.getElementById('away').click()",
        "document.getElementById('blank').click()",
        "location.href = 'file:///etc/passwd'",
        "location.href = 'data:text/html,<h1>x</h1>'",
        "location.replace('http://127.0.0.1:9/')",
    ],
)
def test_the_window_does_not_leave_its_page(screen: Screen, open_window: Open, attempt: str) -> None:
    shown = open_window()
    shown.page.evaluate("window.same = 'document'")
    shown.page.evaluate("(attempt) => void setTimeout(attempt, 0)", attempt)
    # After a refused navigation pywebview puts its functions into the page anew: for a moment there are none.
    answers = """() => pywebview.api.pause
        && Promise.race([pywebview.api.pause(), new Promise((late) => setTimeout(late, 1000))])"""
    until(lambda: shown.page.evaluate(answers), what="an answer")
    assert shown.page.evaluate("window.same") == "document"
    assert screen.titles().count(window.TITLE) == 1


def test_a_script_opens_no_second_window(screen: Screen, agent: Agent, frontend: Path) -> None:
    (frontend / "page.js").write_text("""addEventListener("agent", () => {
        const opened = window.open("https://example.invalid/");
        pywebview?.api?.run?.(String(opened));
    });""")
    process = start(screen, agent, frontend)  # a debugger would hold the new window and the opener with it
    try:
        until(lambda: agent.server.subscribers == 1)
        until(
            lambda: agent.server.notify(1) or ("run", {"job": "null", "by": os_user()}) in agent.asked,
            what="the refusal",
        )
        assert screen.titles().count(window.TITLE) == 1
    finally:
        end(process)


def test_a_minimised_window_comes_to_the_front_again(screen: Screen, agent: Agent, open_window: Open) -> None:
    open_window()
    until(lambda: agent.server.subscribers == 1)
    [shown] = until(lambda: screen.windows("--name", window.TITLE))
    screen.run("xdotool", "windowminimize", shown)
    until(lambda: not screen.windows("--name", window.TITLE), what="minimising")
    agent.server.broadcast({"event": "raise"})
    until(lambda: screen.windows("--name", window.TITLE), what="the window")
    until(lambda: screen.run("xdotool", "getactivewindow").strip() == shown, what="the focus")


_COVER = """
from PySide6.QtWidgets import QApplication, QWidget
app = QApplication([])
cover = QWidget()
cover.setWindowTitle("cover")
cover.resize(900, 700)
cover.show()
app.exec()
"""


def test_a_covered_window_comes_to_the_front_again(screen: Screen, agent: Agent, open_window: Open) -> None:
    open_window()
    until(lambda: agent.server.subscribers == 1)
    [shown] = until(lambda: screen.windows("--name", window.TITLE))
    cover = subprocess.Popen(
        [sys.executable, "-c", _COVER],
        env=screen.env,
    )
    try:
        until(lambda: "cover" in screen.titles())
        until(lambda: screen.run("xdotool", "getactivewindow").strip() != shown, what="the other's focus")
        agent.server.broadcast({"event": "raise"})
        until(lambda: screen.run("xdotool", "getactivewindow").strip() == shown, what="the focus")
    finally:
        end(cover)


def test_the_page_is_zoomed_by_keys(screen: Screen, open_window: Open) -> None:
    shown = open_window()
    [window_id] = until(lambda: screen.windows("--name", window.TITLE))
    screen.run("xdotool", "windowactivate", "--sync", window_id)
    wide = shown.page.evaluate("innerWidth")
    screen.keys("ctrl+plus", "ctrl+plus")
    until(lambda: shown.page.evaluate("innerWidth") < wide * 0.9, what="the larger page")
    screen.keys("ctrl+0")
    until(lambda: shown.page.evaluate("innerWidth") == wide, what="the page as it was")


def test_the_page_names_the_window(screen: Screen, agent: Agent, open_window: Open) -> None:
    shown = open_window()
    assert shown.api("title", "(3 erros) Automações") == {"ok": True, "data": {}}
    until(lambda: "(3 erros) Automações – tray-agent" in screen.titles(), what="the title")
    assert ("title", {"text": "(3 erros) Automações"}) not in agent.asked


def test_the_first_thing_seen_is_the_chosen_theme(screen: Screen, open_window: Open) -> None:
    """The agent remembers the dark theme: the address says so, and the window is never white."""
    shown = open_window()
    assert shown.page.url.endswith("/index.html?theme=dark")


def test_closing_the_window_ends_the_process_at_once(screen: Screen, agent: Agent, open_window: Open) -> None:
    shown = open_window()
    screen.close_window(window.TITLE)
    assert shown.process.wait(5) == window.CLOSED
    until(lambda: agent.server.subscribers == 0)


def test_the_agent_can_close_the_window(agent: Agent, open_window: Open) -> None:
    shown = open_window()
    until(lambda: agent.server.subscribers == 1)
    agent.server.broadcast({"event": "close"})
    assert shown.process.wait(5) == window.CLOSED


def test_when_the_agent_goes_away_the_page_says_so_and_the_window_closes(
    agent: Agent, open_window: Open
) -> None:
    shown = open_window()
    until(lambda: agent.server.subscribers == 1)
    agent.server.close()
    until(lambda: shown.events() == [{"event": "gone"}])
    assert shown.api("snapshot", None)["error"]["code"] == "gone"
    assert shown.process.wait(15) == window.CLOSED


def test_a_page_that_died_ends_the_process(screen: Screen, open_window: Open) -> None:
    shown = open_window()
    children = subprocess.run(
        ["pgrep", "-f", "--", f"--type=renderer.*--remote-debugging-port={shown.port}|type=renderer"],
        capture_output=True,
        text=True,
        check=False,
    ).stdout.split()
    ours = [pid for pid in map(int, children) if shown.process.pid in ancestors(pid)]
    assert ours
    os.kill(ours[0], signal.SIGKILL)
    assert shown.process.wait(10) == window.NOT_LOADED


def ancestors(pid: int) -> list[int]:
    found = []
    while pid > 1:
        try:
            pid = int(Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[1])
        except OSError:
            break
        found.append(pid)
    return found


def test_size_and_place_are_remembered_and_come_back(screen: Screen, agent: Agent, open_window: Open) -> None:
    first = open_window()
    [shown] = until(lambda: screen.windows("--name", window.TITLE))
    screen.run("wmctrl", "-r", window.TITLE, "-e", "0,120,80,900,600")
    until(lambda: screen.geometry(shown)[2:] == (900, 600), what="the new size")
    place = screen.geometry(shown)
    until(lambda: any(method == "remember" for method, _ in agent.asked), what="remembering")
    screen.close_window(window.TITLE)
    first.process.wait(5)
    kept = [params["preferences"] for method, params in agent.asked if method == "remember"][-1]
    assert set(kept) == {"window"}
    assert (kept["window"]["width"], kept["window"]["height"]) == (900, 600)
    agent.answers["preferences"] = Answer(True, kept)
    open_window()
    until(lambda: screen.windows("--name", window.TITLE))
    [shown] = screen.windows("--name", window.TITLE)
    until(lambda: screen.geometry(shown) == place, 5, "the same place")


def test_a_place_on_a_screen_that_is_gone_is_not_used(
    screen: Screen, agent: Agent, open_window: Open
) -> None:
    remembered = {"width": 800, "height": 600, "x": 5000, "y": 100}
    agent.answers["preferences"] = Answer(True, {"window": remembered})
    open_window()
    [shown] = until(lambda: screen.windows("--name", window.TITLE))
    x, y, width, height = screen.geometry(shown)
    assert (width, height) == (800, 600)
    assert 0 <= x < 1280
    assert 0 <= y < 800


def test_a_window_that_filled_the_screen_does_so_again(
    screen: Screen, agent: Agent, open_window: Open
) -> None:
    first = open_window()
    screen.run("wmctrl", "-r", window.TITLE, "-b", "add,maximized_vert,maximized_horz")
    until(lambda: any(method == "remember" for method, _ in agent.asked), what="remembering")
    screen.close_window(window.TITLE)
    first.process.wait(5)
    kept = [params["preferences"] for method, params in agent.asked if method == "remember"][-1]
    assert kept["window"]["maximized"] is True
    assert kept["window"]["width"] < 1280
    agent.answers["preferences"] = Answer(True, kept)
    open_window()
    [shown] = until(lambda: screen.windows("--name", window.TITLE))
    until(lambda: screen.geometry(shown)[2] == 1280, 5, "filling the screen")


def test_without_an_agent_there_is_no_window(screen: Screen, tmp_path: Path, frontend: Path) -> None:
    nobody = Agent(tmp_path / "nobody")
    process = start(screen, nobody, frontend)
    assert process.wait(15) == window.NO_AGENT


def test_without_a_debug_port_nobody_can_attach_whatever_the_environment_says(
    screen: Screen, agent: Agent, frontend: Path
) -> None:
    import socket

    port = str(free_port())
    process = start(
        screen,
        agent,
        frontend,
        QTWEBENGINE_REMOTE_DEBUGGING=port,
        QTWEBENGINE_CHROMIUM_FLAGS=f"--remote-debugging-port={port}",
    )
    try:
        until(lambda: window.TITLE in screen.titles(), 30)
        until(lambda: agent.server.subscribers == 1)
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", int(port)), 1)
    finally:
        end(process)
