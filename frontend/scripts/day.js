/**
 * The day of a job, one word for each fire time: pure, in the agent's wall clock. Strip, list, timeline and
 * drawer all read this, so that they can never disagree.
 * @typedef {import("./logic.js").Card} Card
 * @typedef {import("./logic.js").DayRun} DayRun
 * @typedef {{minute: number, time: string, kind: string, run: string|null, reason: string|null}} Mark
 */
import { clockOf, statusState } from "./logic.js";

const MINUTES = 1440;
/** What a run's state is called as a mark of the day. @type {Record<string, string>} */
export const KIND = { SUCCESS: "done", ERROR: "failed", NO_DATA: "no_data", RUNNING: "running", UNKNOWN: "unknown" };
/** And back, for colour. @type {Record<string, string>} */
export const STATE_OF = {
  done: "SUCCESS", failed: "ERROR", no_data: "NO_DATA", running: "RUNNING", unknown: "UNKNOWN", owed: "LATE",
  covered: "SCHEDULED", coming: "SCHEDULED", skipped: "SCHEDULED",
};
export const KINDS = ["done", "failed", "no_data", "unknown", "running", "covered", "owed", "coming", "skipped"];

/** The hours a schedule names. @param {Card} card @returns {number[]} */
export function scheduledHours(card) {
  if (card.schedule.kind === "all") return [...Array(24).keys()];
  return card.schedule.kind === "hours" ? card.schedule.hours : [];
}

/** Minutes since the day's midnight of a moment, held within the day. @param {string} iso @param {string} day */
export function minuteOf(iso, day) {
  const date = iso.slice(0, 10);
  if (date !== day) return date < day ? 0 : MINUTES;
  return Number(iso.slice(11, 13)) * 60 + Number(iso.slice(14, 16)) + Number(iso.slice(17, 19)) / 60;
}

/** @param {string} time `08:30` */
const minutes = (time) => Number(time.slice(0, 2)) * 60 + Number(time.slice(3, 5));

/** @param {number} minute @param {string} kind @param {string|null} [run] @param {string|null} [reason] @returns {Mark} */
const mark = (minute, kind, run = null, reason = null) => ({ minute, time: clockOf(minute), kind, run, reason });

/** @param {Card} card @param {string} day */
const runsOf = (card, day) =>
  card.runs.filter((run) => run.start.slice(0, 10) === day).sort((a, b) => (a.start < b.start ? -1 : 1));

/** @param {DayRun} run */
const kindOf = (run) => (run.outcome === "stopped" && run.state === "ERROR" ? "unknown" : KIND[statusState(run.state) ?? "UNKNOWN"]);

/**
 * What an agent without fire times lets one conclude: the n-th run of the day pays the n-th scheduled hour; one
 * that came earlier, or beyond the schedule, stands at its own time.
 * @param {Card} card @param {string} day @param {number} now
 */
function concluded(card, day, now) {
  const scheduled = scheduledHours(card);
  const runs = runsOf(card, day);
  const found = runs.map((run, index) => {
    const began = Math.floor(minuteOf(run.start, day));
    const paid = (scheduled[index] ?? 24) * 60;
    return mark(paid <= began ? paid : began, kindOf(run), run.run);
  });
  // Runs that only the history counts have no mark of their own, but pay all the same.
  const taken = new Set(found.map(({ minute }) => Math.floor(minute / 60)));
  const active = card.state === "RUNNING" ? 1 : 0;
  for (const hour of scheduled.slice(Math.max(runs.length, card.actual + active))) {
    if (!taken.has(hour)) found.push(mark(hour * 60, hour * 60 > now ? "coming" : "owed"));
  }
  return found;
}

/** Today's fire times with what became of each, and the runs beyond them. @param {Card} card @param {string} day @param {number} now minutes since midnight @returns {Mark[]} */
export function marksOf(card, day, now) {
  if (!Array.isArray(card.fires)) return concluded(card, day, now).sort((a, b) => a.minute - b.minute);
  const told = card.fires.map(({ time, state, run, reason }) => mark(minutes(time), state, run, reason));
  const paid = new Set(told.filter(({ kind }) => kind !== "covered").map(({ run }) => run)); // what covers a later hour stands at its own
  const nameless = told.some(({ run, kind }) => !run && ["done", "failed", "no_data", "unknown"].includes(kind));
  for (const run of runsOf(card, day)) {
    if (run.run ? paid.has(run.run) : nameless) continue;
    told.push(mark(Math.floor(minuteOf(run.start, day)), kindOf(run), run.run));
  }
  return told.sort((a, b) => a.minute - b.minute);
}

const FIRST = ["running", "owed"];
const LAST = ["covered", "coming", "skipped"];

/** One word for each hour: a running or an owed one before any other, then the latest run. @param {Mark[]} marks @returns {string[]} */
export function hourCells(marks) {
  const cells = Array(24).fill("none");
  const rank = (/** @type {string} */ kind) =>
    FIRST.includes(kind) ? FIRST.indexOf(kind) : LAST.includes(kind) ? 3 + LAST.indexOf(kind) : kind === "none" ? 9 : 2;
  for (const { minute, kind } of marks) {
    const hour = Math.min(23, Math.floor(minute / 60));
    if (rank(kind) <= rank(cells[hour])) cells[hour] = kind;
  }
  return cells;
}

/**
 * @typedef {{key: string, left: number, width: number, state: string, run: DayRun, seconds: number|null}} Bar
 * The runs of a job as bars, in percent of the day. A run without an end reaches to now while it runs.
 * @param {Card} card @param {string} day @param {number} nowMs @param {number} nowMinute
 * @returns {Bar[]}
 */
export function bars(card, day, nowMs, nowMinute) {
  return card.runs.map((run) => {
    const kind = kindOf(run);
    const running = kind === "running";
    const from = minuteOf(run.start, day);
    const until = run.end ? minuteOf(run.end, day) : running ? nowMinute : from;
    const endMs = run.end ? Date.parse(run.end) : running ? nowMs : NaN;
    const seconds = (endMs - Date.parse(run.start)) / 1000;
    return {
      key: run.run ?? run.start,
      left: (from / MINUTES) * 100,
      width: (Math.max(0, until - from) / MINUTES) * 100,
      state: STATE_OF[kind],
      run,
      seconds: Number.isFinite(seconds) ? Math.max(0, seconds) : null,
    };
  });
}

const SLACK_MINUTES = 10;

/**
 * The card, late by its own fire times: one that is owed for over ten minutes while the queue moves. What the
 * agent itself calls late stays.
 * @param {Card} card @param {number} now minutes since midnight @param {boolean} flowing @returns {Card}
 */
export function behind(card, now, flowing) {
  const owed = flowing && !card.paused && !card.halted && card.state !== "RUNNING" ? card.fires?.find(({ state }) => state === "owed")?.time : undefined;
  const since = owed && now - minutes(owed) > SLACK_MINUTES ? owed : null;
  if (since && !card.late) return { ...card, late: { since: null, text: "", owed: since } };
  if (card.late?.owed && card.late.owed !== since) return { ...card, late: since ? { since: null, text: "", owed: since } : null };
  return card;
}

/** @param {number} minute */
export const percentOfDay = (minute) => (minute / MINUTES) * 100;
