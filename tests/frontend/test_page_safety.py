"""Nothing that Excel, BigQuery, a file's name or a script's output holds can run or lead away."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.frontend import sample
from tests.frontend.conftest import OpenPage

HOSTILE = [
    "<img src=x onerror=window.__hit=1>",
    "\"><svg onload=window.__hit=1>' autofocus onfocus=window.__hit=1 x='",
    "</script><script>window.__hit=1</script>",
    "javascript:window.__hit=1",
    "{{constructor.constructor('window.__hit=1')()}} ${window.__hit=1}",
    "n" * 200,
    "nome_" * 40,
    "\u202egnp.exe_\u2066abc\u2069",
    "مرحبا_بالعالم",
    "🚀👩‍👩‍👧‍👦_\u0000\ufeff\u2028",
    "__proto__",
    "constructor",
]


def everywhere(value: str) -> dict[str, Any]:
    """A snapshot with the value wherever a text can come from outside."""
    made = sample.card(
        value, id=f"id {value}", area=value, why=value, next_run_text=value, state="ERROR", trigger=value
    )
    made["last_run"] = {"start": sample.at(12), "status": value, "duration_seconds": 1.0, "source": value}
    made["runs"] = [sample.run(sample.at(9), sample.at(10), value, value, value) | {"outcome": value}]
    made |= {"reason": value, "late": {"since": None, "text": value}, "note": value, "leftovers": [1]}
    made |= {"paused": {"until": sample.at(18), "reason": value}, "estimate": sample.at(15)}
    made |= {"fires": [{"time": "18:00", "state": "skipped", "run": value, "reason": value}]}
    made["schedule"] = {"kind": "rule", "hours": [], "text": value, "times": ["18:00"]}
    known = sample.card(
        "conhecida", area=value, state="RUNNING", started=sample.at(13), why=value, outcome=value
    )
    cell = {"row": 7, "column": value, "value": value}
    found = [
        {
            "where": "registry",
            "what": value,
            "action": value,
            "since": sample.at(13),
            "cell": cell,
            "job": value,
        },
        {"where": value, "what": value, "action": value, "since": sample.at(13), "cell": None, "job": None},
    ]
    history = {
        "source": value,
        "verified": False,
        "last_sync": None,
        "rows": 1,
        "error": value,
        "next_read": None,
        "unverified_since": sample.at(14),
    }
    places = {"base_path": value, "base_available": True, "registry": value, "discovered": True}
    kept = {"area": value, "filter": value, "theme": value, "view": value}
    run = {"job": value, "start": sample.at(9), "end": sample.at(10), "status": value, "outcome": value}
    run |= {
        "exit_code": 1,
        "reason": value,
        "trigger": value,
        "by": value,
        "run": value,
        "log": True,
        "arguments": [value],
    }
    stats = {"runs": 1, "success_rate": 0.5, "median_seconds": 1, "p95_seconds": 1}
    asked = {"at": sample.at(9), "by": value, "what": value, "accepted": False, "text": value}
    past = {"days": [{"day": sample.DAY, "runs": [run]}], "stats": stats, "asked": [asked]}
    plan = {
        "day": sample.DAY,
        "fires": [{"job": value, "time": "18:00", "state": "coming", "estimate": None}],
        "skipped": [{"job": value, "time": "19:00", "reason": value}],
        "notes": [value],
    }
    return sample.snapshot(
        [made, known], problems=found, history=history, places=places, preferences=kept, aggregate=value
    ) | {
        "paused": True,
        "paused_all": {"until": None, "reason": value},
        "paused_areas": {value: {"until": None, "reason": value}},
        "day_notes": [value],
        "history_runs": past,
        "plan": plan,
    }


def look_everywhere(page: Page, value: str) -> None:
    run = {
        "run": value,
        "start": sample.at(9),
        "end": sample.at(10),
        "running": False,
        "duration_seconds": 1,
        "status": value,
        "outcome": value,
        "exit_code": 1,
        "trigger": value,
        "text": value * 3,
    }
    page.evaluate("([id, run]) => { standIn.logs[id] = [run]; }", [f"id {value}", run])
    checks = [{"name": value, "ok": False, "text": value, "action": value}]
    page.evaluate("(checks) => { standIn.checks = checks; }", checks)
    page.evaluate("(text) => { standIn.refusals.run = {code: text, text}; }", value)
    page.locator("article button[data-command=run]").first.click()
    page.locator("article button[data-command=log]").first.click()
    expect(page.locator(".log-text")).not_to_be_empty()
    page.get_by_label("Localizar no log").fill(value[:20])
    page.get_by_role("tab", name="Histórico").click()
    expect(page.locator(".past-reason").first).to_have_text(value)
    page.get_by_role("tab", name="Detalhes").click()
    page.keyboard.press("Escape")
    for view in ("2", "3", "F11"):
        page.keyboard.press(view)
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Fila e próximas").click()
    expect(page.locator(".plan-skipped")).not_to_be_empty()
    page.get_by_role("button", name="Linha do tempo").click()
    page.locator(".row .run-bar").first.hover()
    page.get_by_role("button", name="Problemas").click()
    page.get_by_role("button", name="Executar diagnóstico").click()
    expect(page.locator(".check")).to_have_count(1)


@pytest.mark.parametrize("value", HOSTILE, ids=range(len(HOSTILE)))
def test_a_hostile_value_is_only_ever_text(open_page: OpenPage, value: str) -> None:
    page = open_page(everywhere(value))
    article = page.locator("article").first
    assert article.get_attribute("aria-label") == value
    assert article.locator("h3").evaluate("name => name.textContent") == value
    box = article.bounding_box()
    assert box is not None
    assert (box["width"], box["height"]) == (300, 300)
    look_everywhere(page, value)
    assert page.evaluate("window.__hit") is None
    assert (
        page.evaluate("document.querySelectorAll('img, script:not([src]), iframe, a, object, embed').length")
        == 0
    )
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_a_name_breaks_at_its_underscores(open_page: OpenPage) -> None:
    page = open_page(sample.snapshot([sample.card("envia_arquivo_pix")]))
    assert page.locator("article h3 wbr").count() == 2
    expect(page.locator("article h3")).to_have_attribute("title", "envia_arquivo_pix")


def test_nothing_leads_away_from_the_page(open_page: OpenPage) -> None:
    page = open_page(sample.sample(12))
    here = page.url
    page.evaluate(
        """() => { const link = document.createElement("a"); link.href = "data:text/html,away";
        link.textContent = "fora";
        link.style.cssText = "position:fixed;inset:0 0 auto auto;z-index:99"; document.body.append(link); }"""
    )
    page.get_by_text("fora").click()
    assert page.evaluate("dispatchEvent(new DragEvent('drop', {cancelable: true}))") is False
    assert page.evaluate("dispatchEvent(new DragEvent('dragover', {cancelable: true}))") is False
    assert page.url == here


def test_a_traceback_never_reaches_the_screen(open_page: OpenPage) -> None:
    page = open_page(sample.sample(12))
    page.evaluate(
        """() => { pywebview.api.run =
             () => Promise.reject(new Error("Traceback (most recent call last): C:/segredo")); }"""
    )
    page.get_by_role("article", name="reprocessa_devolucoes").get_by_role("button", name="Executar").click()
    expect(
        page.get_by_text("Algo falhou no agente; o log do agente tem os detalhes. Tente de novo.")
    ).to_be_visible()
    assert "Traceback" not in page.locator("body").inner_text()


def test_an_inline_script_is_refused_by_the_policy(open_page: OpenPage, complaints: list[str]) -> None:
    page = open_page(sample.sample(12))
    refused = page.evaluate(
        """() => new Promise((resolve) => {
          addEventListener("securitypolicyviolation", (event) => resolve(event.effectiveDirective));
          const script = document.createElement("script");
          script.textContent = "window.__hit = 1";
          document.body.append(script);
        })"""
    )
    assert refused == "script-src-elem"
    assert page.evaluate("window.__hit") is None
    assert "Content Security Policy" in complaints.pop()
