"""``python -m tray_agent``, ``tray-agent`` and the built exe start here."""

from __future__ import annotations

import importlib
import os
import signal
import sys


def _find_ourselves() -> None:
    """Have this package found where this file lies, after everything else: neither the folder from which it
    was started nor what lies beside the package comes before Python's own modules."""
    package = os.path.dirname(os.path.abspath(__file__))  # noqa: PTH100, PTH120 - nothing is imported yet
    if not sys.flags.safe_path and sys.path and sys.path[0] in {"", os.getcwd(), package}:  # noqa: PTH109
        del sys.path[0]
    sys.path.append(os.path.dirname(package))  # noqa: PTH120


if __name__ == "__main__" and not getattr(sys, "frozen", False):
    _find_ourselves()


def main() -> int:
    """Hidden modes first (they must stay light and never reach the parser), then the command line."""
    if sys.platform != "win32":
        _keep_standard_numbers()
    if sys.argv[1:2] != ["--internal"]:
        _end_quietly_when_interrupted()
    if sys.platform == "win32" or getattr(sys, "frozen", False):
        _prepare_streams()
    from tray_agent.modes import run_hidden

    try:
        code = run_hidden(sys.argv[1:])
        if code is not None:
            return code
        _spare_openssl()
        from tray_agent.commands.cli import run

        return run(sys.argv[1:])
    except KeyboardInterrupt:
        return 1
    except Exception:
        if not getattr(sys, "frozen", False):
            raise
        # The windowed exe would show it in a dialog that waits for somebody to read it.
        import traceback

        traceback.print_exc()
        return 1


def _keep_standard_numbers() -> None:
    """Where the program was started with a standard stream closed, nothing else may get its number: what is
    printed, here or by a child, would go into it."""
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)


def _end_quietly_when_interrupted() -> None:
    """Until somebody has taken over who can do better, Ctrl+C just ends the program: for an agent that has
    begun nothing yet that is no failure."""
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        starts = not _is_command() or "demo" in sys.argv
        leave = (lambda *_: os._exit(0)) if starts else signal.SIG_DFL
        signal.signal(signal.SIGINT, leave)


def _is_command() -> bool:
    """Whether the arguments name something else than the start of an agent."""
    words = sys.argv[3:] if sys.argv[1:2] == ["--app-dir"] else sys.argv[1:]
    return any(not word.startswith("-") for word in words)


def _spare_openssl() -> None:
    """Agent and commands hash some hundred bytes now and then. Python can do so by itself, where it was built
    to; OpenSSL costs a resident program three megabytes, and every start two milliseconds."""
    sha2 = ("_sha2",) if sys.version_info >= (3, 12) else ("_sha256", "_sha512")
    try:
        for name in ("_blake2", "_md5", "_sha1", "_sha3", *sha2):
            importlib.import_module(name)
    except ImportError:
        return
    sys.modules.setdefault("_hashlib", None)  # type: ignore[arg-type] # so Python is told not to import it


def _prepare_streams() -> None:
    """Helpers of multiprocessing are told apart in the exe; there is somewhere to print, in UTF-8."""
    import multiprocessing
    import tempfile
    from pathlib import Path

    from tray_agent.adapters.system.console import bind

    multiprocessing.freeze_support()
    if sys.argv[1:2] == ["--internal"]:
        return
    bind(Path(tempfile.gettempdir()) / "C6_RPA_EXEC" / "saida.log", terminal=_is_command())


if __name__ == "__main__":
    sys.exit(main())
