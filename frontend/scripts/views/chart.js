/**
 * The durations of thirty days as dots over a line at their median: an inline drawing, a shape for each outcome.
 */
import { svg } from "../dom.js";
import { dayTitle, duration } from "../format.js";
import { TEXT } from "../texts.js";
import { secondsOf, stateOf } from "./past.js";

const [WIDTH, HEIGHT, LEFT, BOTTOM] = [680, 132, 52, 18];
const DAY_MS = 86_400_000;
const MOST = 600;

/** @param {number} x @param {number} y @param {string} state */
function dot(x, y, state) {
  const at = `${x.toFixed(1)} ${y.toFixed(1)}`;
  const d = state === "ERROR" ? `M${at}m-3-3l6 6m0-6l-6 6` : state === "NO_DATA" ? `M${at}m-3.5 0h7` : `M${at}m-2.6 0a2.6 2.6 0 1 0 5.2 0a2.6 2.6 0 1 0-5.2 0`;
  return svg("path", { d, "data-state": state, class: "chart-dot" });
}

/** @param {number} x @param {number} y @param {string} text @param {string} anchor */
function label(x, y, text, anchor) {
  const made = svg("text", { x: String(x), y: String(y), "text-anchor": anchor });
  made.textContent = text;
  return made;
}

/**
 * @param {import("./past.js").PastRun[]} runs @param {number|null} median @param {string} today @param {number} days
 * @returns {Node[]} nothing where there is nothing to draw
 */
export function chartOf(runs, median, today, days) {
  const known = runs.flatMap((run) => {
    const seconds = secondsOf(run);
    return seconds === null ? [] : [{ seconds, state: stateOf(run), at: Date.parse(`${run.start.slice(0, 19)}Z`) }];
  }).slice(0, MOST);
  if (known.length < 2 || !today) return [];
  const end = Date.parse(`${today}T00:00:00Z`) + DAY_MS;
  const from = end - days * DAY_MS;
  const top = Math.max(...known.map(({ seconds }) => seconds), (median ?? 0) * 1.5, 1);
  const x = (/** @type {number} */ ms) => LEFT + ((ms - from) / (end - from)) * (WIDTH - LEFT - 6);
  const y = (/** @type {number} */ seconds) => 8 + (1 - seconds / top) * (HEIGHT - BOTTOM - 12);
  const drawn = [svg("path", { class: "chart-axis", d: `M${LEFT} ${HEIGHT - BOTTOM}H${WIDTH - 6}` }), label(LEFT - 8, 14, duration(top), "end"), label(LEFT - 8, HEIGHT - BOTTOM, "0", "end")];
  for (let day = from; day < end; day += 7 * DAY_MS) {
    const date = new Date(day).toISOString().slice(0, 10);
    drawn.push(label(x(day), HEIGHT - 4, `${date.slice(8)}/${date.slice(5, 7)}`, "start"));
  }
  if (median) {
    drawn.push(svg("path", { class: "chart-median", d: `M${LEFT} ${y(median).toFixed(1)}H${WIDTH - 6}` }));
    if (y(median) > 26 && y(median) < HEIGHT - BOTTOM - 10) drawn.push(label(LEFT - 8, y(median) + 4, duration(median), "end"));
  }
  const words = `${TEXT.chart}: ${dayTitle(new Date(from).toISOString().slice(0, 10))}`;
  return [svg("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img", "aria-label": words }, ...drawn,
    ...known.map(({ at, seconds, state }) => dot(x(at), y(seconds), state)))];
}
