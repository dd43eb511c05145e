"""A thousand cards: typing, scrolling, from the change to the pixel, and what the page weighs.

The bounds are wide, since this machine may be busy; the figures are printed (`pytest -s`) to be read.
"""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Page, expect

from tests.frontend import sample
from tests.frontend.conftest import OpenPage

WATCH = """() => { window.__frames = []; let last = performance.now();
  const next = (now) => { __frames.push(now - last); last = now; requestAnimationFrame(next); }; requestAnimationFrame(next); }"""


def frames(page: Page) -> dict[str, Any]:
    """The frames since the last question, in milliseconds."""
    found = sorted(page.evaluate("__frames.splice(0)"))
    return {"frames": len(found), "median": found[len(found) // 2], "p99": found[int(len(found) * 0.99)], "max": found[-1],
            "over 50 ms": sum(each > 50 for each in found)}  # fmt: skip


def test_typing_among_a_thousand_cards_does_not_stutter(open_page: OpenPage) -> None:
    page = open_page(sample.sample(1000))
    box = page.get_by_role("searchbox", name="Buscar")
    box.focus()
    page.evaluate(WATCH)
    for word in ("envia", "concilia pix", "carga_mensageria"):
        box.press_sequentially(word, delay=40)
        for _ in word:
            box.press("Backspace", delay=15)
    expect(page.locator("article[aria-setsize='1000']").first).to_be_visible()
    seen = frames(page)
    print("typing", seen)
    assert seen["median"] < 40
    assert seen["p99"] < 400


def test_scrolling_a_thousand_cards_does_not_stutter(open_page: OpenPage) -> None:
    page = open_page(sample.sample(1000))
    page.mouse.move(900, 500)
    page.evaluate(WATCH)
    for _ in range(40):
        page.mouse.wheel(0, 500)
    expect(page.locator("article[aria-posinset='200']")).to_be_attached()
    seen = frames(page)
    print("scrolling", seen)
    assert seen["median"] < 80


def test_a_change_is_on_screen_at_once(open_page: OpenPage) -> None:
    page = open_page(sample.sample(1000))
    changes = [sample.delta(100 + n, [sample.card("baixa_extrato_str", area="Tarifas", state="ERROR", why=f"vez {n}")]) for n in range(20)]
    seen = page.evaluate(
        """async (changes) => { const taken = [];
        const painted = () => new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
        for (const change of changes) { const from = performance.now(); standIn.push(change);
          while (!document.querySelector("[data-job=baixa_extrato_str]").textContent.includes(change.cards[0].why)) await painted();
          await painted(); taken.push(performance.now() - from); }
        return taken.sort((a, b) => a - b); }""",
        changes,
    )
    print("change to pixel, ms: median", seen[10], "max", seen[-1])
    assert seen[10] < 100


def heap(page: Page) -> float:
    page.evaluate("window.__sample = null; gc(); gc()")
    used: float = page.evaluate("performance.memory.usedJSHeapSize") / 1e6
    nodes = page.evaluate("document.querySelectorAll('*').length")
    print("cards", page.locator("article").count(), "nodes", nodes, "heap MB", round(used, 2))
    return used


def test_a_thousand_cards_weigh_little_more_than_ten(open_page: OpenPage) -> None:
    few = open_page(sample.sample(10))
    heap(few)
    few_nodes = few.evaluate("document.querySelectorAll('*').length")
    many = open_page(sample.sample(1000))
    heap(many)
    assert many.evaluate("document.querySelectorAll('*').length") < few_nodes * 3


def test_the_first_paint_with_cards_comes_soon(open_page: OpenPage) -> None:
    page = open_page(sample.sample(38))
    paint = page.evaluate("performance.getEntriesByName('first-contentful-paint')[0].startTime")
    print("first contentful paint, ms", round(paint))
    assert paint < 2000
