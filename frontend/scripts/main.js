/**
 * Joins the parts: what the agent tells goes down to the views, what the person orders goes up to it.
 */
import { bridge, Refused } from "./bridge.js";
import { createCommands } from "./commands.js";
import { el, setAttribute, setShown, setText } from "./dom.js";
import { dayTitle } from "./format.js";
import { visible } from "./logic.js";
import { createStore } from "./store.js";
import { createSync } from "./sync.js";
import { TEXT } from "./texts.js";
import { mountAreas } from "./views/areas.js";
import { mountBanner } from "./views/banner.js";
import { mountCards } from "./views/cards.js";
import { createDoctor } from "./views/doctor.js";
import { mountEmpty } from "./views/empty.js";
import { mountHead } from "./views/head.js";
import { mountHistory } from "./views/history.js";
import { mountLog } from "./views/log.js";
import { mountNotices } from "./views/notice.js";
import { mountProblems } from "./views/problems.js";
import { mountTimeline } from "./views/timeline.js";

/** @typedef {{area: string|null, filter: string|null, query: string, view: string, theme: string}} Choices */

const SILENT_AFTER = 3;
const RETRY_MS = 500;
const place = (/** @type {string} */ id) => /** @type {HTMLElement} */ (document.getElementById(id));

const store = createStore(Date.now);
/** @type {Choices} */
const choices = { area: null, filter: null, query: "", view: "cards", theme: "auto" };
const link = { gone: false, silent: false };
let failures = 0;

const notice = mountNotices(document.body);
const failed = (/** @type {unknown} */ error) => {
  notice(error instanceof Refused || error instanceof Error ? error.message : TEXT.unexpected, "failed");
};
const tell = { failed, done: (/** @type {string} */ text) => void notice(text, "done") };

const side = place("side");
const content = place("content");
const day = el("p", { class: "day" });
place("brand-words").append(el("h1", null, TEXT.product), day);
const areas = mountAreas(side);
const history = mountHistory(side);
const head = mountHead(place("head"));
const banner = mountBanner(place("notes"));
const title = el("h2", { class: "view-title", dir: "auto" });
const summary = el("p", { class: "view-summary", role: "status" });
const viewHead = el("div", { class: "view-head" }, title, summary);
content.append(viewHead);
const empty = mountEmpty(content, createDoctor(bridge.doctor, failed));
const cards = mountCards(content, store);
const timeline = mountTimeline(content, store);
const problems = mountProblems(content, createDoctor(bridge.doctor, failed));
const log = mountLog(document.body, bridge, tell);

/** @param {number} count */
function drawTitle(count) {
  const facts = store.facts;
  const area = choices.area ?? TEXT.all;
  setShown(viewHead, choices.view !== "problems" && facts !== null && store.cards.size > 0);
  setText(title, choices.view === "timeline" ? `${TEXT.timeline} · ${area}` : area);
  const said = [TEXT.automations(count)];
  if (facts) said.push(TEXT.inRun(facts.running, facts.max_concurrent));
  if (store.ranks.size) said.push(TEXT.inQueue(store.ranks.size));
  setText(summary, said.join(" · "));
}

function drawFrame() {
  setAttribute(document.documentElement, "data-theme", choices.theme === "auto" ? null : choices.theme);
  setAttribute(document.documentElement, "data-gone", link.gone ? "" : null);
  setAttribute(place("brand"), "data-state", link.gone ? "IDLE" : store.facts?.aggregate ?? "IDLE");
  setText(day, store.facts ? dayTitle(store.facts.processing_date) : "");
  areas.update(store, choices);
  history.update(store, choices);
  head.update(store, choices);
  banner.update(store, link);
}

/** Everything, from what is known and chosen now. @param {boolean} [fromTop] */
function draw(fromTop = false) {
  drawFrame();
  const shown = visible(store.order, store.cards, store.texts, choices);
  drawTitle(shown.length);
  const nothing = shown.length === 0 && choices.view !== "problems";
  empty.update(store, nothing);
  cards.update(choices.view === "cards" ? shown : [], fromTop);
  timeline.update(shown, choices.view === "timeline" && !nothing);
  problems.update(store, choices.view === "problems");
}

const pull = createSync(bridge.snapshot, store, {
  changed(change, snapshot) {
    [failures, link.silent, link.gone] = [0, false, false];
    const first = !(/** @type {any} */ (window).dashboardReady);
    if (first) commands.restore(snapshot.preferences ?? {});
    draw(first);
    log.update(change.changed);
    /** @type {any} */ (window).dashboardReady = true;
  },
  failed(error) {
    failures += 1;
    if (error instanceof Refused && ["gone", "no_agent"].includes(error.code)) link.gone = true;
    link.silent = failures >= SILENT_AFTER;
    banner.update(store, link);
    if (link.gone) drawFrame();
    else if (!store.facts) window.setTimeout(pull, RETRY_MS);
  },
});

const commands = createCommands({ bridge, store, choices, draw, tell, log, cards, head, pull });

bridge.listen(({ event, version, names }) => {
  if (event === "gone") {
    link.gone = true;
    drawFrame();
  } else if (event === "ask_quit") void commands.askQuit(names ?? []);
  else if (!link.gone) void pull(event === "changed" ? version : undefined);
});

window.setInterval(() => {
  if (document.hidden || link.gone || !store.facts) return;
  cards.tick();
  history.tick();
  if (choices.view === "timeline") timeline.tick();
  log.tick();
}, 1000);

draw();
await bridge.ready();
await pull();
