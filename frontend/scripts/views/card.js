/**
 * One job as a card of 300 by 300: fixed markup once, then only what changed.
 */
import { button, el, icon, setAttribute, setDisabled, setIcon, setName, setShown, setText } from "../dom.js";
import { clock, duration, elapsed, ordinal, about } from "../format.js";
import { plannedToday, progress, secondsToKill, statusState } from "../logic.js";
import { OUTCOME, STATE, TEXT } from "../texts.js";
import { stripMarkup, stripOf } from "./strip.js";

/**
 * @typedef {import("../logic.js").Card} Card
 * @typedef {{day: string, hour: number, rank: number|null, queued: number, running: number, max: number, flowing: boolean}} Context
 */

function markup() {
  const pill = el("span", { class: "pill" }, icon("idle"), el("span", { class: "pill-word" }));
  const text = (/** @type {string} */ name) => el("p", { class: name, dir: "auto" });
  const labelled = (/** @type {string} */ name) => el("p", { class: name }, el("span", { class: "label" }), el("b", null));
  const body = el("div", { class: "card-body" },
    el("div", { class: "card-head" }, el("div", { class: "card-clamp" },
      el("div", null, pill, el("h3", { class: "card-name" })))),
    labelled("card-last"),
    el("p", { class: "card-status" }, icon("idle"), el("span", { class: "card-status-text", dir: "auto" })),
    labelled("card-next"),
    el("div", { class: "card-today" }, text("card-done"), el("span", { class: "badge" })),
    stripMarkup(),
    el("div", { class: "card-progress", hidden: true },
      el("div", { class: "bar", role: "progressbar", "aria-label": TEXT.progress, "aria-valuemin": "0", "aria-valuemax": "100" },
        el("i", null)),
      el("span", { class: "elapsed" }), el("span", { class: "usual" })),
    text("card-why"),
    el("div", { class: "card-buttons" },
      button("run", TEXT.run, "run", "button run"), button("stop", TEXT.stop, "stop", "button stop"),
      button("log", TEXT.log, "log", "button quiet")));
  return el("article", { class: "card", tabindex: "-1" }, body);
}

/** @type {HTMLElement|null} */
let template = null;

/** The last run's result in words: status, duration, and what is out of the ordinary. @param {Card} card */
function resultWords(card) {
  const last = card.last_run;
  if (!last) return "";
  const state = statusState(last.status);
  const words = [state ? STATE[state] : String(last.status)];
  if (last.duration_seconds !== null && last.duration_seconds !== undefined) words.push(duration(last.duration_seconds));
  if (card.state !== "RUNNING" && card.outcome && OUTCOME[card.outcome]) words.push(OUTCOME[card.outcome]);
  else if (card.state === "ERROR" && card.exit_code) words.push(TEXT.exitCode(card.exit_code));
  return words.join(" · ");
}

/** `Próxima execução: 14:00` as label and value. @param {HTMLElement} line @param {string} text */
function setLabelled(line, text) {
  const cut = text.indexOf(": ") + 1;
  setText(/** @type {Node} */ (line.firstChild), cut ? `${text.slice(0, cut)} ` : "");
  setText(/** @type {Node} */ (line.lastChild), cut ? text.slice(cut + 1) : text);
}

/** @param {Card} card @param {Context} context */
const why = (card, context) =>
  card.queued && context.rank && context.flowing
    ? TEXT.queueWhy(context.rank, context.queued, context.running, context.max)
    : card.why ?? "";

/** @param {HTMLElement} root */
function progressOf(root) {
  const [bar, gone, usual] = /** @type {HTMLElement[]} */ ([...root.children]);
  const fill = /** @type {HTMLElement} */ (bar.firstChild);
  return (/** @type {Card} */ card, /** @type {number} */ nowMs) => {
    const now = progress(card, nowMs);
    setShown(root, now !== null);
    if (!now) return;
    const kill = secondsToKill(card, nowMs);
    const percent = now.share === null ? null : Math.round(now.share * 100);
    setAttribute(root, "data-pace", now.overdue ? "overdue" : percent === null ? "unknown" : "usual");
    setAttribute(bar, "aria-valuenow", percent === null ? null : String(percent));
    fill.style.transform = `scaleX(${now.share ?? 1})`;
    setText(gone, elapsed(now.seconds));
    setText(usual, kill === 0 ? TEXT.killing : kill !== null ? TEXT.stoppingIn(kill)
      : now.usual ? TEXT.usually(about(now.usual)) : TEXT.noUsual);
  };
}

