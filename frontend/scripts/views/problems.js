/**
 * Every problem with its place, what to do and since when; the registry's by row and column.
 */
import { command, el, icon, setName, setShown, setText } from "../dom.js";
import { moment, sentence } from "../format.js";
import { PLACE, TEXT } from "../texts.js";

/** @typedef {import("../store.js").Problem} Problem */

/** The job's name, leading to it where it has a card. @param {Problem} problem @param {import("../store.js").Store} store */
function jobOf(problem, store) {
  if (!problem.job) return "";
  const card = store.cards.get(problem.job);
  if (!card) return problem.job;
  const link = el("button", { type: "button", class: "link", title: TEXT.show, dir: "auto" });
  setName(link, card.name);
  link.addEventListener("click", () => command(link, "show", { job: problem.job }));
  return link;
}

/** By row, then as they came. @param {Problem[]} problems */
const byRow = (problems) => problems.map((problem, index) => ({ problem, index, row: problem.cell?.row ?? Infinity }))
  .sort((a, b) => (a.row === b.row ? a.index - b.index : a.row - b.row)).map(({ problem }) => problem);

/** The row stands in its own column. @param {string} what */
function withoutRow(what) {
  return sentence(what.replace(/^linha \d+: */i, ""));
}

/** @param {Problem[]} problems @param {string} today @param {import("../store.js").Store} store */
function table(problems, today, store) {
  const heads = [TEXT.row, TEXT.job, TEXT.column, TEXT.value, TEXT.what, TEXT.action, TEXT.sinceHead];
  const rows = byRow(problems).map((problem) => {
    const cell = problem.cell;
    const part = (/** @type {string} */ head, /** @type {Node|string|undefined} */ what, kind = "") =>
      el("td", { class: kind, "data-head": head, "data-none": !what }, what || "—");
    return el("tr", null,
      part(TEXT.row, cell ? String(cell.row) : "", "number"),
      part(TEXT.job, jobOf(problem, store), "problem-job"),
      part(TEXT.column, cell?.column),
      part(TEXT.value, cell?.value ? el("code", { dir: "auto" }, cell.value) : ""),
      el("td", { dir: "auto" }, cell ? withoutRow(problem.what) : sentence(problem.what)),
      el("td", { class: "action", dir: "auto" }, problem.action ? sentence(problem.action) : "—"),
      part(TEXT.sinceHead, problem.since ? moment(problem.since, today) : "", "number"));
  });
  return el("div", { class: "table-frame", tabindex: "0", role: "region", "aria-label": TEXT.registryProblems },
    el("table", null, el("thead", null, el("tr", null, ...heads.map((head) => el("th", { scope: "col" }, head)))),
      el("tbody", null, ...rows)));
}

/** @param {Problem} problem @param {string} today @param {import("../store.js").Store} store */
function item(problem, today, store) {
  const mark = icon("problems");
  mark.setAttribute("data-state", "ERROR");
  return el("li", { class: "problem" }, mark,
    el("div", null,
      el("p", { class: "problem-place" }, el("b", null, PLACE[problem.where] ?? problem.where),
        problem.since ? ` · ${TEXT.since(moment(problem.since, today))}` : "", problem.job ? " · " : "", jobOf(problem, store)),
      el("p", { class: "problem-what", dir: "auto" }, sentence(problem.what)),
      problem.action ? el("p", { class: "action", dir: "auto" }, sentence(problem.action)) : ""));
}

/** @param {HTMLElement} place @param {import("./doctor.js").Doctor} doctor */
export function mountProblems(place, doctor) {
  const title = el("h2", { class: "view-title" }, TEXT.problems);
  const found = el("div", { class: "problem-lists" });
  const section = el("section", { class: "problems-view", "aria-label": TEXT.problems, hidden: true },
    el("div", { class: "view-head" }, title), found, doctor.start, doctor.answer);
  place.append(section);
  let seen = "";
  return {
    /** @param {import("../store.js").Store} store @param {boolean} shown */
    update(store, shown) {
      setShown(section, shown);
      if (!shown || !store.facts) return;
      const { problems, processing_date: today } = store.facts;
      const key = JSON.stringify([problems, today, problems.map(({ job }) => job && store.cards.has(job))]);
      if (key === seen) return;
      seen = key;
      setText(title, problems.length ? `${TEXT.problems} (${problems.length})` : TEXT.problems);
      const registry = problems.filter((problem) => problem.where === "registry");
      const others = problems.filter((problem) => problem.where !== "registry");
      const parts = [];
      if (others.length) parts.push(el("ul", { class: "problem-list" }, ...others.map((problem) => item(problem, today, store))));
      if (registry.length) parts.push(el("h3", null, TEXT.registryProblems), table(registry, today, store));
      if (!problems.length) parts.push(el("p", { class: "all-well" }, icon("success"), el("b", null, TEXT.noProblems), " ", el("span", null, TEXT.noProblemsMore)));
      found.replaceChildren(...parts);
    },
  };
}
