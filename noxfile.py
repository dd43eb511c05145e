"""The project's checks: ``nox`` runs the default ones, as ``.ci/run`` does.

``nox -s tests -- unit`` runs one stage of a session, ``nox -s wine`` the Windows side alone. Nothing is
assumed to be on the machine but Python, apt or its packages, and npm.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import nox

nox.options.sessions = ["system", "layers", "lint", "tests", "wine"]
nox.options.reuse_existing_virtualenvs = True
nox.options.error_on_external_run = True

CODE = ["tray_agent", "tests", "benchmarks", "noxfile.py"]
# What the virtual screen, the browser tests and the Wine stage need on Debian.
DEBIAN = Path("tests/debian-packages.txt").read_text(encoding="ascii").split()


@nox.session(venv_backend="none")
def system(session: nox.Session) -> None:
    """Install what the tests need of Debian; elsewhere say what is missing."""
    if not shutil.which("dpkg-query"):
        session.skip("not Debian: install what tests/debian-packages.txt names yourself")
    missing = [name for name in DEBIAN if not _is_installed(name)]
    if not missing:
        session.log("every system package is there")
        return
    session.run(*_as_root(), "apt-get", "update", "-qq", external=True)
    session.run(
        *_as_root(),
        "env",
        "DEBIAN_FRONTEND=noninteractive",
        "apt-get",
        "install",
        "-y",
        "-qq",
        "--no-install-recommends",
        *missing,
        external=True,
        silent=True,
    )


def _as_root() -> list[str]:
    return [] if os.geteuid() == 0 else ["sudo", "-E"]


def _has_wine_stage(session: nox.Session) -> None:
    if not shutil.which("dpkg-query"):
        session.skip("not Debian: the Wine stage makes its Windows with Debian's tools")


@nox.session(venv_backend="none")
def layers(session: nox.Session) -> None:
    """Begin to make what the Wine stage stands on, while the other tests run; the stage waits for it."""
    _has_wine_stage(session)
    # It ends by its own time limits; what goes wrong here is tried again, and said, by the stage.
    subprocess.Popen(
        [*_as_root(), sys.executable, "-m", "tests.wine.provision"],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )


def _is_installed(name: str) -> bool:
    query = ["dpkg-query", "-W", "-f", "${db:Status-Abbrev}", name]
    answer = subprocess.run(query, capture_output=True, text=True, check=False)
    return answer.stdout.startswith("ii")


def _install(session: nox.Session, project: str, *groups: str) -> None:
    """The project itself as a wheel, so that the tests run what is shipped, and the named groups."""
    session.install("-q", project, *nox.project.dependency_groups(_pyproject(), *groups))


def _pyproject() -> dict[str, object]:
    return nox.project.load_toml("pyproject.toml")


@nox.session
def lint(session: nox.Session) -> None:
    """Format, lint, types for both systems, and the layers."""
    _install(session, ".", "lint")
    session.run("ruff", "format", "--check", *CODE)
    session.run("ruff", "check", *CODE)
    session.run("mypy")
    session.run("mypy", "--platform", "win32")
    session.run("lint-imports")


# What is installed, not what lies in this folder, carries the page and the icon.
WHEEL = """
from tray_agent.adapters.system.program import PACKAGE, resource
for parts in (("frontend", "index.html"), ("assets", "tray-agent.ico"), ("assets", "tray-agent.png")):
    file = resource(*parts)
    assert "site-packages" in str(PACKAGE) and file.is_file() and file.is_relative_to(PACKAGE), file
"""

PYTEST = ["-m", "pytest", "-q"]
# Tests that share nothing run two at a time, those that wait more than they compute three.
TWO_AT_A_TIME = [*PYTEST, "-n", "2", "--dist"]
THREE_AT_A_TIME = [*PYTEST, "-n", "3", "--dist"]
ROOMS = ("core", "engine", "adapters", "shell", "checks", "launcher", "start", "benchmarks")
UNIT = [f"tests/{room}" for room in ROOMS]
SPEED = "tests/frontend/test_page_speed.py"
STAGES = {
    "wheel": ["-I", "-c", WHEEL],
    "unit": [*TWO_AT_A_TIME, "worksteal", *UNIT, "-m", "not integration"],
    "integration": [*THREE_AT_A_TIME, "worksteal", *UNIT, "-m", "integration"],
    "frontend": [*TWO_AT_A_TIME, "worksteal", "tests/frontend", f"--ignore={SPEED}"],
    "page-speed": [*PYTEST, SPEED],
    "e2e": [*THREE_AT_A_TIME, "loadfile", "tests/e2e", "tests/faults"],
    "desktop": [*PYTEST, "tests/desktop"],
    "faults": ["-m", "tests.faults", "--short"],
    "crash-table": [*TWO_AT_A_TIME, "worksteal", "tests/team", "-m", "crash_row"],
    "team": ["-m", "tests.team", "--short"],
    "benchmarks": ["-m", "benchmarks", "--check"],
}


@nox.session
def tests(session: nox.Session) -> None:
    """Unit tests, the page in Chromium, the installed program, the real icon and window, faults, speed."""
    _install(session, ".[linux]", "test")
    session.run("python", "tests/desktop/link_gi.py")
    for stage in session.posargs or STAGES:
        session.run("python", *STAGES[stage])


@nox.session
def wine(session: nox.Session) -> None:
    """The Windows side under Wine: tests, the exe built, and run."""
    _has_wine_stage(session)
    session.install("-q", "pytest>=8.3", "pytest-timeout>=2.3", "pillow>=11", "hypothesis>=6.120")
    session.run(*_as_root(), f"{session.bin}/python", "-m", "tests.wine.stage", external=True)


@nox.session
def freeze(session: nox.Session) -> None:
    """Build the one-file program for this system into dist/ and let it examine itself."""
    _install(session, ".", "freeze")
    session.run("pyinstaller", "--noconfirm", "build.spec")
    name = "tray-agent.exe" if sys.platform == "win32" else "tray-agent"
    report = Path(session.create_tmp()) / "self-test.json"
    session.run(str(Path("dist") / name), "--self-test", str(report), external=True)
    session.log(report.read_text(encoding="utf-8"))
