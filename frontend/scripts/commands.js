/**
 * What each command does, and what is remembered.
 */
import { ask } from "./dialog.js";
import { failed, FILTERS } from "./logic.js";
import { SORTS } from "./order.js";
import { TEXT } from "./texts.js";
import { jobActions, openMenu } from "./views/menu.js";
import { askPause } from "./views/pausing.js";

const REMEMBER_MS = 400;
const LONG_MS = 60_000;
const MOST_PINS = 100;
export const DENSE = ["cards", "list", "now"];
const THEMES = ["auto", "light", "dark"];

/** @typedef {import("./main.js").Choices} Choices @typedef {import("./main.js").Parts} Parts */

/** What the agent remembered, as far as it still makes sense. @param {Record<string, any>} kept @param {string[]} areas @returns {Partial<Choices>} */
export function sensible(kept, areas) {
  const list = (/** @type {unknown} */ value) => (Array.isArray(value) ? value.filter((each) => typeof each === "string") : []);
  return {
    area: areas.includes(kept.area) ? kept.area : null,
    filter: FILTERS.includes(kept.filter) ? kept.filter : null,
    theme: THEMES.includes(kept.theme) ? kept.theme : "auto",
    view: DENSE.includes(kept.view) ? kept.view : "cards",
    sort: SORTS.includes(kept.sort) ? kept.sort : "state",
    backwards: kept.backwards === true,
    folds: list(kept.folds),
    pins: list(kept.pins).slice(0, MOST_PINS),
  };
}

