/**
 * The last fortnight of every job, asked of the agent now and then: a small memory beside the store. An agent
 * without a journal of days leaves it empty.
 */

/**
 * @typedef {{day: string, state: string|null, runs: number, failed: number}} Day
 * @typedef {{days: Day[], runs: number, failed: number}} Past
 */

const DAYS = 14;
const AGAIN_MS = 5 * 60_000;
const SOON_MS = 3_000;

/** @param {Day[]} days @returns {Past} */
const summed = (days) => days.reduce((sum, day) => ({ ...sum, runs: sum.runs + day.runs, failed: sum.failed + day.failed }), { days, runs: 0, failed: 0 });

/** Whole percent of runs that ended well, never 100 while one failed; null without runs. @param {{runs: number, failed: number}|undefined} past */
export function rate(past) {
  if (!past?.runs) return null;
  const share = ((past.runs - past.failed) / past.runs) * 100;
  return past.failed ? Math.min(99, Math.floor(share)) : 100;
}

/**
 * @param {(n: number) => Promise<{jobs: Record<string, Day[]>}>} ask
 * @param {() => void} changed
 */
export function createMemory(ask, changed) {
  /** @type {Map<string, Past>} */
  let known = new Map();
  let timer = 0;
  let version = 0;
  let soon = false;

  const read = async () => {
    soon = false;
    clearTimeout(timer);
    timer = window.setTimeout(read, AGAIN_MS);
    if (document.hidden) return;
    try {
      const { jobs } = await ask(DAYS);
      known = new Map(Object.entries(jobs ?? {}).map(([id, days]) => [id, summed(days)]));
      version += 1;
      changed();
    } catch {
      // Another agent, or one that is busy: asked again later; cards go without their fortnight.
    }
  };

  return {
    get version() { return version; },
    /** @param {string} id */
    of: (id) => known.get(id),
    start: () => void read(),
    /** Something ended: the day's block may look otherwise soon. */
    soon() {
      if (soon) return;
      soon = true;
      clearTimeout(timer);
      timer = window.setTimeout(read, SOON_MS);
    },
  };
}

/** @typedef {ReturnType<typeof createMemory>} Memory */
