from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.adapters.team.lossy import Air
from tests.adapters.team.one_process import Team, wait
from tray_agent.core.model import Outcome

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the children of these tests are POSIX's")


@pytest.fixture
def team(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Team]:
    made = Team(tmp_path, Air(1))
    made.install(monkeypatch)
    yield made
    for pc in made.pcs.values():
        pc.close()
    made.air.close()


class TestALife:
    def test_runs_are_spread_begin_once_and_end_on_both_records(self, team: Team) -> None:
        pcs = [team.pc("PC-MARIA"), team.pc("PC-JOAO")]
        jobs = [team.script(f"job{n}", "echo done\nexit 3\n" if n == 0 else "") for n in range(12)]
        clerk = team.clerk(jobs)
        for pc in pcs:
            pc.start()
        clerk.start()

        wait(lambda: len(clerk.runs()) == 12 and all(run.outcome for run in clerk.runs()))

        assert set(team.started().values()) == {1} and len(team.started()) == 12
        runs = clerk.runs()
        assert {run.pc for run in runs} == {"PC-MARIA", "PC-JOAO"}
        assert {run.outcome for run in runs} == {Outcome.ENDED}
        assert {run.job: run.exit_code for run in runs}["job0"] == 3
        assert (Path(next(run.log for run in runs if run.job == "job0"))).read_text() == "done\n"
        for pc in pcs:
            rows = {run.id: run for run in pc.life.book._runs("1 = 1", ())}
            assert all(rows[run.id].exit_code == run.exit_code for run in runs if run.pc == pc.name)
            wait(lambda pc=pc, rows=rows: pc.life.book.said() == set(rows))
        clerk.kill()