/** @param {Parts} parts */
export function createCommands({ bridge, store, choices, draw, tell, drawer, focus, pull, many, zone }) {
  let timer = 0;
  let dense = "cards";
  const remember = () => {
    clearTimeout(timer);
    timer = window.setTimeout(() => {
      const { area, filter, theme, view, sort, backwards, folds, pins } = choices;
      bridge.remember({ area, filter, theme, view: DENSE.includes(view) ? view : dense, sort, backwards, folds, pins }).catch(() => undefined);
    }, REMEMBER_MS);
  };

  let drawing = 0;
  /** Keys that are typed within a frame are shown together. */
  const drawSoon = () => { drawing ||= requestAnimationFrame(() => { drawing = 0; draw(true); }); };
  const drawNow = () => {
    if (!drawing) return;
    cancelAnimationFrame(drawing);
    drawing = 0;
    draw(true);
  };

  /** @param {Partial<Choices>} change */
  const choose = (change) => {
    Object.assign(choices, change);
    if (DENSE.includes(choices.view)) dense = choices.view;
    if (Object.keys(change).join() === "query") drawSoon();
    else draw(!("theme" in change || "folds" in change || "pins" in change));
    if (!("query" in change)) remember();
  };

  /** An order to the agent; what it changed is fetched at once, not waited for. @param {() => Promise<any>} send @param {HTMLElement|null} [from] @param {string} [said] */
  const ordered = async (send, from, said) => {
    const done = tell.busy(from ?? null);
    try {
      const answer = await send();
      if (said || answer?.text) tell.done(said ?? answer.text);
      await pull();
    } catch (error) {
      tell.failed(error);
    } finally {
      done();
    }
  };

  /** @param {string} job @param {HTMLElement} from */
  const stop = async (job, from) => {
    const card = store.cards.get(job);
    const old = card?.started && store.now() - Date.parse(card.started) > LONG_MS;
    if (card && old && card.state === "RUNNING") {
      const chosen = await ask({ title: TEXT.stopTitle, text: `${card.name}. ${TEXT.stopMore}`, cancel: "", choices: [
        { value: "stop", text: TEXT.stop, kind: "button stop" }, { value: "", text: TEXT.keepRunning }] });
      if (chosen !== "stop") return;
    }
    await ordered(() => bridge.stop(job), from);
  };

  /** @param {string} job @param {HTMLElement} from */
  const lose = async (job, from) => {
    const chosen = await ask({ title: TEXT.loseTitle, text: `${store.cards.get(job)?.name ?? job}. ${TEXT.loseMore}`, cancel: "", choices: [
      { value: "lose", text: TEXT.lose, kind: "button stop" }, { value: "", text: TEXT.cancel }] });
    if (chosen === "lose") await ordered(() => bridge.teamLost(job), from);
  };

  /** @param {{job?: string, area?: string|null}} of @param {HTMLElement} from */
  const pause = async ({ job, area }, from) => {
    const name = job ? store.cards.get(job)?.name ?? job : area ? TEXT.theArea(area) : TEXT.everything;
    const chosen = await askPause(name, store.wall(), zone());
    if (chosen) await ordered(() => bridge.pause(job ?? null, area ?? null, chosen.until, chosen.reason), from);
    if (from.isConnected) from.focus({ preventScroll: true });
  };

  /** What was not done meanwhile is made up for, all of it, the last alone, or nothing. @param {string|null} job @param {string|null} area @param {HTMLElement} from */
  const resume = async (job, area, from) => {
    const concerned = [...store.cards.values()].filter((card) => (job ? card.id === job : area === null || card.area === area));
    const owed = concerned.reduce((sum, card) => sum + (card.owed ?? 0), 0);
    let catchUp = "";
    if (owed > 1) {
      catchUp = await ask({ title: TEXT.catchUpTitle(owed), text: TEXT.catchUpMore, cancel: "cancel", choices: [
        { value: "all", text: TEXT.catchUpAll(owed) }, { value: "last", text: job ? TEXT.catchUpLast : TEXT.catchUpLastOfEach }, { value: "none", text: TEXT.catchUpNone }] });
      if (catchUp === "cancel") return;
    }
    await ordered(() => bridge.resume(job, area, catchUp || null), from);
  };

  const areaIsPaused = (/** @type {string|null} */ area) =>
    area ? Boolean(store.facts?.paused_areas?.[area]) : store.facts?.paused ?? false;

  const toDense = () => (DENSE.includes(choices.view) ? choices.view : dense);
  const order = (/** @type {HTMLElement} */ from) => (/** @type {string} */ name, detail = {}) => table[name]?.(detail, from);
  const drawerOf = (/** @type {string} */ tab, /** @type {boolean} */ toError) => (/** @type {any} */ { job, run }, /** @type {HTMLElement} */ from) => {
    const card = store.cards.get(job);
    if (card) drawer.open(card, { run: run ?? null, tab, toError }, from);
  };

  /** @type {Record<string, (detail: any, from: HTMLElement) => unknown>} */
  const table = {
    run: ({ job }, from) => ordered(() => bridge.run(job), from),
    repeat: ({ job }, from) => ordered(() => bridge.repeat(job), from, TEXT.repeated),
    repeatMany: (_, from) => many(from),
    acknowledge: ({ job }, from) => ordered(() => bridge.acknowledge(job), from, TEXT.acknowledgedNow),
    stop: ({ job }, from) => stop(job, from),
    lose: ({ job }, from) => lose(job, from),
    pause,
    resume: ({ job, area }, from) => resume(job ?? null, area ?? null, from),
    exportDays: (_, from) => ordered(() => bridge.exportDays(30), from),
    refresh: (_, from) => ordered(() => bridge.refresh(), from),
    newRegistry: (_, from) => ordered(() => bridge.newRegistry(), from).then(() => bridge.refresh().catch(() => undefined)),
    chooseFolder: (_, from) => ordered(() => bridge.chooseFolder(), from),
    update: (_, from) => ordered(() => bridge.update(), from),
    folder: ({ job }, from) => ordered(() => bridge.openLogFolder(job, null), from),
    log: drawerOf("log", false), open: drawerOf("log", false), error: drawerOf("log", true),
    menu: ({ job }, from) => {
      const card = store.cards.get(job);
      if (card) openMenu(from, card.name, jobActions(card, choices.pins.includes(job), order(from)));
    },
    areaMenu: ({ area }, from) => openMenu(from, area ?? TEXT.all, [areaIsPaused(area)
      ? { text: area ? TEXT.resumeArea : TEXT.resume, drawing: "run", act: () => order(from)("resume", { area }) }
      : { text: area ? TEXT.pauseArea : TEXT.pause, drawing: "paused", act: () => order(from)("pause", { area }) }]),
    frameMenu: (_, from) => openMenu(from, TEXT.more, [
      { text: TEXT.shortcuts, drawing: "keys", act: () => order(from)("shortcuts") },
      { text: TEXT.television, drawing: "timeline", act: () => order(from)("television") },
      { text: TEXT.exportDays, drawing: "copy", act: () => order(from)("exportDays") },
      { text: TEXT.team, drawing: "team", act: () => order(from)("view", { view: "team" }) },
      { text: TEXT.seeProblems, drawing: "problems", act: () => order(from)("view", { view: "problems" }) }]),
    area: ({ area }) => choose({ area, view: toDense() }),
    filter: ({ filter }) => choose({ filter, view: toDense() }),
    query: ({ query }) => choose({ query, ...(["problems", "plan", "team"].includes(choices.view) ? { view: toDense() } : {}) }),
    view: ({ view }) => choose({ view }),
    theme: ({ theme }) => choose({ theme }),
    sort: ({ sort }) => choose({ sort, backwards: choices.sort === sort && !choices.backwards }),
    fold: ({ area }) => choose({ folds: choices.folds.includes(area) ? choices.folds.filter((each) => each !== area) : [...choices.folds, area] }),
    pin: ({ job }) => choose({ pins: choices.pins.includes(job) ? choices.pins.filter((each) => each !== job) : [...choices.pins, job].slice(-MOST_PINS) }),
    clear: () => choose({ filter: null, query: "" }),
    first: () => (drawNow(), focus("first")),
    show: ({ job }) => {
      choose({ area: null, filter: null, query: "", view: toDense() === "now" ? "cards" : toDense() });
      focus(job);
    },
    title: ({ text }) => void bridge.title(text).catch(() => undefined),
    shortcuts: () => parts.shortcuts?.(),
    television: () => choose({ view: choices.view === "tv" ? dense : "tv" }),
    back: () => choose({ view: dense }),
  };
  /** @type {{shortcuts?: () => void}} */
  const parts = {};

  document.addEventListener("command", (event) => {
    const { name, ...detail } = /** @type {CustomEvent} */ (event).detail;
    table[name]?.(detail, /** @type {HTMLElement} */ (event.target));
  });
  document.addEventListener("click", (event) => {
    const pressed = /** @type {HTMLElement|null} */ (/** @type {Element} */ (event.target).closest("[data-command]"));
    const name = pressed?.dataset.command ?? "";
    if (pressed && !pressed.getAttribute("aria-disabled") && ["resume", "refresh", "update", "clear", "newRegistry", "chooseFolder"].includes(name)) table[name]({}, pressed);
  });

  return { table, choose, parts, ordered,
    /** @param {Record<string, any>} kept */
    restore: (kept) => {
      Object.assign(choices, sensible(kept, store.facts?.areas ?? []));
      dense = choices.view;
    },
    /** The jobs with an error among those shown. @param {string[]} shown */
    broken: (shown) => shown.filter((id) => { const card = store.cards.get(id); return card !== undefined && failed(card); }),
  };
}
