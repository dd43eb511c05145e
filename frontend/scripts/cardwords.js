/**
 * What a card says beside its fixed labels: one rule for card, row and drawer. Pure.
 * @typedef {import("./logic.js").Card} Card
 * @typedef {{day: string, rank: number|null, queued: number, running: number, max: number, flowing: boolean, troubled: {what: string, action?: string}|null}} Around
 */
import { about, ahead, duration, hourMinute, sentence } from "./format.js";
import { failed, lateOf, statusState } from "./logic.js";
import { nextOf } from "./order.js";
import { OUTCOME, STATE, TEXT, TOMORROW } from "./texts.js";

/** How a card looks, which is its state but for what a person did about it. @param {Card} card */
export function tone(card) {
  if (card.outcome === "stopped" && card.last_run && ["ERROR", "IDLE"].includes(card.state)) return "STOPPED";
  return card.state === "ERROR" && card.acknowledged ? "ACK" : card.state;
}

/** The drawing of a tone. @type {Record<string, string>} */
const DRAWING = { STOPPED: "stopped", ACK: "error" };
/** @param {Card} card */
export const drawingOf = (card) => DRAWING[tone(card)] ?? card.state.toLowerCase();

/** The state in one word. @param {Card} card */
export function stateWord(card) {
  if (card.silent_since) return TEXT.unheard;
  if (card.stopping_since) return TEXT.stopping;
  if (card.starting) return TEXT.starting;
  return tone(card) === "STOPPED" ? TEXT.interrupted : STATE[card.state] ?? card.state;
}

/** What stands beside the state's drawing: the last result, or the state where that says more. @param {Card} card @param {boolean} [code] */
export const headWords = (card, code = !card.reason) => (card.last_run && card.state !== "SCHEDULED" && !card.silent_since ? resultWords(card, code) : stateWord(card));

/** The last run's result in words: status, duration, and what is out of the ordinary. @param {Card} card @param {boolean} [code] whether the exit code is said: not where a reason stands below */
export function resultWords(card, code = true) {
  const last = card.last_run;
  if (!last) return "";
  const state = card.last_state ?? statusState(last.status);
  const words = [tone(card) === "STOPPED" ? TEXT.interrupted : state ? STATE[state] : String(last.status)];
  if (tone(card) === "ACK") words.push(TEXT.acknowledged);
  if (last.duration_seconds !== null && last.duration_seconds !== undefined) words.push(duration(last.duration_seconds));
  if (card.state === "RUNNING" || tone(card) === "STOPPED") return words.join(" · ");
  if (card.outcome && OUTCOME[card.outcome]) words.push(OUTCOME[card.outcome]);
  else if (code && card.state === "ERROR" && card.exit_code) words.push(TEXT.exitCode(card.exit_code));
  return words.join(" · ");
}

/** How long ago the last run ended, or "". @param {Card} card @param {number} nowMs */
export function age(card, nowMs) {
  const start = card.last_run?.start;
  if (!start) return "";
  const seconds = (nowMs - Date.parse(start)) / 1000 - (card.last_run?.duration_seconds ?? 0);
  return seconds < 60 ? "" : TEXT.age(about(seconds));
}

/** When it runs next, without what the box says already. @param {Card} card */
export const nextText = ({ retry_at: again, next_run_text: text }) =>
  (again ? text.replace(TEXT.againNote, "") : text.replace(TEXT.untilNote, "").replace(TEXT.seeNote, "").replace(TEXT.afterAnother, TEXT.afterOther));

/** How long until the next run, or the hour of tomorrow that its text leaves open; nothing while it is suspended. @param {Card} card @param {{day: string, flowing: boolean}} around @param {number} nowMs */
export function countdown(card, { day, flowing }, nowMs) {
  const at = nextOf(card);
  if (!at || card.paused || !flowing) return "";
  const told = card.next_run_text.includes(hourMinute(at));
  if (at.slice(0, 10) !== day) return !told && card.next_run_text.includes(TOMORROW) ? hourMinute(at) : "";
  const seconds = (Date.parse(at) - nowMs) / 1000;
  return seconds > 0 && told ? TEXT.inTime(about(seconds)) : "";
}

