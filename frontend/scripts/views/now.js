/**
 * Agora, the triage: what needs somebody, what runs and waits, what the next two hours bring.
 */
import { button, command, el, icon, setAttribute, setIcon, setName, setShown, setText } from "../dom.js";
import { age, boxWords, drawingOf, resultWords, stateWord } from "../cardwords.js";
import { about, ahead, elapsed } from "../format.js";
import { keyedList } from "../list.js";
import { failed, lateOf, progress } from "../logic.js";
import { need, nextOf } from "../order.js";
import { TEXT } from "../texts.js";
import { contextOf } from "./context.js";

const AHEAD_MS = 2 * 3_600_000;
const MOST = 40;
const CALM = 9;

/** @typedef {import("../logic.js").Card} Card @typedef {import("../cardwords.js").Around} Around */

function needItem() {
  const disc = el("span", { class: "disc" }, icon("error"));
  const name = el("button", { type: "button", class: "now-name", "data-command": "open", dir: "auto" });
  const place = el("span", { class: "now-place", dir: "auto" });
  const result = el("p", { class: "now-result" });
  const words = el("p", { class: "now-words", dir: "auto" });
  const [repeat, run, stop, ack, log] = [button("repeat", TEXT.repeat, "repeat", "button primary"), button("run", TEXT.run, "run", "button run"),
    button("stop", TEXT.stop, "stop", "button stop"), button("acknowledge", TEXT.acknowledge, "ack"), button("log", TEXT.log, "log", "button quiet")];
  const element = el("li", { class: "now-item" }, disc,
    el("div", { class: "now-body" }, el("p", { class: "now-head" }, name, place), result, words, el("div", { class: "now-buttons" }, repeat, run, stop, ack, log)));
  return {
    element,
    /** @param {Card} card @param {Around} around @param {number} nowMs */
    update(card, around, nowMs) {
      const late = lateOf(card);
      const bad = failed(card) && !card.acknowledged;
      setAttribute(element, "data-job", card.id);
      setAttribute(element, "data-tone", bad ? "ERROR" : "LATE");
      setAttribute(disc, "data-state", bad ? card.state : "LATE");
      setIcon(/** @type {Element} */ (disc.firstChild), bad ? drawingOf(card) : late ? "late" : "problems");
      setName(name, card.name);
      setText(place, card.area);
      const what = late && !bad ? (card.late ? TEXT.late : TEXT.overdue) : around.troubled && !bad ? TEXT.problem : resultWords(card);
      setText(result, [what, card.state === "RUNNING" ? "" : age(card, nowMs)].filter(Boolean).join(" · "));
      const said = boxWords(card, around);
      setAttribute(words, "data-kind", said.kind);
      setText(words, [said.text, said.more].filter(Boolean).join(" "));
      const active = card.state === "RUNNING";
      setShown(repeat, Boolean(card.repeatable) && !active);
      setShown(run, !active && !card.repeatable);
      setShown(stop, active || Boolean(card.leftovers?.length));
      setShown(ack, bad);
    },
  };
}

function runItem() {
  const disc = el("span", { class: "disc" }, icon("running"));
  const name = el("button", { type: "button", class: "now-name", "data-command": "open", dir: "auto" });
  const side = el("span", { class: "now-side" });
  const fill = el("i", null);
  const bar = el("div", { class: "bar" }, fill);
  const more = el("p", { class: "now-result" });
  const element = el("li", { class: "now-item" }, disc, el("div", { class: "now-body" }, el("p", { class: "now-head" }, name, side), bar, more));
  return {
    element,
    /** @param {Card} card @param {Around} around @param {number} nowMs */
    update(card, around, nowMs) {
      const now = progress(card, nowMs);
      setAttribute(element, "data-job", card.id);
      setAttribute(disc, "data-state", now ? "RUNNING" : "SCHEDULED");
      setIcon(/** @type {Element} */ (disc.firstChild), now ? "running" : "scheduled");
      setName(name, card.name);
      setShown(bar, now !== null);
      if (!now) {
        setText(side, card.estimate ? `≈ ${ahead(card.estimate, around.day)}` : "");
        setText(more, around.rank ? TEXT.queuePlace(around.rank, around.queued) : stateWord(card));
        return;
      }
      const beyond = now.usual !== null && now.seconds > now.usual;
      setAttribute(bar, "data-pace", beyond ? "beyond" : now.usual ? "usual" : "unknown");
      fill.style.transform = `scaleX(${beyond && now.usual ? now.usual / now.seconds : now.share ?? 1})`;
      setText(side, elapsed(now.seconds));
      setText(more, !now.usual ? TEXT.noUsual : beyond ? TEXT.beyond(about(now.seconds - now.usual)) : TEXT.left(about(now.usual - now.seconds)));
    },
  };
}

