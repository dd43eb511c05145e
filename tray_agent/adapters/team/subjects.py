"""Names on the wire: subjects, and the users that the server reads from certificates. Pure text."""

from __future__ import annotations

LOOK = "tray-agent look"  # what a connection calls itself that only examines
JOIN, JOINED = "tray.join", "tray.joined"
TEAM_ACCOUNT, SYSTEM_ACCOUNT = "TEAM", "SYS"
GONE = f"$SYS.ACCOUNT.{TEAM_ACCOUNT}.DISCONNECT"


def to_pc(team: str, key: str) -> str:
    """Where the brain speaks to a PC."""
    return f"tray.{team}.to.{key}"


def from_pc(team: str, key: str) -> str:
    """Where a PC speaks to the brain."""
    return f"tray.{team}.from.{key}"


def server_name(team: str) -> str:
    """The name in the server's certificate, wherever it listens."""
    return f"server.{team}.tray-agent"


def brain_user(team: str) -> str:
    """The brain's own user."""
    return f"brain.{team}.tray-agent"


def system_user(team: str) -> str:
    """Who may ask the server to read its configuration anew, and hears who went."""
    return f"system.{team}.tray-agent"


def pc_user(team: str, key: str, joining: str) -> str:
    """A PC's user; ``joining`` tells this PC from an earlier one of its name."""
    return f"{key}.{joining or 'x'}.pc.{team}.tray-agent"


def key_of_user(team: str, user: str) -> str:
    """Which PC a user is; "" where it is none."""
    end = f".pc.{team}.tray-agent"
    return user.removesuffix(end).partition(".")[0] if user.endswith(end) else ""


def invitation_user(invitation: str) -> str:
    """Who was given a code, until it is a member."""
    return f"{invitation}.join.tray-agent"
