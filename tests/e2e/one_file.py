"""The one file as it is built, but for PyInstaller: the real launcher as a script, the real payload and
store.

What the loader of PyInstaller does (a Python with the program in it) a shell's first line does here; behind
it lie the packed program, its index and an archive's end, as in the built file.
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from subprocess import Popen
from typing import Any

from tests.adapters.versions.programs import loader_archive
from tests.e2e.agent import SECONDS, Program
from tests.e2e.workspace import Workspace
from tray_agent.adapters.versions.archive import Package, read
from tray_agent.adapters.versions.packing import pack

NAME = "tray-agent"
_LAUNCHER = """\
#!/bin/sh
exec '{python}' -c '
import sys
sys.frozen, sys.executable = True, sys.argv[1]
sys.argv = sys.argv[1:]
from tray_agent.launcher.__main__ import main
sys.exit(main())
' "$0" "$@"
exit 1
"""
_PROGRAM = """\
#!{python}
import os, sys, time
is_agent = not {{"--version", "--internal", "--self-test"}} & set(sys.argv[1:])
{trouble}
sys.frozen, sys.executable = True, os.path.abspath(__file__)
from tray_agent.__main__ import main
sys.exit(main())
"""


def make(target: Path, version: str, trouble: str = "") -> Package:
    """Write a file that carries the program of this checkout. ``trouble`` is Python that it does first;
    ``is_agent`` tells whether an agent is to be started."""
    folder = target.with_name(f"{target.name}.pasta")
    folder.mkdir()
    program = folder / NAME
    program.write_text(_PROGRAM.format(python=sys.executable, trouble=trouble), "utf-8")
    program.chmod(0o755)
    (folder / "versão.txt").write_text(version, "utf-8")
    pack(folder, NAME, version, _LAUNCHER.format(python=sys.executable).encode(), loader_archive(), target)
    target.chmod(0o755)
    shutil.rmtree(folder)
    return read(target)


class OneFile(Program):
    """An installation whose program is such a file, where a person has put it."""

    def __init__(self, place: Workspace, **settings: object) -> None:
        super().__init__(place, **settings)
        self.file = place.app / "Programas da equipe" / NAME
        self.file.parent.mkdir()
        self.package = make(self.file, "1.0.0")
        self._former: list[Popen[bytes]] = []
        self.versions = place.home / "share" / "tray-agent" / "versions"

    def popen(self, *arguments: str, **options: Any) -> Popen[bytes]:
        """The file with these arguments, running."""
        environment = self.environment | options.pop("env", {})
        return Popen([str(self.file), *arguments], env=environment, cwd=self.place.folder, **options)

    def let_go(self) -> None:
        """The agent that was started may end from now on."""
        if self.agent is not None:
            self._former.append(self.agent)
            self.agent = None

    def close(self) -> None:
        """End whatever is left, and see it ended."""
        super().close()
        for each in self._former:
            each.wait(SECONDS)

    def replace(self, version: str, trouble: str = "") -> Package:
        """Put another version in the file's place, as sync clients do. The agent may end and be followed."""
        self.let_go()
        made = make(self.file.with_name(f"{version}.sync"), version, trouble)
        made.file.replace(self.file)
        return made
