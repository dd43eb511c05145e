/**
 * A job opened: its head with everything one can do, and three parts: log, past runs, details.
 */
import { button, command, el, icon, iconButton, setAttribute, setIcon, setName, setShown, setText } from "../dom.js";
import { age, boxWords, drawingOf, headWords, inOneLine, scheduleWords, stateWord, tone } from "../cardwords.js";
import { elapsed } from "../format.js";
import { progress } from "../logic.js";
import { TEXT } from "../texts.js";
import { setOff, stoppable } from "./card.js";
import { contextOf } from "./context.js";
import { createDetails } from "./details.js";
import { createLogPanel } from "./logpanel.js";
import { createPast } from "./past.js";

/** @type {[string, string][]} */
const TABS = [["log", TEXT.log], ["past", TEXT.past], ["details", TEXT.details]];

function markup() {
  const close = iconButton("close-drawer", TEXT.close, "close");
  const name = el("h2", { class: "drawer-name", id: "drawer-name", dir: "auto" });
  const disc = el("span", { class: "disc" }, icon("idle"));
  const state = el("p", { class: "drawer-state" });
  const about = el("p", { class: "drawer-about", dir: "auto" });
  const path = el("code", { class: "drawer-path", dir: "ltr", title: TEXT.scriptPath });
  const words = el("p", { class: "drawer-words", dir: "auto" });
  const buttons = [button("repeat", TEXT.repeat, "repeat", "button primary"), button("run", TEXT.run, "run", "button run"),
    button("stop", TEXT.stop, "stop", "button stop"), button("acknowledge", TEXT.acknowledge, "ack"), button("lose", TEXT.lose, "close"),
    button("pause", TEXT.pauseJob, "paused"), button("resume-job", TEXT.resumeJob, "run")];
  const tabs = TABS.map(([id, text]) =>
    el("button", { type: "button", class: "tab", role: "tab", id: `tab-${id}`, "aria-controls": `panel-${id}`, "data-tab": id }, text));
  const list = el("div", { class: "tabs", role: "tablist", "aria-label": TEXT.tabs }, ...tabs);
  const head = el("header", { class: "drawer-head" },
    el("div", { class: "drawer-top" }, disc, name, close), state, about, path, words,
    el("div", { class: "drawer-buttons" }, ...buttons));
  const drawer = el("section", { class: "drawer", role: "dialog", "aria-modal": "true", "aria-labelledby": "drawer-name", hidden: true }, head, list);
  const scrim = el("div", { class: "scrim", hidden: true });
  return { drawer, scrim, close, name, disc, state, about, path, words, buttons, tabs, list };
}

/**
 * @param {HTMLElement} page @param {import("../bridge.js").Bridge} bridge @param {import("../store.js").Store} store
 * @param {import("../main.js").Tell} tell
 */
