"""Whether the short run holds: repeated before anything fails, and timed only where the machine was free.

Each figure's ``check`` is its bound with a margin for noise: a quarter for memory and ratios of processor
time, half for ratios of seconds, three times the bound for seconds, nothing for counts and bytes. What is
beyond it is measured again, twice at the most, and fails only if it was beyond every time. Seconds, also a
processor's, which neighbours slow down, are judged only where others left nine tenths of the processors alone
meanwhile: else it is said that they were not judged, and they are not measured again once the whole took too
long. Counts, bytes, memory and ratios of processor time are judged always.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from benchmarks.setting import Figure

ATTEMPTS = 3
_OTHERS_SHARE = 0.1
_PATIENCE_SECONDS = 100.0


class Others:
    """What share of the machine's processors went to neither this process nor its children, from now on."""

    def __init__(self) -> None:
        self._began = time.monotonic()
        self._before = _machine_seconds() - _own_seconds()

    def share(self) -> float:
        """The share until now; 0 where the system does not tell. Children count once they have ended."""
        seconds = (time.monotonic() - self._began) * (os.cpu_count() or 1)
        return max(0.0, _machine_seconds() - _own_seconds() - self._before) / seconds


def _machine_seconds() -> float:
    """The processor seconds that the machine did something, or that its host kept from it."""
    import psutil

    times = psutil.cpu_times()
    return sum(getattr(times, name, 0.0) for name in ("user", "nice", "system", "irq", "softirq", "steal"))


def _own_seconds() -> float:
    mine = os.times()
    return mine.user + mine.system + mine.children_user + mine.children_system


@dataclass
class Verdict:
    """What came of one run: ``failed`` was beyond its check at every attempt, ``broken`` gave no figure."""

    passed: list[Figure]
    unjudged: list[Figure]
    failed: list[Figure]
    broken: list[str]

    @property
    def holds(self) -> bool:
        return not self.failed and not self.broken

    def text(self) -> str:
        lines = [f"NOT JUDGED {_said(each)}: the machine was busy" for each in self.unjudged]
        lines += [f"FAILED {_said(each)}" for each in self.failed]
        lines += [f"FAILED {work}: broke off {ATTEMPTS} times" for work in self.broken]
        bad = len(self.failed) + len(self.broken)
        return "\n".join(
            [*lines, f"{len(self.passed)} passed, {len(self.unjudged)} not judged, {bad} failed"]
        )


def _said(figure: Figure) -> str:
    return f"{figure.work} {figure.what}: {figure.value:.3g}, at most {figure.check:g}"


def judge(works: Iterable[str], measured: Callable[[str], list[Figure] | None]) -> Verdict:
    """Measure works until every figure was within its check once, at most ``ATTEMPTS`` times each."""
    began = time.monotonic()
    verdict = Verdict([], [], [], [])
    for work in works:
        best: dict[str, Figure] = {}
        was_busy = is_measured = False
        for _ in range(ATTEMPTS):
            others = Others()
            figures = measured(work)
            was_busy |= others.share() > _OTHERS_SHARE
            is_measured |= figures is not None
            for each in figures or ():
                best[each.what] = min(each, best.get(each.what, each), key=lambda figure: figure.value)
            beyond = [each for each in best.values() if not each.passes]
            late = was_busy and time.monotonic() > began + _PATIENCE_SECONDS
            if figures is not None and all(each.timed and late for each in beyond):
                break
        if not is_measured:
            verdict.broken.append(work)
        for each in best.values():
            unjudged = was_busy and each.timed
            (verdict.passed if each.passes else verdict.unjudged if unjudged else verdict.failed).append(each)
    return verdict
