/**
 * What else is known of a job, as a list of terms.
 */
import { el } from "../dom.js";
import { about, ahead } from "../format.js";
import { marksOf } from "../day.js";
import { FIRE, TEXT } from "../texts.js";
import { pausedWords, scheduleWords } from "../cardwords.js";
import { minuteNow } from "./context.js";

/** @param {import("../logic.js").Card} card @param {import("../store.js").Store} store @param {string} interpreter @returns {[string, string][]} */
function terms(card, store, interpreter) {
  const day = store.facts?.processing_date ?? "";
  const more = /** @type {any} */ (card);
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
    [TEXT.scriptPath, card.script ?? card.path],
    [TEXT.interpreter, card.interpreter || interpreter],
    [TEXT.hash, more.hash ?? more.script_hash ?? ""],
    [TEXT.registryRow, more.row ? String(more.row) : String(problems.find(({ cell }) => cell)?.cell?.row ?? "")],
    [TEXT.process, card.pid ? String(card.pid) : ""],
  ];
}

export function createDetails() {
  const list = el("dl", { class: "terms" });
  const element = el("div", { class: "panel details-panel" }, el("div", { class: "details-body", tabindex: "0", role: "region", "aria-label": TEXT.details }, list));
  let seen = "";
  return {
    element,
    /** @param {import("../logic.js").Card} card @param {import("../store.js").Store} store @param {string} interpreter */
    update(card, store, interpreter) {
      const found = terms(card, store, interpreter).filter(([, text]) => text);
      if (JSON.stringify(found) === seen) return;
      seen = JSON.stringify(found);
      list.replaceChildren(...found.flatMap(([term, text]) => [el("dt", null, term), el("dd", { dir: "auto" }, text)]));
    },
  };
}
