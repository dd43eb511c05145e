"""The demo as a newcomer runs it: it says where it is, works off its day, and is reached by ``--app-dir``."""

from __future__ import annotations

import json
import re
from collections.abc import Callable

from tests.e2e.agent import Program, wait_until
from tests.e2e.contract import wrongs


def test_the_demo_runs_its_day_and_prints_a_line_for_each_run(programs: Callable[[str], Program]) -> None:
    program = programs("demo")
    place = program.place
    real = place.job("perigosa", "ALL")
    place.register(real)
    program.environment.pop("TRAY_AGENT_APP_DIR")
    program.set(data_dir=None, history="bigquery")
    program.environment["EXCEL_FILENAME"] = str(place.registry)
    folder = place.folder / "minha demo"
    with (place.folder / "agent.out").open("wb") as out:
        program.agent = program.popen("demo", "--headless", "--dir", str(folder), stdout=out, stderr=out)

    wait_until(lambda: f"Demonstração em {folder}" in program.output)
    place.data = folder / "dados"
    status = program.until(lambda status: len(status["cards"]) >= 8 and status["totals"]["finished"] >= 4)
    assert wrongs(status) == []
    assert len(status["areas"]) == 3
    assert status["history"]["source"] == "local"
    assert status["base_path"].startswith(str(folder))
    assert place.count("perigosa") == 0, "what is real must stay out of the demo"

    done = re.compile(r"^\d\d:\d\d:\d\d  \w+  (SUCCESS|ERROR|NO_DATA)  [\d,]+ s$", re.M)
    wait_until(lambda: len(done.findall(program.output)) >= 4)
    answer = program.cli("--app-dir", str(folder), "status", "--json")
    assert json.loads(answer.out)["pid"] == program.agent.pid
    assert "tray-agent --app-dir" in program.output
    assert program.cli("--app-dir", str(folder), "quit", "--stop-runs").code == 0
    assert program.wait() == 0
    assert "Traceback" not in program.output
