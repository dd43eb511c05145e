/**
 * Today as a row per job; only the rows near the viewport exist. Arrow keys walk rows and runs.
 */
import { command, el, setShown, setText } from "../dom.js";
import { minuteOf, percentOfDay } from "../day.js";
import { hourMinute } from "../format.js";
import { slice } from "../logic.js";
import { keyedList } from "../list.js";
import { HOUR, STATE, TEXT } from "../texts.js";
import { createRow } from "./row.js";

const PITCH = 36;
const SPARE_ROWS = 8;
const KINDS = ["RUNNING", "SUCCESS", "ERROR", "NO_DATA", "UNKNOWN", "owed", "coming"];

function legend() {
  const items = KINDS.map((kind) =>
    el("li", null, el("i", { class: STATE[kind] ? "run-bar" : "tick", [STATE[kind] ? "data-state" : "data-hour"]: kind }),
      STATE[kind] ?? HOUR[kind]));
  return el("ul", { class: "legend" }, ...items);
}

function hoursAxis() {
  const hours = Array.from({ length: 13 }, (_, index) => {
    const hour = el("span", null, String(index * 2));
    hour.style.left = `${percentOfDay(index * 120)}%`;
    return hour;
  });
  return el("div", { class: "hours", "aria-hidden": "true" }, el("div", { class: "hours-track" }, ...hours));
}

/** The words of the bar under the pointer or in focus, beside it. @param {HTMLElement} section */
function tooltipOf(section) {
  const tip = el("div", { class: "tip", "aria-hidden": "true", hidden: true });
  section.append(tip);
  const show = (/** @type {Event} */ event) => {
    const bar = /** @type {HTMLElement|null} */ (/** @type {Element} */ (event.target).closest?.(".row .run-bar"));
    setShown(tip, bar !== null);
    if (!bar) return;
    setText(tip, bar.getAttribute("aria-label") ?? "");
    const box = bar.getBoundingClientRect();
    const wide = tip.getBoundingClientRect().width;
    const left = Math.min(window.innerWidth - wide - 12, Math.max(12, box.left + box.width / 2 - wide / 2));
    tip.style.left = `${left}px`;
    tip.style.top = `${box.top < 60 ? box.bottom + 8 : box.top - 38}px`;
  };
  const hide = () => setShown(tip, false);
  section.addEventListener("pointerover", show);
  section.addEventListener("focusin", show);
  section.addEventListener("pointerleave", hide);
  section.addEventListener("focusout", hide);
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
  const next = event.key === "ArrowDown" ? row.nextElementSibling : row.previousElementSibling;
  const centre = (/** @type {Element} */ each) => each.getBoundingClientRect().left;
  const nearest = /** @type {HTMLElement[]} */ ([...(next?.querySelectorAll("button") ?? [])])
    .sort((a, b) => Math.abs(centre(a) - centre(from)) - Math.abs(centre(b) - centre(from)))[0];
  nearest?.focus();
}

/** @param {HTMLElement} scroller @param {import("../store.js").Store} store */
export function mountTimeline(scroller, store) {
  const rows = el("div", { class: "rows", role: "list", "aria-label": TEXT.timeline });
  const now = el("div", { class: "now-line", "aria-hidden": "true" }, el("span", null));
  const body = el("div", { class: "rows-frame" }, rows, el("div", { class: "now-track" }, now));
  const section = el("section", { class: "timeline-view", "aria-label": TEXT.timeline, hidden: true },
    legend(), el("div", { class: "timeline-body" }, hoursAxis(), body));
  scroller.append(section);
  const hideTip = tooltipOf(section);
  const list = keyedList(rows, createRow);
  /** @type {string[]} */
  let ids = [];

  const moment = () => {
    const wall = store.wall();
    const day = store.facts?.processing_date ?? "";
    return { day, hour: Number(wall.slice(11, 13)), minute: Math.floor(minuteOf(wall, day)), nowMs: store.now() };
  };

  const draw = () => {
    if (section.hidden) return;
    const held = document.activeElement?.closest(".row")?.getAttribute("data-job");
    const [from, to] = slice({ count: ids.length, columns: 1, pitch: PITCH,
      top: scroller.scrollTop - body.offsetTop, height: scroller.clientHeight, spare: SPARE_ROWS });
    const present = ids.map((_, index) => index).slice(from, to);
    const heldAt = held ? ids.indexOf(held) : -1;
    if (heldAt >= 0 && heldAt < from) present.unshift(heldAt);
    if (heldAt >= to) present.push(heldAt);
    const at = moment();
    list.sync(present.map((index) => ids[index]), (row, id, position) => {
      const index = present[position];
      row.element.style.top = `${index * PITCH}px`;
      row.element.setAttribute("aria-posinset", String(index + 1));
      row.element.setAttribute("aria-setsize", String(ids.length));
      const card = store.cards.get(id);
      if (card) row.update(card, at);
    });
    rows.style.height = `${ids.length * PITCH}px`;
    now.style.left = `${percentOfDay(at.minute).toFixed(3)}%`;
    setText(/** @type {Node} */ (now.firstChild), hourMinute(store.wall()));
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
      ids = shown;
      draw();
    },
    tick: draw,
  };
}
