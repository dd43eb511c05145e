"""The virtual screen itself: without it no other test here means anything."""

from __future__ import annotations

import subprocess

import pytest

from tests.desktop.screen import Screen, until

pytestmark = pytest.mark.desktop


def test_the_screen_has_a_tray_and_shows_what_is_drawn(screen: Screen) -> None:
    assert "panel" in screen.titles()
    assert screen.grab().size == (1280, 800)


def test_a_notification_service_answers_on_the_bus(screen: Screen) -> None:
    asked = subprocess.run(
        [
            *("dbus-send", "--session", "--print-reply", "--dest=org.freedesktop.Notifications"),
            *("/org/freedesktop/Notifications", "org.freedesktop.Notifications.GetServerInformation"),
        ],
        env=screen.env,
        capture_output=True,
        text=True,
        timeout=20,
        check=False,
    )
    assert "dunst" in asked.stdout, asked.stderr


def test_two_screens_do_not_see_each_other(screen: Screen) -> None:
    from tests.desktop.screen import virtual_screen

    with virtual_screen() as other:
        assert other.display != screen.display
        until(lambda: "panel" in other.titles())
