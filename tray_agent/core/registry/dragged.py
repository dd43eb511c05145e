"""Schedules that Excel may have counted up: the fill handle makes ``8, 12, 19`` below ``8, 12, 18``."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache

_FEWEST = 3
_NUMBER = re.compile(r"[0-9]+")


def dragged(cells: Iterable[tuple[int, str]]) -> tuple[str, ...]:
    """A Portuguese sentence for each run of three or more adjoining lines in which one number rises by one.

    ``cells`` are lines and what their schedule cells say, in the sheet's order.
    """
    return tuple(
        f"os agendamentos das linhas {first} a {last} sobem de 1 em 1 ({shown}): foram arrastados no Excel?"
        for first, last, shown in _rising(cells)
    )


def _rising(cells: Iterable[tuple[int, str]]) -> Iterator[tuple[int, int, str]]:
    run: list[tuple[int, str]] = []
    place: int | None = None
    for line, text in (*cells, (-1, "")):
        step = _step(run[-1][1], text) if run and line == run[-1][0] + 1 else None
        if step is not None and place in {None, step}:
            place = step
            run.append((line, text))
            continue
        if len(run) >= _FEWEST:
            yield run[0][0], run[-1][0], f'"{run[0][1][:40]}" … "{run[-1][1][:40]}"'
        run, place = [(line, text)], None


@lru_cache(maxsize=1024)
def _parted(text: str) -> tuple[str, tuple[str, ...]]:
    """A text with its numbers taken out, and these."""
    return _NUMBER.sub("#", text), tuple(_NUMBER.findall(text))


def _step(former: str, text: str) -> int | None:
    """Which number of the text (0 the first) is one more than above, if that is all that differs."""
    (before, olds), (after, news) = _parted(former), _parted(text)
    if before != after or olds == news:
        return None
    pairs = zip(olds, news, strict=True)
    changed = [(place, int(new) - int(old)) for place, (old, new) in enumerate(pairs) if int(new) != int(old)]
    return changed[0][0] if len(changed) == 1 and changed[0][1] == 1 else None
