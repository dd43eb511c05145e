"""``--self-test FILE``: whether every heavy part of this build is there and works, as JSON."""

from __future__ import annotations

import importlib
import json
import locale
import logging
import os
import platform
import sys
import tempfile
import threading
import time
import traceback
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from tray_agent import __version__
from tray_agent.adapters.runs.environment import bundle_root, child_environment, foreign_environment
from tray_agent.adapters.runs.interpreter import Interpreters
from tray_agent.adapters.system import program

log = logging.getLogger(__name__)

_CHILD_SECONDS = 30.0
_STOP_SECONDS = 15.0
_WAITS = """
import time
print("pronto: ação", flush=True)
try:
    time.sleep(60)
finally:
    print("fim", flush=True)
"""


@dataclass(frozen=True, slots=True)
class Check:
    """``detail`` is what was seen, or the error. If not ``required``, the machine is to blame."""

    name: str
    ok: bool
    required: bool
    detail: str
    seconds: float


def main(file: str) -> int:
    """Write the JSON to ``file``; 0 when every required check is well, else 1."""
    checks = [_checked(name, required, check) for name, (required, check) in CHECKS.items()]
    passed = all(check.ok for check in checks if check.required)
    report = {
        "version": __version__,
        "python": platform.python_version(),
        "system": platform.platform(),
        "frozen": program.is_frozen(),
        "ok": passed,
        "checks": [asdict(check) for check in checks],
    }
    Path(file).write_text(json.dumps(report, ensure_ascii=False, indent=1), encoding="utf-8")
    return 0 if passed else 1


def _checked(name: str, required: bool, check: Callable[[], str]) -> Check:
    began = time.monotonic()
    try:
        ok, detail = True, check()
    except Exception as error:  # whatever a library does is the finding
        log.warning("self-test: %s", name, exc_info=True)
        where = traceback.extract_tb(error.__traceback__)[-1]
        ok, detail = False, f"{type(error).__name__}: {error} ({Path(where.filename).name}:{where.lineno})"
    return Check(name, ok, required, detail, round(time.monotonic() - began, 3))


def _module(name: str) -> Any:
    """A package by its name in text: each belongs to another module, which imports it for good."""
    return importlib.import_module(name)


def _utf8() -> str:
    if program.is_frozen() and sys.platform == "win32" and sys.flags.utf8_mode:
        raise RuntimeError(
            "the exe was built with UTF-8 mode: its scripts would write other bytes than by hand"
        )
    return f"UTF-8 mode {sys.flags.utf8_mode}, files in {locale.getpreferredencoding(False)}"


def _files() -> str:
    needed = [program.resource("frontend", "index.html"), program.resource("assets", "tray-agent.ico")]
    missing = [str(path) for path in needed if not path.is_file()]
    if missing:
        raise FileNotFoundError(", ".join(missing))
    return str(program.resource("frontend"))


def _tray() -> str:
    if sys.platform != "win32" and not os.environ.get("DISPLAY"):
        os.environ["PYSTRAY_BACKEND"] = "dummy"
    icon = _module("pystray").Icon
    if sys.platform == "win32":
        icon("tray-agent-self-test").update_menu()
    return str(icon.__module__)


def _picture() -> str:
    with _module("PIL.Image").open(program.resource("assets", "tray-agent.ico")) as icon:
        icon.load()
        return f"{icon.format} {icon.size}"


def _window() -> str:
    webview = _module("webview")
    page = Path(webview.__file__).parent
    missing = [name for name in ("js",) if not (page / name).is_dir()]
    if sys.platform == "win32":
        missing += [name for name in _BRIDGES if not (page / "lib" / name).is_file()]
        _module("clr_loader")
    if missing:
        raise FileNotFoundError(f"{page}: {', '.join(missing)}")
    return f"{page}"


_BRIDGES = ("Microsoft.Web.WebView2.Core.dll", "Microsoft.Web.WebView2.WinForms.dll")


def _renderer() -> str:
    """What would show the page on this machine. This loads .NET; elsewhere a toolkit without a screen may
    end the whole process, so it is only looked at on Windows."""
    if sys.platform != "win32":
        return "looked at on Windows only"
    chosen = _module("webview.guilib").initialize()
    return f"{chosen.__name__} {getattr(chosen, 'renderer', '')}".rstrip()


def _pandas() -> str:
    pandas = _module("pandas")
    total = pandas.DataFrame({"duração": [1.5, 2.5]})["duração"].sum()
    if total != 4.0:
        raise ArithmeticError(f"1.5 + 2.5 = {total}")
    return f"pandas {pandas.__version__}"


