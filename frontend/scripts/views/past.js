/**
 * A job's last thirty days: its figures, a drawing of its durations, and every run with its log.
 */
import { el, icon, setShown, setText } from "../dom.js";
import { clock, dayTitle, duration, moment } from "../format.js";
import { statusState } from "../logic.js";
import { percent } from "../memory.js";
import { ORDER, OUTCOME, STATE, TEXT, TRIGGER } from "../texts.js";
import { chartOf } from "./chart.js";

const DAYS = 30;
const MOST = 400;
const MOST_ORDERS = 30;

/**
 * @typedef {{job: string, start: string, end: string|null, status: string|null, outcome: string|null, exit_code: number|null,
 *   reason: string|null, trigger: string, by?: string|null, pc?: string|null, arguments?: string[], run?: string|null, log?: boolean, duration_seconds?: number|null}} PastRun
 * @typedef {{runs: number, success_rate: number|null, median_seconds: number|null, p95_seconds: number|null,
 *   trend_seconds_per_day: number|null}} Stats
 */

/** @param {PastRun} run */
export const secondsOf = (run) => run.duration_seconds ?? (run.end ? (Date.parse(run.end) - Date.parse(run.start)) / 1000 : null);

/** @param {PastRun} run */
export const stateOf = (run) => (run.outcome === "stopped" ? "UNKNOWN" : run.end === null && !run.status ? "RUNNING" : statusState(run.status) ?? "UNKNOWN");

/** @param {PastRun} run */
const argumentsOf = (run) => (run.arguments?.length ? `${TEXT.arguments}: ${run.arguments.join(" ")}` : "");

/** @param {PastRun} run @param {(run: string) => void} openLog */
function row(run, openLog) {
  const state = stateOf(run);
  const disc = el("span", { class: "disc", "data-state": state }, icon(run.outcome === "stopped" ? "stopped" : state.toLowerCase()));
  const seconds = secondsOf(run);
  const word = run.outcome && OUTCOME[run.outcome] ? OUTCOME[run.outcome] : STATE[state];
  const cells = [
    el("td", { class: "number" }, clock(run.start)),
    el("td", null, el("span", { class: "past-state" }, disc, word)),
    el("td", { class: "number" }, seconds === null ? TEXT.none : duration(seconds)),
    el("td", { class: "past-how", dir: "auto" }, [TRIGGER[run.trigger] ?? run.trigger, run.by, run.pc ? TEXT.on(run.pc) : "", argumentsOf(run)].filter(Boolean).join(", ")),
    el("td", { class: "past-reason", dir: "auto" }, run.reason || ""),
  ];
  const link = el("button", { type: "button", class: "link" }, TEXT.openLog);
  if (run.log && run.run) link.addEventListener("click", () => openLog(/** @type {string} */ (run.run)));
  return el("tr", null, ...cells, el("td", null, run.log && run.run ? link : ""));
}

/** Who asked what, newest first. @param {{at: string, by: string|null, what: string, accepted: boolean, text: string}[]} asked @param {string} today */
function orders(asked, today) {
  if (!asked.length) return [];
  const items = asked.slice(0, MOST_ORDERS).map(({ at, by, what, accepted, text }) =>
    el("li", { dir: "auto" }, [moment(at, today), by ?? "", ORDER[what] ?? what, accepted ? "" : `${TEXT.refused}: ${text}`].filter(Boolean).join(" · ")));
  return [el("h3", null, TEXT.whoHead), el("ul", { class: "orders" }, ...items)];
}

/** By how much a run takes longer from day to day. @param {Stats} stats */
export function trendWords({ trend_seconds_per_day: trend }) {
  if (trend === null || trend === undefined) return TEXT.none;
  return Math.abs(trend) < 0.05 ? TEXT.steadyTrend : TEXT.perDay(`${trend > 0 ? "+" : "−"}${duration(Math.abs(trend))}`);
}

