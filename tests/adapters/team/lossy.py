"""A radio for tests: it loses, doubles, delays and so reorders what it is given, by a seed."""

from __future__ import annotations

import heapq
import json
import random
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

Hear = Callable[[str, Mapping[str, Any]], None]


@dataclass(frozen=True)
class Weather:
    """How bad the radio is: shares of 1 and seconds."""

    lost: float = 0.0
    doubled: float = 0.0
    delayed: float = 0.0
    longest_delay: float = 0.0


CALM = Weather()
STORM = Weather(lost=0.1, doubled=0.15, delayed=0.3, longest_delay=0.15)


class Air:
    """What carries every message of one team. ``ears`` are by the PC's name, ``""`` is the brain."""

    def __init__(self, seed: int, weather: Weather = CALM) -> None:
        self._chance = random.Random(seed)
        self.weather = weather
        self._ears: dict[str, Hear] = {}
        self._cut: set[str] = set()
        self._swallowed: set[str] = set()
        self._waiting: list[tuple[float, int, str, str, str]] = []
        self._number = 0
        self._bell = threading.Condition()
        self._closed = False
        self.carried: list[tuple[str, str, dict[str, Any]]] = []
        threading.Thread(target=self._carry, name="air", daemon=True).start()

    def listen(self, name: str, hear: Hear | None) -> None:
        """Have what is said to this one be heard, or by nobody."""
        with self._bell:
            self._ears.pop(name, None)
            if hear is not None:
                self._ears[name] = hear

    def cut(self, name: str, *, is_cut: bool = True) -> None:
        """Have nothing reach or leave a PC, or carry on."""
        with self._bell:
            (self._cut.add if is_cut else self._cut.discard)(name)

    def swallow(self, *kinds: str) -> None:
        """Lose every message of these kinds from now on, and no others."""
        with self._bell:
            self._swallowed = set(kinds)

    def say(self, speaker: str, to: str, message: Mapping[str, Any]) -> None:
        """Carry this, or not."""
        text = json.dumps(message)
        with self._bell:
            weather, chance = self.weather, self._chance
            if message.get("kind") in self._swallowed:
                return
            for _ in range(2 if chance.random() < weather.doubled else 1):
                if chance.random() < weather.lost:
                    continue
                late = chance.uniform(0, weather.longest_delay) if chance.random() < weather.delayed else 0.0
                self._number += 1
                heapq.heappush(self._waiting, (time.monotonic() + late, self._number, speaker, to, text))
            self._bell.notify()

    def close(self) -> None:
        """Carry nothing more."""
        with self._bell:
            self._closed = True
            self._bell.notify()

    def _carry(self) -> None:
        while True:
            with self._bell:
                if self._closed:
                    return
                now = time.monotonic()
                if not self._waiting or self._waiting[0][0] > now:
                    self._bell.wait(self._waiting[0][0] - now if self._waiting else None)
                    continue
                _, _, speaker, to, text = heapq.heappop(self._waiting)
                hear = None if {speaker, to} & self._cut else self._ears.get(to)
                self.carried.append((speaker, to, json.loads(text)))
            if hear is not None:
                hear(speaker, json.loads(text))


class End:
    """One end of it, as :class:`tray_agent.core.ports.Radio`; deaf and dumb once it was closed."""

    def __init__(self, air: Air, name: str) -> None:
        self._air = air
        self._name = name
        self._closed = False

    def send(self, pc: str, message: Mapping[str, Any]) -> None:
        if not self._closed:
            self._air.say(self._name, pc, message)

    def close(self) -> None:
        self._closed = True
