"""Takes the README's pictures from the demo, on a virtual screen.

``python -m tests.desktop.screenshots [FOLDER]``
"""

from __future__ import annotations

import random
import re
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import openpyxl
from PIL import Image
from playwright.sync_api import Error, Page, sync_playwright

from tests.desktop.screen import Screen, free_port, until, virtual_screen
from tray_agent.adapters.journal.store import SqliteJournal
from tray_agent.core.model import Identity, Outcome, Run, Trigger
from tray_agent.core.schedules.grammar import parse
from tray_agent.shell.channel.client import Channel, ChannelError, Refused, connect

PICTURES = Path(__file__).resolve().parent.parent.parent / "assets" / "screenshots"
SIZE = {"width": 1560, "height": 900}
TEAM = {"PC-MARIA": '["sap"]', "PC-JOAO": "[]"}
COLORS, EXACT = 256, 160
PACE = {"extrai_posicao_custodia": 30.0, "carga_mensageria_spb": 8.0, "reprocessa_devolucoes": 40.0}
REASONS = {"conciliacao_boletos_d0": "ValueError: conciliação não fechou: 1 boleto sem baixa"}
UNLUCKY = {"conciliacao_boletos_d0": 0.12, "envia_arquivo_pix": 0.02}


def main() -> int:
    """Run the demo until its day is worth a picture, then look at every view in both themes."""
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else PICTURES
    target.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, virtual_screen("1680x1000") as screen:
        port = free_port()
        # The log's foot names the interpreter: that of the system, no path of whoever takes the pictures.
        env = screen.env | {"TRAY_AGENT_DEBUG_PORT": str(port), "TRAY_AGENT_PYTHON": "/usr/bin/python3"}
        subprocess.run(
            [sys.executable, "-m", "tray_agent", "--internal", "make-demo", folder], env=env, check=True
        )
        _thirty_days(Path(folder))
        argv = [sys.executable, "-m", "tray_agent", "demo", "--dir", folder]
        agent = subprocess.Popen(argv, env=env, stdout=subprocess.DEVNULL)
        try:
            with sync_playwright() as playwright:
                page = until(lambda: _page(playwright, port), 40, "the window")
                page.wait_for_function("window.dashboardReady === true")
                _wait_for_a_day(Path(folder))
                page.set_viewport_size(SIZE)
                _pictures(page, target)
                _menu(screen, target)
                with _team(Path(folder), env):
                    _team_picture(page, Path(folder), target)
        finally:
            _command(Path(folder), env, "quit", "--stop-runs")
            agent.wait(30)
    for picture in target.glob("*.png"):
        _shrink(picture)
    return 0


def _command(app: Path, env: dict[str, str], *words: str) -> str:
    """What a command printed; it may fail."""
    argv = [sys.executable, "-m", "tray_agent", "--app-dir", str(app), *words]
    return subprocess.run(argv, env=env, check=False, capture_output=True, text=True).stdout


def _shrink(picture: Path) -> None:
    """A palette: what covers whole areas stays as it is, only rare shades at letters' edges stray."""
    with Image.open(picture) as image:
        full = image.convert("RGB")
    pixels = [bytes(each) for each in zip(*[iter(full.tobytes())] * 3, strict=True)]
    counts = Counter(pixels)
    spread = full.quantize(COLORS - EXACT, method=Image.Quantize.MAXCOVERAGE).getpalette() or []
    palette = [color for color, _ in counts.most_common(EXACT)]
    palette += [bytes(each) for each in zip(*[iter(spread)] * 3, strict=True)][: COLORS - len(palette)]
    place = {color: palette.index(min(palette, key=partial(_apart, color))) for color in counts}
    few = Image.frombytes("P", full.size, bytes(place[each] for each in pixels))
    few.putpalette(b"".join(palette))
    few.save(picture, optimize=True)


def _apart(one: bytes, other: bytes) -> int:
    return sum((a - b) ** 2 for a, b in zip(one, other, strict=True))


def _thirty_days(folder: Path) -> None:
    """The demo's month, made up but for its schedules: a job has its own pace, and fails now and then."""
    chance = random.Random(27)
    now = datetime.now(ZoneInfo("America/Sao_Paulo"))
    runs: list[Run] = []
    sheet = openpyxl.load_workbook(folder / "registro_automacoes.xlsx").worksheets[0]
    for name, area, cell in sheet.iter_rows(min_row=2, max_col=3, values_only=True):
        script = folder / "automacoes" / str(area) / str(name) / "metodos" / f"{name}.py"
        usual = PACE.get(str(name), 4.0)
        for back in range(30, 0, -1) if script.exists() else ():
            day = (now - timedelta(days=back)).replace(hour=0, minute=0, second=0, microsecond=0)
            for minute in parse(str(cell)).schedule.fires(day.date()):
                start = day + timedelta(minutes=minute, seconds=chance.random() * 20)
                runs.append(_run(str(name), script, start, usual * chance.uniform(0.8, 1.3), chance.random()))
    journal = SqliteJournal(folder / "dados")
    journal.record(runs, [])
    journal.close()


def _run(name: str, script: Path, start: datetime, seconds: float, luck: float) -> Run:
    code = 1 if luck < UNLUCKY.get(name, 0.01) else 3 if name == "baixa_extrato_str" and luck > 0.6 else 0
    return Run(
        id=f"{name}-{start:%Y%m%d-%H%M%S}",
        job=name,
        name=name,
        script=str(script),
        trigger=Trigger.SCHEDULED,
        day=start.date(),
        started=start,
        log="",
        identity=Identity(1, 1.0),
        boot="before",
        ended=start + timedelta(seconds=seconds),
        duration_seconds=seconds,
        exit_code=code,
        outcome=Outcome.ENDED,
        reason=REASONS.get(name, "TimeoutError: o servidor não respondeu em 30 s") if code == 1 else "",
    )


