/**
 * Today as a row per job under its area; only the rows near the viewport exist. Arrow keys walk rows and runs.
 */
import { command, el, setShown, setText } from "../dom.js";
import { percentOfDay } from "../day.js";
import { hourMinute } from "../format.js";
import { keyedList } from "../list.js";
import { slice } from "../logic.js";
import { groups } from "../order.js";
import { FIRE, STATE, TEXT } from "../texts.js";
import { minuteNow } from "./context.js";
import { createAreaRow, createRow } from "./row.js";

const PITCH = 36;
const SPARE_ROWS = 8;
/** @type {[string, string][]} */
const RUNS = [["SUCCESS", ""], ["ERROR", "×"], ["NO_DATA", "–"], ["RUNNING", "▸"], ["UNKNOWN", ":"]];
const FIRES = ["coming", "owed", "covered", "skipped"];

function legend() {
  const runs = RUNS.map(([state, glyph]) =>
    el("li", null, el("i", { class: "run-bar", "data-state": state, ...(glyph ? { "data-glyph": glyph } : {}) }), STATE[state]));
  const fires = FIRES.map((kind) => el("li", null, el("i", { class: "tick", "data-fire": kind }), FIRE[kind]));
  return el("ul", { class: "legend" }, ...runs, ...fires);
}

function hoursAxis() {
  const hours = Array.from({ length: 13 }, (_, index) => {
    const hour = el("span", null, String(index * 2));
    hour.style.left = `${percentOfDay(index * 120)}%`;
    return hour;
  });
  const now = el("b", { class: "now-label" });
  return { now, element: el("div", { class: "hours", "aria-hidden": "true" }, el("div", { class: "hours-track" }, ...hours, now)) };
}

/** The words of what is under the pointer or in focus, beside it. @param {HTMLElement} section */
function tooltipOf(section) {
  const tip = el("div", { class: "tip", "aria-hidden": "true", hidden: true });
  section.append(tip);
  const show = (/** @type {Event} */ event) => {
    const at = /** @type {HTMLElement|null} */ (/** @type {Element} */ (event.target).closest?.(".row .run-bar, .row .tick"));
    setShown(tip, at !== null);
    if (!at) return;
    setText(tip, at.getAttribute("aria-label") ?? at.dataset.tip ?? "");
    const box = at.getBoundingClientRect();
    const wide = tip.getBoundingClientRect().width;
    tip.style.left = `${Math.min(window.innerWidth - wide - 12, Math.max(12, box.left + box.width / 2 - wide / 2))}px`;
    tip.style.top = `${box.top < 60 ? box.bottom + 8 : box.top - 38}px`;
  };
  const hide = () => setShown(tip, false);
  for (const name of ["pointerover", "focusin"]) section.addEventListener(name, show);
  for (const name of ["pointerleave", "focusout"]) section.addEventListener(name, hide);
  return hide;
}

/** Left and right walk a row, up and down lead to the nearest bar or name of the next row. @param {KeyboardEvent} event */
function walk(event) {
  const from = /** @type {HTMLElement} */ (event.target);
  const row = from.closest(".row");
  if (!row || !event.key.startsWith("Arrow")) return;
  event.preventDefault();
  const stops = /** @type {HTMLElement[]} */ ([...row.querySelectorAll("button")]);
  if (event.key === "ArrowLeft" || event.key === "ArrowRight") {
    stops[stops.indexOf(from) + (event.key === "ArrowRight" ? 1 : -1)]?.focus();
    return;
  }
  const rows = [...(row.parentElement?.querySelectorAll(".row[data-job]") ?? [])];
  const next = rows[rows.indexOf(row) + (event.key === "ArrowDown" ? 1 : -1)];
  const centre = (/** @type {Element} */ each) => each.getBoundingClientRect().left;
  const nearest = /** @type {HTMLElement[]} */ ([...(next?.querySelectorAll("button") ?? [])])
    .sort((a, b) => Math.abs(centre(a) - centre(from)) - Math.abs(centre(b) - centre(from)))[0];
  nearest?.focus();
}

