"""W8: the page with a thousand jobs in Chromium, in each of its three views, against an empty page
and one of ten cards."""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from benchmarks.setting import ROOT, Figure, Skipped, median
from tests.frontend.files import serving

CARDS = 1000
_PARTS = {"cards": ".cards", "list": ".list-view", "now": ".now-view"}
_NAMES = {"cards": f"{CARDS} cards", "list": f"list of {CARDS}", "now": f"Agora of {CARDS}"}
_WORDS = ("envia", "concilia pix", "carga_mensageria")
_STAND_IN = (ROOT / "tests" / "frontend" / "stand_in.js").read_text(encoding="utf-8")
_PAINTED = "const painted = () => new Promise((done) => requestAnimationFrame(() => setTimeout(done)));"
_EMPTY = f"""async () => {{ {_PAINTED} const taken = [];
for (let n = 0; n < 20; n++) {{ const from = performance.now(); document.body.textContent = n;
  await painted(); taken.push(performance.now() - from); }} return taken; }}"""
_CHANGE = f"""async ([changes, part]) => {{ {_PAINTED} const taken = [];
for (const change of changes) {{ const from = performance.now(); standIn.push(change);
  const shown = () => document.querySelector(part)?.textContent ?? "";
  while (!shown().includes(change.cards[0].reason)) await painted();
  await painted(); taken.push(performance.now() - from); }} return taken; }}"""
_FIRST = f"""(() => {{ {_PAINTED} const look = async () => {{
  while (!document.querySelector("PART [data-job]")) await painted();
  window.__first = performance.now(); }}; look(); }})();"""
_SHOWN = "(part) => [...document.querySelectorAll(`${part} [data-job]`)].map((each) => each.dataset.job)"
_WATCH = """() => { window.__frames = []; let last = performance.now();
const next = (now) => { __frames.push(now - last); last = now; requestAnimationFrame(next); };
requestAnimationFrame(next); }"""
_HEAP = "() => { window.__sample = null; gc(); gc(); return performance.memory.usedJSHeapSize / 1e6; }"


class _Browser:
    """Chromium and the address of the page."""

    def __init__(self, chromium: Any, address: str) -> None:
        self._chromium = chromium
        self._address = address

    @contextmanager
    def page(self, sample: Any, view: str = "cards") -> Iterator[Any]:
        """The page on a snapshot, as it opens in a view; without a snapshot an empty page."""
        context = self._chromium.new_context(viewport={"width": 1560, "height": 760})
        page = context.new_page()
        if sample is None:
            page.goto("about:blank")
        else:
            given = {**sample, "preferences": {"view": view}}
            page.add_init_script(f"window.__sample = {json.dumps(given)};{_STAND_IN}")
            page.add_init_script(_FIRST.replace("PART", _PARTS[view]))
            page.goto(self._address)
            page.wait_for_function("window.dashboardReady === true && window.__first > 0")
        yield page
        context.close()


@contextmanager
def _browser() -> Iterator[_Browser]:
    program = shutil.which("chromium") or shutil.which("chromium-browser")
    if not program or importlib.util.find_spec("playwright") is None:
        raise Skipped("no Chromium with playwright")
    from playwright.sync_api import sync_playwright

    rooted = ["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
    args = [*rooted, "--enable-precise-memory-info", "--js-flags=--expose-gc"]
    with serving(ROOT / "frontend") as address, sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=program, args=args)
        yield _Browser(chromium, address)
        chromium.close()


def _renderers_mb() -> float:
    """The private memory of the one page that is open: every renderer of ours, less what they share."""
    import psutil

    total = 0
    for process in psutil.Process().children(recursive=True):
        if "--type=renderer" in " ".join(process.cmdline()):
            text = Path(f"/proc/{process.pid}/smaps_rollup").read_text(encoding="ascii")
            total += next(int(line.split()[1]) for line in text.splitlines() if line.startswith("Pss:"))
    return total / 1024


def _longest_frame(page: Any, words: Sequence[str] = _WORDS) -> float:
    """Typing and deleting words in the search: the longest time between two frames, in ms."""
    box = page.get_by_role("searchbox", name="Buscar")
    box.focus()
    page.evaluate(_WATCH)
    for word in words:
        box.press_sequentially(word, delay=40)
        for _ in word:
            box.press("Backspace", delay=15)
    frames: list[float] = page.evaluate("__frames.splice(0)")
    return max(frames[1:])


def _changes(page: Any, sample: dict[str, Any], view: str) -> list[dict[str, Any]]:
    """A failed job that is in sight fails again and again, each time for another reason."""
    from tests.frontend.sample import delta

    broken = {card["id"]: card for card in sample["cards"] if card["state"] == "ERROR"}
    seen = next(broken[job] for job in page.evaluate(_SHOWN, _PARTS[view]) if job in broken)
    return [delta(100 + n, [{**seen, "reason": f"pela {n}ª vez"}]) for n in range(20)]


def _view(browser: _Browser, sample: dict[str, Any], view: str, *, short: bool) -> tuple[float, float, float]:
    """First paint, change to pixel, longest frame while typing; in ms, medians."""
    first = []
    for _ in range(3):
        with browser.page(sample, view) as page:
            first.append(page.evaluate("window.__first"))
    with browser.page(sample, view) as page:
        pixels = page.evaluate(_CHANGE, [_changes(page, sample, view), _PARTS[view]])
        words = _WORDS[:2] if short else _WORDS
        longest = [_longest_frame(page, words) for _ in range(3 if short else 7)]
    return median(first), median(pixels), median(longest)


def measure(short: bool) -> list[Figure]:
    """First paint, change to pixel and typing in each view; memory."""
    from tests.frontend import sample

    few, many = sample.rich(10), sample.rich(CARDS)
    figures = []
    with _browser() as browser:
        with browser.page(None) as page:
            floor = median(page.evaluate(_EMPTY))
        with browser.page(few) as page:
            small = page.evaluate(_HEAP), _renderers_mb()
        with browser.page(many) as page:
            large = page.evaluate(_HEAP), _renderers_mb()
        frame = f"an empty page: {floor:.1f} ms"
        for view, name in _NAMES.items():
            first, pixels, longest = _view(browser, many, view, short=short)
            figures += [
                Figure("W8", f"first paint, {name}", first / 1000, "s", 1.2, 3.6),
                Figure("W8", f"change to pixel, {name}", pixels, "ms", 100, 300, frame),
                Figure("W8", f"typing, longest frame, {name}", longest, "ms", 50, 150, frame),
            ]
    return [
        *figures,
        Figure(
            *("W8", f"memory, {CARDS} cards", large[1] / small[1], "×", 1.5, 1.9),
            f"10 cards: {small[1]:.0f} MB (scripts' heap {small[0]:.1f} against {large[0]:.1f} MB)",
        ),
    ]
