/**
 * What the page concludes from a snapshot: pure, without document and without clock.
 */
import { plain } from "./format.js";

/**
 * @typedef {{start: string, end: string|null, state: string, trigger: string, run: string|null,
 *   exit_code: number|null, outcome: string|null, pc?: string|null}} DayRun
 * @typedef {{start: string|null, status: string|null, duration_seconds: number|null, source: string}} LastRun
 * @typedef {{time: string, state: string, run: string|null, reason: string|null}} Fire
 * @typedef {{id: string, name: string, area: string, path: string, state: string, queued: boolean, ticket: number|null,
 *   schedule: {kind: string, hours: number[], text?: string, times?: string[]}, target: number, actual: number,
 *   backlog: number, last_run: LastRun|null, next_run: string|null, next_run_text: string, why: string,
 *   started: string|null, starting: boolean, stopping_since: string|null, stop_grace_seconds: number,
 *   usual_seconds: number|null, overdue: boolean, exit_code: number|null, outcome: string|null,
 *   trigger: string|null, pid?: number|null, interpreter?: string|null, runs_kept?: number, runs: DayRun[], next_fire?: string|null,
 *   reason?: string|null, covered?: string[], paused?: {until: string|null, reason: string}|null,
 *   fires?: Fire[]|null, late?: {since: string|null, text: string, owed?: string}|null, last_state?: string|null, owed?: number, retry_at?: string|null,
 *   acknowledged?: boolean, note?: string, script?: string, estimate?: string|null, repeatable?: boolean,
 *   leftovers?: number[], policies?: string[], has_log?: boolean, timeout_minutes?: number|null, removed?: boolean,
 *   pc?: string|null, silent_since?: string|null, halted?: boolean}} Card
 * @typedef {{area: string|null, filter: string|null, query: string}} Choice
 */

/** The worst first, as the tray icon prefers them. */
export const WORST = ["ERROR", "RUNNING", "NO_DATA", "SUCCESS", "SCHEDULED", "IDLE"];

/** What the head offers to filter by; `queued` is a badge beside the six states. */
export const FILTERS = ["ERROR", "late", "RUNNING", "queued", "NO_DATA", "SUCCESS", "IDLE"];

/** `510` → `08:30`. @param {number} minute */
export const clockOf = (minute) =>
  `${String(Math.floor(minute / 60)).padStart(2, "0")}:${String(Math.floor(minute % 60)).padStart(2, "0")}`;

/** Whether the last run failed by itself: a person's own stop is no failure. @param {Card} card */
export const failed = (card) => card.state === "ERROR" && card.outcome !== "stopped";

/** Whether it is not started by itself for now, as a person or the sheet of halts wants it. @param {Card} card */
export const rests = (card) => Boolean(card.paused || card.halted);

/** Whether it is behind, and since when, as far as the agent says; nor is it well if nothing is heard of its PC. @param {Card} card */
export const lateOf = (card) => card.late ?? (card.silent_since ? { since: card.silent_since, text: "" } : null) ?? (card.overdue && card.state === "RUNNING" ? { since: card.started, text: "" } : null);

/** The state a status text means (product 5.2), or null. @param {string|null|undefined} status */
export function statusState(status) {
  const text = (status ?? "").toUpperCase();
  if (/ERROR|ERRO|FALHA|FAIL|TIMEOUT|CANCEL|INSUCESSO|SEM SUCESSO|UNSUCCESS|SUCCESS=FALSE/.test(text)) return "ERROR";
  if (text.includes("SUCCESS") || text.includes("SUCESSO")) return "SUCCESS";
  if (/NO_DATA|NO DATA|SEM DADOS/.test(text)) return "NO_DATA";
  if (text.includes("RUNNING")) return "RUNNING";
  return text === "" || text.includes("SEM_RESULTADO") || text === "UNKNOWN" ? "UNKNOWN" : null;
}

/** @param {Card} card @param {string} filter */
const passes = (card, filter) =>
  filter === "queued" ? card.queued : filter === "late" ? lateOf(card) !== null : filter === "paused" ? Boolean(card.paused)
    : filter === "ERROR" ? failed(card) : card.state === filter;

/** Where a card can be found by; kept beside the card because folding accents costs. @param {Card} card */
export const searchText = (card) => plain(`${card.name} ${card.area}`);

/**
 * Ids to show, in their order. Every word of the query must be found, in whatever order.
 * @param {string[]} order @param {Map<string, Card>} cards @param {Map<string, string>} texts
 * @param {Choice} choice
 */