def _excel() -> str:
    """Written by one library and read back by both."""
    cells = [["script_name", "ação"], ["envia_pix", 8]]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "planilha.xlsx")
        book = _module("openpyxl").Workbook()
        for row in cells:
            book.active.append(row)
        book.save(path)
        again = _module("openpyxl").load_workbook(path)
        plain = [list(row) for row in again.active.values]
        again.close()
        with path.open("rb") as opened:
            fast = _module("python_calamine").load_workbook(opened).get_sheet_by_index(0).to_python()
        table = _module("pandas").read_excel(path, engine="openpyxl")
    if plain != cells or fast != [cells[0], ["envia_pix", 8.0]] or list(table.columns) != cells[0]:
        raise ValueError(f"{plain} {fast} {list(table.columns)}")
    return "openpyxl, calamine, pandas"


def _bigquery() -> str:
    bigquery = _module("google.cloud.bigquery")
    nobody = _module("google.auth.credentials").AnonymousCredentials()
    client = bigquery.Client(project="self-test", credentials=nobody)
    _module("db_dtypes")
    name = client.dataset("d").table("t").path
    client.close()
    return f"google-cloud-bigquery {bigquery.__version__} {name}"


def _zones() -> str:
    zone = _module("zoneinfo").ZoneInfo("America/Sao_Paulo")
    moment = _module("datetime").datetime(2026, 3, 10, 12, tzinfo=zone)
    _module("tzdata")
    if moment.utcoffset().total_seconds() != -3 * 3600:
        raise ValueError(f"{zone}: {moment}")
    return f"{moment.isoformat()}"


def _journal() -> str:
    sqlite = _module("sqlite3")
    connection = sqlite.connect(":memory:")
    connection.close()
    return f"SQLite {sqlite.sqlite_version}"


def _notices() -> str:
    apprise = _module("apprise")
    kinds = ("json://localhost", "mailto://a:b@example.com", "workflows://localhost:443/a/b")
    missing = [kind for kind in kinds if apprise.Apprise.instantiate(kind) is None]
    if missing:
        raise RuntimeError(f"services are missing: {missing}")
    return f"Apprise {apprise.__version__}"


def _child() -> str:
    """A script is held, let go, heard, asked to end, and ends by its own ``finally``."""
    with tempfile.TemporaryDirectory() as folder:
        script, output = Path(folder, "espera.py"), Path(folder, "run.log")
        script.write_text(_WAITS, encoding="utf-8")
        interpreters = Interpreters("", lambda: Path(folder), program.is_frozen())
        found = interpreters.for_script(script)
        env = child_environment(
            "MANUAL",
            foreign_environment(os.environ, bundle_root()),
            credentials=None,
            pycache=Path(folder, "pycache"),
            run_id="self-test",
        )
        backend = _backend(interpreters)
        child = backend.start_held([*found.argv, str(script)], script.parent, script, env, output)
        code: list[int] = []
        waiter = threading.Thread(target=lambda: code.append(child.wait()), daemon=True)
        waiter.start()
        try:
            child.let_go()
            _until(lambda: "pronto: ação" in _text(output), _CHILD_SECONDS, output)
            backend.ask_to_end([child.identity])
            waiter.join(_STOP_SECONDS)
        finally:
            _end(child.identity)
            waiter.join(_STOP_SECONDS)
        said = _text(output)
    if sys.platform == "win32" and "fim" not in said:
        raise RuntimeError(f"its finally never ran: exit code {code}, {said!r}")
    return f"{found.text}, exit code {code[0]}"


def _backend(interpreters: Interpreters) -> Any:
    if sys.platform == "win32":
        from tray_agent.adapters.runs.windows_backend import WindowsBackend

        return WindowsBackend(interpreters.any_python)
    from tray_agent.adapters.runs.posix import PosixBackend

    return PosixBackend()


def _end(identity: Any) -> None:
    from tray_agent.adapters.runs.trees import stop_tree

    stop_tree(identity, "self-test", 0, lambda _members: None)


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8", errors="replace") if path.exists() else ""


def _until(condition: Callable[[], bool], seconds: float, output: Path) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError(f"nothing heard from the script in {seconds:g} s: {_text(output)!r}")
        threading.Event().wait(0.05)


CHECKS: dict[str, tuple[bool, Callable[[], str]]] = {
    "utf8": (True, _utf8),
    "files": (True, _files),
    "tray": (True, _tray),
    "picture": (True, _picture),
    "window": (True, _window),
    "renderer": (False, _renderer),
    "pandas": (True, _pandas),
    "excel": (True, _excel),
    "bigquery": (True, _bigquery),
    "time_zones": (True, _zones),
    "journal": (True, _journal),
    "notices": (True, _notices),
    "child": (True, _child),
}
