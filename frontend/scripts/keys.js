/**
 * The keys of the whole page; and nothing may lead away from it.
 */

/** The command of a letter, on the job that holds the focus. @type {Record<string, string>} */
const LETTERS = { e: "run", r: "repeat", p: "stop", l: "log", c: "acknowledge", f: "pin", d: "open" };
const VIEWS = ["cards", "list", "now"];

/** Nothing may lead away from the page: no link, no dropped file, no form. */
function stayHere() {
  const stop = (/** @type {Event} */ event) => event.preventDefault();
  for (const name of ["dragover", "drop"]) window.addEventListener(name, stop);
  for (const name of ["click", "auxclick"]) {
    window.addEventListener(name, (event) => {
      if (/** @type {Element} */ (event.target).closest?.("a, area")) event.preventDefault();
    }, { capture: true });
  }
}

/**
 * @param {Record<string, (detail: any, from: HTMLElement) => unknown>} table
 * @param {{drawer: {shown: boolean, find: HTMLInputElement, close: () => void, job: string|null}, input: HTMLInputElement,
 *   choices: import("./main.js").Choices}} parts
 */
export function listenToKeys(table, { drawer, input, choices }) {
  /** Of the job that holds the focus, or is open. @param {Element} at */
  const jobAt = (at) => drawer.shown ? drawer.job : at.closest("[data-job]")?.getAttribute("data-job") ?? null;

  /** @param {KeyboardEvent} event @returns {boolean} whether it meant something */
  const press = (event) => {
    const at = /** @type {HTMLElement} */ (event.target);
    const typing = at.closest("input:not([type=checkbox]):not([type=radio]), select, textarea, dialog, .menu");
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "f") {
      const box = drawer.shown ? drawer.find : input;
      box.focus();
      box.select();
      return true;
    }
    if (event.key === "F11") return table.television({}, at), true;
    if (event.key === "Escape" && !at.closest("dialog, .menu")) {
      if (drawer.shown) return drawer.close(), true;
      if (choices.view === "tv") return table.back({}, at), true;
      if (!typing && !VIEWS.includes(choices.view)) return table.back({}, at), true;
      if (!typing && (choices.filter || choices.query)) return table.clear({}, at), true;
      return false;
    }
    if (typing || event.ctrlKey || event.altKey || event.metaKey) return false;
    if (event.key === "?") return table.shortcuts({}, at), true;
    if (event.key === "/" && !drawer.shown) {
      input.focus();
      input.select();
      return true;
    }
    if (!drawer.shown && /^[1-3]$/.test(event.key)) return table.view({ view: VIEWS[Number(event.key) - 1] }, at), true;
    if (event.key === "ArrowDown" && !drawer.shown && VIEWS.includes(choices.view) && (at === document.body || at.matches("#content, .sort"))) return table.first({}, at), true;
    const name = LETTERS[event.key.toLowerCase()];
    const job = name && !event.shiftKey ? jobAt(at) : null;
    if (!job) return false;
    table[name]({ job }, at);
    return true;
  };

  document.addEventListener("keydown", (event) => {
    if (!event.defaultPrevented && press(event)) event.preventDefault();
  });
  stayHere();
}
