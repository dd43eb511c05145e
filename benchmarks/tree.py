"""W5: a tree of 50,000 files in 5,000 folders with 1,000 scripts; full walk and unchanged, against `find`."""

from __future__ import annotations

import subprocess
import time
from pathlib import Path

from benchmarks.setting import Figure, median, rest, temporary
from tray_agent.adapters.registry.tree import ScriptTree

PROJECTS, FEW = 1000, 200


def _fill(folder: Path, files: int, suffix: str = ".txt") -> None:
    folder.mkdir(parents=True)
    for number in range(files):
        (folder / f"arquivo_{number:03d}{suffix}").touch()


def teams_tree(base: Path, projects: int = PROJECTS) -> None:
    """Projects as teams have them: every tenth with a .venv and a .git, caches beside the scripts."""
    for number in range(projects):
        project = base / f"equipe_{number % 20:02d}" / f"projeto_{number:04d}"
        _fill(project / "metodos", 3)
        (project / "metodos" / f"script_{number:04d}.py").write_bytes(b"pass\n")
        _fill(project / "metodos" / "__pycache__", 4, ".pyc")
        if number % 10:
            _fill(project / "dados", 10)
            continue
        for part in range(8):
            _fill(project / ".venv" / "lib" / "python3.11" / "site-packages" / f"pacote_{part}", 32, ".py")
            _fill(project / ".git" / "objects" / f"{part:02x}", 10)
        (project / ".venv" / "pyvenv.cfg").touch()


def _plain_tree(base: Path, projects: int) -> None:
    """The same size without a folder that could be left out."""
    for number in range(projects):
        project = base / f"equipe_{number % 20:02d}" / f"projeto_{number:04d}"
        _fill(project / "metodos", 9)
        (project / "metodos" / f"script_{number:04d}.py").write_bytes(b"pass\n")
        for part in range(3):
            _fill(project / f"pasta_{part}", 13)


def _find(base: Path) -> float:
    began = time.perf_counter()
    subprocess.run(
        ["find", str(base), "-path", "*/metodos/*.py", "-type", "f"], stdout=subprocess.DEVNULL, check=True
    )
    return time.perf_counter() - began


def _scan(tree: ScriptTree, full: bool, projects: int) -> float:
    began = time.perf_counter()
    found = tree.scan(full)
    taken = time.perf_counter() - began
    if len(found.scripts) != projects:
        raise RuntimeError(f"{len(found.scripts)} scripts found")
    return taken


def _ratios(base: Path, projects: int, rounds: int) -> tuple[float, float, float]:
    """Median seconds of `find`, and the medians of both scans as shares of the `find` beside them."""
    tree = ScriptTree(base)
    tree.scan(full=True)
    finds, full, unchanged = [], [], []
    for _ in range(rounds):
        finds.append(_find(base))
        full.append(_scan(tree, True, projects) / finds[-1])
        unchanged.append(_scan(tree, False, projects) / finds[-1])
    return median(finds), median(full), median(unchanged)


def measure(short: bool) -> list[Figure]:
    """Both trees (short: a fifth of the first). Folders count as settled 2 s after their last change."""
    rounds, projects = (9, FEW) if short else (15, PROJECTS)
    figures = []
    trees = ((teams_tree, "teams' tree", 0.5), (_plain_tree, "nothing to leave out", 1.5))
    for make, name, bound in trees[: 1 if short else 2]:
        with temporary() as folder:
            base = folder / "automacoes"
            make(base, projects)
            rest(2.5)
            floor, full, unchanged = _ratios(base, projects, rounds)
        text = f"`find`: {floor * 1000:.0f} ms"
        figures += [
            Figure("W5", f"{name}, full walk", full, "×", bound, bound * 1.5, text),
            Figure("W5", f"{name}, unchanged", unchanged, "×", 0.15, 0.225, text),
        ]
    return figures
