/**
 * Joins the parts: what the agent tells goes down to the views, what the person orders goes up to it.
 */
import { bridge, Refused } from "./bridge.js";
import { createBusy } from "./busy.js";
import { createCommands, DENSE } from "./commands.js";
import { el, setAttribute, setText } from "./dom.js";
import { dayTitle } from "./format.js";
import { listenToKeys } from "./keys.js";
import { visible } from "./logic.js";
import { createMany } from "./many.js";
import { createMemory } from "./memory.js";
import { needFirst } from "./order.js";
import { createPulse } from "./pulse.js";
import { createSteady } from "./steady.js";
import { createStore } from "./store.js";
import { createSync } from "./sync.js";
import { TEXT } from "./texts.js";
import { mountAreaFigures } from "./views/areafigures.js";
import { mountAreas } from "./views/areas.js";
import { isTrue, mountBanner } from "./views/banner.js";
import { mountCards } from "./views/cards.js";
import { createDoctor } from "./views/doctor.js";
import { mountDrawer } from "./views/drawer.js";
import { mountEmpty } from "./views/empty.js";
import { mountHead } from "./views/head.js";
import { mountHistory } from "./views/history.js";
import { mountList } from "./views/list.js";
import { mountNotices } from "./views/notice.js";
import { mountNow } from "./views/now.js";
import { mountPlan } from "./views/plan.js";
import { mountProblems } from "./views/problems.js";
import { showShortcuts } from "./views/shortcuts.js";
import { mountTeam } from "./views/team.js";
import { mountTimeline } from "./views/timeline.js";
import { mountTitle } from "./views/title.js";
import { mountTv } from "./views/tv.js";

/**
 * @typedef {{area: string|null, filter: string|null, query: string, view: string, theme: string, sort: string,
 *   backwards: boolean, folds: string[], pins: string[]}} Choices
 * @typedef {{failed: (error: unknown) => void, done: (text: string) => void, busy: (from: HTMLElement|null) => () => void}} Tell
 * @typedef {{bridge: import("./bridge.js").Bridge, store: import("./store.js").Store, choices: Choices,
 *   draw: (fromTop?: boolean) => void, tell: Tell, drawer: ReturnType<typeof mountDrawer>, focus: (job: string) => void,
 *   pull: () => Promise<void>, many: (from: HTMLElement) => Promise<void>, zone: () => string}} Parts
 */

const SILENT_AFTER = 3;
const RETRY_MS = 500;
const place = (/** @type {string} */ id) => /** @type {HTMLElement} */ (document.getElementById(id));

const store = createStore(Date.now);
/** @type {Choices} */
const choices = { area: null, filter: null, query: "", view: "cards", theme: document.documentElement.dataset.theme ?? "auto",
  sort: "state", backwards: false, folds: [], pins: [] };
const link = { gone: false, silent: false };
let failures = 0;
/** @type {string|null} a job that the window was opened for */
let wanted = null;
/** @type {string[]} */
let shown = [];

const notice = mountNotices(document.body);
/** @type {Tell} */
const tell = {
  failed: (error) => void notice(error instanceof Error ? error.message : TEXT.unexpected, "failed"),
  done: (text) => void notice(text, "done"),
  busy: createBusy(notice),
};

const side = place("side");
const content = place("content");
const day = el("p", { class: "day" });
place("brand-words").append(el("h1", null, TEXT.product), day);
const memory = createMemory(bridge.days, () => draw());
const areas = mountAreas(side);
const history = mountHistory(side);
const head = mountHead(place("head"));
const banner = mountBanner(place("notes"));
const title = mountTitle(content);
const figures = mountAreaFigures(content, bridge);
const empty = mountEmpty(content, createDoctor(bridge.doctor, tell.failed));
const cards = mountCards(content, store, memory);
const list = mountList(content, store, memory);
const now = mountNow(content, store);
const timeline = mountTimeline(content, store);
const plan = mountPlan(content, store, bridge);
const problems = mountProblems(content, createDoctor(bridge.doctor, tell.failed));
const team = mountTeam(content, store, bridge, (send, from, said) => commands.ordered(send, from, said));
const drawer = mountDrawer(document.body, bridge, store, tell);
const tv = mountTv(document.body, store, () => commands.table.back({}, content));
const pulse = createPulse(() => void pull(), () => performance.now());
const steady = createSteady(content, () => draw());

