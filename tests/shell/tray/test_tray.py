from __future__ import annotations

import contextlib
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from tray_agent.core.model import CardState
from tray_agent.core.picture.notices import Notice, NoticeKind
from tray_agent.shell.tray import tray as tray_module
from tray_agent.shell.tray.icon import tray_icon
from tray_agent.shell.tray.menu import TEAM_PAGE, Entry, TrayAction, menu_entries
from tray_agent.shell.tray.notices import CLOSED_TO_TRAY
from tray_agent.shell.tray.question import Choice
from tray_agent.shell.tray.tray import NoScreen, Tray
from tray_agent.shell.tray.view import TrayView
from tray_agent.shell.tray.windows import (
    BALLOON_CLICKED,
    WM_CLOSE,
    WM_DISPLAYCHANGE,
    WM_ENDSESSION,
    WM_POWERBROADCAST,
    WM_QUERYENDSESSION,
    WM_RBUTTONUP,
    WM_TIMECHANGE,
    windows_icon,
)

IDLE = TrayView(status="nenhuma execução hoje", tooltip="Automações: nenhuma execução hoje")
RED = replace(IDLE, aggregate=CardState.ERROR, tooltip="Automações: 1 em erro")


def until(condition: Callable[[], Any], seconds: float = 5.0) -> None:
    pause, left = threading.Event(), seconds
    while not condition():
        assert left > 0, "it did not come true in time"
        pause.wait(0.01)
        left -= 0.01


@dataclass
class Shown:
    """What a stand-in platform was asked to show."""

    images: list[Any] = field(default_factory=list)
    titles: list[str] = field(default_factory=list)
    notices: list[tuple[str, str]] = field(default_factory=list)
    added: int = 0
    refusals: int = 0
    menus: int = 0


