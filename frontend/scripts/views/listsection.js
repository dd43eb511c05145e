/**
 * The frame of the list: the heads of its columns, and a foldable section for each area.
 */
import { command, el, icon, setAttribute, setShown, setText } from "../dom.js";
import { keyedList } from "../list.js";
import { TEXT } from "../texts.js";
import { createListRow } from "./listrow.js";

/** Heights in pixels. */
export const PITCH = 36;
export const HEAD = 34;
/** @type {[string, string, string, string?][]} class, words, sort ("" for none), what they are of */
const COLUMNS = [
  ["row-state", TEXT.columnState, "state"], ["row-job", TEXT.columnName, "name"], ["row-last", TEXT.columnLast, "last"],
  ["row-ago", TEXT.columnAgo, ""], ["row-age", TEXT.columnDuration, "duration"], ["row-said", TEXT.columnSaid, ""], ["row-next", TEXT.columnNext, "next"],
  ["row-day", TEXT.today, ""], ["row-days", TEXT.fortnight, "", TEXT.ownOnly], ["row-rate", TEXT.columnRate, "", TEXT.columnRateOf], ["row-buttons", TEXT.columnActions, ""],
];

export function columnHeads() {
  const heads = COLUMNS.map(([name, text, sort, of]) => {
    const inner = sort ? el("button", { type: "button", class: "sort", "data-sort": sort }, el("span", null, text), icon("fold"))
      : el("span", name === "row-ago" || name === "row-buttons" ? { class: "unseen" } : null, text);
    return el("div", { class: name, role: "columnheader", title: name === "row-rate" && TEXT.columnRateMore }, inner, of ? el("small", null, of) : "");
  });
  const element = el("div", { class: "list-heads", role: "row" }, ...heads);
  element.addEventListener("click", (event) => {
    const sort = /** @type {Element} */ (event.target).closest("[data-sort]")?.getAttribute("data-sort");
    if (sort) command(element, "sort", { sort });
  });
  return {
    element,
    /** @param {string} sort @param {boolean} backwards */
    update(sort, backwards) {
      heads.forEach((head, index) => {
        if (COLUMNS[index][2]) setAttribute(head, "aria-sort", COLUMNS[index][2] !== sort ? "none" : backwards ? "descending" : "ascending");
      });
    },
  };
}

/** @param {string} area */
export function createSection(area) {
  const name = el("b", { dir: "auto" }, area);
  const [count, failed, late] = [el("span", { class: "list-count" }), el("span", { class: "list-failed" }), el("span", { class: "list-late" })];
  const toggle = el("button", { type: "button", class: "list-fold", tabindex: "-1" }, icon("fold"), name, count, failed, late);
  const head = el("div", { class: "list-area", role: "row" }, el("div", { role: "rowheader", "aria-colspan": String(COLUMNS.length) }, toggle));
  const rows = el("div", { class: "list-rows" });
  const element = el("div", { class: "list-section", role: "rowgroup", "aria-label": area, "data-area": area }, head, rows);
  toggle.addEventListener("click", () => command(toggle, "fold", { area }));
  return { element, toggle, list: keyedList(rows, createListRow, true), rows,
    /** @param {import("../order.js").Group} group @param {boolean} folded */
    update(group, folded) {
      setText(count, String(group.ids.length));
      setText(failed, group.failed ? TEXT.failed(group.failed) : "");
      setText(late, group.late ? TEXT.lateN(group.late) : "");
      setAttribute(toggle, "aria-expanded", String(!folded));
      setShown(rows, !folded);
      const height = `${group.ids.length * PITCH}px`;
      if (rows.style.height !== height) rows.style.height = height;
    },
  };
}
