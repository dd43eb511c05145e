/**
 * What each command does, the keys of the whole page, and what is remembered.
 */
import { ask } from "./dialog.js";
import { FILTERS } from "./logic.js";
import { TEXT } from "./texts.js";

const REMEMBER_MS = 400;
const VIEWS = ["cards", "timeline", "problems"];
const THEMES = ["auto", "light", "dark"];

/** @typedef {import("./main.js").Choices} Choices */

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
 * @param {{bridge: import("./bridge.js").Bridge, store: import("./store.js").Store, choices: Choices,
 *   draw: (fromTop?: boolean) => void, tell: {failed: (error: unknown) => void},
 *   log: ReturnType<typeof import("./views/log.js").mountLog>,
 *   cards: ReturnType<typeof import("./views/cards.js").mountCards>,
 *   head: ReturnType<typeof import("./views/head.js").mountHead>, pull: () => Promise<void>}} parts
 */
export function createCommands({ bridge, store, choices, draw, tell, log, cards, head, pull }) {
  let timer = 0;
  const remember = () => {
    clearTimeout(timer);
    timer = window.setTimeout(() => {
      const { area, filter, theme, view } = choices;
      bridge.remember({ area, filter, theme, view }).catch(() => undefined);
    }, REMEMBER_MS);
  };

  /** @param {Partial<Choices>} change */
  const choose = (change) => {
    Object.assign(choices, change);
    draw(!("theme" in change));
    if (!("query" in change)) remember();
  };

  /** An order to the agent; what it changed is fetched at once, not waited for. @param {Promise<unknown>} answer */
  const ordered = (answer) => answer.then(() => pull(), tell.failed);

  /** @type {Record<string, (detail: any, from: HTMLElement) => void>} */
  const table = {
    run: ({ job }) => ordered(bridge.run(job)),
    stop: ({ job }) => ordered(bridge.stop(job)),
    pause: () => ordered(bridge.pause()),
    resume: () => ordered(bridge.resume()),
    refresh: () => ordered(bridge.refresh()),
    log: ({ job, run }, from) => {
      const card = store.cards.get(job);
      if (card) log.open(card, run ?? null, from);
    },
    area: ({ area }) => choose({ area, view: choices.view === "problems" ? "cards" : choices.view }),
    filter: ({ filter }) => choose({ filter, view: choices.view === "problems" ? "cards" : choices.view }),
    query: ({ query }) => choose({ query }),
    view: ({ view }) => choose({ view }),
    theme: ({ theme }) => choose({ theme }),
    clear: () => choose({ filter: null, query: "" }),
    first: () => cards.focusFirst(),
    show: ({ job }) => {
      choose({ area: null, filter: null, query: "", view: "cards" });
      cards.focusJob(job);
    },
  };

  document.addEventListener("command", (event) => {
    const { name, ...detail } = /** @type {CustomEvent} */ (event).detail;
    table[name]?.(detail, /** @type {HTMLElement} */ (event.target));
  });
  document.addEventListener("click", (event) => {
    const pressed = /** @type {HTMLElement|null} */ (/** @type {Element} */ (event.target).closest("[data-command]"));
    const name = pressed?.dataset.command ?? "";
    if (pressed && ["pause", "resume", "refresh", "clear"].includes(name)) table[name]({}, pressed);
  });
  document.addEventListener("keydown", (event) => {
    const typing = /** @type {Element} */ (event.target).closest("input, select, textarea, dialog");
    const find = (event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "f";
    if (!find && (event.key !== "/" || typing || event.ctrlKey || event.altKey)) return;
    event.preventDefault();
    const box = find && log.shown ? log.find : head.input;
    box.focus();
    box.select();
  });
  stayHere();

  return {
    /** What the agent remembered from the last window, as far as it still makes sense. @param {Record<string, string|null>} kept */
    restore(kept) {
      const { area, filter, theme, view } = kept;
      if (area && store.facts?.areas.includes(area)) choices.area = area;
      if (filter && FILTERS.includes(filter)) choices.filter = filter;
      if (theme && THEMES.includes(theme)) choices.theme = theme;
      if (view && VIEWS.includes(view)) choices.view = view;
    },
    /** The agent wants to quit while jobs run: the person chooses. @param {string[]} names */
    async askQuit(names) {
      const chosen = await ask({
        title: TEXT.quitTitle,
        text: names.length ? TEXT.quitWhich(names.join(", ")) : "",
        choices: [
          { value: "stop", text: TEXT.quitStop, kind: "button stop" },
          { value: "finish", text: TEXT.quitFinish },
          { value: "cancel", text: TEXT.quitCancel },
        ],
        cancel: "cancel",
      });
      bridge.quitConfirmed(/** @type {"stop"|"finish"|"cancel"} */ (chosen)).catch(tell.failed);
    },
  };
}
