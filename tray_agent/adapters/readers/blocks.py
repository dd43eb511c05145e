"""A long answer in pieces: its lists follow it in blocks, a line of JSON each.

Decoding holds up every other thread of the agent: ten thousand rows at once would be tens of milliseconds.
"""

from __future__ import annotations

from collections.abc import Callable
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


def join(head: Any, following: Callable[[], Any]) -> Any:
    """The answer whole again; ``following`` gives the next block. Raises TypeError for what is no answer."""
    if isinstance(head, dict):
        for name, count in _COUNTS.items():
            if count in head:
                items: list[Any] = []
                for _ in range(head.pop(count)):
                    items += following()
                head[name] = items
    return head
