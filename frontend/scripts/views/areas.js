/**
 * The side: areas with what failed, is late and runs in each, then the views of the day. Arrow keys walk it.
 */
import { command, el, icon, setAttribute, setIcon, setShown, setText } from "../dom.js";
import { pausedWords } from "../cardwords.js";
import { areaSummaries } from "../logic.js";
import { keyedList } from "../list.js";
import { STATE, TEXT } from "../texts.js";

const ALL = "\u0000all";
const VIEWS = [["timeline", TEXT.timeline, "timeline"], ["plan", TEXT.plan, "plan"], ["problems", TEXT.problems, "problems"],
  ["team", TEXT.team, "team"]];
const DENSE = ["cards", "list", "now"];

/** A small number with its drawing, silent where it is none. @param {string} state @param {string} drawing */
function tally(state, drawing) {
  const number = el("span", null);
  const element = el("span", { class: "side-tally", "data-state": state, "aria-hidden": "true", hidden: true }, icon(drawing), number);
  return {
    element,
    /** @param {number} n */
    update(n) {
      setShown(element, n > 0);
      setText(number, String(n));
    },
  };
}

/** @param {string} key */
function areaEntry(key) {
  const mark = icon("idle");
  const name = el("span", { class: "side-name", dir: "auto" });
  const [failed, late, running] = [tally("ERROR", "error"), tally("LATE", "late"), tally("RUNNING", "run")];
  const count = el("span", { class: "side-count" });
  const moon = icon("paused");
  const entry = el("button", { type: "button", class: "side-entry" }, mark, name,
    el("span", { class: "side-numbers" }, moon, failed.element, late.element, running.element, count));
  entry.addEventListener("click", () => command(entry, "area", { area: key === ALL ? null : key }));
  entry.addEventListener("contextmenu", (event) => {
    event.preventDefault();
    command(entry, "areaMenu", { area: key === ALL ? null : key });
  });
  return {
    element: el("li", null, entry),
    /** @param {import("../logic.js").AreaSummary} summary @param {boolean} current @param {string} paused until when and why, or "" */
    update(summary, current, paused) {
      setAttribute(moon, "hidden", paused ? null : "");
      const text = summary.area ?? TEXT.all;
      setText(name, text);
      setText(count, String(summary.count));
      failed.update(summary.failed);
      late.update(summary.late);
      running.update(summary.failed || summary.late ? 0 : summary.running);
      const said = [text, TEXT.automations(summary.count), TEXT.failed(summary.failed), TEXT.lateN(summary.late),
        TEXT.running(summary.running), TEXT.worst(STATE[summary.worst])];
      if (paused) said.push(paused);
      setAttribute(entry, "title", said.join(" · "));
      setAttribute(mark, "data-state", summary.worst);
      setIcon(mark, summary.worst.toLowerCase());
      setAttribute(entry, "aria-current", current ? "true" : null);
    },
  };
}

/** @param {import("../store.js").Store} store @param {string|null} area */
function pausedOf(store, area) {
  const facts = store.facts;
  const paused = area === null ? facts?.paused_all : facts?.paused_areas?.[area];
  return paused && facts ? pausedWords(paused, facts.processing_date) : "";
}

/** @param {string} view @param {string} text @param {string} drawing */
function viewEntry(view, text, drawing) {
  const badge = el("span", { class: "side-badge", hidden: true });
  const name = el("span", { class: "side-name" }, text);
  const entry = el("button", { type: "button", class: "side-entry" }, icon(drawing), name, " ", badge);
  entry.addEventListener("click", () => command(entry, "view", { view }));
  return {
    element: el("li", null, entry),
    /** @param {boolean} current @param {number} count */
    update(current, count) {
      setAttribute(entry, "aria-current", current ? "true" : null);
      setShown(badge, count > 0);
      setText(badge, String(count));
    },
  };
}

/** @param {HTMLElement} side @param {KeyboardEvent} event */
function walk(side, event) {
  const entries = /** @type {HTMLElement[]} */ ([...side.querySelectorAll("li:not([hidden]) > .side-entry")]);
  const at = entries.indexOf(/** @type {HTMLElement} */ (document.activeElement));
  /** @type {Record<string, number>} */
  const moves = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: entries.length - 1 };
  const to = moves[event.key];
  if (at < 0 || to === undefined || !entries[to]) return;
  event.preventDefault();
  entries[to].focus();
  entries[to].click();
}

/** @param {HTMLElement} side */
export function mountAreas(side) {
  const areas = el("ul", { class: "side-list" });
  const views = VIEWS.map(([view, text, drawing]) => ({ view, entry: viewEntry(view, text, drawing) }));
  const lists = el("div", { class: "side-lists" },
    el("nav", { "aria-label": TEXT.areas }, el("h2", { class: "side-title", "aria-hidden": "true" }, TEXT.areas), areas),
    el("nav", { "aria-label": TEXT.today }, el("h2", { class: "side-title", "aria-hidden": "true" }, TEXT.today),
      el("ul", { class: "side-list" }, ...views.map(({ entry }) => entry.element))));
  side.append(lists);
  lists.addEventListener("keydown", (event) => walk(lists, event));
  const list = keyedList(areas, areaEntry);
  return {
    /** @param {import("../store.js").Store} store @param {import("../main.js").Choices} choices */
    update(store, choices) {
      const summaries = areaSummaries(store.facts?.areas ?? [], store.cards.values());
      list.sync(summaries.map(({ area }) => area ?? ALL), (entry, _, index) => {
        entry.update(summaries[index], DENSE.includes(choices.view) && summaries[index].area === choices.area,
          pausedOf(store, summaries[index].area));
      });
      const problems = store.facts?.problems.length ?? 0;
      const away = store.facts?.pcs?.filter(({ present }) => !present).length ?? 0;
      for (const { view, entry } of views) {
        setShown(entry.element, view !== "team" || (store.facts?.role ?? "alone") !== "alone");
        entry.update(choices.view === view, view === "problems" ? problems : view === "team" ? away : 0);
      }
    },
  };
}
