/**
 * What else is known of a job, as a list of terms; what lies on the drive and in the registry is asked when looked at.
 */
import { el } from "../dom.js";
import { about, ahead, moment, size, wallClock } from "../format.js";
import { marksOf } from "../day.js";
import { FIRE, TEXT } from "../texts.js";
import { pausedWords, scheduleWords } from "../cardwords.js";
import { minuteNow } from "./context.js";

/**
 * @typedef {{script: {sha256?: string, size?: number, modified?: string, error?: string}, interpreter?: string,
 *   registry: {sheet?: string, line?: number, cells?: [string, string, string][], error?: string}}} Found
 */

/** The script that lies there. @param {Found|null} found @param {import("../store.js").Store} store @returns {[string, string][]} */
function scriptTerms(found, store) {
  const script = found?.script;
  if (!script?.sha256) return [[TEXT.hash, !found ? TEXT.reading : script?.error ? TEXT.notRead(script.error) : ""]];
  const changed = script.modified ? moment(wallClock(Date.parse(script.modified), store.zone), store.facts?.processing_date ?? "") : "";
  return [[TEXT.hash, script.sha256], [TEXT.scriptChanged, [changed, script.size === undefined ? "" : size(script.size)].filter(Boolean).join(" · ")]];
}

/** The registry's row, cell by cell. @param {Found|null} found */
function rowWords(found) {
  const row = found?.registry;
  if (!row) return TEXT.reading;
  if (!row.line) return row.error ? TEXT.notRead(row.error) : "";
  return TEXT.rowOf(row.line, row.sheet ?? "", (row.cells ?? []).map(([place, name, text]) => `${place} ${name}: ${text}`).join("\n"));
}

/** @param {import("../logic.js").Card} card @param {import("../store.js").Store} store @param {Found|null} found null while it is asked @returns {[string, string][]} */
function terms(card, store, found) {
  const day = store.facts?.processing_date ?? "";
  const problems = (store.facts?.problems ?? []).filter(({ job }) => job === card.id);
  const times = marksOf(card, day, minuteNow(store)).map(({ time, kind, reason }) => `${time} ${FIRE[kind]?.toLowerCase() ?? kind}${reason ? ` (${reason})` : ""}`);
  return [
    [TEXT.why, card.why],
    [TEXT.said, card.reason ?? ""],
    [TEXT.problems, problems.map(({ what, action }) => [what, action].filter(Boolean).join(" ")).join("\n")],
    [TEXT.schedule, [scheduleWords(card), card.paused ? pausedWords(card.paused, day) : ""].filter(Boolean).join("\n")],
    [TEXT.times, times.join(", ")],
    [TEXT.coveredTimes, (card.covered ?? []).join(", ")],
    [TEXT.following, card.next_fire ? ahead(card.next_fire, day) : card.next_run_text],
    [TEXT.usual, card.usual_seconds ? about(card.usual_seconds) : ""],
    [TEXT.policies, (card.policies ?? []).join("\n")],
    [TEXT.limit, card.timeout_minutes ? TEXT.minutes(card.timeout_minutes) : ""],
    [TEXT.note, card.note ?? ""],
    [TEXT.registryRow, rowWords(found)],
    [TEXT.scriptPath, card.script ?? card.path],
    ...scriptTerms(found, store),
    [TEXT.interpreter, found?.interpreter ?? card.interpreter ?? ""],
    [TEXT.process, card.pid ? String(card.pid) : ""],
  ];
}

/** @param {import("../bridge.js").Bridge} bridge @param {import("../store.js").Store} store */
export function createDetails(bridge, store) {
  const list = el("dl", { class: "terms" });
  const element = el("div", { class: "panel details-panel" }, el("div", { class: "details-body", tabindex: "0", role: "region", "aria-label": TEXT.details }, list));
  let seen = "";
  let job = "";
  /** @type {Found|null} */
  let found = null;

  /** @param {import("../logic.js").Card} card */
  const draw = (card) => {
    const told = terms(card, store, found).filter(([, text]) => text);
    if (JSON.stringify(told) === seen) return;
    seen = JSON.stringify(told);
    list.replaceChildren(...told.flatMap(([term, text]) => [el("dt", null, term), el("dd", { dir: "auto" }, text)]));
  };

  return {
    element,
    /** Asks anew what lies there: whoever looks again wants to know it now. @param {string} opened */
    async open(opened) {
      if (job !== opened) found = null;
      job = opened;
      /** @type {Found} */
      let answer;
      try {
        answer = await bridge.details(opened);
      } catch (error) {
        const why = error instanceof Error ? error.message : TEXT.unexpected;
        answer = { script: { error: why }, registry: { error: why } };
      }
      if (job !== opened) return;
      found = answer;
      const card = store.cards.get(opened);
      if (card) draw(card);
    },
    /** @param {import("../logic.js").Card} card */
    update: draw,
  };
}
