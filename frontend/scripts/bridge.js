/**
 * The only file that knows pywebview: calls that answer or throw `Refused`, and the agent's events.
 */
import { TEXT } from "./texts.js";

const ANSWER_MS = 20_000;
const DOCTOR_MS = 180_000;
const EXPORT_MS = 900_000; // somebody may take his time to name a file
const TEAM_MS = 60_000; // keys are made, a server starts
const POLL_MS = 2_000;
const CALM_POLLS = 5;

/** An order or a question that the agent did not grant; `message` is one Portuguese sentence. */
export class Refused extends Error {
  /** @param {string} code @param {string} text */
  constructor(code, text) {
    super(text);
    this.code = code;
  }
}

/** @typedef {{ok: boolean, data?: any, error?: {code: string, text: string}}} Answer */

/** @returns {Promise<Record<string, (...args: unknown[]) => Promise<Answer>>>} */
function api() {
  const now = /** @type {any} */ (window).pywebview?.api;
  if (now?.snapshot) return Promise.resolve(now);
  return new Promise((resolve) => {
    window.addEventListener("pywebviewready", () => resolve(/** @type {any} */ (window).pywebview.api), { once: true });
  });
}

/** @param {Promise<Answer>} answer @param {number} ms */
function within(answer, ms) {
  /** @type {number} */
  let timer;
  const late = new Promise((_, refuse) => {
    timer = window.setTimeout(() => refuse(new Refused("timeout", TEXT.noAnswer)), ms);
  });
  return Promise.race([answer, late]).finally(() => clearTimeout(timer));
}

/** @param {string} name @param {unknown[]} args @param {number} [ms] */
async function call(name, args, ms = ANSWER_MS) {
  const methods = await api();
  /** @type {Answer|undefined} */
  let answer;
  try {
    answer = /** @type {Answer} */ (await within(methods[name](...args), ms));
  } catch (error) {
    if (error instanceof Refused) throw error;
    throw new Refused("unexpected", TEXT.unexpected);
  }
  if (answer?.ok) return answer.data;
  throw new Refused(answer?.error?.code ?? "unexpected", answer?.error?.text || TEXT.unexpected);
}

/** @typedef {typeof bridge} Bridge */
export const bridge = {
  /** Resolves once the agent can be asked. @returns {Promise<void>} */
  ready: async () => void (await api()),
  /** @param {number|null} since */
  snapshot: (since) => call("snapshot", [since]),
  /** @param {string} job */
  run: (job) => call("run", [job]),
  /** @param {string} job */
  stop: (job) => call("stop", [job]),
  /** @param {string} job */
  repeat: (job) => call("repeat", [job]),
  /** @param {string[]} jobs */
  repeatMany: (jobs) => call("repeat_many", [jobs]),
  /** @param {string} job */
  acknowledge: (job) => call("acknowledge", [job]),
  /** Suspends one job, an area, or all. @param {string|null} [job] @param {string|null} [area] @param {string|null} [until] @param {string|null} [reason] */
  pause: (job = null, area = null, until = null, reason = null) => call("pause", [job, area, until, reason]),
  /** @param {string|null} [job] @param {string|null} [area] @param {string|null} [catchUp] */
  resume: (job = null, area = null, catchUp = null) => call("resume", [job, area, catchUp]),
  refresh: () => call("refresh", []),
  /** Changes to the version that lies in the program's file. */
  update: () => call("update", [], DOCTOR_MS),
  /** @param {string} job @param {string|null} run @param {number|null} offset */
  log: (job, run, offset) => call("log", [job, run, offset]),
  /** @param {string} job */
  runs: (job) => call("runs", [job]),
  /** The last days of every job. @param {number} n */
  days: (n) => call("days", [n]),
  /** Past days' runs, with their figures. @param {string|null} job @param {number} days @param {boolean} onlyErrors */
  history: (job, days, onlyErrors) => call("history", [job, days, onlyErrors]),
  /** The figures of an area's past days. @param {string} area @param {number} days */
  figures: (area, days) => call("history", [null, days, false, area]),
  /** What runs when. @param {string|null} day @param {string|null} next */
  plan: (day, next) => call("plan", [day, next]),
  /** Where a text occurs in the whole of a log. @param {string} job @param {string|null} run @param {string} text @param {number} from @param {number} [line] that of `from`, as an answer gave it */
  find: (job, run, text, from, line = 0) => call("find", [job, run, text, from, line]),
  /** Writes past days into a workbook that the person names; false when none was named. @param {number} days */
  exportDays: (days) => call("export", [days], EXPORT_MS),
  /** @param {string} job @param {string|null} run */
  copyForTeams: (job, run) => call("copy_for_teams", [job, run]),
  /** @param {string} job @param {string|null} run */
  openLogFolder: (job, run) => call("open_log_folder", [job, run]),
  /** Which version of its script lies there, and its registry row. @param {string} job */
  details: (job) => call("details", [job]),
  /** Makes a model registry where the registry is looked for. */
  newRegistry: () => call("new_registry", [], TEAM_MS),
  /** Has the person choose the automations' folder in a dialog of the window's own; nothing when none was chosen. */
  chooseFolder: () => call("choose_folder", [], EXPORT_MS),
  /** The team as far as this PC knows it. */
  team: () => call("team", []),
  teamInvite: () => call("team_invite", [], TEAM_MS),
  /** @param {string} pc */
  teamRemove: (pc) => call("team_remove", [pc], TEAM_MS),
  /** Declares a run lost of whose PC nothing is heard. @param {string} job */
  teamLost: (job) => call("team_lost", [job]),
  /** @param {string} code */
  teamJoin: (code) => call("team_join", [code], TEAM_MS),
  teamLeave: () => call("team_leave", [], TEAM_MS),
  /** @param {string} confirm the name of a brain that is no more */
  teamAlone: (confirm) => call("team_alone", [confirm], TEAM_MS),
  /** @param {string} confirm the brain's name as the person typed it */
  teamTakeOver: (confirm) => call("team_take_over", [confirm], TEAM_MS),
  doctor: () => call("doctor", [], DOCTOR_MS),
  /** The window's own title, which an engine does not take from the page's. @param {string} text */
  title: (text) => call("title", [text]),
  /** @param {Record<string, unknown>} preferences */
  remember: (preferences) => call("remember", [preferences]),

  /**
   * Tells of the agent's events. Where none ever came (an older window) it asks every 2 s instead, and
   * every 10 s in any case, so that a lost event cannot leave the page behind.
   * @param {(event: {event: string, version?: number, job?: string}) => void} notice
   */
  listen(notice) {
    let heard = false;
    let quiet = 0;
    window.addEventListener("agent", (event) => {
      heard = true;
      quiet = 0;
      notice(/** @type {CustomEvent} */ (event).detail ?? {});
    });
    window.setInterval(() => {
      quiet += 1;
      if (document.hidden || (heard && quiet < CALM_POLLS)) return;
      quiet = 0;
      notice({ event: "poll" });
    }, POLL_MS);
    document.addEventListener("visibilitychange", () => {
      if (!document.hidden) notice({ event: "poll" });
    });
  },
};