@pytest.fixture
def pystray(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setenv("PYSTRAY_BACKEND", "dummy")
    monkeypatch.setenv("DISPLAY", ":0")
    import pystray

    return pystray


@pytest.fixture
def shown(pystray: Any, monkeypatch: pytest.MonkeyPatch) -> Shown:
    """The tray library on a platform that only notes what it is asked to show."""
    seen = Shown()

    class Icon(pystray.Icon):  # type: ignore[misc]
        def _run(self) -> None:
            self._leave = threading.Event()
            self._mark_ready()
            self._leave.wait(20)

        def _stop(self) -> None:
            self._leave.set()

        def _show(self) -> None:
            seen.added += 1

        def _hide(self) -> None:
            pass

        def _update_icon(self) -> None:
            if seen.refusals:
                seen.refusals -= 1
                raise OSError("no space for the icon")
            seen.images.append(self.icon)
            self._icon_valid = True

        def _update_title(self) -> None:
            seen.titles.append(self.title)

        def _update_menu(self) -> None:
            seen.menus += 1

        def _notify(self, message: str, title: str | None = None) -> None:
            seen.notices.append((title or "", message))

    Icon.__module__ = "pystray._dummy"
    monkeypatch.setattr(pystray, "Icon", Icon)
    monkeypatch.setattr(tray_module, "PAUSE_SECONDS", 0.02)
    monkeypatch.setattr(tray_module, "TICK_SECONDS", 0.02)
    return seen


class Desk:
    """A person's view, and what the person asked for."""

    def __init__(self, view: TrayView = IDLE) -> None:
        self.view = view
        self.asked: list[TrayAction] = []
        self.due: list[Notice] = []
        self.opened: list[str] = []
        self.tray = Tray(lambda: self.view, self.asked.append, open_job=self.opened.append, due=self.take)

    def take(self) -> list[Notice]:
        told, self.due = self.due, []
        return told

    def see(self, view: TrayView) -> None:
        self.view = view
        self.tray.changed()


@contextlib.contextmanager
def running(tray: Tray) -> Iterator[None]:
    thread = threading.Thread(target=tray.run)
    thread.start()
    until(tray._ready.is_set)
    try:
        yield
    finally:
        tray.stop()
        thread.join(5)
        assert not thread.is_alive()


def test_the_menu_offers_what_the_product_says() -> None:
    view = TrayView(status="1 em erro, 2 executando", autostart=True, notifications=False)
    assert menu_entries(view) == (
        Entry("Abrir painel", TrayAction.OPEN, default=True),
        Entry(),
        Entry("1 em erro, 2 executando"),
        Entry(),
        Entry("Suspender agendamentos", TrayAction.PAUSE),
        Entry("Iniciar com o Windows", TrayAction.AUTOSTART, True),
        Entry("Notificações", TrayAction.NOTIFICATIONS, False),
        Entry("Abrir logs", TrayAction.LOGS),
        Entry(
            "Equipe",
            inner=(
                Entry("Convidar outro PC…", TrayAction.OPEN, job=TEAM_PAGE),
                Entry("Entrar em uma equipe…", TrayAction.OPEN, job=TEAM_PAGE),
            ),
        ),
        Entry(),
        Entry("Sair", TrayAction.QUIT),
    )


def test_the_menu_leads_to_the_team_by_what_this_pc_is_in_it() -> None:
    def offered(role: str) -> list[str]:
        [team] = [each for each in menu_entries(replace(IDLE, role=role)) if each.text == "Equipe"]
        assert {each.job for each in team.inner} == {TEAM_PAGE}
        return [each.text for each in team.inner]

    assert offered("brain") == ["Ver os PCs", "Convidar outro PC…"]
    assert offered("pc") == ["Ver o cérebro e este PC", "Sair da equipe…"]


def test_a_suspended_agent_offers_to_resume_and_says_why() -> None:
    entries = menu_entries(replace(IDLE, paused=True, suspended="agendamentos suspensos"))
    assert Entry("Agendamentos suspensos") in entries
    assert Entry("Retomar agendamentos", TrayAction.RESUME) in entries
    assert TrayAction.PAUSE not in {entry.action for entry in entries}


def test_where_there_is_no_start_with_windows_the_menu_does_not_offer_it() -> None:
    assert TrayAction.AUTOSTART not in {entry.action for entry in menu_entries(IDLE)}


def test_the_icon_shows_and_follows_the_view(shown: Shown) -> None:
    desk = Desk()
    with running(desk.tray):
        until(lambda: shown.added == 1)
        desk.see(RED)
        until(lambda: shown.titles == [RED.tooltip])
        desk.see(replace(RED, suspended="agendamentos suspensos"))
        until(lambda: len(shown.images) == 3)
    assert shown.images == [
        tray_icon(CardState.IDLE, False, 64),
        tray_icon(CardState.ERROR, False, 64),
        tray_icon(CardState.ERROR, True, 64),
    ]


def test_a_new_tooltip_alone_draws_nothing(shown: Shown) -> None:
    desk = Desk()
    with running(desk.tray):
        until(lambda: shown.added)
        desk.see(replace(IDLE, tooltip="Automações: 3 na fila"))
        until(lambda: shown.titles)
    assert len(shown.images) == 1


def test_between_two_changes_lies_a_pause_and_the_last_view_wins(
    shown: Shown, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tray_module, "PAUSE_SECONDS", 0.4)
    desk = Desk()
    with running(desk.tray):
        until(lambda: shown.added)
        for state in CardState:
            desk.see(replace(IDLE, aggregate=state))
        desk.see(RED)
        until(lambda: len(shown.images) > 1)
    assert shown.images[1:] == [tray_icon(CardState.ERROR, False, 64)]


def test_an_icon_that_could_not_be_set_is_set_at_the_next_turn(shown: Shown) -> None:
    desk = Desk()
    with running(desk.tray):
        until(lambda: shown.added)
        shown.refusals = 2
        desk.see(RED)
        until(lambda: len(shown.images) == 2)
    assert shown.refusals == 0


def test_an_icon_that_could_not_be_shown_at_first_is_shown_later(shown: Shown) -> None:
    shown.refusals = 1
    with running(Desk().tray):
        until(lambda: shown.added == 1)


def test_a_click_opens_and_the_menu_acts_on_the_newest_view(shown: Shown) -> None:
    desk = Desk()
    with running(desk.tray):
        desk.tray._icon()
        assert desk.asked == [TrayAction.OPEN]
        for paused in (False, True):
            desk.view = replace(IDLE, paused=paused)
            [item] = [each for each in desk.tray._icon.menu if "agendamentos" in each.text]
            item(desk.tray._icon)
        assert desk.asked[1:] == [TrayAction.PAUSE, TrayAction.RESUME]


def test_a_click_on_a_notification_leads_to_the_job_it_is_about(
    shown: Shown, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tray_module, "NOTICE_SECONDS", 0.0)
    desk = Desk()
    with running(desk.tray):
        desk.tray.say(Notice(NoticeKind.ERROR, "Automação em erro", "x", ("envia_pix", "ted")))
        desk.tray.changed()
        until(lambda: len(shown.notices) == 1)
        desk.tray.on_notice()
        desk.tray.say(CLOSED_TO_TRAY)
        desk.tray.changed()
        until(lambda: len(shown.notices) == 2)
        desk.tray.on_notice()
    assert desk.opened == ["envia_pix"]
    assert desk.asked == [TrayAction.OPEN]


def test_what_failed_is_a_menu_that_leads_to_each_job(shown: Shown) -> None:
    failed = (("envia_pix", "Envia_PIX"), ("ted", "ted"))
    desk = Desk(replace(RED, failed=failed, failures=7))
    desk.tray.prepare()
    [group] = [each for each in desk.tray._icon.menu if each.submenu and each.text == "Em erro (7)"]
    inner = list(group.submenu)
    assert [item.text for item in inner] == ["Envia_PIX", "ted"]
    inner[1](desk.tray._icon)
    assert desk.opened == ["ted"]
    assert desk.asked == []


def test_checks_are_those_of_the_view(shown: Shown) -> None:
    desk = Desk(replace(IDLE, autostart=False, notifications=True))
    desk.tray.prepare()
    checks = {item.text: item.checked for item in desk.tray._icon.menu}
    assert checks["Iniciar com o Windows"] is False
    assert checks["Notificações"] is True
    assert checks["Sair"] is None


def test_notices_are_shown_one_at_a_time_and_fit(shown: Shown, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tray_module, "NOTICE_SECONDS", 0.5)
    desk = Desk()
    desk.due = [Notice(NoticeKind.ERROR, "t" * 80, "😀" * 200), CLOSED_TO_TRAY]
    with running(desk.tray):
        until(lambda: shown.notices)
        assert len(shown.notices) == 1
        until(lambda: len(shown.notices) == 2)
    title, text = shown.notices[0]
    assert len(title) == 63
    assert len(text.encode("utf-16-le")) // 2 <= 255
    assert shown.notices[1] == (CLOSED_TO_TRAY.title, CLOSED_TO_TRAY.text)


def test_switched_off_nothing_comes_by_itself_nor_is_kept_for_later(shown: Shown) -> None:
    desk = Desk(replace(IDLE, notifications=False))
    with running(desk.tray):
        desk.due = [Notice(NoticeKind.ERROR, "Automação em erro", "a")]
        until(lambda: not desk.due)
        desk.see(replace(RED, notifications=True))
        until(lambda: shown.titles)
    assert shown.notices == []


def test_an_answer_to_a_person_comes_before_all_else_and_even_when_switched_off(shown: Shown) -> None:
    desk = Desk(replace(IDLE, notifications=False))
    desk.tray._notices.append(Notice(NoticeKind.ERROR, "Automação em erro", "a"))
    desk.tray.say(CLOSED_TO_TRAY)
    with running(desk.tray):
        until(lambda: shown.notices)
    assert shown.notices[0][0] == CLOSED_TO_TRAY.title


def test_a_tray_stopped_before_it_runs_ends_at_once(shown: Shown) -> None:
    tray = Desk().tray
    tray.stop()
    tray.run()
    assert shown.added == 0


def test_stopping_twice_is_harmless(shown: Shown) -> None:
    tray = Desk().tray
    with running(tray):
        tray.stop()
        tray.stop()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows always has a screen to ask for")
def test_without_a_display_there_is_no_screen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DISPLAY", raising=False)
    with pytest.raises(NoScreen, match="DISPLAY"):
        Desk().tray.prepare()


def test_a_platform_that_cannot_run_is_no_screen_and_leaves_no_thread(pystray: Any) -> None:
    tray = Desk().tray
    tray.prepare()
    before = threading.active_count()
    with pytest.raises(NoScreen):
        tray.run()
    until(lambda: threading.active_count() <= before)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows can always ask")
def test_where_nothing_can_ask_the_jobs_finish(shown: Shown) -> None:
    tray = Desk().tray
    tray.prepare()
    chosen: list[Choice] = []
    tray.ask_quit(("a",), chosen.append)
    tray.ask_quit(("a",), chosen.append)
    assert chosen == [Choice.FINISH, Choice.FINISH]


# Windows, with a stand-in for the library's class there


@dataclass
class Heard:
    """What Windows said."""

    said: list[str] = field(default_factory=list)

    def session_ends(self) -> None:
        self.said.append("end")

    def woke(self, resumed: bool) -> None:
        self.said.append("resumed" if resumed else "clock")

    def redraw(self) -> None:
        self.said.append("redraw")

    def close(self) -> None:
        self.said.append("close")

    def on_notice(self) -> None:
        self.said.append("notice")


class LibraryIcon:
    """The parts of the library's Windows class that ours builds on."""

    def __init__(self) -> None:
        self._message_handlers: dict[int, Callable[[int, int], Any]] = {}
        self._icon_handle: int | None = None
        self.visible = True
        self.did: list[str] = []

    def __call__(self) -> None:
        self.did.append("click")

    def _on_notify(self, _w: int, _l: int) -> None:
        self.did.append("notify")

    def _update_menu(self) -> None:
        self.did.append("menu")

    def _show(self) -> None:
        self.did.append("show")

    def _assert_icon_handle(self) -> None:
        self.did.append("file")


def test_windows_may_always_end_the_session_and_says_so_only_when_it_does() -> None:
    heard = Heard()
    answers = windows_icon(LibraryIcon, heard)()._message_handlers
    assert answers[WM_QUERYENDSESSION](0, 0) == 1
    assert heard.said == []
    assert answers[WM_ENDSESSION](0, 0) == 0
    assert heard.said == []
    answers[WM_ENDSESSION](1, 0)
    assert heard.said == ["end"]


def test_resume_clock_screen_and_close_are_heard() -> None:
    heard = Heard()
    answers = windows_icon(LibraryIcon, heard)()._message_handlers
    assert [answers[WM_POWERBROADCAST](w, 0) for w in (0x4, 0x12, 0x7, 0xA)] == [1, 1, 1, 1]
    answers[WM_TIMECHANGE](0, 0)
    answers[WM_DISPLAYCHANGE](0, 0)
    answers[WM_CLOSE](0, 0)
    assert heard.said == ["resumed", "resumed", "clock", "redraw", "close"]


def test_the_menu_is_built_anew_just_before_it_opens() -> None:
    icon = windows_icon(LibraryIcon, Heard())()
    icon._on_notify(0, WM_RBUTTONUP)
    icon._on_notify(0, 0x0202)
    assert icon.did == ["menu", "notify", "notify"]


def test_a_click_on_a_notification_is_told() -> None:
    heard = Heard()
    icon = windows_icon(LibraryIcon, heard)()
    icon._on_notify(0, BALLOON_CLICKED)
    assert (heard.said, icon.did) == (["notice"], ["notify"])


def test_the_icon_is_drawn_at_the_size_of_the_screen() -> None:
    made: list[tuple[bytes, int]] = []

    def handle(data: bytes, size: int) -> int:
        made.append((data, size))
        return 77

    icon = windows_icon(LibraryIcon, Heard(), handle)()
    icon.drawn = lambda size: tray_icon(CardState.ERROR, False, size)
    icon._assert_icon_handle()
    icon._assert_icon_handle()
    assert icon._icon_handle == 77
    assert made[0][0].startswith(b"\x89PNG")
    assert icon.did == ["file"]  # with a handle the library has nothing left to do


def test_an_icon_that_windows_refuses_is_left_to_the_library() -> None:
    def refuse(_data: bytes, _size: int) -> int:
        raise OSError("no")

    icon = windows_icon(LibraryIcon, Heard(), refuse)()
    icon.drawn = lambda size: tray_icon(CardState.ERROR, False, size)
    icon._assert_icon_handle()
    assert icon.did == ["file"]


def test_only_a_visible_icon_is_added_again() -> None:
    icon = windows_icon(LibraryIcon, Heard())()
    icon.add_again()
    icon.visible = False
    icon.add_again()
    assert icon.did == ["show"]


def test_after_a_login_and_after_a_resume_the_icon_is_added_again(shown: Shown, pystray: Any) -> None:
    added: list[int] = []
    pystray.Icon.add_again = lambda _icon: added.append(1)
    woken: list[str] = []
    tray = Tray(lambda: IDLE, print, on_wake=lambda: woken.append("woke"), at_login=True)
    tray.prepare()
    with running(tray):
        until(lambda: len(tray._appearances) == 2)
        first, second = tray._appearances
        assert 40 < second - first < 60
    for moment in (first - 1, first, first + 1, second, second + 99):
        tray._turn(moment)
    assert len(added) == 2
    tray.woke(resumed=True)
    assert woken == ["woke"]
    assert len(tray._appearances) == 2


def test_a_changed_screen_draws_the_icon_anew(shown: Shown) -> None:
    desk = Desk()
    with running(desk.tray):
        until(lambda: shown.added)
        desk.tray.redraw()
        until(lambda: len(shown.images) == 2)


def test_the_end_of_the_session_reaches_the_listener_at_once() -> None:
    told: list[str] = []
    Tray(lambda: IDLE, print, on_session_end=lambda: told.append("end")).session_ends()
    assert told == ["end"]


def test_a_request_to_close_from_outside_asks_to_quit() -> None:
    desk = Desk()
    desk.tray.close()
    assert desk.asked == [TrayAction.QUIT]


def test_importing_the_tray_needs_neither_display_nor_library() -> None:
    source = Path(tray_module.__file__).read_text(encoding="utf-8")
    assert "\nimport pystray" not in source
