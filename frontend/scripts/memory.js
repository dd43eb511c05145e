/**
 * The last fortnight of every job and its success rate of thirty days, asked of the agent now and then: a small
 * memory beside the store. An agent without a journal of days leaves it empty.
 */

/**
 * @typedef {{day: string, state: string|null, runs: number, failed: number}} Day
 * @typedef {{days: Day[], runs: number, failed: number, rate: number|null}} Past
 */

const DAYS = 14;
const AGAIN_MS = 5 * 60_000;
const SOON_MS = 3_000;

/** @param {Day[]} days @param {number|null} rate @returns {Past} */
const summed = (days, rate) => days.reduce((sum, day) => ({ ...sum, runs: sum.runs + day.runs, failed: sum.failed + day.failed }), { days, runs: 0, failed: 0, rate });

const ROUNDING = 1e-7; // 0.29 × 100 is a little less than 29

/** Whole percent of the runs that ended well, never 100 while one failed. @param {number|null|undefined} rate 0 … 1 */
export const percent = (rate) => (rate === null || rate === undefined ? null : Math.floor(rate * 100 + ROUNDING));

/**
 * @param {(n: number) => Promise<{jobs: Record<string, Day[]>, rates?: Record<string, number>}>} ask
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
      const { jobs = {}, rates = {} } = await ask(DAYS);
      known = new Map([...new Set([...Object.keys(jobs), ...Object.keys(rates)])].map((id) => [id, summed(jobs[id] ?? [], rates[id] ?? null)]));
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
