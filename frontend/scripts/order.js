/**
 * What needs somebody, and in which order jobs are shown: one order for cards, list and triage. Pure.
 * @typedef {import("./logic.js").Card} Card
 */
import { failed, lateOf, rests } from "./logic.js";

const LATE_OWED = 1;
const QUIET = 9;

/** @typedef {{has: (job: string) => boolean}} Troubled jobs that a problem names */
/** How urgently a job needs somebody: 0 the most, `QUIET` not at all. @param {Card} card @param {Troubled} troubled */
export function need(card, troubled) {
  if (failed(card) && !card.acknowledged) return 0;
  if (lateOf(card)) return LATE_OWED;
  if (troubled.has(card.id) || card.leftovers?.length) return 2;
  return QUIET;
}

/** Jobs that a problem names, each with the first. @template {{job: string|null}} P @param {P[]} problems @returns {Map<string, P>} */
export const troubledJobs = (problems) => new Map(problems.flatMap((each) => (each.job ? [/** @type {[string, P]} */ ([each.job, each])] : [])).reverse());

/** How many problems no card shows. @param {{job: string|null}[]} problems @param {Map<string, Card>} cards */
export const looseProblems = (problems, cards) => problems.filter(({ job }) => !job || !cards.has(job)).length;

/** By state where only the worst comes first. @type {Record<string, number>} */
const STATE_RANK = { ERROR: 3, RUNNING: 4, SCHEDULED: 5, NO_DATA: 6, SUCCESS: 7, IDLE: 8 };

/**
 * Cards: what needs somebody, then what is pinned, then the rest as the agent orders it.
 * @param {string[]} ids @param {Map<string, Card>} cards @param {Troubled} troubled @param {Set<string>} pins
 */
export function needFirst(ids, cards, troubled, pins) {
  const rank = (/** @type {string} */ id) => {
    const card = cards.get(id);
    const level = card ? need(card, troubled) : QUIET;
    return level === QUIET && pins.has(id) ? QUIET - 1 : level;
  };
  const ranked = ids.map((id, index) => ({ id, index, rank: rank(id) }));
  return ranked.sort((a, b) => a.rank - b.rank || a.index - b.index).map(({ id }) => id);
}

/** Seconds since 1970 of an ISO text, or the greatest number. @param {string|null|undefined} iso */
const when = (iso) => (iso ? Date.parse(iso) : Infinity);

/** When it runs next, of any day: what is tried again comes before what is scheduled. @param {Card} card */
export function nextOf(card) {
  const at = (card.next_fire === undefined ? card.next_run : card.next_fire) ?? null; // null: no moment can be named
  return card.retry_at && card.state !== "RUNNING" && !card.queued && (!at || card.retry_at < at) ? card.retry_at : at;
}

/** @type {Record<string, (card: Card, troubled: Troubled) => number|string>} */
const KEYS = {
  state: (card, troubled) => {
    const level = need(card, troubled);
    return level === QUIET ? STATE_RANK[card.state] ?? QUIET : level;
  },
  name: (card) => card.name,
  last: (card) => -when(card.last_run?.start ?? card.started) || Infinity,
  next: (card) => when(nextOf(card)),
  duration: (card) => -(card.last_run?.duration_seconds ?? -1),
};

const { compare } = new Intl.Collator("pt-BR");

/** How the list may be ordered. */
export const SORTS = Object.keys(KEYS);

/**
 * @param {string[]} ids @param {Map<string, Card>} cards @param {Troubled} troubled
 * @param {string} sort one of `SORTS` @param {boolean} backwards
 */
export function sorted(ids, cards, troubled, sort, backwards) {
  const key = KEYS[sort] ?? KEYS.state;
  const keyed = ids.flatMap((id, index) => {
    const card = cards.get(id);
    return card ? [{ id, index, key: key(card, troubled) }] : [];
  });
  const sign = backwards ? -1 : 1;
  keyed.sort((a, b) => sign * (typeof a.key === "string" ? compare(a.key, String(b.key)) : a.key === b.key ? 0 : a.key < Number(b.key) ? -1 : 1) || a.index - b.index);
  return keyed.map(({ id }) => id);
}

/**
 * @typedef {{area: string, ids: string[], failed: number, late: number}} Group
 * By area; with the sort by state, areas with something that failed or is late come first.
 * @param {string[]} ids @param {Map<string, Card>} cards @param {string[]} areas @param {boolean} worstFirst
 * @returns {Group[]}
 */
export function groups(ids, cards, areas, worstFirst) {
  /** @type {Map<string, Group>} */
  const found = new Map(areas.map((area) => [area, { area, ids: [], failed: 0, late: 0 }]));
  for (const id of ids) {
    const card = cards.get(id);
    const group = card && found.get(card.area);
    if (!group) continue;
    group.ids.push(id);
    if (failed(card) && !card.acknowledged) group.failed += 1;
    else if (lateOf(card)) group.late += 1;
  }
  const kept = [...found.values()].filter((group) => group.ids.length);
  const bad = (/** @type {Group} */ group) => (group.failed ? 0 : group.late ? 1 : 2);
  return worstFirst ? kept.sort((a, b) => bad(a) - bad(b)) : kept;
}

/**
 * @typedef {{needs: number, seen: number, paused: number, running: number, queued: number, next: {id: string, name: string, at: string}|null}} Picture
 * The whole in a few numbers, for one sentence. `seen` are errors that somebody took note of, `paused` what is held back.
 * @param {string[]} ids @param {Map<string, Card>} cards @param {Troubled} troubled @param {string} now the wall clock, ISO
 * @returns {Picture}
 */
export function picture(ids, cards, troubled, now) {
  /** @type {Picture} */
  const found = { needs: 0, seen: 0, paused: 0, running: 0, queued: 0, next: null };
  for (const id of ids) {
    const card = cards.get(id);
    if (!card) continue;
    if (need(card, troubled) < QUIET) found.needs += 1;
    else if (failed(card)) found.seen += 1;
    else if (rests(card)) found.paused += 1;
    if (card.state === "RUNNING") found.running += 1;
    if (card.queued) found.queued += 1;
    const at = nextOf(card);
    if (at && !card.paused && at.slice(0, 16) > now.slice(0, 16) && (!found.next || at < found.next.at)) {
      found.next = { id, name: card.name, at };
    }
  }
  return found;
}
