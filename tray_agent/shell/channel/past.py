"""The questions about what is over: past days, any run, a word in a whole log, a run for colleagues.

Each may take a second, so they have a thread of their own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import Any, Protocol

from tray_agent.core.model import Asked, Run
from tray_agent.core.picture.past import Ends, Figures, Share, Tally, figures, past_days, shares
from tray_agent.core.shown import JobFacts, Snapshot
from tray_agent.shell.channel.answer import Unknown
from tray_agent.shell.views import past as views
from tray_agent.shell.views.snapshots import Json

_MOST_DAYS = 90
_RATED_DAYS = 30
_END_BYTES = 64 * 1024


class Past(Protocol):
    """What the answers need of journal and logs. Each may block, and raise JournalError or OSError."""

    def tallies(self, since: date, until: date) -> list[Tally]: ...
    def ends(self, since: date, until: date, jobs: list[str]) -> Ends: ...
    def past_runs(self, day: date, job: str | None, *, only_errors: bool) -> list[Run]: ...
    def asked(self, since: date) -> list[Asked]: ...
    def has_log(self, run: Run) -> bool: ...
    def read_log(self, run: Run, offset: int | None, limit: int) -> Json: ...
    def find(self, run: Run, text: str, start: int, line: int) -> Json: ...
    def export(self, file: str, days: int, overwrite: bool) -> str: ...


class PastQuestions:
    """Answers them for one service, which says what is known now, which job is meant, and which run."""

    def __init__(
        self,
        known: Callable[[], Snapshot],
        facts_of: Callable[[Json], JobFacts],
        run_of: Callable[[Json], Run | None],
        past: Past,
        no_data_exit_code: int,
    ) -> None:
        self._known = known
        self._facts_of = facts_of
        self._run_of = run_of
        self._past = past
        self._no_data = no_data_exit_code
        self._older: tuple[tuple[date, date], dict[str, Share]] | None = None
        self.questions: dict[str, Callable[[Json], Any]] = {
            "days": self._days,
            "history": self._history,
            "find": self._find,
            "copy_for_teams": self._copy_for_teams,
            "export": self._export,
        }

    def _days(self, params: Json) -> bytes:
        newest, count = self._known().day, _days_of(params, "n", 14)
        oldest = newest - timedelta(days=count - 1)
        tallies = self._past.tallies(oldest, newest)
        rates = self._rates(tallies, oldest, newest - timedelta(days=_RATED_DAYS - 1))
        return views.encoded_days(past_days(tallies, newest, count, self._no_data), rates)

    def _rates(self, tallies: list[Tally], oldest: date, rated: date) -> dict[str, float]:
        """The success rates since ``rated``; ``tallies`` are those since ``oldest``."""
        if oldest < rated:
            first = rated.isoformat()
            tallies = [each for each in tallies if each.day >= first]
        newer = shares(tallies, self._no_data)
        older = self._shares_of(rated, oldest - timedelta(days=1))
        return {job: newer.get(job, Share()).plus(older.get(job, Share())).rate for job in newer | older}

    def _shares_of(self, since: date, until: date) -> dict[str, Share]:
        """Of days so long over that nothing of theirs ends any more: counted once a day, not every time that
        somebody looks."""
        if since > until:
            return {}
        if self._older is None or self._older[0] != (since, until):
            self._older = (since, until), shares(self._past.tallies(since, until), self._no_data)
        return self._older[1]

    def _history(self, params: Json) -> bytes:
        snapshot = self._known()
        count = _days_of(params, "days", 30)
        since = snapshot.day - timedelta(days=count - 1)
        job = self._facts_of(params).job.id if params.get("job") else None
        stats = Figures()
        jobs = [job] if job else _jobs_of_area(snapshot, params.get("area"))
        if jobs is not None:
            stats = figures(self._past.ends(since, snapshot.day, jobs), self._no_data)
        if params.get("only_figures") is True:
            return views.encoded_history([], stats, [], more=False)
        shown = _Shown(views.MOST_RUNS)
        days = list(self._shown_days(snapshot.day, count, jobs, params.get("only_errors") is True, shown))
        asked = [each for each in self._past.asked(since) if job is None or each.job == job]
        return views.encoded_history(days, stats, asked[: views.MOST_RUNS], more=shown.is_full)

    def _shown_days(
        self, newest: date, count: int, jobs: list[str] | None, only_errors: bool, shown: _Shown
    ) -> Iterator[Json]:
        one = jobs[0] if jobs and len(jobs) == 1 else None
        for day in views.days_back(newest, count):
            runs = self._past.past_runs(day, one, only_errors=only_errors)
            if jobs is not None and one is None:
                runs = [run for run in runs if run.job in jobs]
            runs = shown.take(runs)
            if runs:
                yield {
                    "day": day.isoformat(),
                    "runs": [
                        views.page_run(run, self._no_data, has_log=self._past.has_log(run)) for run in runs
                    ],
                }
            if shown.is_full:
                return

    def _find(self, params: Json) -> Json:
        text, start, line = params.get("text"), params.get("from"), params.get("line")
        if not isinstance(text, str) or not text:
            raise Unknown("Falta o texto a procurar.")
        return self._past.find(
            self._run(params),
            text,
            start if isinstance(start, int) else 0,
            line if isinstance(line, int) else 0,
        )

    def _copy_for_teams(self, params: Json) -> Json:
        facts, run = self._facts_of(params), self._run(params)
        try:
            end = str(self._past.read_log(run, None, _END_BYTES)["text"])
        except OSError:
            end = ""  # the rest is worth telling all the same
        return {"text": views.teams_text(run, facts.job.area, end, self._no_data)}

    def _export(self, params: Json) -> Json:
        file = params.get("file")
        if not isinstance(file, str) or not file:
            raise Unknown("Falta o arquivo a gravar.")
        overwrite = params.get("overwrite") is True
        trouble = self._past.export(file, _days_of(params, "days", 30), overwrite)
        if trouble:
            raise Unknown(trouble)
        return {"text": f"Histórico gravado em {file}."}

    def _run(self, params: Json) -> Run:
        run = self._run_of(params)
        if run is None:
            raise Unknown("Esta automação ainda não tem execução com log.")
        return run


class _Shown:
    """Counts the runs of an answer: it has at most so many."""

    def __init__(self, most: int) -> None:
        self._left = most
        self.is_full = False

    def take(self, runs: list[Run]) -> list[Run]:
        self.is_full = len(runs) > self._left
        taken = runs[: self._left]
        self._left -= len(taken)
        return taken


def _days_of(params: Json, name: str, default: int) -> int:
    days = params.get(name)
    if not isinstance(days, int) or isinstance(days, bool):
        return default
    return min(max(days, 1), _MOST_DAYS)


def _jobs_of_area(snapshot: Snapshot, area: object) -> list[str] | None:
    if not isinstance(area, str):
        return None
    return [job for job, facts in snapshot.facts.items() if facts.job.area == area]
