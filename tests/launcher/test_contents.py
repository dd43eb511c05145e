"""What the launcher answers itself takes nothing that it does not carry."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tray_agent.launcher.contents import LEFT_OUT, command_word, is_for_payload, starts_agent

# Stands where the built exe has nothing: whatever is left out cannot be imported.
WITHOUT = """
import importlib.abc, sys
LEFT_OUT = {left_out!r}
class Nothing(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if any(name == each or name.startswith(each + ".") for each in LEFT_OUT):
            raise ModuleNotFoundError(f"No module named {{name!r}}", name=name)
sys.meta_path.insert(0, Nothing())
for name in [name for name in sys.modules if any(name == e or name.startswith(e + ".") for e in LEFT_OUT)]:
    del sys.modules[name]
"""
ASKING = (
    ["status"],
    ["status", "--json"],
    ["run", "envia_pix"],
    ["stop", "envia_pix"],
    ["logs", "envia_pix"],
    ["pause"],
    ["resume"],
    ["refresh"],
    ["open"],
    ["quit"],
    ["update"],
)


def in_launcher(code: str, *arguments: str, home: Path) -> subprocess.CompletedProcess[str]:
    whole = WITHOUT.format(left_out=LEFT_OUT) + code
    env = {**os.environ, "HOME": str(home), "XDG_DATA_HOME": str(home), "TRAY_AGENT_DATA_DIR": str(home)}
    return subprocess.run(
        [sys.executable, "-S", "-c", f"import sys; sys.path[:0] = {sys.path!r}\n{whole}", *arguments],
        capture_output=True,
        text=True,
        encoding="utf-8",
        env={**env, "PYTHONUTF8": "1"},
        timeout=60,
        check=False,
    )


@pytest.mark.parametrize("words", ASKING, ids=" ".join)
def test_a_command_to_the_agent_needs_nothing_that_is_left_out(words: list[str], tmp_path: Path) -> None:
    asked = "from tray_agent.commands.cli import run; sys.exit(run(sys.argv[1:]))"
    done = in_launcher(asked, *words, home=tmp_path)
    assert "Nenhum agente está em execução" in done.stderr, done.stderr
    assert done.returncode == 3


def test_unpacking_and_starting_need_nothing_that_is_left_out(tmp_path: Path) -> None:
    code = "import tray_agent.launcher.payload, tray_agent.launcher.__main__; print(len(sys.modules))"
    done = in_launcher(code, home=tmp_path)
    assert done.returncode == 0, done.stderr


def test_help_and_version_are_told_without_the_payload(tmp_path: Path) -> None:
    main = "from tray_agent.launcher.__main__ import main; sys.exit(main())"
    assert in_launcher(main, "--version", home=tmp_path).returncode == 0
    assert "uso:" in in_launcher(main, "--help", home=tmp_path).stdout


def test_a_wrong_command_is_one_line(tmp_path: Path) -> None:
    main = "from tray_agent.launcher.__main__ import main; sys.exit(main())"
    done = in_launcher(main, "statsu", home=tmp_path)
    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.parametrize(
    ("words", "word"),
    [
        ([], ""),
        (["status"], "status"),
        (["--app-dir", "C:/pasta", "status"], "status"),
        (["--app-dir=C:/pasta", "--headless"], ""),
        (["--autostart"], ""),
        (["--app-dir", "demo"], ""),
    ],
)
def test_the_command_is_the_first_word_that_is_no_option(words: list[str], word: str) -> None:
    assert command_word(words) == word


def test_what_needs_libraries_goes_to_the_payload() -> None:
    payload = [[], ["--headless"], ["--autostart"], ["demo"], ["doctor"], ["--self-test", "x"]]
    payload += [["--internal", "dashboard"], ["--app-dir", "x", "doctor"]]
    assert all(map(is_for_payload, payload))
    assert not any(map(is_for_payload, [["status"], ["--app-dir", "x", "status"], ["--help"], ["--version"]]))


def test_only_an_agent_lives_on_without_the_launcher() -> None:
    assert all(map(starts_agent, [[], ["--headless"], ["demo", "--headless"], ["--app-dir", "x"]]))
    assert not any(map(starts_agent, [["doctor"], ["--self-test", "x"], ["--internal", "dashboard"]]))


def test_the_list_names_modules_that_exist() -> None:
    """A room that was renamed would silently be carried again."""
    ours = [each for each in LEFT_OUT if each.startswith("tray_agent.")]
    code = (
        f"import importlib.util, json; print(json.dumps([bool(importlib.util.find_spec(n)) for n in {ours}]))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert all(json.loads(done.stdout))
