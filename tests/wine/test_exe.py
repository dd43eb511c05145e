"""The built exe on Windows as Wine makes it."""

from __future__ import annotations

import json

from tests.wine.agent import Program
from tests.wine.session import Session


def test_the_exe_examines_itself_and_finds_every_part(windows: Session, exe: Program) -> None:
    done = exe.run("--self-test", r"C:\self-test.json", seconds=240)
    report = json.loads(windows.seen("/wine/drive_c/self-test.json").read_text("utf-8"))
    failed = {check["name"]: check["detail"] for check in report["checks"] if not check["ok"]}
    assert done.returncode == 0, failed
    assert report["frozen"] is True
    # There is no .NET and no WebView2 here: the page cannot be shown, everything else works.
    assert set(failed) == {"renderer"}
