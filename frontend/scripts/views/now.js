/**
 * Agora, the triage: what needs somebody, what runs and waits, what the next two hours bring.
 */
import { command, el, setAttribute, setShown, setText } from "../dom.js";
import { ahead, wallClock } from "../format.js";
import { keyedList } from "../list.js";
import { need, nextOf } from "../order.js";
import { TEXT } from "../texts.js";
import { contextOf, minuteNow } from "./context.js";
import { needItem, nextItem, runItem } from "./nowitems.js";

const AHEAD_MS = 2 * 3_600_000;
const MOST = 30;
const CALM = 9;

/** @typedef {import("../logic.js").Card} Card @typedef {import("./nowitems.js").Around} Around */

/** @param {string} title @param {string} nothing @param {() => {element: HTMLElement, update: (card: Card, around: Around, nowMs: number, before?: Card) => void}} create */
function column(title, nothing, create) {
  const count = el("span", { class: "now-count" });
  const place = el("ul", { class: "now-list" });
  const none = el("p", { class: "now-none" }, nothing);
  const more = el("p", { class: "now-none" });
  const list = keyedList(place, create, true);
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

/** By what comes next; the texts are of one zone. @param {Card} a @param {Card} b */
const byNext = (a, b) => ((nextOf(a) ?? "") < (nextOf(b) ?? "") ? -1 : (nextOf(a) ?? "") > (nextOf(b) ?? "") ? 1 : 0);

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
  /** @type {Card[]} */
  let coming = [];
  let minute = -1;
  const draw = () => {
    const nowMs = store.now();
    const shared = contextOf(store);
    minute = shared.minute;
    const around = (/** @type {Card} */ card) => ({ ...shared, rank: store.ranks.get(card.id) ?? null, troubled: store.troubled.get(card.id) ?? null });
    const cards = ids.flatMap((id) => store.cards.get(id) ?? []);
    const level = new Map(cards.map((card) => [card, need(card, store.troubled)]));
    const bad = cards.filter((card) => (level.get(card) ?? CALM) < CALM).sort((a, b) => (level.get(a) ?? 0) - (level.get(b) ?? 0));
    const busy = cards.filter((card) => card.state === "RUNNING").sort((a, b) => ((a.started ?? "") < (b.started ?? "") ? -1 : 1));
    const waiting = cards.filter((card) => card.queued && card.state !== "RUNNING").sort((a, b) => (store.ranks.get(a.id) ?? 0) - (store.ranks.get(b.id) ?? 0));
    const [wall, until] = [store.wall(), wallClock(nowMs + AHEAD_MS, store.zone)];
    const soon = store.flowing ? cards.filter((card) => !card.paused && (nextOf(card) ?? "") > wall).sort(byNext) : [];
    coming = soon.filter((card) => (nextOf(card) ?? "").slice(0, 19) <= until);
    needs.update(bad, around, nowMs);
    active.update([...busy, ...waiting], around, nowMs);
    next.update(coming, around, nowMs);
    const later = soon[0];
    setText(next.none, later ? `${TEXT.nothingNext} ${TEXT.nextAfter} ${ahead(nextOf(later) ?? "", shared.day)} ${later.name}.` : store.flowing ? TEXT.nothingNext : TEXT.nothingByItself);
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
    /** A second passed: runs have grown and waits shrunk by it; everything else goes by the minute. */
    tick() {
      if (section.hidden) return;
      if (minuteNow(store) !== minute) return draw();
      const [nowMs, around] = [store.now(), { ...contextOf(store), rank: null, troubled: null }];
      for (const [id, item] of active.list.items) {
        const card = store.cards.get(id);
        if (card?.state === "RUNNING") item.update(card, around, nowMs);
      }
      next.update(coming, () => around, nowMs);
      return undefined;
    },
  };
}
