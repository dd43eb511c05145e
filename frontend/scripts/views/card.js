/**
 * One job as a card of 300 by 300: fixed markup once, then only what changed.
 */
import { button, el, icon, iconButton, setAttribute, setDisabled, setIcon, setName, setShown, setText } from "../dom.js";
import { age, boxWords, countdown, drawingOf, elsewhere, headWords, nextText, resultWords, scheduleWords, tone } from "../cardwords.js";
import { clock, ordinal } from "../format.js";
import { lateOf, plannedToday, rests } from "../logic.js";
import { TEXT } from "../texts.js";
import { progressMarkup, progressOf } from "./progress.js";
import { CARD_STRIP, fortnightMarkup, fortnightOf, stripMarkup, stripOf } from "./strip.js";

/**
 * @typedef {import("../logic.js").Card} Card
 * @typedef {import("../cardwords.js").Around & {minute: number, brain: string|null, pinned: boolean, past: import("../memory.js").Past|undefined}} Context
 */

function markup() {
  const labelled = (/** @type {string} */ name) => el("p", { class: name }, el("span", { class: "label" }), el("b", null));
  const side = (/** @type {string} */ name) => el("span", { class: `card-side ${name}` });
  const badge = (/** @type {string} */ name, /** @type {string} */ state, /** @type {string} */ drawing) =>
    el("span", { class: `badge ${name}`, "data-state": state, hidden: true }, icon(drawing), el("span", null));
  const body = el("div", { class: "card-body" },
    el("div", { class: "card-top" }, el("p", { class: "card-area", dir: "auto" }),
      el("span", { class: "card-pc", dir: "auto", hidden: true }, icon("pc"), el("span", null)),
      el("button", { type: "button", class: "card-star", tabindex: "-1", "data-command": "pin", "aria-label": TEXT.pin }, icon("star"))),
    el("h3", { class: "card-name", "data-command": "open" }),
    el("div", { class: "card-state" }, el("span", { class: "disc" }, icon("idle")),
      el("p", { class: "card-result", dir: "auto" }), side("card-age"),
      badge("badge-problem", "LATE", "problems"), badge("badge-late", "LATE", "late"),
      badge("badge-paused", "PAUSED", "paused"), badge("badge-queue", "SCHEDULED", "scheduled")),
    progressMarkup(),
    el("div", { class: "card-box" }, el("p", { class: "card-why", dir: "auto" }), el("p", { class: "card-more", dir: "auto" })),
    el("div", { class: "card-line" }, labelled("card-last"), el("span", { class: "card-side card-done" })),
    el("div", { class: "card-line" }, labelled("card-next"), side("card-countdown")),
    stripMarkup(CARD_STRIP), fortnightMarkup(),
    el("div", { class: "card-buttons" },
      button("repeat", TEXT.repeat, "repeat", "button primary"), button("run", TEXT.run, "run", "button run"),
      button("stop", TEXT.stop, "stop", "button stop"), button("lose", TEXT.lose, "close"), button("log", TEXT.log, "log", "button quiet"),
      iconButton("menu", TEXT.more, "more")));
  return el("article", { class: "card", tabindex: "-1" }, body);
}

/** @type {HTMLElement|null} */
let template = null;

/** `Próxima execução: 14:00` as label and value. @param {HTMLElement} line @param {string} text */
function setLabelled(line, text) {
  const cut = text.indexOf(": ") + 1;
  setText(/** @type {Node} */ (line.firstChild), cut ? `${text.slice(0, cut)} ` : "");
  setText(/** @type {Node} */ (line.lastChild), cut ? text.slice(cut + 1) : text);
}

/** Badges beside the state: each a drawing and a word. @param {(selector: string) => HTMLElement} find */
function badgesOf(find) {
  const badge = (/** @type {string} */ name) => {
    const element = find(`.badge-${name}`);
    return (/** @type {boolean} */ shown, /** @type {string} */ word) => {
      setShown(element, shown);
      setText(/** @type {Node} */ (element.lastChild), word);
    };
  };
  const [late, queue, paused, problem] = ["late", "queue", "paused", "problem"].map(badge);
  return (/** @type {Card} */ card, /** @type {Context} */ context) => {
    late(lateOf(card) !== null, card.state === "RUNNING" || card.queued ? "" : TEXT.late);
    queue(card.queued, card.queued ? TEXT.queueBadge(context.rank ? ordinal(context.rank) : "…") : "");
    paused(rests(card), "");
    problem(context.troubled !== null, card.state === "RUNNING" || card.queued || rests(card) || lateOf(card) ? "" : TEXT.problem);
  };
}

/** Whether there is something for Parar to end. @param {Card} card */
export const stoppable = (card) => card.state === "RUNNING" || Boolean(card.leftovers?.length);

/** Out of the way of Tab and of the eye where it cannot be pressed, but still known by its name. @param {HTMLElement} element @param {boolean} off */
export function setOff(element, off) {
  setDisabled(element, off);
  setAttribute(element, "tabindex", off ? "-1" : null);
}

