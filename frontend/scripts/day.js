/**
 * The day of a job, hour by hour and minute by minute: pure, in the agent's wall clock.
 * @typedef {import("./logic.js").Card} Card
 * @typedef {import("./logic.js").DayRun} DayRun
 */
import { statusState } from "./logic.js";

const MINUTES = 1440;

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

/**
 * One word for each hour of the day: a run's state, `owed`, `coming`, or `none`.
 * The n-th run of the day pays the n-th scheduled hour, as the scheduler counts: a run that came later (catch-up)
 * stands at the hour that it paid, one that came earlier, or beyond the schedule, at its own.
 * @param {Card} card @param {string} day @param {number} hour the hour now
 * @returns {string[]}
 */
export function hourStrip(card, day, hour) {
  const hours = Array(24).fill("none");
  const scheduled = scheduledHours(card);
  const runs = card.runs.filter((run) => run.start.slice(0, 10) === day).sort((a, b) => (a.start < b.start ? -1 : 1));
  runs.forEach((run, index) => {
    const began = Number(run.start.slice(11, 13));
    const paid = scheduled[index] ?? 24;
    const at = paid <= began ? paid : began;
    if (hours[at] !== "RUNNING") hours[at] = statusState(run.state) ?? "UNKNOWN";
  });
  // Runs that only the history counts have no mark of their own, but pay all the same.
  const active = card.state === "RUNNING" ? 1 : 0;
  for (const at of scheduled.slice(Math.max(runs.length, card.actual + active))) {
    if (hours[at] === "none") hours[at] = at > hour ? "coming" : "owed";
  }
  return hours;
}

/**
 * @typedef {{key: string, left: number, width: number, state: string, run: DayRun, seconds: number|null}} Bar
 * The runs of a job as bars, in percent of the day. A run without an end reaches to now while it runs.
 * @param {Card} card @param {string} day @param {number} nowMs @param {number} nowMinute
 * @returns {Bar[]}
 */
export function bars(card, day, nowMs, nowMinute) {
  return card.runs.map((run) => {
    const state = statusState(run.state) ?? "UNKNOWN";
    const from = minuteOf(run.start, day);
    const until = run.end ? minuteOf(run.end, day) : state === "RUNNING" ? nowMinute : from;
    const endMs = run.end ? Date.parse(run.end) : state === "RUNNING" ? nowMs : NaN;
    const seconds = (endMs - Date.parse(run.start)) / 1000;
    return {
      key: run.run ?? run.start,
      left: (from / MINUTES) * 100,
      width: (Math.max(0, until - from) / MINUTES) * 100,
      state,
      run,
      seconds: Number.isFinite(seconds) ? Math.max(0, seconds) : null,
    };
  });
}

/** @param {number} minute */
export const percentOfDay = (minute) => (minute / MINUTES) * 100;
