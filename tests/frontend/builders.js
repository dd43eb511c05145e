/** Values the tests start from: valid by default, each test overrides what it is about. */

export const DAY = "2026-03-10";

/** @param {number} hour */
export const at = (hour, minute = 0, second = 0) =>
  `${DAY}T${[hour, minute, second].map((n) => String(n).padStart(2, "0")).join(":")}-03:00`;

/** @param {string} id @param {object} changes @returns {any} */
export const card = (id, changes = {}) => ({
  id, name: id, area: "Mensageria", state: "IDLE", queued: false, ticket: null,
  schedule: { kind: "manual", hours: [] }, target: 0, actual: 0, backlog: 0, last_run: null,
  next_run_text: "Sem agendamento", why: "", started: null, starting: false, stopping_since: null,
  stop_grace_seconds: 2, usual_seconds: null, overdue: false, exit_code: null, outcome: null, trigger: null, runs: [],
  ...changes,
});

/** @param {any[]} cards @param {object} changes @returns {any} */
export const snapshot = (cards, changes = {}) => ({
  version: 1, full: true, agent: { version: "1", pid: 1, instance: "a" }, now: at(14, 5, 9), processing_date: DAY,
  paused: false, running: 0, max_concurrent: 5, problems: [], areas: ["Mensageria"], removed: [],
  order: cards.map(({ id }) => id), blocked: "", cards, ...changes,
});

/** @param {any[]} cards @param {object} changes */
export const delta = (cards, changes = {}) => {
  const { order, problems, areas, ...rest } = snapshot(cards, { full: false, version: 2 });
  return { ...rest, ...changes };
};
