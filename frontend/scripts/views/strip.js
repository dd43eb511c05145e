/**
 * The day's 24 hours of one job as a strip of small bars: one path for each kind of hour.
 */
import { el, setAttribute, svg } from "../dom.js";
import { hourStrip } from "../day.js";
import { HOUR, TEXT } from "../texts.js";

const WIDTH = 264;
const STEP = WIDTH / 24;
const BAR = 9;
const TALL = 15;
const FLAT = 5;
const KINDS = ["none", "SUCCESS", "ERROR", "NO_DATA", "UNKNOWN", "RUNNING", "coming", "owed"];
const AXIS = "0 6 12 18 24";

/** A bar with round corners. @param {number} hour @param {number} height @param {number} inset half a line, where it is outlined */
function bar(hour, height, inset) {
  const left = hour * STEP + 1 + inset;
  const wide = BAR - 2 * inset;
  const top = TALL - height + inset;
  const high = height - 2 * inset;
  const r = height === TALL ? 2.5 : 1.5;
  return `M${left + r} ${top}h${wide - 2 * r}q${r} 0 ${r} ${r}v${high - 2 * r}q0 ${r} ${-r} ${r}h${2 * r - wide}`
    + `q${-r} 0 ${-r} ${-r}v${2 * r - high}q0 ${-r} ${r} ${-r}z`;
}

/** @param {string[]} hours @param {string} kind */
const pathOf = (hours, kind) => {
  const outlined = kind === "coming" || kind === "owed" ? 0.5 : 0;
  return hours.map((each, hour) => (each === kind ? bar(hour, kind === "none" ? FLAT : TALL, outlined) : "")).join("");
};

/** The fixed markup of a strip. */
export function stripMarkup() {
  const hours = svg("svg", { class: "strip-hours", role: "img", viewBox: `0 0 ${WIDTH} 20` },
    ...KINDS.map((kind) => svg("path", { "data-hour": kind })),
    svg("rect", { class: "strip-now", width: String(BAR), height: "2", y: "17.5", rx: "1" }));
  return el("div", { class: "strip" }, hours, el("div", { class: "strip-axis", "aria-hidden": "true" }, AXIS));
}

/** The strip in words, for a tooltip and for assistive technology. @param {string[]} hours */
function inWords(hours) {
  const said = Object.entries(HOUR).map(([kind, word]) => {
    const at = hours.flatMap((each, hour) => (each === kind ? [`${hour}h`] : []));
    return at.length ? `${word}: ${at.join(", ")}` : "";
  });
  return said.filter(Boolean).join(" · ") || TEXT.noHour;
}

/**
 * @param {Element} strip what `stripMarkup` made
 * @returns {(card: import("../logic.js").Card, day: string, hour: number) => void}
 */
export function stripOf(strip) {
  const drawing = /** @type {Element} */ (strip.firstElementChild);
  const paths = [...drawing.children];
  const now = /** @type {Element} */ (paths.pop());
  let shown = "";
  return (card, day, hour) => {
    const hours = hourStrip(card, day, hour);
    setAttribute(now, "x", String(hour * STEP + 1));
    if (shown === hours.join()) return;
    shown = hours.join();
    KINDS.forEach((kind, index) => setAttribute(paths[index], "d", pathOf(hours, kind)));
    setAttribute(drawing, "aria-label", inWords(hours));
    setAttribute(strip, "title", inWords(hours));
  };
}
