/**
 * The items of Agora: what needs somebody, what runs or waits, what comes next. Each touches only what changed.
 */
import { button, el, icon, setAttribute, setIcon, setName, setShown, setText } from "../dom.js";
import { age, boxWords, drawingOf, elsewhere, inOneLine, lateSince, resultWords, stateWord } from "../cardwords.js";
import { about, ahead, elapsed } from "../format.js";
import { failed, lateOf, progress } from "../logic.js";
import { nextOf } from "../order.js";
import { TEXT } from "../texts.js";

/** @typedef {import("../logic.js").Card} Card @typedef {import("../cardwords.js").Around & {minute: number, brain: string|null}} Around */

/** What an item says beside its card. @param {Card} card @param {Around} around */
const keyOf = (card, { day, minute, troubled, rank, queued, running, max, flowing }) =>
  [day, minute, troubled?.what, ...(card.queued ? [rank, queued, running, max, flowing] : [])].join();

export function needItem() {
  const disc = el("span", { class: "disc" }, icon("error"));
  const name = el("button", { type: "button", class: "now-name", "data-command": "open", dir: "auto" });
  const place = el("span", { class: "now-place", dir: "auto" });
  const result = el("p", { class: "now-result" });
  const words = el("p", { class: "now-words", dir: "auto" });
  const lose = button("lose", TEXT.lose, "close");
  const [repeat, run, stop, ack, log] = [button("repeat", TEXT.repeat, "repeat", "button primary"), button("run", TEXT.run, "run", "button run"),
    button("stop", TEXT.stop, "stop", "button stop"), button("acknowledge", TEXT.acknowledge, "ack"), button("log", TEXT.log, "log", "button quiet")];
  const element = el("li", { class: "now-item" }, disc,
    el("div", { class: "now-body" }, el("p", { class: "now-head" }, name, place), result, words, el("div", { class: "now-buttons" }, repeat, run, stop, lose, ack, log)));
  let seen = "";
  /** @type {Card|null} */
  let shown = null;
  return {
    element,
    /** @param {Card} card @param {Around} around @param {number} nowMs */
    update(card, around, nowMs) {
      const key = keyOf(card, around);
      if (card === shown && key === seen) return;
      [shown, seen] = [card, key];
      const late = lateOf(card);
      const bad = failed(card) && !card.acknowledged;
      setAttribute(element, "data-job", card.id);
      setAttribute(element, "data-tone", bad ? "ERROR" : "LATE");
      setAttribute(disc, "data-state", bad ? card.state : "LATE");
      setIcon(/** @type {Element} */ (disc.firstChild), bad ? drawingOf(card) : late ? "late" : "problems");
      setName(name, card.name);
      setText(place, [card.area, elsewhere(card, around.brain)].filter(Boolean).join(" · "));
      setShown(lose, Boolean(card.silent_since));
      const what = late && !bad ? lateSince(card) : bad ? resultWords(card) : around.troubled ? TEXT.problem : card.leftovers?.length ? TEXT.openProcesses : resultWords(card);
      setText(result, [what, card.state === "RUNNING" ? "" : age(card, nowMs)].filter(Boolean).join(" · "));
      const said = boxWords(card, around, bad || !late);
      setAttribute(words, "data-kind", said.kind);
      setText(words, inOneLine(said));
      const active = card.state === "RUNNING";
      setShown(repeat, Boolean(card.repeatable) && !active);
      setShown(run, !active && !card.repeatable);
      setShown(stop, active || Boolean(card.leftovers?.length));
      setShown(ack, bad);
    },
  };
}

export function runItem() {
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
        setText(more, around.rank ? TEXT.queuePlace(around.rank, around.queued) : [stateWord(card), elsewhere(card, around.brain)].filter(Boolean).join(" · "));
        return;
      }
      const beyond = now.usual !== null && now.seconds > now.usual;
      setAttribute(bar, "data-pace", beyond ? "beyond" : now.usual ? "usual" : "unknown");
      fill.style.transform = `scaleX(${beyond && now.usual ? now.usual / now.seconds : now.share ?? 1})`;
      setText(side, elapsed(now.seconds));
      const pace = !now.usual ? TEXT.noUsual : beyond ? TEXT.beyond(about(now.seconds - now.usual)) : TEXT.left(about(now.usual - now.seconds));
      setText(more, [elsewhere(card, around.brain), pace].filter(Boolean).join(" · "));
    },
  };
}

export function nextItem() {
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