/** A card for whichever job it is updated with. */
export function createCard() {
  template ??= markup();
  const article = /** @type {HTMLElement} */ (template.cloneNode(true));
  const find = (/** @type {string} */ selector) => /** @type {HTMLElement} */ (article.querySelector(selector));
  const [area, star, name, disc, result, since] = [".card-area", ".card-star", ".card-name", ".disc", ".card-result", ".card-age"].map(find);
  const [why, more, last, done, next, wait] = [".card-why", ".card-more", ".card-last", ".card-done", ".card-next", ".card-countdown"].map(find);
  const [box, pc] = [".card-box", ".card-pc"].map(find);
  const [repeat, run, stop] = /** @type {HTMLElement[]} */ ([...find(".card-buttons").children]);
  const showBadges = badgesOf(find);
  const showStrip = stripOf(/** @type {SVGElement} */ (article.querySelector(".strip")), CARD_STRIP);
  const showDays = fortnightOf(find(".fortnight"));
  const showProgress = progressOf(find(".card-progress"), result);
  /** @type {Card|null} */
  let shown = null;
  let seen = "";
  let minute = -1;

  /** What a minute changes. @param {Card} card @param {Context} context @param {number} nowMs */
  const minutes = (card, context, nowMs) => {
    minute = context.minute;
    setText(since, card.state === "RUNNING" ? "" : age(card, nowMs));
    setText(wait, countdown(card, context, nowMs));
    showStrip(card, context.day, context.minute);
  };

  /** @param {Card} card @param {Context} context */
  const words = (card, context) => {
    const kind = tone(card);
    setAttribute(article, "data-job", card.id);
    setAttribute(article, "data-state", card.state);
    setAttribute(article, "data-tone", kind);
    setAttribute(article, "data-late", lateOf(card) ? "" : null);
    setAttribute(article, "aria-label", card.name);
    const schedule = card.schedule.kind === "rule" ? scheduleWords(card) : "";
    setText(area, [card.area, schedule].filter(Boolean).join(" · "));
    setAttribute(area, "title", [card.area, scheduleWords(card)].filter(Boolean).join(" · "));
    const other = elsewhere(card, context.brain);
    setShown(pc, other !== "");
    setText(/** @type {Node} */ (pc.lastChild), other);
    setAttribute(pc, "title", other ? TEXT.on(other) : null);
    setAttribute(article, "data-silent", card.silent_since ? "" : null);
    setAttribute(star, "data-on", context.pinned ? "" : null);
    setAttribute(star, "aria-label", context.pinned ? TEXT.unpin : TEXT.pin);
    setName(name, card.name);
    setAttribute(name, "title", card.name);
    setAttribute(disc, "data-state", kind === "STOPPED" ? "UNKNOWN" : card.state);
    setAttribute(disc, "data-tone", kind);
    setIcon(/** @type {Element} */ (disc.firstChild), drawingOf(card));
    if (card.state !== "RUNNING" || !card.started || card.silent_since) setText(result, headWords(card));
    setAttribute(result, "title", resultWords(card) || null);
    const said = boxWords(card, context);
    setAttribute(box, "data-kind", said.kind);
    setText(why, said.text);
    setText(more, said.more);
    setAttribute(box, "title", [said.text, said.more, said.kind === "why" ? "" : card.why].filter(Boolean).join("\n"));
    setLabelled(last, card.last_run?.start ? `${TEXT.lastRun} ${clock(card.last_run.start)}` : TEXT.noRun);
    setLabelled(next, nextText(card));
    setText(done, TEXT.done(card.actual, plannedToday(card)));
  };

  return {
    element: article,
    get card() { return shown; },
    /** Idempotent: shows the card as it is now. @param {Card} card @param {Context} context @param {number} nowMs */
    update(card, context, nowMs) {
      const { day, rank, queued, running, max, flowing, troubled, pinned, past } = context;
      const key = `${day} ${flowing} ${troubled?.what} ${pinned} ${context.brain} ${past?.runs} ${past?.failed} ${past?.rate} ${card.queued ? [rank, queued, running, max, flowing].join() : ""}`;
      if (card === shown && key === seen) {
        if (minute !== context.minute) minutes(card, context, nowMs);
        return;
      }
      [shown, seen] = [card, key];
      words(card, context);
      showBadges(card, context);
      minutes(card, context, nowMs);
      showDays(past);
      showProgress(card, nowMs);
      const active = card.state === "RUNNING";
      setShown(repeat, Boolean(card.repeatable) && !active && !card.queued);
      setOff(run, active || card.starting);
      setOff(stop, !stoppable(card) || card.stopping_since !== null);
      setAttribute(article, "data-active", stoppable(card) ? "" : null);
    },
    /** A second passed: only a running card has something to say. @param {number} nowMs */
    tick(nowMs) {
      if (shown?.state === "RUNNING") showProgress(shown, nowMs);
    },
  };
}

/** @typedef {ReturnType<typeof createCard>} CardView */
