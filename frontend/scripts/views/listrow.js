/**
 * One job as a row of 36 pixels: state, name, last run, what it said, what comes next, its day, its fortnight, how often it went well.
 */
import { el, icon, iconButton, setAttribute, setIcon, setName, setShown, setText } from "../dom.js";
import { age, boxWords, countdown, drawingOf, elsewhere, inOneLine, lateWord, nextText, stateWord, tone } from "../cardwords.js";
import { clock, duration, elapsed, hourMinute } from "../format.js";
import { lateOf, progress, rests } from "../logic.js";
import { TEXT } from "../texts.js";
import { setOff, stoppable } from "./card.js";
import { daysMarkup, daysOf, ROW_STRIP, showRate, stripMarkup, stripOf } from "./strip.js";

const DAYS_WIDTH = 112;

/** @param {string} name @param {...Node} children */
const cell = (name, ...children) => el("div", { class: name, role: "gridcell" }, ...children);

/** The next run as briefly as a column allows. @param {import("../logic.js").Card} card */
const nextWords = (card) => (card.schedule.kind === "manual" ? TEXT.none : nextText(card).replace(/^[^:]*: /, "").replace(/^\p{L}{3} (?=\d\d\/)/u, "").replace(TEXT.plannedNote, ""));

function markup() {
  const buttons = cell("row-buttons", iconButton("run", TEXT.run, "run"), iconButton("stop", TEXT.stop, "stop"),
    iconButton("log", TEXT.log, "log"), iconButton("menu", TEXT.more, "more"));
  for (const each of buttons.children) each.setAttribute("tabindex", "-1");
  return el("div", { class: "list-row", role: "row", tabindex: "-1" },
    cell("row-state", el("span", { class: "disc" }, icon("idle")), el("span", { class: "unseen" })),
    el("div", { class: "row-job", role: "rowheader", dir: "auto" }, el("span", { class: "row-star", "aria-hidden": "true", hidden: true }, icon("star")), el("span", null)),
    cell("row-last"), cell("row-ago"), cell("row-age"),
    cell("row-said", el("span", { class: "row-flag", hidden: true }, icon("late"), el("span", null)), el("span", { class: "row-pc", dir: "auto", hidden: true }), el("span", { class: "row-words", dir: "auto" })),
    cell("row-next"), cell("row-day", stripMarkup(ROW_STRIP)), cell("row-days", daysMarkup(DAYS_WIDTH)), cell("row-rate"), buttons);
}

/** @type {HTMLElement|null} */
let template = null;

export function createListRow() {
  template ??= markup();
  const element = /** @type {HTMLElement} */ (template.cloneNode(true));
  const find = (/** @type {string} */ selector) => /** @type {HTMLElement} */ (element.querySelector(selector));
  const [disc, star, flag, words, last, since, next, share] =
    [".disc", ".row-star", ".row-flag", ".row-words", ".row-last", ".row-age", ".row-next", ".row-rate"].map(find);
  const [ago, pc] = [".row-ago", ".row-pc"].map(find);
  const [state, name] = [/** @type {Element} */ (find(".row-state").lastChild), /** @type {Element} */ (find(".row-job").lastChild)];
  const [run, stop] = /** @type {HTMLElement[]} */ ([...find(".row-buttons").children]);
  const showStrip = stripOf(/** @type {SVGElement} */ (element.querySelector(".strip")), ROW_STRIP);
  const showDays = daysOf(/** @type {SVGElement} */ (element.querySelector(".days")), DAYS_WIDTH);
  /** @type {import("../logic.js").Card|null} */
  let shown = null;
  let seen = "";

  const time = (/** @type {import("../logic.js").Card} */ card, /** @type {number} */ nowMs) => {
    const now = progress(card, nowMs);
    const took = card.last_run?.duration_seconds;
    setText(since, now ? elapsed(now.seconds) : card.state === "RUNNING" || took === null || took === undefined ? "" : duration(took));
    setText(ago, now ? "" : age(card, nowMs));
    setAttribute(last, "title", age(card, nowMs) || null);
  };

  return {
    element,
    /** @param {import("../logic.js").Card} card @param {import("./card.js").Context} context @param {number} nowMs */
    update(card, context, nowMs) {
      const { day, minute, rank, queued, running, max, flowing, troubled, pinned, past } = context;
      const key = `${day} ${minute} ${troubled?.what} ${pinned} ${context.brain} ${past?.runs} ${past?.failed} ${past?.rate} ${card.queued ? [rank, queued, running, max, flowing].join() : ""}`;
      if (card === shown && key === seen) return;
      [shown, seen] = [card, key];
      const kind = tone(card);
      setAttribute(element, "data-job", card.id);
      setAttribute(element, "data-state", card.state);
      setAttribute(element, "data-tone", kind);
      setAttribute(element, "data-active", stoppable(card) ? "" : null);
      setAttribute(disc, "data-state", kind === "STOPPED" ? "UNKNOWN" : card.state);
      setAttribute(disc, "data-tone", kind);
      setIcon(/** @type {Element} */ (disc.firstChild), drawingOf(card));
      setAttribute(disc, "title", stateWord(card));
      setText(state, stateWord(card));
      setName(/** @type {HTMLElement} */ (name), card.name);
      setAttribute(name, "title", card.name);
      setShown(star, pinned);
      setText(last, card.state === "RUNNING" && card.started ? hourMinute(card.started) : card.last_run?.start ? clock(card.last_run.start).slice(0, 5) : "–");
      time(card, nowMs);
      const said = boxWords(card, context, false);
      const late = lateOf(card);
      setShown(flag, late !== null || rests(card) || troubled !== null);
      setAttribute(flag, "data-state", late ? "LATE" : rests(card) ? "PAUSED" : "LATE");
      setIcon(/** @type {Element} */ (flag.firstChild), late ? "late" : rests(card) ? "paused" : "problems");
      setText(/** @type {Node} */ (flag.lastChild), late ? (late.owed ? TEXT.lateAt(late.owed) : lateWord(card)) : rests(card) ? "" : TEXT.problem);
      setShown(pc, elsewhere(card, context.brain) !== "" && !card.silent_since);
      setText(pc, elsewhere(card, context.brain));
      setAttribute(words, "data-kind", said.kind);
      setText(words, said.kind === "why" && card.state === "SUCCESS" ? "" : inOneLine(said));
      setAttribute(words, "title", inOneLine(said));
      setText(next, nextWords(card));
      setAttribute(next, "title", [card.next_run_text, countdown(card, context, nowMs)].filter(Boolean).join(" · "));
      showStrip(card, day, minute);
      showDays(past);
      showRate(share, past);
      setOff(run, card.state === "RUNNING" || card.starting);
      run.tabIndex = -1;
      setOff(stop, !stoppable(card) || card.stopping_since !== null);
      stop.tabIndex = -1;
    },
    /** @param {number} nowMs */
    tick(nowMs) {
      if (shown?.state === "RUNNING") time(shown, nowMs);
    },
  };
}

/** @typedef {ReturnType<typeof createListRow>} ListRow */
