"""What of the window's process needs no screen: its lock, its page server, its geometry, its threads."""

from __future__ import annotations

import http.client
import mimetypes
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.shell.channel.peers import until
from tray_agent.shell.channel import wire
from tray_agent.shell.window import lockdown, window, windows_desktop
from tray_agent.shell.window.bridge import BRIDGE_METHODS, Bridge
from tray_agent.shell.window.geometry import DEFAULT_SIZE, MIN_SIZE, Area, Geometry, read_geometry
from tray_agent.shell.window.outbox import Outbox
from tray_agent.shell.window.pages import PageServer

ROOT = Path(window.__file__).parents[3]

# --- starting ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("arguments", [[], ["a", "b", "c"]])
def test_wrong_arguments_are_wrong_usage(arguments: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(wire.CHANNEL_DIR, "somewhere")
    assert window.run(arguments, str) == window.USAGE


def test_without_the_agents_folder_it_is_wrong_usage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(wire.CHANNEL_DIR, raising=False)
    assert window.run([str(tmp_path)], str) == window.USAGE


@pytest.mark.skipif(sys.platform == "win32", reason="asks for WebView2 first")
def test_without_a_page_or_an_agent_an_exit_code_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(wire.CHANNEL_DIR, str(tmp_path / "data"))
    assert window.run([str(tmp_path)], str) == window.FAILED
    (tmp_path / "index.html").write_text("<!doctype html>")
    assert window.run([str(tmp_path)], str) == window.NO_AGENT


def test_importing_the_window_brings_no_browser_engine() -> None:
    program = "import sys, tray_agent.shell.window.window; print('webview' in sys.modules)"
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    said = subprocess.run(
        [sys.executable, "-c", program], env=env, capture_output=True, text=True, check=True
    )
    assert said.stdout.strip() == "False"


def test_switches_that_open_the_engine_to_others_are_dropped() -> None:
    environ = {
        "QTWEBENGINE_REMOTE_DEBUGGING": "9222",
        "QTWEBENGINE_CHROMIUM_FLAGS": "--remote-debugging-port=9222",
        "WEBVIEW2_ADDITIONAL_BROWSER_ARGUMENTS": "--remote-debugging-port=9222",
        "WEBVIEW2_BROWSER_EXECUTABLE_FOLDER": "C:\\elsewhere",
        "HOME": "/home/x",
    }
    lockdown.prepare_environment(environ)
    assert not any(
        name.startswith(("QTWEBENGINE_REMOTE", "QTWEBENGINE_CHROMIUM", "WEBVIEW2")) for name in environ
    )
    assert environ["HOME"] == "/home/x"


@pytest.mark.parametrize(
    ("value", "port"),
    [("9222", 9222), ("", None), ("0", None), ("65536", None), ("-1", None), ("9222x", None), ("٩٢٢٢", None)],
)
def test_the_debug_port_is_a_port_or_nothing(value: str, port: int | None) -> None:
    assert lockdown.debug_port({lockdown.DEBUG_PORT: value}) == port


def test_a_built_exe_has_no_debug_port(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    assert lockdown.debug_port({lockdown.DEBUG_PORT: "9222"}) is None


# --- the bridge's lock, on the real pywebview ----------------------------------------------------------

GUARDED = """
import sys, threading
from webview import util
from tray_agent.shell.window import lockdown
from tray_agent.shell.window.bridge import Bridge, BRIDGE_METHODS

class Window:
    _functions = {}
    def __init__(self):
        self.said, self._js_api = [], Bridge(lambda method, **params: asked.append(method))
    def evaluate_js(self, script): self.said.append(script); answered.release()

asked, answered = [], threading.Semaphore(0)
open_door, window = util.js_bridge_call, Window()
open_door(window, "_call", ["x"], "1")
answered.acquire(timeout=10)
assert asked == ["x"], "pywebview resolves underscored names; if not any more, the guard can be simpler"
asked.clear(); window.said.clear()

guard = lockdown.guard_calls(util)
assert util.js_bridge_call is guard is not open_door
for name in ("_call", "_answer", "run.__func__", "run.__globals__.get", "__class__", "", "snapshot ", "Run",
             None, 7, ["run"], {"run": 1}, "pywebviewMoveWindow", "pywebviewEventHandler",
             "pywebviewAsyncCallback",
             "pywebviewStateUpdate", "pywebviewStateDelete", "_pywebviewAlert"):
    util.js_bridge_call(window, name, ["x"], "1")
util.js_bridge_call(window, "run", "x", "1")
util.js_bridge_call(window, "run", {"x": 1}, "1")
util.js_bridge_call(window, "run", ["x"], '1"](0);alert(1);//')
assert asked == [] and window.said == []
util.js_bridge_call(window, "run", ["x"], "123")
assert answered.acquire(timeout=10)
assert asked == ["run"] and len(window.said) == 1

import webview.platforms
import types
platform = types.ModuleType("webview.platforms.some")
sys.modules[platform.__name__] = platform
assert lockdown.is_guarded(guard)
platform.js_bridge_call = open_door
assert not lockdown.is_guarded(guard)
platform.js_bridge_call = util.js_bridge_call
assert lockdown.is_guarded(guard)
try:
    lockdown.guard_calls(util)
except RuntimeError:
    pass
else:
    raise AssertionError("a guard that comes too late must say so")
print("guarded")
"""


def test_the_guard_lets_only_literal_names_through_the_real_pywebview() -> None:
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    said = subprocess.run(
        [sys.executable, "-c", GUARDED], env=env, capture_output=True, text=True, check=False
    )
    assert said.stdout.strip() == "guarded", said.stderr


def test_pywebview_exposes_the_bridges_methods_and_nothing_else() -> None:
    from webview import util

    scripts: list[str] = []

    class Shown:
        def __init__(self) -> None:
            self._js_api = Bridge(lambda method, **params: None)
            self._functions: dict[str, Any] = {}
            self._expose_lock = threading.Lock()
            self.state: dict[str, Any] = {}
            self.uid, self.js_api_endpoint = "master", None
            self.text_select = self.zoomable = self.draggable = self.easy_drag = self.frameless = False
            self.events = SimpleNamespace(
                before_load=threading.Event(), loaded=threading.Event(), _pywebviewready=threading.Event()
            )

        def run_js(self, script: str) -> None:
            scripts.append(script)

    shown = Shown()
    util.inject_pywebview("edgechromium", shown)  # type: ignore[arg-type]
    assert shown.events.loaded.wait(10)
    created = scripts[-1].split("JSON.parse('", 1)[1].split("')", 1)[0]
    import json

    assert {function["func"] for function in json.loads(created)} == BRIDGE_METHODS


def test_a_pywebview_without_the_guarded_name_is_refused() -> None:
    with pytest.raises(RuntimeError):
        lockdown.guard_calls(SimpleNamespace())  # type: ignore[arg-type]


class Event:
    """A .NET event, as far as ``+=`` goes."""

    def __init__(self) -> None:
        self.listeners: list[Any] = []

    def __iadd__(self, listener: Any) -> Event:
        self.listeners.append(listener)
        return self


def test_webview2_is_kept_on_its_page() -> None:
    native = SimpleNamespace(webview=SimpleNamespace(NavigationStarting=Event()))
    lockdown.lock_navigation("edgechromium", native, lambda url: url.startswith("http://127.0.0.1:1/"))
    [starting] = native.webview.NavigationStarting.listeners
    for url, cancelled in (
        ("http://127.0.0.1:1/index.html", False),
        ("http://127.0.0.1:10/", True),
        ("http://127.0.0.1:1@elsewhere/", True),
        ("file:///C:/x.html", True),
        ("about:blank", True),
    ):
        args = SimpleNamespace(Uri=url, Cancel=False)
        starting(None, args)
        assert args.Cancel is cancelled, url


# --- Windows -------------------------------------------------------------------------------------------

USER = ("HKEY_CURRENT_USER", r"SOFTWARE\Microsoft\EdgeUpdate\Clients\{F3017226-FE2A-4295-8BDF-00C3A9A7E4C5}")
MACHINE = (
    "HKEY_LOCAL_MACHINE",
    r"SOFTWARE\WOW6432Node\Microsoft\EdgeUpdate\Clients\{F3017226-FE2A-4295-8BDF-00C3A9A7E4C5}",
)


def registry(**values: object) -> windows_desktop.ReadValue:
    keys = {"user": USER, "machine": MACHINE}
    found = {(*keys[name], "pv"): value for name, value in values.items()}
    return lambda hive, key, name: found.get((hive, key, name))


@pytest.mark.parametrize(
    ("values", "version"),
    [
        ({}, None),
        ({"user": "138.0.3351.95"}, "138.0.3351.95"),
        ({"machine": "138.0.3351.95"}, "138.0.3351.95"),
        ({"user": "0.0.0.0", "machine": "120.0.1.2"}, "120.0.1.2"),
        ({"user": "", "machine": ""}, None),
        ({"user": "0.0.0.0"}, None),
        ({"machine": "85.0.564.41"}, None),
        ({"machine": "new"}, None),
        ({"machine": 138}, None),
    ],
)
def test_webview2_is_there_when_its_version_says_so(values: dict[str, object], version: str | None) -> None:
    assert windows_desktop.webview2_version(registry(**values)) == version


@pytest.mark.parametrize(("value", "dark"), [(0, True), (1, False), (None, False)])
def test_dark_is_what_windows_says(value: object, dark: bool) -> None:
    assert windows_desktop.prefers_dark(lambda *_: value) is dark


@pytest.mark.skipif(sys.platform == "win32", reason="there it has a registry")
def test_elsewhere_there_is_no_registry_and_nothing_to_do() -> None:
    assert windows_desktop.webview2_version() is None
    assert windows_desktop.screens() == []
    windows_desktop.allow_foreground(1)
    windows_desktop.prepare_process()


@pytest.mark.skipif(sys.platform != "win32", reason="asks Windows")
def test_windows_says_where_its_screens_are() -> None:
    windows_desktop.prepare_process()
    screens = windows_desktop.screens()
    assert screens
    assert all(width > 0 and height > 0 for _x, _y, width, height in screens)
    windows_desktop.allow_foreground(os.getpid())
    assert windows_desktop.prefers_dark() in (True, False)


# --- the page server -----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PageServer]:
    folder = tmp_path_factory.mktemp("pages") / "frontend"
    (folder / "scripts").mkdir(parents=True)
    (folder / "index.html").write_text("<!doctype html>ção", encoding="utf-8")
    (folder / "scripts" / "main.js").write_text("export {};")
    (folder / "page.css").write_text("body{}")
    (folder / "secret.txt").write_text("secret")
    (folder.parent / "outside.js").write_text("outside")
    server = PageServer(folder)
    server.start()
    yield server
    server.stop()


def get(
    pages: PageServer, path: str, host: str | None = None, method: str = "GET"
) -> tuple[int, dict[str, str], bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", pages.server_port, timeout=10)
    try:
        connection.putrequest(method, path, skip_host=True)
        connection.putheader("Host", host or f"127.0.0.1:{pages.server_port}")
        connection.endheaders()
        response = connection.getresponse()
        return response.status, dict(response.getheaders()), response.read()
    finally:
        connection.close()


def test_content_types_are_ours_whatever_the_machine_thinks_of_them(pages: PageServer) -> None:
    former = {suffix: mimetypes.guess_type(f"x{suffix}")[0] for suffix in (".js", ".css")}
    try:
        for suffix in former:
            mimetypes.add_type("text/plain", suffix)
        assert get(pages, "/scripts/main.js")[1]["Content-Type"] == "text/javascript; charset=utf-8"
        assert get(pages, "/page.css")[1]["Content-Type"] == "text/css; charset=utf-8"
    finally:
        for suffix, kind in former.items():
            mimetypes.add_type(kind or "text/plain", suffix)


def test_the_page_is_served_with_its_policy(pages: PageServer) -> None:
    for path in ("/", "/index.html", "/index.html?v=1"):
        status, headers, body = get(pages, path)
        assert (status, body.decode()) == (200, "<!doctype html>ção")
        assert "default-src 'none'" in headers["Content-Security-Policy"]
        assert "'unsafe-inline'" not in headers["Content-Security-Policy"].split("style-src")[0]
        assert headers["X-Content-Type-Options"] == "nosniff"
    assert get(pages, "/", method="HEAD")[2] == b""


@pytest.mark.parametrize(
    "path",
    [
        "/secret.txt",
        "/outside.js",
        "/../outside.js",
        "/scripts/../../outside.js",
        "/%2e%2e/outside.js",
        "//outside.js",
        "/scripts",
        "/scripts/",
        "/index.html/",
        "http://127.0.0.1/index.html",
        "*",
    ],
)
def test_nothing_else_is_served(pages: PageServer, path: str) -> None:
    assert get(pages, path)[0] == 404


def test_a_foreign_name_that_points_here_is_not_served(pages: PageServer) -> None:
    for host in (
        "evil.example",
        f"evil.example:{pages.server_port}",
        f"localhost:{pages.server_port}",
        "127.0.0.1",
    ):
        assert get(pages, "/index.html", host)[0] == 404


@pytest.mark.parametrize("method", ["POST", "PUT", "OPTIONS", "DELETE"])
def test_the_page_cannot_be_written(pages: PageServer, method: str) -> None:
    assert get(pages, "/index.html", method=method)[0] == 501


# --- geometry ------------------------------------------------------------------------------------------

SCREEN = Area(0, 0, 1920, 1080)
SECOND = Area(1920, 0, 1280, 1024)


@pytest.mark.parametrize("remembered", [None, [], {}, "x", {"width": "900"}, {"width": True, "height": 1e9}])
def test_without_a_sound_memory_the_window_has_its_usual_size(remembered: Any) -> None:
    assert read_geometry(remembered) == Geometry(*DEFAULT_SIZE)


@given(
    st.dictionaries(st.sampled_from(["width", "height", "x", "y", "maximized"]), st.integers() | st.text())
)
def test_whatever_is_remembered_gives_a_window_that_can_be_used(remembered: dict[str, Any]) -> None:
    geometry = read_geometry(remembered).fitted([SCREEN, SECOND])
    assert geometry.width >= MIN_SIZE[0]
    assert geometry.height >= MIN_SIZE[1]
    assert (geometry.x is None) == (geometry.y is None)
    assert read_geometry(geometry.to_json()) == geometry


@pytest.mark.parametrize(
    ("x", "y", "stays"),
    [
        (100, 100, True),
        (-700, 10, True),
        (-800, 10, False),
        (2000, 50, True),
        (3150, 50, False),
        (100, -1, False),
        (100, 1010, False),
        (-32000, -32000, False),
    ],
)
def test_a_place_is_used_again_while_a_person_could_take_hold_of_the_window(
    x: int, y: int, stays: bool
) -> None:
    fitted = Geometry(800, 600, x, y).fitted([SCREEN, SECOND])
    assert (fitted.x, fitted.y) == ((x, y) if stays else (None, None))


def test_a_window_is_never_larger_than_its_screen() -> None:
    assert Geometry(4000, 3000, 1920, 0).fitted([SCREEN, SECOND]) == Geometry(1280, 1024, 1920, 0)
    small = Geometry(4000, 3000, 9000, 0).fitted([SECOND])
    assert (small.width, small.height, small.x) == (1200, 944, None)


def test_without_known_screens_the_size_is_kept() -> None:
    assert Geometry(800, 600, 10, 10).fitted([]) == Geometry(800, 600)


# --- the outbox ----------------------------------------------------------------------------------------


def test_what_was_put_last_under_a_name_is_delivered() -> None:
    gate, busy = threading.Event(), threading.Event()
    delivered: list[dict[str, Any]] = []

    def deliver(pending: dict[str, Any]) -> None:
        delivered.append(pending)
        busy.set()
        gate.wait(10)

    outbox = Outbox("test", deliver)
    outbox.put("a", 1)
    assert busy.wait(10)
    for number in range(100):
        outbox.put("a", number)
        outbox.put("b", number)
    gate.set()
    until(lambda: len(delivered) == 2)
    assert delivered == [{"a": 1}, {"a": 99, "b": 99}]


def test_a_delivery_that_fails_does_not_end_the_thread() -> None:
    delivered: list[dict[str, Any]] = []

    def deliver(pending: dict[str, Any]) -> None:
        if "bad" in pending:
            raise OSError("gone")
        delivered.append(pending)

    outbox = Outbox("test", deliver)
    outbox.put("bad", 1)
    until(lambda: not outbox._pending)
    outbox.put("good", 2)
    until(lambda: delivered == [{"good": 2}])


def test_stopping_delivers_what_is_pending_without_waiting_for_quiet() -> None:
    delivered: list[dict[str, Any]] = []
    outbox = Outbox("test", delivered.append, quiet_seconds=600)
    outbox.put("size", (1, 2))
    outbox.stop(10)
    assert delivered == [{"size": (1, 2)}]


def test_many_changes_in_a_row_are_delivered_once_it_is_quiet() -> None:
    delivered: list[dict[str, Any]] = []
    outbox = Outbox("test", delivered.append, quiet_seconds=0.05)
    for number in range(50):
        outbox.put("size", number)
    until(lambda: bool(delivered))
    outbox.stop(10)
    assert delivered == [{"size": 49}]
