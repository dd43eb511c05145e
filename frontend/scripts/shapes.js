/**
 * The shapes of the day's grammar as SVG paths, so that no state is told by colour alone: full, full with ×, full
 * with –, with :, moving, ghost, hatched, hollow, crossed out; and a dot where there is nothing. Pure.
 */

/** A box with round corners. @param {number} x @param {number} y @param {number} w @param {number} h @param {number} r */
export const box = (x, y, w, h, r) =>
  `M${x + r} ${y}h${w - 2 * r}q${r} 0 ${r} ${r}v${h - 2 * r}q0 ${r} ${-r} ${r}h${2 * r - w}q${-r} 0 ${-r} ${-r}v${2 * r - h}q0 ${-r} ${r} ${-r}z`;

/** What is cut out of a full box. @type {Record<string, (x: number, y: number, s: number) => string>} */
const CUTS = {
  failed: (x, y, s) => `M${x - s} ${y - s}l${2 * s} ${2 * s}M${x + s} ${y - s}l${-2 * s} ${2 * s}`,
  no_data: (x, y, s) => `M${x - s} ${y}h${2 * s}`,
  running: (x, y, s) => `M${x - s * 0.7} ${y - s}l${1.6 * s} ${s}l${-1.6 * s} ${s}`,
  unknown: (x, y, s) => `M${x} ${y - 1.4 * s}v${0.6 * s}M${x} ${y + 0.8 * s}v${0.6 * s}`,
};
const HOLLOW = ["coming", "owed", "covered", "skipped"];

/**
 * @typedef {{kind: string, x: number, y: number, w: number, h: number}} Cell
 * One path for each kind, and one, `cut`, for all that is cut out of full boxes.
 * @param {Cell[]} cells @returns {Record<string, string>}
 */
export function paths(cells) {
  /** @type {Record<string, string>} */
  const found = {};
  const add = (/** @type {string} */ kind, /** @type {string} */ d) => { found[kind] = (found[kind] ?? "") + d; };
  for (const { kind, x, y, w, h } of cells) {
    if (kind === "none") {
      add("none", box(x + w / 2 - 1.5, y + h - 2, 3, 2, 1));
      continue;
    }
    const inset = HOLLOW.includes(kind) ? 0.6 : 0;
    const high = kind === "skipped" ? h * 0.6 : h;
    const r = Math.min(2.2, w / 3);
    add(kind, box(x + inset, y + h - high + inset, w - 2 * inset, high - 2 * inset, r));
    if (kind === "skipped") add("slash", `M${x + 0.8} ${y + h - 0.8}L${x + w - 0.8} ${y + h - high + 0.8}`);
    if (CUTS[kind]) add("cut", CUTS[kind](x + w / 2, y + h / 2, Math.min(w, h) * 0.26));
  }
  return found;
}

/** The order in which they are drawn. */
export const DRAWN = ["none", "done", "failed", "no_data", "unknown", "running", "covered", "owed", "coming", "skipped", "slash", "cut"];