function drawFrame() {
  setAttribute(document.documentElement, "data-theme", choices.theme === "auto" ? null : choices.theme);
  setAttribute(document.documentElement, "data-gone", link.gone ? "" : null);
  setAttribute(place("brand"), "data-state", link.gone ? "IDLE" : store.facts?.aggregate ?? "IDLE");
  setText(day, store.facts ? dayTitle(store.facts.processing_date) : "");
  areas.update(store, choices);
  history.update(store, choices);
  banner.update(store, link, choices.view);
}

/** Everything, from what is known and chosen now. @param {boolean} [fromTop] whether the choice changed, so that the old place means nothing */
function draw(fromTop = false) {
  drawFrame();
  const { view } = choices;
  const pins = new Set(choices.pins);
  const scope = visible(store.order, store.cards, store.texts, { area: choices.area, filter: null, query: choices.query });
  const area = choices.query ? visible(store.order, store.cards, store.texts, { area: choices.area, filter: null, query: "" }) : scope;
  const found = choices.filter ? visible(scope, store.cards, store.texts, { area: null, filter: choices.filter, query: "" }) : scope;
  shown = steady(needFirst(found, store.cards, store.troubled, pins), fromTop);
  head.update(store, choices, new Map(scope.map((id) => [id, /** @type {import("./logic.js").Card} */ (store.cards.get(id))])));
  title.update(store, choices, shown, area, isTrue(store, link));
  figures.update(DENSE.includes(view) && !link.gone ? choices.area : null);
  const nothing = shown.length === 0 && !["problems", "plan", "team", "tv"].includes(view);
  empty.update(store, nothing);
  cards.update(view === "cards" ? shown : [], pins, fromTop);
  list.update(shown, choices, view === "list" && !nothing, fromTop);
  now.update(shown, view === "now" && !nothing);
  timeline.update(shown, view === "timeline" && !nothing);
  plan.update(view === "plan");
  problems.update(store, view === "problems");
  team.update(view === "team");
  tv.update(view === "tv", link);
}

const pull = createSync(bridge.snapshot, store, {
  changed(change, snapshot) {
    [failures, link.silent, link.gone] = [0, false, false];
    pulse.heard();
    const first = !(/** @type {any} */ (window).dashboardReady);
    if (first) {
      commands.restore(snapshot.preferences ?? {});
      memory.start();
    } else if (change.changed.size) memory.soon();
    draw(first);
    if (wanted) lead(wanted);
    wanted = null;
    drawer.update(change.changed);
    many.update();
    /** @type {any} */ (window).dashboardReady = true;
  },
  failed(error) {
    failures += 1;
    if (error instanceof Refused && ["gone", "no_agent"].includes(error.code)) link.gone = true;
    link.silent ||= failures >= SILENT_AFTER;
    draw();
    if (!link.gone && !store.facts) window.setTimeout(pull, RETRY_MS);
  },
});

/** @param {string} job a job, or "first" */
function focus(job) {
  const view = { cards, list, now }[choices.view];
  if (job === "first") view?.focusFirst();
  else (choices.view === "list" ? list : cards).focusJob(job);
}
/** @param {string} to a job, or "#equipe" */
function lead(to) {
  if (to === "#equipe") commands.table.view({ view: "team" }, document.body);
  else commands.table.show({ job: to }, document.body);
}
const many = createMany({ bridge, store, shown: () => shown, tell, pull });
const zone = () => store.facts?.now.slice(19) || "Z";
const commands = createCommands({ bridge, store, choices, draw, tell, drawer, focus, pull, many: many.ask, zone });
commands.parts.shortcuts = showShortcuts;
listenToKeys(commands.table, { drawer, input: head.input, choices });

bridge.listen(({ event, version, job }) => {
  if (event === "gone") {
    link.gone = true;
    draw();
  } else if (event === "show" && job) {
    if (store.facts) lead(job);
    else wanted = job;
  } else if (!link.gone) void pull(event === "changed" ? version : undefined);
});

window.setInterval(() => {
  if (document.hidden || link.gone || !store.facts) return;
  const silent = pulse.isSilent() || link.silent;
  if (store.ageAll() || silent !== link.silent) {
    link.silent = silent;
    draw();
  }
  for (const view of [cards, list, now, plan, team, tv, history, drawer]) view.tick();
  if (choices.view === "timeline") timeline.tick();
}, 1000);

draw();
await bridge.ready();
await pull();
