/**
 * One PC of the team: whether it is there, its places, clock, version, scripts that differ, and its runs.
 */
import { el, icon, setAttribute, setIcon, setName, setShown, setText } from "../dom.js";
import { about, elapsed, moment } from "../format.js";
import { keyedList } from "../list.js";
import { progress } from "../logic.js";
import { TEXT } from "../texts.js";

const RIGHT_SECONDS = 30;
const MOST_NAMES = 6;

/**
 * @typedef {import("../logic.js").Card} Card
 * @typedef {{day: string, role: string, version: string, runs: Card[]}} Around
 */

function runItem() {
  const name = el("button", { type: "button", class: "now-name", "data-command": "open", dir: "auto" });
  const side = el("span", { class: "now-side" });
  const element = el("li", null, name, side);
  return {
    element,
    /** @param {Card} card @param {number} nowMs @param {string} day */
    update(card, nowMs, day) {
      setAttribute(element, "data-job", card.id);
      setName(name, card.name);
      const now = progress(card, nowMs);
      setText(side, card.silent_since ? TEXT.silentSince(moment(card.silent_since, day)) : now ? elapsed(now.seconds) : "");
    },
  };
}

/** What is out of the ordinary is said as such. @param {import("./team.js").Pc} pc @param {Around} around @returns {[string, string, boolean][]} term, words, whether it wants a look */
function facts(pc, around) {
  const off = pc.offset_seconds === null || pc.offset_seconds === undefined ? null : Math.abs(pc.offset_seconds);
  const clock = off === null ? "" : off < 1 ? TEXT.clockRight : TEXT.clockOff(about(off), (pc.offset_seconds ?? 0) > 0);
  const other = Boolean(around.version && pc.version && pc.version !== around.version);
  const names = [...pc.lagging.slice(0, MOST_NAMES), ...(pc.lagging.length > MOST_NAMES ? ["…"] : [])].join(", ");
  return [
    [TEXT.places, TEXT.placesUsed(pc.running, pc.places), false],
    [TEXT.tags, pc.tags.join(", "), false],
    [TEXT.clock, clock, (off ?? 0) > RIGHT_SECONDS],
    [TEXT.pcVersion, other ? TEXT.versionOther(pc.version, around.version) : pc.version, other],
    [TEXT.lagging, pc.lagging.length ? TEXT.laggingNames(pc.lagging.length, names) : "", true],
  ];
}

/** @param {string} name */
export function createPc(name) {
  const mark = icon("idle");
  const since = el("span", { class: "team-since" });
  const brain = el("span", { class: "badge", "data-state": "RUNNING", hidden: true }, el("span", null, TEXT.brain));
  const remove = el("button", { type: "button", class: "button quiet", "data-remove": name }, el("span", null, TEXT.remove));
  const fill = el("i", null);
  const terms = el("dl", { class: "team-facts" });
  const runs = el("ul", { class: "team-runs", "aria-label": TEXT.runsHere });
  const none = el("p", { class: "muted" }, TEXT.nothingHere);
  const element = el("li", { class: "team-pc" },
    el("div", { class: "team-head" }, mark, el("h3", { dir: "auto" }, name), brain, since, remove),
    el("div", { class: "bar team-bar" }, fill), terms, el("div", { class: "team-now" }, runs, none));
  const list = keyedList(runs, runItem);
  let seen = "";
  return {
    element,
    /** @param {import("./team.js").Pc} pc @param {Around & {zone: number}} around @param {number} nowMs */
    update(pc, around, nowMs) {
      const state = pc.present ? "SUCCESS" : "LATE";
      setAttribute(element, "data-state", state);
      setAttribute(mark, "data-state", state);
      setIcon(mark, pc.present ? "pc" : "late");
      setShown(brain, pc.brain);
      setText(since, pc.since ? (pc.present ? TEXT.presentSince : TEXT.silentSince)(moment(pc.since, around.day)) : pc.present ? TEXT.present : TEXT.noNews);
      setShown(remove, around.role === "brain" && !pc.brain);
      fill.style.transform = `scaleX(${pc.places ? Math.min(1, pc.running / pc.places) : 0})`;
      const told = facts(pc, around).filter(([, text]) => text);
      if (JSON.stringify(told) !== seen) {
        seen = JSON.stringify(told);
        terms.replaceChildren(...told.flatMap(([term, text, odd]) => [el("dt", null, term), el("dd", odd ? { class: "team-odd", dir: "auto" } : { dir: "auto" }, text)]));
      }
      setShown(none, around.runs.length === 0);
      list.sync(around.runs.map(({ id }) => id), (item, _, index) => item.update(around.runs[index], nowMs, around.day));
    },
  };
}
