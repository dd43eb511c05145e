/**
 * The head: search, filter by state with counts, pause and resume.
 */
import { command, el, icon, iconButton, setAttribute, setIcon, setText } from "../dom.js";
import { FILTERS, filterCounts } from "../logic.js";
import { STATE, TEXT } from "../texts.js";

/** @param {string} filter */
function chip(filter) {
  const count = el("b", null);
  const drawing = icon(filter === "queued" ? "scheduled" : filter.toLowerCase());
  drawing.setAttribute("data-state", filter === "queued" ? "SCHEDULED" : filter);
  const element = el("button", { type: "button", class: "chip" }, drawing, el("span", null, STATE[filter]), " ", count);
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

/** @param {HTMLElement} head */
export function mountHead(head) {
  const { input, element } = searchBox();
  const chips = FILTERS.map((filter) => ({ filter, view: chip(filter) }));
  const pause = iconButton("pause", TEXT.pause, "pause");
  pause.className = "button pause";
  const word = el("span", null, TEXT.pause);
  pause.append(word);
  pause.removeAttribute("aria-label");
  head.append(element,
    el("div", { class: "chips", role: "group", "aria-label": TEXT.states }, ...chips.map(({ view }) => view.element)),
    pause);
  return {
    input,
    /** @param {import("../store.js").Store} store @param {import("../main.js").Choices} choices */
    update(store, choices) {
      const counts = filterCounts(store.cards.values(), choices.area);
      for (const { filter, view } of chips) view.update(counts[filter], choices.filter === filter);
      const paused = store.facts?.paused ?? false;
      setText(word, paused ? TEXT.resume : TEXT.pause);
      setAttribute(pause, "title", paused ? TEXT.resume : TEXT.pause);
      setAttribute(pause, "data-command", paused ? "resume" : "pause");
      setIcon(/** @type {Element} */ (pause.firstChild), paused ? "run" : "pause");
      if (input.value !== choices.query) input.value = choices.query;
    },
  };
}
