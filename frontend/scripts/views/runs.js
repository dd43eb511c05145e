/**
 * The choice among today's runs of a job, newest first.
 */
import { el, setShown } from "../dom.js";
import { clock, duration } from "../format.js";
import { statusState } from "../logic.js";
import { STATE, TRIGGER } from "../texts.js";

const MOST_LETTERS = 60;

/**
 * @typedef {{run: string, start: string, end: string|null, duration_seconds: number|null, status: string|null,
 *   outcome: string|null, exit_code: number|null, trigger: string, arguments?: string|null}} PastRun
 */

/** @param {PastRun} run */
function words(run) {
  const state = run.end === null && !run.status ? "RUNNING" : statusState(run.status);
  const said = [clock(run.start), state ? STATE[state] : String(run.status)];
  if (run.duration_seconds !== null && run.duration_seconds !== undefined) said.push(duration(run.duration_seconds));
  said.push(TRIGGER[run.trigger] ?? run.trigger);
  if (run.arguments) said.push(run.arguments.length > MOST_LETTERS ? `${run.arguments.slice(0, MOST_LETTERS)}…` : run.arguments);
  return said.join(" · ");
}

/**
 * @param {HTMLSelectElement} select
 * @param {import("../bridge.js").Bridge} bridge
 * @param {(error: unknown) => void} failed
 */
export function runList(select, bridge, failed) {
  /** Asks for the runs of a job and shows them, unless another is looked at by then. @param {string} job @param {() => {job: string, run: string|null}|null} place */
  return async function show(job, place) {
    try {
      /** @type {{runs: PastRun[]}} */
      const { runs } = await bridge.runs(job);
      const at = place();
      if (at?.job !== job) return;
      select.replaceChildren(...runs.map((run) => el("option", { value: run.run }, words(run))));
      select.value = at.run ?? runs[0]?.run ?? "";
      setShown(select, runs.length > 0);
    } catch (error) {
      failed(error);
    }
  };
}
