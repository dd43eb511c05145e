"""One program file for all tests of the room: they read it and never change it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.adapters.versions.programs import payload, program_file


@pytest.fixture(scope="session")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The payload as a folder."""
    return payload(tmp_path_factory.mktemp("original") / "pasta")


@pytest.fixture(scope="session")
def file(original: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The one file with that payload."""
    return program_file(tmp_path_factory.mktemp("arquivo da equipe") / "tray-agent.exe", original)
