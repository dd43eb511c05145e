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

/** The scheduled hours until now that are still owed: the latest ones without a run of their own; an active run pays one. @param {Card} card @param {number} hour @param {Set<number>} ran */
function owedHours(card, hour, ran) {
  const free = scheduledHours(card).filter((h) => h <= hour && !ran.has(h));
  const owed = card.backlog - (card.state === "RUNNING" ? 1 : 0);
  return new Set(owed > 0 ? free.slice(-owed) : []);
}

/** Minutes since the day's midnight of a moment, held within the day. @param {string} iso @param {string} day */
export function minuteOf(iso, day) {
  const date = iso.slice(0, 10);
  if (date !== day) return date < day ? 0 : MINUTES;
  return Number(iso.slice(11, 13)) * 60 + Number(iso.slice(14, 16)) + Number(iso.slice(17, 19)) / 60;
}

/**
 * One word for each hour of the day: the state of its latest run, `owed`, `coming`, or `none`.
 * @param {Card} card @param {string} day @param {number} hour the hour now
 * @returns {string[]}
 */
export function hourStrip(card, day, hour) {
  const hours = Array(24).fill("none");
  const ran = new Set();
  for (const run of [...card.runs].sort((a, b) => (a.start < b.start ? -1 : 1))) {
    if (run.start.slice(0, 10) !== day) continue;
    const at = Number(run.start.slice(11, 13));
    ran.add(at);
    if (hours[at] !== "RUNNING") hours[at] = statusState(run.state) ?? "UNKNOWN";
  }
  const owed = owedHours(card, hour, ran);
  for (const at of scheduledHours(card)) {
    if (ran.has(at)) continue;
    if (at > hour) hours[at] = "coming";
    else if (owed.has(at)) hours[at] = "owed";
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
