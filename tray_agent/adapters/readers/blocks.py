"""A long answer in pieces: its lists follow it in blocks, a line of JSON each.

Decoding holds up every other thread of the agent: ten thousand rows at once would be tens of milliseconds,
and what they took would be the agent's for good.
"""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Callable, Iterator
from typing import Any

_BLOCK = 250
_COUNTS = {"rows": "blocks", "folders": "folder_blocks"}


def split(answer: dict[str, Any]) -> list[Any]:
    """The answer without its long lists but with how many blocks of each follow, then the blocks."""
    head: dict[str, Any] = {name: value for name, value in answer.items() if name not in _COUNTS}
    blocks: list[Any] = []
    for name, count in _COUNTS.items():
        if name in answer:
            items = answer[name]
            pieces = [items[at : at + _BLOCK] for at in range(0, len(items), _BLOCK)]
            head[count] = len(pieces)
            blocks += pieces
    return [head, *blocks]


def join(head: Any, following: Callable[[], bytes], *, whole: bool) -> Any:
    """The answer with its lists again; ``following`` gives the next block's line.

    Where not ``whole`` a list is an iterator, which decodes a block when it gets there and then forgets it.
    Raises TypeError or ValueError for what is no answer.
    """
    if isinstance(head, dict):
        for name, count in _COUNTS.items():
            if count in head:
                items = _items(deque(_there(following()) for _ in range(head.pop(count))))
                head[name] = list(items) if whole else items
    return head


def _there(line: bytes) -> bytes:
    if not line:
        raise ValueError("a block is missing")
    return line


def _items(lines: deque[bytes]) -> Iterator[Any]:
    while lines:
        yield from json.loads(lines.popleft())
