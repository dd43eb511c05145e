/**
 * One job's row of the timeline: its state and name, what is planned as shapes, runs as bars, all on one line.
 */
import { el, icon, setAttribute, setIcon, setName, setText } from "../dom.js";
import { drawingOf, stateWord, tone } from "../cardwords.js";
import { bars, marksOf, percentOfDay } from "../day.js";
import { clock, duration } from "../format.js";
import { keyedList } from "../list.js";
import { FIRE, OUTCOME, STATE, TEXT, TRIGGER } from "../texts.js";

/**
 * @typedef {import("../logic.js").Card} Card
 * @typedef {{day: string, minute: number, nowMs: number}} Moment
 */

/** What is cut into a bar, so that colour is not alone. @type {Record<string, string>} */
const GLYPH = { ERROR: "×", NO_DATA: "–", RUNNING: "▸", UNKNOWN: ":" };
/** What has no run to show for it. */
const OPEN = ["owed", "coming", "covered", "skipped"];

/** What hovering or focusing a bar says. @param {string} name @param {import("../day.js").Bar} bar */
function words(name, bar) {
  const said = [name, STATE[bar.state] ?? bar.state, TEXT.begun(clock(bar.run.start))];
  if (bar.run.pc) said.push(TEXT.on(bar.run.pc));
  if (bar.seconds !== null) said.push(duration(bar.seconds));
  if (bar.run.outcome && OUTCOME[bar.run.outcome]) said.push(OUTCOME[bar.run.outcome]);
  said.push(TRIGGER[bar.run.trigger] ?? bar.run.trigger);
  return said.join(" · ");
}

/** @param {string} key */
function createBar(key) {
  const element = el("button", { type: "button", class: "run-bar", tabindex: "-1", "data-run": key });
  return {
    element,
    /** @param {string} name @param {import("../day.js").Bar} bar */
    update(name, bar) {
      element.style.left = `${bar.left.toFixed(3)}%`;
      element.style.width = `${bar.width.toFixed(3)}%`;
      setAttribute(element, "data-state", bar.state);
      setAttribute(element, "data-glyph", GLYPH[bar.state] ?? null);
      setAttribute(element, "aria-label", words(name, bar));
      setAttribute(element, "data-log", bar.run.run);
    },
  };
}

function createTick() {
  const element = el("i", { class: "tick" });
  return {
    element,
    /** @param {string} name @param {import("../day.js").Mark} mark */
    update(name, mark) {
      element.style.left = `${percentOfDay(mark.minute).toFixed(3)}%`;
      setAttribute(element, "data-fire", mark.kind);
      setAttribute(element, "data-tip", [name, `${FIRE[mark.kind]} ${mark.time}`, mark.reason ?? ""].filter(Boolean).join(" · "));
    },
  };
}

/** @param {string} id */
export function createRow(id) {
  const disc = el("span", { class: "disc" }, icon("idle"));
  const text = el("span", { class: "row-text", dir: "auto" });
  const name = el("button", { type: "button", class: "row-name", "data-log": "" }, disc, text);
  const [ticks, runs] = [el("div", { class: "row-ticks", "aria-hidden": "true" }), el("div", { class: "row-runs" })];
  const element = el("div", { class: "row", role: "listitem", "data-job": id }, name, el("div", { class: "row-track" }, ticks, runs));
  const [marks, list] = [keyedList(ticks, createTick), keyedList(runs, createBar)];
  /** @type {Card|null} */
  let shown = null;
  let shownAt = "";
  return {
    element,
    /** @param {Card} card @param {Moment} moment */
    update(card, moment) {
      const at = `${moment.day} ${moment.minute}`;
      if (card === shown && at === shownAt) return;
      [shown, shownAt] = [card, at];
      const kind = tone(card);
      setAttribute(disc, "data-state", kind === "STOPPED" ? "UNKNOWN" : card.state);
      setAttribute(disc, "data-tone", kind);
      setIcon(/** @type {Element} */ (disc.firstChild), drawingOf(card));
      setName(text, card.name);
      setAttribute(name, "title", [card.name, stateWord(card), card.pc ? TEXT.on(card.pc) : ""].filter(Boolean).join(" · "));
      const open = marksOf(card, moment.day, moment.minute).filter((mark) => OPEN.includes(mark.kind));
      setAttribute(ticks, "data-many", open.length > 30 ? "" : null);
      marks.sync(open.map(({ time }, index) => `${time} ${index}`), (tick, _, index) => tick.update(card.name, open[index]));
      const found = bars(card, moment.day, moment.nowMs, moment.minute);
      list.sync(found.map(({ key }) => key), (bar, _, index) => bar.update(card.name, found[index]));
    },
  };
}

/** The head of an area among the rows. @param {string} area */
export function createAreaRow(area) {
  const count = el("span", { class: "list-count" });
  const failed = el("span", { class: "list-failed" });
  const element = el("div", { class: "row row-area", role: "listitem" }, el("b", { dir: "auto" }, area), count, failed);
  return {
    element,
    /** @param {import("../order.js").Group} group */
    update(group) {
      setText(count, String(group.ids.length));
      setText(failed, group.failed ? TEXT.failed(group.failed) : "");
    },
  };
}
