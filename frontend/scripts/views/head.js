/**
 * The head, one row: search, filter by state with counts, the density, suspending, and what is rarely needed.
 */
import { command, el, icon, iconButton, setAttribute, setShown, setText } from "../dom.js";
import { FILTERS, filterCounts } from "../logic.js";
import { FILTER, TEXT } from "../texts.js";

/** The drawing and the colour of a filter. @type {Record<string, [string, string]>} */
const LOOKS = { queued: ["scheduled", "SCHEDULED"], late: ["late", "LATE"], paused: ["paused", "PAUSED"] };
/** @type {[string, string, string][]} */
const DENSITIES = [["cards", TEXT.cards, "cards"], ["list", TEXT.list, "list"], ["now", TEXT.triage, "now"]];

/** @param {string} filter */
function chip(filter) {
  const count = el("b", null);
  const [drawing, state] = LOOKS[filter] ?? [filter.toLowerCase(), filter];
  const mark = icon(drawing);
  mark.setAttribute("data-state", state);
  const element = el("button", { type: "button", class: "chip", title: FILTER[filter] }, mark, el("span", { class: "chip-word" }, FILTER[filter]), " ", count);
  element.addEventListener("click", () => {
    command(element, "filter", { filter: element.getAttribute("aria-pressed") === "true" ? null : filter });
  });
  return {
    element,
    /** @param {number} number @param {boolean} pressed */
    update(number, pressed) {
      setText(count, String(number));
      setAttribute(element, "aria-pressed", String(pressed));
      setAttribute(element, "data-none", number ? null : "");
    },
  };
}

function searchBox() {
  const input = el("input", {
    type: "search", class: "search-input", "aria-label": TEXT.search, placeholder: TEXT.searchHint,
    autocomplete: "off", spellcheck: "false", "aria-keyshortcuts": "/",
  });
  input.addEventListener("input", () => command(input, "query", { query: input.value }));
  input.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown") {
      event.preventDefault();
      command(input, "first");
    } else if (event.key === "Escape" && input.value) {
      event.preventDefault();
      event.stopPropagation();
      input.value = "";
      command(input, "query", { query: "" });
    }
  });
  return { input, element: el("div", { class: "search" }, icon("search"), input, el("kbd", { "aria-hidden": "true" }, "/")) };
}

function densitySwitch() {
  const group = el("div", { class: "density", role: "group", "aria-label": TEXT.density });
  const buttons = DENSITIES.map(([view, text, drawing], index) => {
    const element = el("button", { type: "button", class: "density-choice", title: `${text} (${index + 1})`, "aria-keyshortcuts": String(index + 1) },
      icon(drawing), el("span", null, text));
    element.addEventListener("click", () => command(element, "view", { view }));
    group.append(element);
    return { view, element };
  });
  return {
    element: group,
    /** @param {string} current */
    update(current) {
      for (const { view, element } of buttons) setAttribute(element, "aria-pressed", String(view === current));
    },
  };
}

/** @param {HTMLElement} head */
export function mountHead(head) {
  const { input, element } = searchBox();
  const chips = FILTERS.map((filter) => ({ filter, view: chip(filter) }));
  const density = densitySwitch();
  const pause = el("button", { type: "button", class: "button pause", title: TEXT.pause, "aria-label": TEXT.pause }, icon("pause"));
  pause.addEventListener("click", () => command(pause, "pause", {}));
  const more = iconButton("frame-menu", TEXT.more, "more");
  more.addEventListener("click", () => command(more, "frameMenu"));
  const group = el("div", { class: "chips", role: "group", "aria-label": TEXT.states }, ...chips.map(({ view }) => view.element));
  head.append(element, group, density.element, pause, more);
  return {
    input,
    /** @param {import("../store.js").Store} store @param {import("../main.js").Choices} choices @param {Map<string, import("../logic.js").Card>} found the cards that search and area leave */
    update(store, choices, found) {
      const counts = filterCounts(found.values(), null);
      for (const { filter, view } of chips) view.update(counts[filter], choices.filter === filter);
      density.update(choices.view);
      setShown(group, store.cards.size > 0);
      setShown(density.element, store.cards.size > 0);
      setShown(pause, store.cards.size > 0 && !(store.facts?.paused ?? false));
      if (input.value !== choices.query) input.value = choices.query;
    },
  };
}
