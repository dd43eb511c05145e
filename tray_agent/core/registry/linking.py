"""The crossing of the registry's rows with the scripts into jobs (product 2.3)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import PurePath

from tray_agent.core.collation import match_key, portuguese_key
from tray_agent.core.model import Cell, Job, Problem, RegistryRow, Script, Where
from tray_agent.core.policies import clock
from tray_agent.core.registry.references import resolve_after
from tray_agent.core.registry.wording import bounded, listed, shown


@dataclass(frozen=True, slots=True)
class Skipped:
    """A file that was passed over though it looks like a script; ``why`` is a Portuguese clause."""

    key: str
    why: str


def link(
    rows: Iterable[RegistryRow], scripts: Iterable[Script], base: PurePath, skipped: Iterable[Skipped] = ()
) -> tuple[tuple[Job, ...], tuple[Problem, ...]]:
    """Cross rows with scripts. The jobs come ordered by area, then name."""
    crossing = _Crossing(base, {each.key: each.why for each in skipped})
    for script in scripts:
        crossing.found[script.key].append(script)
    for row in rows:
        crossing.take(row)
    jobs = crossing.jobs
    crossing.problems += resolve_after(jobs, crossing.lines)
    crossing.problems += _behind_limits(jobs, crossing.lines)
    areas = {area: portuguese_key(area) for area in {job.area for job in jobs}}
    jobs.sort(key=lambda job: (areas[job.area], portuguese_key(job.name), job.id))
    return tuple(jobs), bounded(crossing.problems, "ao cruzar a planilha com os scripts")


@dataclass(slots=True)
class _Crossing:
    base: PurePath
    skipped: dict[str, str]
    found: dict[str, list[Script]] = field(default_factory=lambda: defaultdict(list))
    jobs: list[Job] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    lines: dict[str, int] = field(default_factory=dict)

    def take(self, row: RegistryRow) -> None:
        """Cross the next row."""
        candidates = self.found.get(row.key, [])
        if row.key in self.lines:
            self.problems.append(_second_row(row, self.lines[row.key]))
            return
        self.lines[row.key] = row.line
        if not candidates:
            self.problems.append(_no_file(row, self.skipped.get(row.key, "")))
            return
        script = candidates[0]
        if len(candidates) > 1:
            candidates = sorted(candidates, key=lambda each: _below(each, self.base).as_posix())
            script = _in_area(candidates, row.area, self.base)
            self.problems.append(_several_files(row, candidates, script, self.base))
        if script.blank:
            self.problems.append(_blank(row, _below(script, self.base)))
        self.jobs.append(
            Job(
                row.key,
                script.name,
                row.area,
                script.path,
                row.schedule,
                row.timeout_minutes,
                row.policies,
                row.note,
                row.schedule_problem,
            )
        )


def _below(script: Script, base: PurePath) -> PurePath:
    path = type(base)(script.path)
    return path.relative_to(base) if path.is_relative_to(base) else path


def _in_area(candidates: Sequence[Script], area: str, base: PurePath) -> Script:
    wanted = match_key(area)
    for script in candidates:
        if any(match_key(folder) == wanted for folder in _below(script, base).parts[:-1]):
            return script
    return candidates[0]


def _no_file(row: RegistryRow, skipped: str) -> Problem:
    what = f"linha {row.line}: nenhum arquivo {shown(row.key + '.py')} em uma pasta metodos"
    action = (
        "Corrija o nome na planilha, ou ponha o arquivo em uma pasta metodos abaixo da pasta de automações."
    )
    if skipped:
        what += f" ({skipped})"
        action = "Mova ou renomeie o arquivo, ou corrija o nome na planilha."
    return Problem(Where.REGISTRY, what, action, Cell(row.line, "", row.name[:200]), row.key)


def _blank(row: RegistryRow, path: PurePath) -> Problem:
    return Problem(
        Where.SCRIPT,
        f"linha {row.line}: o script {shown(row.name)} está vazio ({path.as_posix()}); não é iniciado",
        "Espere a sincronização terminar, ou recupere o arquivo.",
        Cell(row.line, "", row.name[:200]),
        row.key,
    )


def _behind_limits(jobs: Iterable[Job], lines: Mapping[str, int]) -> Iterator[Problem]:
    """A problem for each job with fire times that its own last hour to start leaves out."""
    for job in jobs:
        limit = job.policies.start_by
        if limit is None or limit.minute is None:
            continue
        last, line = limit.minute, lines[job.id]
        late = sorted({each for clause in job.schedule.clauses for each in clause.minutes if each > last})
        if late:
            times = listed([clock(minute) for minute in late])
            verb, where = ("passa", "nesse horário") if len(late) == 1 else ("passam", "nesses horários")
            yield Problem(
                Where.REGISTRY,
                f"linha {line}: {shown(job.name)}: {times} {verb} da hora limite {clock(last)} "
                f"(iniciar_ate); não roda {where}",
                f"Corrija a coluna iniciar_ate ou o agendamento na linha {line}.",
                Cell(line),
                job.id,
            )


def _second_row(row: RegistryRow, first: int) -> Problem:
    return Problem(
        Where.REGISTRY,
        f"linha {row.line}: {shown(row.name)} já está na linha {first}; vale a primeira",
        f"Apague ou desative a linha {row.line}.",
        Cell(row.line, "", row.name[:200]),
        row.key,
    )


def _several_files(row: RegistryRow, found: Sequence[Script], taken: Script, base: PurePath) -> Problem:
    paths = listed([_below(script, base).as_posix() for script in found])
    return Problem(
        Where.REGISTRY,
        f"linha {row.line}: {len(found)} arquivos para {shown(row.name)} ({paths}); "
        f"vale {_below(taken, base).as_posix()}",
        "Renomeie ou apague os arquivos que não devem rodar.",
        Cell(row.line, "", row.name[:200]),
        row.key,
    )
