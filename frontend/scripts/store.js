/**
 * What the page knows: one snapshot kept up to date by deltas. A delta names only what changed.
 */
import { offsetMinutes, wallClock } from "./format.js";
import { queueRanks, searchText } from "./logic.js";
import { behind, minuteOf } from "./day.js";
import { looseProblems, troubledJobs } from "./order.js";

/**
 * @typedef {import("./logic.js").Card} Card
 * @typedef {{where: string, what: string, action: string, since: string|null, job: string|null,
 *   cell: {row: number, column: string, value: string}|null}} Problem
 * @typedef {{source: string, verified: boolean, last_sync: string|null, rows: number, error: string|null,
 *   next_read: string|null, unverified_since: string|null}} History
 * @typedef {{version: number, full: boolean, agent: {version: string, pid: number, instance: string}, now: string,
 *   processing_date: string, paused: boolean, paused_since: string|null, aggregate: string,
 *   heartbeat_seconds: number, history: History, max_concurrent: number, running: number, blocked: string, problems: Problem[],
 *   areas: string[], order?: string[]|null, removed: string[], queue_size: number,
 *   places: {base_path: string, base_available: boolean, registry: string, discovered: boolean, chosen?: boolean},
 *   preferences?: Record<string, any>, late?: number, estimates?: Record<string, string>,
 *   paused_all?: {until: string|null, reason: string}|null, paused_areas?: Record<string, {until: string|null, reason: string}>,
 *   day_notes?: string[], me?: string, cards: Card[],
 *   pcs?: import("./views/team.js").Pc[], brain?: string|null, role?: string,
 *   program?: {running: string, file: string, found: string|null, state: string, text: string}|null}} Snapshot
 * @typedef {{full: boolean, changed: Set<string>, structure: boolean}} Change
 */

/**
 * @param {() => number} nowMs the page's clock, epoch milliseconds
 */
export function createStore(nowMs) {
  /** @type {Map<string, Card>} */
  const cards = new Map();
  /** @type {Map<string, string>} */
  const texts = new Map();
  /** @type {string[]} */
  let order = [];
  /** @type {Map<string, number>} */
  let ranks = new Map();
  /** @type {Map<string, Problem>} */
  let troubled = new Map();
  /** @type {Omit<Snapshot, "cards"|"order"|"removed"|"preferences">|null} */
  let facts = null;
  let skew = 0;
  let zone = 0;

  /** A card brings those of the day's runs that changed, and says how many before them did not. @param {Card} told */
  const keep = (told) => {
    const known = cards.get(told.id);
    const kept = known?.runs.slice(0, told.runs_kept ?? 0) ?? [];
    const card = kept.length ? { ...told, runs: [...kept, ...told.runs] } : told;
    if (!known || known.name !== card.name || known.area !== card.area) texts.set(card.id, searchText(card));
    cards.set(card.id, card);
  };

  /** @param {string} id */
  const drop = (id) => {
    cards.delete(id);
    texts.delete(id);
  };

  /** @param {Snapshot} snapshot */
  const arrange = (snapshot) => {
    const before = order;
    if (!snapshot.order && order.length === cards.size && order.every((id) => cards.has(id))) return false;
    if (snapshot.order) {
      const wanted = new Set(snapshot.order);
      for (const id of [...cards.keys()]) if (!wanted.has(id)) drop(id);
    }
    const known = (snapshot.order ?? before).filter((id) => cards.has(id));
    const placed = new Set(known);
    order = [...known, ...[...cards.keys()].filter((id) => !placed.has(id))];
    const same = order.length === before.length && order.every((id, index) => id === before[index]);
    if (same) order = before;
    return !same;
  };

  /** When each waiting job is likely to start changes with those before it, so it comes beside the cards. @param {Record<string, string>} told */
  const estimate = (told) => {
    for (const id of ranks.keys()) {
      const card = cards.get(id);
      const start = told[id] ?? null;
      if (card && (card.estimate ?? null) !== start) cards.set(id, { ...card, estimate: start });
    }
  };

  /** Who waits moves up without a word of its own card: its next run tells the place that it has now. */
  const moveUp = () => {
    for (const [id, rank] of ranks) {
      const card = cards.get(id);
      const text = card?.next_run_text.replace(/\(\d+ª\)$/, `(${rank}ª)`);
      if (card && text !== undefined && text !== card.next_run_text) cards.set(id, { ...card, next_run_text: text });
    }
  };

  /** Jobs that owe for longer than they should are late, though no event says so; whether any card is another now. */
  const ageAll = () => {
    if (!facts) return false;
    const minute = Math.floor(minuteOf(wallClock(nowMs() + skew, zone), facts.processing_date));
    let changed = false;
    for (const [id, card] of cards) {
      const aged = behind(card, minute, !facts.blocked);
      if (aged === card) continue;
      cards.set(id, aged);
      changed = true;
    }
    return changed;
  };

  return {
    cards,
    texts,
    ageAll,
    get order() { return order; },
    get ranks() { return ranks; },
    /** Jobs that a problem names. */
    get troubled() { return troubled; },
    get facts() { return facts; },
    get version() { return facts ? facts.version : null; },
    /** How many problems neither a card shows nor a banner: of the registry, a folder, a row. */
    get loose() {
      const told = facts !== null && (!facts.history.verified || Boolean(facts.history.error));
      return looseProblems((facts?.problems ?? []).filter(({ where }) => !told || where !== "history"), cards);
    },
    /** Whether the queue moves: nothing suspends, blocks or ends it. */
    get flowing() { return !facts?.blocked; },
    /** Minutes east of UTC of the agent's clock. */
    get zone() { return zone; },
    /** The agent's clock now, epoch milliseconds. */
    now: () => nowMs() + skew,
    /** The agent's wall clock now: ISO without zone. */
    wall: () => wallClock(nowMs() + skew, zone),

    /**
     * Takes in a snapshot; null when it is not for us: older than ours, or a delta on another agent's life.
     * @param {Snapshot} snapshot
     * @returns {Change|null}
     */
    apply(snapshot) {
      if (!snapshot.full) {
        if (!facts || snapshot.agent.instance !== facts.agent.instance) return null;
        if (snapshot.version < facts.version) return null;
      }
      if (snapshot.full) {
        const kept = new Set(snapshot.cards.map((card) => card.id));
        for (const id of [...cards.keys()]) if (!kept.has(id)) drop(id);
      }
      for (const id of snapshot.removed ?? []) drop(id);
      // A PC that is not the brain shows its own runs alone: none of them is elsewhere.
      const here = (snapshot.role ?? facts?.role) === "pc";
      for (const card of snapshot.cards) keep(here && card.pc ? { ...card, pc: null } : card);
      const structure = arrange(snapshot) || snapshot.full;
      ranks = queueRanks(cards.values());
      moveUp();
      skew = Date.parse(snapshot.now) - nowMs();
      zone = offsetMinutes(snapshot.now);
      const { cards: changed, order: _order, removed: _removed, preferences: _preferences, ...rest } = snapshot;
      facts = { ...facts, ...rest };
      if (rest.estimates) estimate(rest.estimates);
      if (rest.problems) troubled = troubledJobs(rest.problems);
      ageAll();
      return { full: snapshot.full, changed: new Set(changed.map((card) => card.id)), structure };
    },
  };
}

/** @typedef {ReturnType<typeof createStore>} Store */
