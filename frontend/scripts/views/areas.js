/**
 * The side: areas with their count and worst state, then the views of the day. Arrow keys walk it.
 */
import { command, el, icon, setAttribute, setIcon, setShown, setText } from "../dom.js";
import { areaSummaries } from "../logic.js";
import { keyedList } from "../list.js";
import { STATE, TEXT } from "../texts.js";

const ALL = "\u0000all";
const VIEWS = [["timeline", TEXT.timeline, "timeline"], ["problems", TEXT.problems, "problems"]];

/** @param {string} key */
function areaEntry(key) {
  const mark = icon("idle");
  const name = el("span", { class: "side-name", dir: "auto" });
  const running = el("span", { class: "side-running", "aria-hidden": "true" });
  const count = el("span", { class: "side-count" });
  const entry = el("button", { type: "button", class: "side-entry" }, mark, name,
    el("span", { class: "side-numbers" }, running, count));
  entry.addEventListener("click", () => command(entry, "area", { area: key === ALL ? null : key }));
  return {
    element: el("li", null, entry),
    /** @param {import("../logic.js").AreaSummary} summary @param {boolean} current */
    update(summary, current) {
      const text = summary.area ?? TEXT.all;
      setText(name, text);
      setText(count, String(summary.count));
      setText(running, summary.running ? `${summary.running}` : "");
      const said = [text, TEXT.automations(summary.count), TEXT.running(summary.running), TEXT.worst(STATE[summary.worst])];
      setAttribute(entry, "title", said.join(" · "));
      setAttribute(mark, "data-state", summary.worst);
      setIcon(mark, summary.worst.toLowerCase());
      setAttribute(entry, "aria-current", current ? "true" : null);
    },
  };
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
      setText(badge, `(${count})`);
    },
  };
}

/** @param {HTMLElement} side @param {KeyboardEvent} event */
function walk(side, event) {
  const entries = /** @type {HTMLElement[]} */ ([...side.querySelectorAll(".side-entry")]);
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
        entry.update(summaries[index], choices.view === "cards" && summaries[index].area === choices.area);
      });
      const problems = store.facts?.problems.length ?? 0;
      for (const { view, entry } of views) entry.update(choices.view === view, view === "problems" ? problems : 0);
    },
  };
}