/**
 * The sentence in a card's box, and its kind: what went wrong first, else what there is to know.
 * @param {Card} card @param {Around} around @param {boolean} [sinceWhen] whether it says that it is late: not where that stands beside it
 * @returns {{kind: "reason"|"late"|"paused"|"why", text: string, more: string}}
 */
export function boxWords(card, around, sinceWhen = true) {
  const extra = [
    card.retry_at && !card.queued ? TEXT.retry(ahead(card.retry_at, around.day)) : "",
    card.leftovers?.length ? TEXT.leftovers(card.leftovers) : "",
  ].filter(Boolean).join(" ");
  const why = card.why ?? "";
  const since = (/** @type {{owed?: string, since: string|null}} */ each) => (sinceWhen ? lateWords(each) : "");
  const rest = sinceWhen ? why : sentence(why.replace(TEXT.lateNote, ""));
  if (failed(card) && card.reason) return { kind: "reason", text: card.reason, more: extra };
  if (card.silent_since) return { kind: "late", text: TEXT.silentRun(card.pc ?? "", ahead(card.silent_since, around.day)), more: card.stopping_since ? TEXT.stopLater : extra };
  const late = lateOf(card);
  if (late?.text) return { kind: "late", text: sentence(late.text), more: extra };
  if (card.paused) return { kind: "paused", text: pausedWords(card.paused, around.day), more: extra };
  if (card.queued && around.rank && around.flowing) {
    const begins = card.estimate ? TEXT.startsAbout(ahead(card.estimate, around.day)) : "";
    const place = TEXT.queueWhy(around.rank, around.queued, around.running, around.max);
    const more = [begins, extra].filter(Boolean).join(" ");
    return late ? { kind: "late", text: `${since(late)} ${place}`.trim(), more } : { kind: "why", text: place, more };
  }
  if (late?.owed) return { kind: "late", text: `${since(late)} ${rest}`.trim(), more: extra };
  if (card.leftovers?.length) return { kind: "late", text: extra, more: why };
  if (around.troubled && card.state !== "RUNNING") return { kind: "late", text: problemWords(around.troubled.what, card.name), more: [sentence(around.troubled.action ?? ""), extra].filter(Boolean).join(" ") };
  return { kind: "why", text: extra ? `${extra} ${rest}` : rest, more: "" };
}

/** What a problem says, without the place and the name that stand beside it. @param {string} what @param {string} name */
const problemWords = (what, name) => sentence((what.startsWith(`${name}: `) ? what.slice(name.length + 2) : what).replace(TEXT.lineNote, ""));

/** Both parts of what a box says, in one line. @param {{text: string, more: string}} said */
export const inOneLine = ({ text, more }) => [text, more].filter(Boolean).join(text.endsWith(".") ? " " : " · ");

/** @param {{owed?: string, since: string|null}} late */
const lateWords = (late) => (late.owed ? TEXT.lateSince(late.owed) : "");

/** @param {{until: string|null, reason: string}} paused @param {string} day */
export const pausedWords = (paused, day) => TEXT.pausedUntil(paused.until ? ahead(paused.until, day) : "", paused.reason ?? "");

/** Why it is called late, in two words. @param {Card} card */
export const lateWord = (card) => (card.silent_since ? TEXT.noNews : card.late ? TEXT.late : TEXT.overdue);

/** The same, and since when where the agent does not say it itself. @param {Card} card */
export const lateSince = (card) => (card.late?.owed ? TEXT.lateSince(card.late.owed).toLowerCase().replace(/\.$/, "") : lateWord(card));

/** The PC of a run, where that is not the one that decides. @param {Card} card @param {string|null|undefined} brain */
export const elsewhere = (card, brain) => (card.pc && card.pc !== brain ? card.pc : "");

/** The schedule in words. @param {Card} card */
export const scheduleWords = (card) => card.schedule.text || (card.schedule.kind === "manual" ? TEXT.noSchedule : "");