/** The pill: a drawing and a word for the state. @param {HTMLElement} pill */
function pillOf(pill) {
  const drawing = /** @type {Element} */ (pill.firstChild);
  const word = /** @type {Node} */ (pill.lastChild);
  return (/** @type {Card} */ card) => {
    setAttribute(pill, "data-state", card.state);
    setIcon(drawing, card.state.toLowerCase());
    setText(word, card.stopping_since ? TEXT.stopping : card.starting ? TEXT.starting : STATE[card.state] ?? card.state);
  };
}

/** @param {Element} line */
function statusOf(line) {
  const [drawing, words] = line.children;
  return (/** @type {Card} */ card) => {
    const state = card.last_run ? statusState(card.last_run.status) ?? "UNKNOWN" : null;
    setAttribute(line, "data-state", state);
    setAttribute(drawing, "hidden", state ? null : "");
    setIcon(drawing, (state ?? "idle").toLowerCase());
    setText(words, resultWords(card));
    setAttribute(words, "title", card.last_run ? resultWords(card) : null);
  };
}

/** A card for whichever job it is updated with. */
export function createCard() {
  template ??= markup();
  const article = /** @type {HTMLElement} */ (template.cloneNode(true));
  const find = (/** @type {string} */ selector) => /** @type {HTMLElement} */ (article.querySelector(selector));
  const name = find(".card-name");
  const last = find(".card-last");
  const next = find(".card-next");
  const done = find(".card-done");
  const badge = find(".badge");
  const reason = find(".card-why");
  const [run, stop] = /** @type {HTMLElement[]} */ ([...find(".card-buttons").children]);
  const showPill = pillOf(find(".pill"));
  const showStatus = statusOf(find(".card-status"));
  const showStrip = stripOf(find(".strip"));
  const showProgress = progressOf(find(".card-progress"));
  /** @type {Card|null} */
  let shown = null;
  let shownContext = "";

  return {
    element: article,
    get card() { return shown; },
    /** Idempotent: shows the card as it is now. @param {Card} card @param {Context} context @param {number} nowMs */
    update(card, context, nowMs) {
      const seen = `${context.day} ${context.hour} ${card.queued ? Object.values(context).join(" ") : ""}`;
      if (card === shown && seen === shownContext) return;
      [shown, shownContext] = [card, seen];
      setAttribute(article, "data-job", card.id);
      setAttribute(article, "data-state", card.state);
      setAttribute(article, "aria-label", card.name);
      setName(name, card.name);
      setAttribute(name, "title", card.name);
      showPill(card);
      setLabelled(last, card.last_run?.start ? `${TEXT.lastRun} ${clock(card.last_run.start)}` : TEXT.noRun);
      showStatus(card);
      setLabelled(next, card.next_run_text);
      setText(done, TEXT.done(card.actual, plannedToday(card)));
      setShown(badge, card.queued);
      setText(badge, card.queued ? TEXT.queueBadge(context.rank ? ordinal(context.rank) : "…") : "");
      showStrip(card, context.day, context.hour);
      showProgress(card, nowMs);
      setText(reason, why(card, context));
      setAttribute(reason, "title", why(card, context));
      const running = card.state === "RUNNING";
      setDisabled(run, running || card.starting);
      setDisabled(stop, !running || card.stopping_since !== null);
    },
    /** A second passed: only a running card has something to say. @param {number} nowMs */
    tick(nowMs) {
      if (shown?.state === "RUNNING") showProgress(shown, nowMs);
    },
  };
}

/** @typedef {ReturnType<typeof createCard>} CardView */