export function mountDrawer(page, bridge, store, tell) {
  const ui = markup();
  const log = createLogPanel(bridge, store, tell);
  const past = createPast(bridge, store, (run) => show("log", run));
  const details = createDetails(bridge, store);
  /** @type {Record<string, HTMLElement>} */
  const panels = { log: log.element, past: past.element, details: details.element };
  for (const [id, panel] of Object.entries(panels)) {
    for (const [name, value] of [["role", "tabpanel"], ["id", `panel-${id}`], ["aria-labelledby", `tab-${id}`]]) panel.setAttribute(name, value);
    ui.drawer.append(panel);
  }
  page.append(ui.scrim, ui.drawer);
  const behind = () => /** @type {HTMLElement[]} */ ([...page.querySelectorAll(":scope > .side, :scope > .main")]);
  /** @type {HTMLElement|null} */
  let opener = null;
  /** @type {string|null} */
  let job = null;
  let tab = "log";

  const card = () => (job === null ? null : store.cards.get(job) ?? null);

  /** @param {string} to @param {string|null} [run] @param {boolean} [toError] */
  const show = (to, run, toError = false) => {
    tab = to;
    for (const each of ui.tabs) {
      const chosen = each.dataset.tab === to;
      each.setAttribute("aria-selected", String(chosen));
      each.tabIndex = chosen ? 0 : -1;
      setShown(panels[each.dataset.tab ?? ""], chosen);
    }
    if (job === null) return;
    if (to === "log" && run !== undefined) log.open(job, run, toError);
    if (to === "past") past.open(job);
    if (to === "details") void details.open(job);
    draw();
  };

  const time = () => {
    const shown = card();
    const now = shown && progress(shown, store.now());
    if (!shown) return;
    const words = now ? [stateWord(shown), elapsed(now.seconds)] : [headWords(shown, true), shown.state === "RUNNING" ? "" : age(shown, store.now())];
    setText(ui.state, words.filter(Boolean).join(" · "));
  };

  const draw = () => {
    const shown = card();
    if (!shown) return;
    const kind = tone(shown);
    setAttribute(ui.drawer, "data-job", shown.id);
    setAttribute(ui.drawer, "data-tone", kind);
    setAttribute(ui.drawer, "data-active", stoppable(shown) ? "" : null);
    setAttribute(ui.disc, "data-state", kind === "STOPPED" ? "UNKNOWN" : shown.state);
    setAttribute(ui.disc, "data-tone", kind);
    setIcon(/** @type {Element} */ (ui.disc.firstChild), drawingOf(shown));
    setName(ui.name, shown.name);
    setAttribute(ui.name, "title", shown.name);
    time();
    setText(ui.about, [...new Set([shown.area, shown.pc ? TEXT.on(shown.pc) : "", scheduleWords(shown), shown.next_run_text])].filter(Boolean).join(" · "));
    setText(ui.path, shown.script ?? shown.path);
    const around = { ...contextOf(store), rank: store.ranks.get(shown.id) ?? null, troubled: store.troubled.get(shown.id) ?? null };
    const said = boxWords(shown, around);
    setText(ui.words, inOneLine(said));
    setAttribute(ui.words, "data-kind", said.kind);
    const [repeat, run, stop, ack, lose, pause, resume] = ui.buttons;
    const active = shown.state === "RUNNING";
    setShown(repeat, Boolean(shown.repeatable) && !active && !shown.queued);
    setOff(run, active || shown.starting);
    setOff(stop, !stoppable(shown) || shown.stopping_since !== null);
    setShown(ack, kind === "ERROR");
    setShown(lose, Boolean(shown.silent_since));
    setShown(pause, !shown.paused);
    setShown(resume, Boolean(shown.paused));
    if (tab === "details") details.update(shown);
  };

  const close = () => {
    if (ui.drawer.hidden) return;
    log.close();
    job = null;
    setShown(ui.drawer, false);
    setShown(ui.scrim, false);
    for (const each of behind()) each.inert = false;
    if (opener?.isConnected) opener.focus({ preventScroll: true });
  };

  ui.close.addEventListener("click", close);
  ui.scrim.addEventListener("click", close);
  ui.list.addEventListener("click", (event) => {
    const to = /** @type {HTMLElement} */ (event.target).closest("[data-tab]")?.getAttribute("data-tab");
    if (to) show(to);
  });
  ui.list.addEventListener("keydown", (event) => {
    const by = event.key === "ArrowRight" ? 1 : event.key === "ArrowLeft" ? -1 : 0;
    if (!by) return;
    event.preventDefault();
    const at = ui.tabs.findIndex((each) => each.dataset.tab === tab);
    const next = ui.tabs[(at + by + ui.tabs.length) % ui.tabs.length];
    show(next.dataset.tab ?? "log");
    next.focus();
  });
  for (const pressed of ui.buttons) {
    pressed.addEventListener("click", (event) => {
      event.stopPropagation();
      if (pressed.getAttribute("aria-disabled") || job === null) return;
      const name = pressed.dataset.command ?? "";
      command(pressed, name === "resume-job" ? "resume" : name, { job });
    });
  }
  // Tab goes round within: what lies behind is inert, but the window itself would be next.
  ui.drawer.addEventListener("keydown", (event) => {
    if (event.key !== "Tab") return;
    const stops = /** @type {HTMLElement[]} */ ([...ui.drawer.querySelectorAll("button, input, select, [tabindex='0']")])
      .filter((each) => each.tabIndex >= 0 && each.getClientRects().length > 0);
    const [first, last] = [stops[0], stops.at(-1)];
    const wrap = event.shiftKey ? document.activeElement === first && last : document.activeElement === last && first;
    if (!wrap) return;
    event.preventDefault();
    wrap.focus();
  });

  return {
    find: log.find,
    get shown() { return !ui.drawer.hidden; },
    get job() { return job; },
    close,
    /** @param {import("../logic.js").Card} opened @param {{run: string|null, tab: string, toError: boolean}} how @param {HTMLElement|null} from where the focus goes back to */
    open(opened, { run, tab: to, toError }, from) {
      if (ui.drawer.hidden) opener = /** @type {HTMLElement|null} */ (from?.closest("button, [tabindex]") ?? from);
      job = opened.id;
      setShown(ui.scrim, true);
      setShown(ui.drawer, true);
      for (const each of behind()) each.inert = true;
      show(to, to === "log" ? run : undefined, toError);
      (to === "log" ? log.body : ui.close).focus({ preventScroll: true });
    },
    /** Cards changed: perhaps the one shown. @param {Set<string>} changed */
    update(changed) {
      if (job === null || !changed.has(job)) return;
      draw();
      log.changed();
      if (tab === "past") past.changed();
    },
    tick() {
      if (job === null) return;
      time();
      log.tick();
    },
  };
}
