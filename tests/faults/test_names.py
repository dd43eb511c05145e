"""File names that are no text: on Linux any bytes, on Windows half a character, may name a file."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import pytest

from tests.builders import make_open_run
from tray_agent.adapters.journal.store import SqliteJournal
from tray_agent.adapters.registry.tree import ScriptTree

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="file names of any bytes")


@pytest.mark.parametrize("path", [b"\xe1rea/metodos/pix.py", b"metodos/p\xedx.py"])
def test_a_script_whose_path_is_no_text_is_a_problem_and_no_job(tmp_path: Path, path: bytes) -> None:
    """Neither the journal nor a page could hold its name: every other start would wait for it in vain."""
    script = Path(os.fsdecode(os.fsencode(tmp_path) + b"/" + path))
    script.parent.mkdir(parents=True)
    script.write_text("")
    (tmp_path / "metodos").mkdir(exist_ok=True)
    (tmp_path / "metodos/ted.py").write_text("")

    found = ScriptTree(tmp_path).scan(full=True)

    assert [each.name for each in found.scripts] == ["ted"]
    (problem,) = found.problems
    assert "metodos" in problem.what
    json.dumps([problem.what, problem.action], ensure_ascii=False).encode()


def test_the_journal_keeps_such_a_name_as_far_as_it_goes_and_works_on(tmp_path: Path) -> None:
    """Refused it would stand before every other record, and nothing would start any more."""
    journal = SqliteJournal(tmp_path)
    journal.record([make_open_run(script="/base/\udce1rea/metodos/pix.py")], [])

    journal.record([make_open_run("ted")], [])

    assert sorted(run.job for run in journal.open_runs()) == ["pix", "ted"]
    assert {Path(run.script).parts[-3] for run in journal.open_runs() if run.job == "pix"} == {"?rea"}
    journal.close()
