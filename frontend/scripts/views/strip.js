/**
 * The day's 24 hours of one job as a strip, and its last fortnight below in the same grammar: one path for each kind.
 */
import { el, setAttribute, setText, svg } from "../dom.js";
import { hourCells, KIND, KINDS, marksOf } from "../day.js";
import { dayTitle } from "../format.js";
import { percent } from "../memory.js";
import { DRAWN, paths } from "../shapes.js";
import { HOUR, TEXT } from "../texts.js";

const AXIS = [0, 6, 12, 18];
const MOST_TIMES = 24;
const DAYS = 14;
const FORTNIGHT_WIDTH = 126;
/** How tall a day's block is. @type {Record<string, number>} */
const DAY_HEIGHT = { none: 3, done: 4, no_data: 7, failed: 10, unknown: 4, running: 7 };

/** @typedef {{width: number, bar: number, tall: number, axis: boolean}} Size */
/** @type {Size} */
export const CARD_STRIP = { width: 264, bar: 9, tall: 15, axis: true };
/** @type {Size} */
export const ROW_STRIP = { width: 156, bar: 5.5, tall: 13, axis: false };

/** @param {SVGElement} drawing @param {Record<string, string>} found */
function draw(drawing, found) {
  for (const path of drawing.children) {
    const kind = path.getAttribute("data-kind");
    if (kind) setAttribute(path, "d", found[kind] ?? "");
  }
}

const layers = () => DRAWN.map((kind) => svg("path", { "data-kind": kind }));

/** The fixed markup of a strip. @param {Size} size */
export function stripMarkup(size) {
  const step = size.width / 24;
  const axis = AXIS.map((hour) => {
    const label = svg("text", { x: String(hour * step + 1), y: String(size.tall + 13) });
    label.textContent = String(hour);
    return label;
  });
  return svg("svg", { class: "strip", role: "img", viewBox: `0 0 ${size.width} ${size.tall + (size.axis ? 15 : 4)}` },
    ...layers(), svg("rect", { class: "strip-now", width: "1.5", height: String(size.tall + 4), y: "0", rx: "0.7" }),
    ...(size.axis ? axis : []));
}

/** @param {string} time `08:30` */
const brief = (time) => (time.endsWith(":00") ? `${Number(time.slice(0, 2))}h` : `${Number(time.slice(0, 2))}:${time.slice(3)}`);

/** The day in words, for a tooltip and for assistive technology. @param {import("../day.js").Mark[]} marks */
export function inWords(marks) {
  const said = KINDS.map((kind) => {
    const at = marks.filter((each) => each.kind === kind);
    const named = at.slice(0, MOST_TIMES).map(({ time, reason }) => brief(time) + (reason && ["coming", "skipped"].includes(kind) ? ` (${reason})` : ""));
    return at.length ? `${HOUR[kind]}: ${named.join(", ")}${at.length > MOST_TIMES ? " …" : ""}` : "";
  });
  return said.filter(Boolean).join(" · ") || TEXT.noHour;
}

/**
 * @param {SVGElement} drawing what `stripMarkup` made @param {Size} size
 * @returns {(card: import("../logic.js").Card, day: string, minute: number) => void}
 */
export function stripOf(drawing, size) {
  const now = /** @type {Element} */ (drawing.querySelector(".strip-now"));
  const step = size.width / 24;
  let shown = "";
  return (card, day, minute) => {
    setAttribute(now, "x", String((minute / 1440) * size.width - 0.5));
    const marks = marksOf(card, day, minute);
    const words = inWords(marks);
    const cells = hourCells(marks);
    if (shown === words + cells.join()) return;
    shown = words + cells.join();
    draw(drawing, paths(cells.map((kind, hour) =>
      ({ kind, x: hour * step + (step - size.bar) / 2, y: 2, w: size.bar, h: size.tall }))));
    setAttribute(drawing, "aria-label", words);
  };
}

/** @param {number} width */
export const daysMarkup = (width) =>
  svg("svg", { class: "days", role: "img", viewBox: `0 0 ${width} 10`, preserveAspectRatio: "xMinYMax" }, ...layers());

/**
 * The last fortnight: the worst of each day, taller where something failed.
 * @param {SVGElement} drawing @param {number} width
 * @returns {(past: import("../memory.js").Past|undefined) => void}
 */
export function daysOf(drawing, width) {
  const step = width / DAYS;
  let shown = "";
  return (past) => {
    const days = (past?.days ?? []).slice(-DAYS);
    const missing = DAYS - days.length;
    const kinds = [...Array(missing).fill("none"), ...days.map(({ state, runs }) => (runs ? KIND[state ?? "UNKNOWN"] ?? "unknown" : "none"))];
    const words = days.filter(({ runs }) => runs).map(({ day, runs, failed }) => TEXT.dayWords(dayTitle(day), runs, failed)).join(" · ");
    if (shown === kinds.join() + words) return;
    shown = kinds.join() + words;
    draw(drawing, paths(kinds.map((kind, index) => {
      const h = DAY_HEIGHT[kind] ?? 4;
      return { kind, x: index * step + 1.5, y: 10 - h, w: step - 3, h };
    })));
    setAttribute(drawing, "aria-label", words ? `${TEXT.fortnight} (${TEXT.ownOnly}): ${words}` : TEXT.fortnight);
  };
}

/** How often it went well, as a line of its own or in words. @param {Element} element @param {import("../memory.js").Past|undefined} past @param {(percent: number) => string} [words] */
export function showRate(element, past, words = (value) => `${value} %`) {
  const well = percent(past?.rate);
  setText(element, well === null ? "" : words(well));
  setAttribute(element, "title", well === null ? null : `${TEXT.rateOfThirty(well)}, ${TEXT.ownOnly}`);
}

/** The fortnight with its label, and the rate of thirty days. */
export function fortnightMarkup() {
  return el("div", { class: "fortnight" }, el("span", null, TEXT.fortnight), daysMarkup(FORTNIGHT_WIDTH), el("span", null));
}

/** @param {Element} root what `fortnightMarkup` made */
export function fortnightOf(root) {
  const [, drawing, share] = root.children;
  const show = daysOf(/** @type {SVGElement} */ (drawing), FORTNIGHT_WIDTH);
  return (/** @type {import("../memory.js").Past|undefined} */ past) => {
    showRate(share, past, TEXT.shareOfThirty);
    show(past);
  };
}