function nextItem() {
  const at = el("span", { class: "now-time" });
  const name = el("button", { type: "button", class: "now-name", "data-command": "open", dir: "auto" });
  const wait = el("span", { class: "now-side" });
  const element = el("li", { class: "now-item now-next" }, at, name, wait);
  return {
    element,
    /** @param {Card} card @param {Around} around @param {number} nowMs @param {Card|undefined} before */
    update(card, around, nowMs, before) {
      const next = nextOf(card) ?? "";
      setAttribute(element, "data-job", card.id);
      setAttribute(element, "data-again", before && nextOf(before)?.slice(0, 16) === next.slice(0, 16) ? "" : null);
      setText(at, ahead(next, around.day));
      setName(name, card.name);
      setText(wait, TEXT.inTime(about(Math.max(0, Date.parse(next) - nowMs) / 1000)));
    },
  };
}

/** @param {string} title @param {string} nothing @param {() => {element: HTMLElement, update: (card: Card, around: Around, nowMs: number, before?: Card) => void}} create */
function column(title, nothing, create) {
  const count = el("span", { class: "now-count" });
  const place = el("ul", { class: "now-list" });
  const none = el("p", { class: "now-none" }, nothing);
  const more = el("p", { class: "now-none" });
  const list = keyedList(place, create);
  return {
    element: el("section", { class: "now-column", "aria-label": title }, el("h3", null, title, " ", count), none, place, more),
    none, list,
    /** @param {Card[]} cards @param {(card: Card) => Around} around @param {number} nowMs */
    update(cards, around, nowMs) {
      setText(count, cards.length ? String(cards.length) : "");
      setShown(none, cards.length === 0);
      setText(more, cards.length > MOST ? TEXT.andMore(cards.length - MOST) : "");
      list.sync(cards.slice(0, MOST).map(({ id }) => id), (item, _, index) => item.update(cards[index], around(cards[index]), nowMs, cards[index - 1]));
    },
  };
}

/** @param {HTMLElement} scroller @param {import("../store.js").Store} store */
export function mountNow(scroller, store) {
  const needs = column(TEXT.needsYou, TEXT.nothingNeeds, needItem);
  const active = column(TEXT.runningAndQueue, TEXT.nothingRuns, runItem);
  const next = column(TEXT.nextHours, TEXT.nothingNext, nextItem);
  const section = el("section", { class: "now-view", "aria-label": TEXT.triage, hidden: true }, needs.element, active.element, next.element);
  scroller.append(section);
  section.addEventListener("click", (event) => {
    const target = /** @type {Element} */ (event.target);
    const pressed = target.closest("[data-command]") ?? target.closest("[data-kind=reason]");
    const job = pressed?.closest("[data-job]")?.getAttribute("data-job");
    if (!pressed || !job) return;
    event.stopPropagation();
    command(pressed, pressed.getAttribute("data-command") ?? "error", { job });
  });
  /** @type {string[]} */
  let ids = [];
  const draw = () => {
    const nowMs = store.now();
    const shared = contextOf(store);
    const around = (/** @type {Card} */ card) => ({ ...shared, rank: store.ranks.get(card.id) ?? null, troubled: store.troubled.has(card.id) });
    const cards = ids.flatMap((id) => store.cards.get(id) ?? []);
    const level = new Map(cards.map((card) => [card, need(card, store.troubled)]));
    const bad = cards.filter((card) => (level.get(card) ?? CALM) < CALM).sort((a, b) => (level.get(a) ?? 0) - (level.get(b) ?? 0));
    const busy = cards.filter((card) => card.state === "RUNNING").sort((a, b) => ((a.started ?? "") < (b.started ?? "") ? -1 : 1));
    const waiting = cards.filter((card) => card.queued && card.state !== "RUNNING").sort((a, b) => (store.ranks.get(a.id) ?? 0) - (store.ranks.get(b.id) ?? 0));
    const soon = cards.filter((card) => !card.paused && store.flowing && nextOf(card)).map((card) => ({ card, ms: Date.parse(nextOf(card) ?? "") - nowMs }))
      .filter(({ ms }) => ms > 0).sort((a, b) => a.ms - b.ms);
    const within = soon.filter(({ ms }) => ms <= AHEAD_MS).map(({ card }) => card);
    needs.update(bad, around, nowMs);
    active.update([...busy, ...waiting], around, nowMs);
    next.update(within, around, nowMs);
    const later = soon[0]?.card;
    setText(next.none, later ? `${TEXT.nothingNext} ${TEXT.nextAfter} ${ahead(nextOf(later) ?? "", shared.day)} ${later.name}.` : TEXT.nothingNext);
    setAttribute(section, "data-calm", bad.length ? null : "");
  };
  return {
    /** @param {string[]} shown @param {boolean} visible */
    update(shown, visible) {
      setShown(section, visible);
      ids = shown;
      if (visible) draw();
    },
    focusFirst: () => /** @type {HTMLElement|null} */ (section.querySelector("button:not([hidden])"))?.focus(),
    tick() {
      if (!section.hidden) draw();
    },
  };
}

