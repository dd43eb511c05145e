"""The PCs of the team, and beside them what is asked of all of them at once: who goes by a word, who of those
is there, how many places there are. Kept and not derived, so that the change of one costs what one PC is."""

from __future__ import annotations

from collections import Counter
from collections.abc import ItemsView, Iterable, Iterator, Mapping, ValuesView
from functools import lru_cache

from tray_agent.core.collation import plain_key
from tray_agent.core.model import Pc

ANY = "*"

key_of = lru_cache(maxsize=10_000)(plain_key)


def words_of(pc: Pc) -> set[str]:
    """By which words a row may name a PC: its name, its tags, any."""
    return {ANY, key_of(pc.name), *map(key_of, pc.tags)}


class Pcs(Mapping[str, Pc]):
    """By key, in the order in which they were first seen. ``places`` are those of the PCs that are there, but
    for the brain's own, whose number is a setting of its own."""

    def __init__(self) -> None:
        self._pcs: dict[str, Pc] = {}
        self._ranks: dict[str, int] = {}
        self._ranked = 0
        self._named: dict[str, dict[str, Pc]] = {}
        self._there: Counter[str] = Counter()
        self.places = 0

    def see(self, pc: Pc) -> set[str]:
        """So it stands now. Returns the words of which something else is true than before: whether anybody
        goes by them, whether any of those is there, how one of them is spelled."""
        key = key_of(pc.name)
        former = self._pcs.get(key)
        if former == pc:
            return set()
        words = words_of(pc)
        known = words if former is None else words | words_of(former)
        stood = {word: self._stands(word) for word in known}
        if former is None:
            self._ranks[key], self._ranked = self._ranked, self._ranked + 1
        else:
            self._take_out(key, former)
        self._pcs[key] = pc
        for word in words:
            self._named.setdefault(word, {})[key] = pc
            self._there[word] += pc.present
        self.places += _places(pc)
        changed = {word for word in known if stood[word] != self._stands(word)}
        return changed if former is not None and former.name == pc.name else changed | {key}

    def forget(self, key: str) -> set[str]:
        """It is of the team no more; as :meth:`see`."""
        former = self._pcs.pop(key, None)
        if former is None:
            return set()
        del self._ranks[key]
        words = words_of(former)
        stood = {word: self._stands(word) for word in words}
        self._take_out(key, former)
        return {word for word in words if stood[word] != self._stands(word)}

    def _take_out(self, key: str, pc: Pc) -> None:
        self.places -= _places(pc)
        for word in words_of(pc):
            named = self._named[word]
            del named[key]
            self._there[word] -= pc.present
            if not named:
                del self._named[word], self._there[word]

    def _stands(self, word: str) -> tuple[bool, bool]:
        return word in self._named, self._there[word] > 0

    def is_known(self, word: str) -> bool:
        """Whether a PC has this name or tag, there or not."""
        return word in self._named

    def is_any_there(self, words: Iterable[str]) -> bool:
        """Whether one of the PCs that go by one of these words is there."""
        return any(self._there[word] > 0 for word in words)

    def named(self, words: Iterable[str]) -> Mapping[str, Pc]:
        """The PCs that go by one of these words, there or not, in no order."""
        found = [self._named[word] for word in words if word in self._named]
        if len(found) == 1:
            return found[0]
        return {key: pc for each in found for key, pc in each.items()}

    def rank(self, key: str) -> int:
        """A number that tells who was seen first."""
        return self._ranks[key]

    def values(self) -> ValuesView[Pc]:
        """All of them."""
        return self._pcs.values()

    def items(self) -> ItemsView[str, Pc]:
        """All of them, with their keys."""
        return self._pcs.items()

    def __getitem__(self, key: str) -> Pc:
        return self._pcs[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._pcs)

    def __len__(self) -> int:
        return len(self._pcs)


def _places(pc: Pc) -> int:
    return 0 if pc.is_brain or not pc.present else pc.places