export function visible(order, cards, texts, choice) {
  const words = plain(choice.query).split(/\s+/).filter(Boolean);
  return order.filter((id) => {
    const card = cards.get(id);
    if (!card || (choice.area !== null && card.area !== choice.area)) return false;
    if (choice.filter && !passes(card, choice.filter)) return false;
    const text = texts.get(id) ?? "";
    return words.every((word) => text.includes(word));
  });
}

/** How many cards of an area (null: of all) each filter would show. @param {Iterable<Card>} cards @param {string|null} area */
export function filterCounts(cards, area) {
  /** @type {Record<string, number>} */
  const counts = Object.fromEntries(FILTERS.map((key) => [key, 0]));
  for (const card of cards) {
    if (area !== null && card.area !== area) continue;
    for (const key of FILTERS) if (passes(card, key)) counts[key] += 1;
  }
  return counts;
}

/**
 * @typedef {{area: string|null, count: number, running: number, failed: number, late: number, worst: string}} AreaSummary
 * @param {string[]} areas @param {Iterable<Card>} cards
 * @returns {AreaSummary[]} all first, then each area in its order
 */
export function areaSummaries(areas, cards) {
  const empty = (/** @type {string|null} */ area) => ({ area, count: 0, running: 0, failed: 0, late: 0, worst: "IDLE" });
  const all = empty(null);
  const byArea = new Map(areas.map((area) => [area, empty(area)]));
  for (const card of cards) {
    for (const summary of [all, byArea.get(card.area)]) {
      if (!summary) continue;
      summary.count += 1;
      if (card.state === "RUNNING") summary.running += 1;
      if (failed(card) && !card.acknowledged) summary.failed += 1;
      if (lateOf(card)) summary.late += 1;
      if (WORST.indexOf(card.state) < WORST.indexOf(summary.worst)) summary.worst = card.state;
    }
  }
  return [all, ...byArea.values()];
}

/** Rank in the queue of every queued card, from 1. @param {Iterable<Card>} cards @returns {Map<string, number>} */
export function queueRanks(cards) {
  const queued = [];
  for (const card of cards) if (card.ticket !== null && card.ticket !== undefined) queued.push(card);
  queued.sort((a, b) => Number(a.ticket) - Number(b.ticket));
  return new Map(queued.map((card, index) => [card.id, index + 1]));
}

/** Runs planned for the whole of today; 0 where nothing is. @param {Card} card */
export const plannedToday = (card) =>
  card.schedule.times?.length ?? (card.schedule.kind === "all" ? 24 : card.schedule.kind === "hours" ? card.schedule.hours.length : 0);

/**
 * Elapsed of the active run against its usual duration; null when nothing runs, or nothing is heard of it.
 * @param {Card} card @param {number} nowMs
 */
export function progress(card, nowMs) {
  if (card.state !== "RUNNING" || !card.started || card.silent_since) return null;
  const seconds = Math.max(0, (nowMs - Date.parse(card.started)) / 1000);
  const usual = card.usual_seconds;
  return { seconds, usual, share: usual ? Math.min(1, seconds / usual) : null, overdue: card.overdue };
}

/** Whole seconds until a stopping run is killed, 0 when that time is over; null when none is. @param {Card} card @param {number} nowMs */
export function secondsToKill(card, nowMs) {
  if (!card.stopping_since) return null;
  const left = card.stop_grace_seconds - (nowMs - Date.parse(card.stopping_since)) / 1000;
  return Math.max(0, Math.min(card.stop_grace_seconds, Math.ceil(left)));
}

/**
 * Which rows of a fixed-height list must exist, with `spare` rows on either side.
 * @param {{count: number, columns: number, pitch: number, top: number, height: number, spare: number}} view
 * @returns {[number, number]} first index and the index after the last
 */
export function slice({ count, columns, pitch, top, height, spare }) {
  const first = Math.max(0, Math.floor(top / pitch) - spare);
  const last = Math.ceil((top + height) / pitch) + spare;
  return [Math.min(count, first * columns), Math.max(0, Math.min(count, last * columns))];
}

/** The index that a key leads to in a grid, or null where it leads nowhere. @param {string} key @param {number} index @param {number} count @param {number} columns @param {number} page */
export function step(key, index, count, columns, page) {
  /** @type {Record<string, number>} */
  const moves = {
    ArrowRight: index + 1, ArrowLeft: index - 1, ArrowDown: index + columns, ArrowUp: index - columns,
    PageDown: Math.min(count - 1, index + page * columns), PageUp: Math.max(0, index - page * columns),
    Home: 0, End: count - 1,
  };
  const to = moves[key];
  return to === undefined || to < 0 || to >= count || to === index ? null : to;
}
