/**
 * The day's 24 hours of one job as a strip of small bars.
 */
import { el, setAttribute } from "../dom.js";
import { hourStrip } from "../day.js";
import { HOUR, TEXT } from "../texts.js";

const NAMED = [0, 6, 12, 18, 24];

/** The fixed markup of a strip. */
export function stripMarkup() {
  const hours = Array.from({ length: 24 }, () => el("i", { "data-hour": "none" }));
  return el("div", { class: "strip" },
    el("div", { class: "strip-hours", role: "img" }, ...hours),
    el("div", { class: "strip-axis", "aria-hidden": "true" }, ...NAMED.map((hour) => el("span", null, String(hour)))));
}

/** The strip in words, for a tooltip and for assistive technology. @param {string[]} hours */
function inWords(hours) {
  const said = Object.entries(HOUR).map(([kind, word]) => {
    const at = hours.flatMap((each, hour) => (each === kind ? [`${hour}h`] : []));
    return at.length ? `${word}: ${at.join(", ")}` : "";
  });
  return said.filter(Boolean).join(" · ") || TEXT.noRun;
}

/**
 * @param {HTMLElement} strip what `stripMarkup` made
 * @returns {(card: import("../logic.js").Card, day: string, hour: number) => void}
 */
export function stripOf(strip) {
  const row = /** @type {HTMLElement} */ (strip.firstChild);
  const cells = [...row.children];
  return (card, day, hour) => {
    const hours = hourStrip(card, day, hour);
    cells.forEach((cell, at) => {
      setAttribute(cell, "data-hour", hours[at]);
      setAttribute(cell, "data-now", at === hour ? "" : null);
    });
    const words = inWords(hours);
    setAttribute(row, "aria-label", words);
    setAttribute(row, "title", words);
  };
}