/** @param {HTMLElement} scroller @param {import("../store.js").Store} store */
export function mountTimeline(scroller, store) {
  const rows = el("div", { class: "rows", role: "list", "aria-label": TEXT.timeline });
  const now = el("div", { class: "now-line", "aria-hidden": "true" });
  const body = el("div", { class: "rows-frame" }, el("div", { class: "now-track" }, now), rows);
  const axis = hoursAxis();
  const section = el("section", { class: "timeline-view", "aria-label": TEXT.timeline, hidden: true },
    el("div", { class: "view-head" }, el("h2", { class: "view-title" }, TEXT.timeline)), legend(), el("div", { class: "timeline-body" }, axis.element, body));
  scroller.append(section);
  const hideTip = tooltipOf(section);
  const list = keyedList(rows, (key) => /** @type {any} */ (key.startsWith("#") ? createAreaRow(key.slice(1)) : createRow(key)));
  /** @type {string[]} heads (`#area`) and jobs, from the top */
  let keys = [];
  /** @type {Map<string, import("../order.js").Group>} */
  let byArea = new Map();
  /** @type {Map<string, number>} */
  let places = new Map();

  const draw = () => {
    if (section.hidden) return;
    const minute = minuteNow(store);
    const held = document.activeElement?.closest(".row")?.getAttribute("data-job");
    const [from, to] = slice({ count: keys.length, columns: 1, pitch: PITCH,
      top: scroller.scrollTop - body.offsetTop, height: scroller.clientHeight, spare: SPARE_ROWS });
    const present = keys.map((_, index) => index).slice(from, to);
    const heldAt = held ? keys.indexOf(held) : -1;
    if (heldAt >= 0 && heldAt < from) present.unshift(heldAt);
    if (heldAt >= to) present.push(heldAt);
    const at = { day: store.facts?.processing_date ?? "", minute, nowMs: store.now() };
    list.sync(present.map((index) => keys[index]), (row, key, position) => {
      row.element.style.top = `${present[position] * PITCH}px`;
      if (key.startsWith("#")) return row.update(byArea.get(key.slice(1)));
      row.element.setAttribute("aria-posinset", String((places.get(key) ?? 0) + 1));
      row.element.setAttribute("aria-setsize", String(places.size));
      const card = store.cards.get(key);
      if (card) row.update(card, at);
    });
    rows.style.height = `${keys.length * PITCH}px`;
    for (const each of [now, axis.now]) each.style.left = `${percentOfDay(minute).toFixed(3)}%`;
    setText(axis.now, hourMinute(store.wall()));
  };

  let asked = false;
  scroller.addEventListener("scroll", () => {
    hideTip();
    if (asked || section.hidden) return;
    asked = true;
    requestAnimationFrame(() => {
      asked = false;
      draw();
    });
  }, { passive: true });
  rows.addEventListener("keydown", walk);
  rows.addEventListener("click", (event) => {
    const pressed = /** @type {Element} */ (event.target).closest("[data-log]");
    const job = pressed?.closest(".row")?.getAttribute("data-job");
    if (pressed && job) command(pressed, "log", { job, run: pressed.getAttribute("data-log") || null });
  });

  return {
    /** @param {string[]} shown @param {boolean} visible */
    update(shown, visible) {
      setShown(section, visible);
      if (!visible) return;
      const found = groups(shown, store.cards, store.facts?.areas ?? [], false);
      byArea = new Map(found.map((group) => [group.area, group]));
      keys = found.flatMap(({ area, ids }) => [`#${area}`, ...ids]);
      places = new Map(found.flatMap(({ ids }) => ids).map((id, index) => [id, index]));
      draw();
    },
    tick: draw,
  };
}