/** @param {Stats} stats */
function figures(stats) {
  const well = percent(stats.success_rate);
  const shown = [
    [String(stats.runs), TEXT.statRuns],
    [well === null ? TEXT.none : `${well} %`, TEXT.statRate],
    [stats.median_seconds === null || stats.median_seconds === undefined ? TEXT.none : duration(stats.median_seconds), TEXT.statMedian],
    [stats.p95_seconds === null || stats.p95_seconds === undefined ? TEXT.none : duration(stats.p95_seconds), TEXT.statP95],
    [trendWords(stats), TEXT.statTrend],
  ];
  return shown.map(([value, label]) => el("li", null, el("b", null, value), el("span", null, label)));
}

/** @param {import("../bridge.js").Bridge} bridge @param {import("../store.js").Store} store @param {(run: string) => void} openLog */
export function createPast(bridge, store, openLog) {
  const only = el("input", { type: "checkbox" });
  const stats = el("ul", { class: "figures" });
  const chart = el("div", { class: "chart" });
  const days = el("div", { class: "past-days" });
  const said = el("p", { class: "past-said", role: "status" });
  const element = el("div", { class: "panel past-panel" },
    el("div", { class: "past-tools" }, el("span", { class: "muted" }, TEXT.ownOnly), el("label", { class: "follow" }, only, TEXT.onlyErrors)),
    el("div", { class: "past-body", tabindex: "0", role: "region", "aria-label": TEXT.past }, stats, chart, said, days));
  /** @type {string|null} */
  let job = null;

  /** @param {{day: string, runs: PastRun[]}} day */
  const table = ({ day, runs }) => {
    const heads = [TEXT.when, TEXT.ended, TEXT.lasted, TEXT.how, TEXT.said, ""];
    return el("section", null, el("h3", null, dayTitle(day)), el("table", null,
      el("thead", { class: "unseen-row" }, el("tr", null, ...heads.map((head) => (head ? el("th", { scope: "col" }, head) : el("td", null))))),
      el("tbody", null, ...runs.map((run) => row(run, openLog)))));
  };

  const read = async () => {
    const asked = job;
    const errors = only.checked;
    if (asked === null) return;
    setText(said, TEXT.reading);
    try {
      const answer = await bridge.history(asked, DAYS, errors);
      if (asked !== job || errors !== only.checked) return;
      let left = MOST;
      const found = answer.days.filter((/** @type {any} */ day) => day.runs.length).map((/** @type {any} */ day) => {
        const runs = day.runs.slice(0, left);
        left -= runs.length;
        return { day: day.day, runs };
      }).filter((/** @type {any} */ day) => day.runs.length);
      stats.replaceChildren(...figures(answer.stats));
      const all = answer.days.flatMap((/** @type {any} */ day) => day.runs);
      chart.replaceChildren(...chartOf(all, answer.stats.median_seconds ?? null, store.facts?.processing_date ?? "", DAYS));
      days.replaceChildren(...found.map(table), ...orders(answer.asked ?? [], store.facts?.processing_date ?? ""));
      setText(said, found.length ? "" : errors ? TEXT.pastNoErrors : TEXT.pastNone);
    } catch (error) {
      if (asked !== job) return;
      stats.replaceChildren();
      chart.replaceChildren();
      days.replaceChildren();
      const code = /** @type {any} */ (error)?.code;
      setText(said, code === "unknown_method" ? TEXT.pastAway : error instanceof Error ? error.message : TEXT.unexpected);
    }
    setShown(said, said.textContent !== "");
  };
  only.addEventListener("change", () => void read());
  return {
    element,
    /** @param {string} opened */
    open(opened) {
      if (job !== opened) {
        for (const each of [stats, chart, days]) each.replaceChildren();
        only.checked = false;
      }
      job = opened;
      setShown(said, true);
      void read();
    },
    changed: () => void read(),
  };
}
