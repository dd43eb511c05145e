/**
 * Whether the agent still answers. Nothing is sent where nothing changes, so a frozen agent looks like a calm one:
 * after a while without a word it is asked, and is silent when that is not answered.
 */
const ASK_MS = 15_000;
const SILENT_MS = 10_000;

/** @param {() => void} ask @param {() => number} nowMs a clock that only moves on */
export function createPulse(ask, nowMs) {
  let heard = nowMs();
  /** @type {number|null} when it was asked without an answer since */
  let asked = null;
  let sent = -Infinity;
  return {
    /** The agent said something. */
    heard() {
      [heard, asked] = [nowMs(), null];
    },
    /** A second passed: whether it is silent. */
    isSilent() {
      const now = nowMs();
      if (now - heard > ASK_MS && now - sent > ASK_MS) {
        asked ??= now;
        sent = now;
        ask();
      }
      return asked !== null && now - asked > SILENT_MS;
    },
  };
}