@contextmanager
def _team(brain: Path, env: dict[str, str]) -> Iterator[None]:
    """The demo's agent as the brain of two more PCs, as people make a team: invited, joined, started."""
    agents = []
    try:
        for name, tags in TEAM.items():
            app = brain / name
            app.mkdir()
            base = brain / "automacoes"
            lines = [
                'history = "local"',
                f'base_path = "{base}"',
                'data_dir = "dados"',
                'temp_dir = "temp"',
                f"team_tags = {tags}",
            ]
            (app / "tray_agent.toml").write_text("\n".join(lines), encoding="utf-8")
            code = re.search(r"\S+:(\d+)/\S+", _command(brain, env, "team", "invite", "--name", "PC-MESA"))
            assert code is not None
            _command(app, env, "join", re.sub(r"^[^:]+", "127.0.0.1", code.group()), "--name", name)
            argv = [sys.executable, "-m", "tray_agent", "--app-dir", str(app), "--headless"]
            agents.append((app, subprocess.Popen(argv, env=env, stdout=subprocess.DEVNULL)))
        yield
    finally:
        for app, agent in agents:
            _command(app, env, "quit", "--stop-runs")
            agent.wait(30)


def _spread(folder: Path) -> None:
    """Let every row of the demo's registry run on any PC."""
    path = folder / "registro_automacoes.xlsx"
    book = openpyxl.load_workbook(path)
    sheet = book.worksheets[0]
    column = sheet.max_column + 1
    sheet.cell(1, column, "pc")
    for row in range(2, sheet.max_row + 1):
        sheet.cell(row, column, "*")
    book.save(path)


def _spread_cards(channel: Channel) -> list[dict[str, Any]]:
    """The cards, the longest runs first, once all of them may run on any PC; nothing before."""
    cards = channel.call("snapshot", since=None)["cards"]
    ready = all("pc: *" in card["policies"] for card in cards)
    longest = ["extrai_posicao_custodia", "carga_mensageria_spb", "reprocessa_devolucoes"]
    return sorted(cards, key=lambda card: card["id"] not in longest) if ready else []


def _team_picture(page: Page, folder: Path, target: Path) -> None:
    """The page Equipe, with runs on more than one PC."""
    _spread(folder)
    with connect(folder / "dados") as channel:
        until(lambda: sum(pc["present"] for pc in channel.call("status")["pcs"]) == 3, 60, "the team")
        channel.call("refresh")
        cards = until(lambda: _spread_cards(channel), 60, "the registry's column")
        for job in [card["id"] for card in cards if card["state"] != "RUNNING"][:6]:
            with suppress(Refused):  # the agent's own schedule may have been quicker
                channel.call("run", job=job)
        until(lambda: sum(pc["running"] > 0 for pc in channel.call("status")["pcs"]) > 1, 60, "runs")
    page.locator(".side").get_by_role("button", name="Equipe").click()
    page.wait_for_timeout(1200)
    page.screenshot(path=target / "team.png")


def _page(playwright, port: int) -> Page | None:  # type: ignore[no-untyped-def]
    try:
        browser = playwright.chromium.connect_over_cdp(f"http://127.0.0.1:{port}", no_defaults=True)
    except Error:
        return None
    pages = browser.contexts[0].pages
    return pages[0] if pages else None


def _wait_for_a_day(folder: Path) -> None:
    """Until all kinds of outcomes are there and something still runs."""

    def ready() -> bool:
        try:
            with connect(folder / "dados") as channel:
                counts = channel.call("status")["counts"]
        except ChannelError:
            return False
        is_full = all(counts[state] for state in ("RUNNING", "SUCCESS", "ERROR", "NO_DATA"))
        return is_full and not counts["queued"]

    until(ready, 120, "a day worth a picture")


def _pictures(page: Page, target: Path) -> None:
    def take(name: str) -> None:
        page.wait_for_timeout(900)
        page.screenshot(path=target / f"{name}.png")

    page.mouse.move(5, 5)  # no hand near: the worst comes first at once
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        take(f"dashboard-{scheme}")
    page.emulate_media(color_scheme="light")
    for key, name in (("2", "list"), ("3", "now")):
        page.keyboard.press(key)
        take(name)
    page.keyboard.press("1")
    failing = page.locator("article[data-state=ERROR]").first
    failing.locator(".card-name").click()
    take("log")
    page.get_by_role("tab", name="Histórico").click()
    take("history")
    page.keyboard.press("Escape")
    for view, name in (
        ("Linha do tempo", "timeline"),
        ("Fila e próximas", "plan"),
        ("Problemas", "problems"),
    ):
        page.get_by_role("button", name=view).click()
        take(name)
    page.keyboard.press("1")


def _menu(screen: Screen, target: Path) -> None:
    """The tray's menu, open, and the corner of the screen it stands in."""
    icon = until(lambda: screen.tray_icon("__main__.py"), what="the icon")
    screen.click(icon, 3)
    popup = until(
        lambda: [w for w in screen.windows("--name", "__main__.py") if screen.geometry(w)[3] > 120], 5
    )
    x, y, width, _ = screen.geometry(popup[0])
    screen.grab((max(0, x - 40), max(0, y - 20), min(1680, x + width + 40), 1000)).save(
        target / "tray-menu.png"
    )
    screen.keys("Escape")


if __name__ == "__main__":
    sys.exit(main())
