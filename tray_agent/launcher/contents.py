"""What the launcher does itself, and what it does not carry: the build and the tests read it here."""

from __future__ import annotations

from collections.abc import Sequence

NEEDS_PAYLOAD = frozenset({"demo", "doctor", "support-bundle", "export"})
"""Commands that work with libraries. All others ask the running agent; one that imports what the launcher
does not carry is handed on as well."""
STARTS_AGENT = frozenset({"demo"})

LEFT_OUT = (
    "tray_agent.checks",
    "tray_agent.commands.demo",
    "tray_agent.engine",
    "tray_agent.start",
    "tray_agent.adapters.history",
    "tray_agent.adapters.journal",
    "tray_agent.adapters.readers",
    "tray_agent.adapters.registry",
    "tray_agent.adapters.runs",
    "tray_agent.adapters.versions.packing",
    "tray_agent.shell.tray",
    "tray_agent.shell.window.window",
    # Libraries.
    "PIL",
    "apprise",
    "clr",
    "clr_loader",
    "cryptography",
    "db_dtypes",
    "google",
    "nats",
    "numpy",
    "openpyxl",
    "pandas",
    "psutil",
    "pyarrow",
    "pystray",
    "python_calamine",
    "pythoncom",
    "pywintypes",
    "requests",
    "tzdata",
    "wakepy",
    "webview",
    # Of Python's own, what costs a start time or megabytes and no command needs.
    "_bz2",
    "_decimal",
    "_hashlib",
    "_ssl",
    "_sqlite3",
    "_zoneinfo",
    "asyncio",
    "bz2",
    "decimal",
    "distutils",
    "doctest",
    "email",
    "http",
    "lib2to3",
    "logging",
    "multiprocessing",
    "pkg_resources",
    "pydoc",
    "setuptools",
    "sqlite3",
    "ssl",
    "tarfile",
    "test",
    "tkinter",
    "unittest",
    "xml",
    "xmlrpc",
    "zipfile",
)


def command_word(arguments: Sequence[str]) -> str:
    """The command that is asked for, "" for none: then the agent itself is to be started."""
    words = list(arguments)
    if words[:1] == ["--app-dir"]:
        words = words[2:]
    elif words and words[0].startswith("--app-dir="):
        words = words[1:]
    return next((word for word in words if not word.startswith("-")), "")


def is_for_payload(arguments: Sequence[str]) -> bool:
    """Whether the unpacked program must do it. Help and the version number are told by the launcher."""
    if {"--internal", "--self-test"} & set(arguments[:1]):
        return True
    word = command_word(arguments)
    if word:
        return word in NEEDS_PAYLOAD
    return not {"-h", "--help", "--version"} & set(arguments)


def starts_agent(arguments: Sequence[str]) -> bool:
    """Whether what is started is an agent, which lives on when the launcher leaves."""
    if {"--internal", "--self-test"} & set(arguments[:1]):
        return False
    return command_word(arguments) in STARTS_AGENT | {""}
