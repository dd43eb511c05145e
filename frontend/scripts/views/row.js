/**
 * One job's row of the timeline: scheduled hours as ticks, runs as bars.
 */
import { el, setAttribute, setShown, setText } from "../dom.js";
import { bars, hourStrip, percentOfDay, scheduledHours } from "../day.js";
import { clock, duration } from "../format.js";
import { keyedList } from "../list.js";
import { OUTCOME, STATE, TEXT, TRIGGER } from "../texts.js";

/**
 * @typedef {import("../logic.js").Card} Card
 * @typedef {{day: string, hour: number, minute: number, nowMs: number}} Moment
 */

/** What hovering or focusing a bar says. @param {import("../day.js").Bar} bar */
function words(bar) {
  const said = [STATE[bar.state], TEXT.begun(clock(bar.run.start))];
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
    /** @param {import("../day.js").Bar} bar */
    update(bar) {
      element.style.left = `${bar.left.toFixed(3)}%`;
      element.style.width = `${bar.width.toFixed(3)}%`;
      setAttribute(element, "data-state", bar.state);
      setAttribute(element, "aria-label", words(bar));
      setAttribute(element, "data-log", bar.run.run);
    },
  };
}

/** @param {string} id */
export function createRow(id) {
  const name = el("button", { type: "button", class: "row-name", "data-log": "" });
  const ticks = Array.from({ length: 24 }, (_, hour) => {
    const tick = el("i", { class: "tick", hidden: true });
    tick.style.left = `${percentOfDay(hour * 60)}%`;
    return tick;
  });
  const runs = el("div", { class: "row-runs" });
  const element = el("div", { class: "row", role: "listitem", "data-job": id }, name,
    el("div", { class: "row-track" }, ...ticks, runs));
  const list = keyedList(runs, createBar);
  /** @type {Card|null} */
  let shown = null;
  let shownAt = "";
  return {
    element,
    /** @param {Card} card @param {Moment} moment */
    update(card, moment) {
      const at = `${moment.day} ${moment.hour} ${card.state === "RUNNING" ? moment.minute : ""}`;
      if (card === shown && at === shownAt) return;
      [shown, shownAt] = [card, at];
      setText(name, card.name);
      setAttribute(name, "title", card.name);
      const strip = hourStrip(card, moment.day, moment.hour);
      const scheduled = new Set(scheduledHours(card));
      ticks.forEach((tick, hour) => {
        setShown(tick, scheduled.has(hour));
        setAttribute(tick, "data-hour", strip[hour] === "owed" || strip[hour] === "coming" ? strip[hour] : "past");
      });
      const found = bars(card, moment.day, moment.nowMs, moment.minute);
      list.sync(found.map(({ key }) => key), (bar, _, index) => bar.update(found[index]));
    },
  };
}
