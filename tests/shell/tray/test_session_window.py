from __future__ import annotations

from tray_agent.shell.tray.session_window import SessionWindow
from tray_agent.shell.tray.windows import WM_CLOSE, WM_ENDSESSION, WM_QUERYENDSESSION


class Heard:
    def __init__(self) -> None:
        self.said: list[str] = []
        self.window = SessionWindow(lambda: self.said.append("end"), lambda: self.said.append("close"))


def test_the_session_may_end_and_the_agent_is_told_when_it_does() -> None:
    heard = Heard()
    assert heard.window.heard(WM_QUERYENDSESSION, 0) == 1
    assert heard.said == []
    assert heard.window.heard(WM_ENDSESSION, 0) == 0  # somebody else vetoed it
    assert heard.said == []
    assert heard.window.heard(WM_ENDSESSION, 1) == 0
    assert heard.said == ["end"]


def test_a_wish_to_close_ends_the_agent_and_everything_else_is_the_systems() -> None:
    heard = Heard()
    assert heard.window.heard(WM_CLOSE, 0) == 0
    assert heard.said == ["close"]
    assert heard.window.heard(0x0001, 0) is None
