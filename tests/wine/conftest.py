"""Fixtures of the Wine stage. Its tests are collected only when this folder is named on the command line."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.wine.agent import EXE, Program, fresh_windows, hold_desktop
from tests.wine.building import build
from tests.wine.session import Session

HERE = Path(__file__).parent


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--wine-exe", type=Path, help="an exe built before, not one built now (to try things)")
    parser.addoption("--wine-keep", type=Path, help="folder for the exe and the screenshots of this run")


def pytest_ignore_collect(config: pytest.Config) -> bool | None:
    named = [Path(argument.split("::")[0]).resolve() for argument in config.args]
    return None if any(path == HERE or HERE in path.parents for path in named) else True


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: "exe" in getattr(item, "fixturenames", ()))  # the build goes on meanwhile
    for item in items:
        item.add_marker(pytest.mark.timeout(1500))  # every command has its own, shorter limit


@pytest.fixture(scope="session")
def kept(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where screenshots and the exe of this run stay."""
    folder: Path | None = request.config.getoption("--wine-keep")
    folder = folder or tmp_path_factory.getbasetemp() / "kept"
    folder.mkdir(parents=True, exist_ok=True)
    return folder.absolute()


@pytest.fixture(scope="session")
def windows() -> Iterator[Session]:
    """The Windows in which the exe runs."""
    with fresh_windows() as session:
        hold_desktop(session)
        yield session


@pytest.fixture(scope="session", autouse=True)
def building(kept: Path, request: pytest.FixtureRequest) -> Iterator[Future[Path] | None]:
    """The exe under way, on one core and in a Windows of its own, while the tests that need none run."""
    wanted = any("exe" in getattr(item, "fixturenames", ()) for item in request.session.items)
    if request.config.getoption("--wine-exe") or not wanted:
        yield None
        return
    with ThreadPoolExecutor(1) as worker:
        yield worker.submit(build, kept)


@pytest.fixture(scope="session")
def exe(
    windows: Session, building: Future[Path] | None, kept: Path, request: pytest.FixtureRequest
) -> Program:
    """The one file, built from build.spec by the Windows Python, lying where a person could have put it."""
    given: Path | None = request.config.getoption("--wine-exe")
    if building is not None:
        given = building.result()
    assert given is not None
    place = windows.seen("/wine/drive_c") / EXE.relative_to("C:/").as_posix()
    place.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(given, place)
    return Program(windows, [str(EXE)])
