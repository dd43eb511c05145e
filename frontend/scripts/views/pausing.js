/**
 * Asks until when, and why, scheduling of one job, of an area or of all is suspended.
 */
import { el } from "../dom.js";
import { TEXT } from "../texts.js";

const HOUR_MS = 3_600_000;

/**
 * The moments that are offered, as the agent writes them; null is "until somebody resumes".
 * @param {string} wall the agent's wall clock, ISO without zone @param {string} zone `-03:00`
 * @returns {{text: string, until: string|null}[]}
 */
export function ends(wall, zone) {
  const at = (/** @type {number} */ ms) => `${new Date(ms).toISOString().slice(0, 19)}${zone}`;
  const now = Date.parse(`${wall}Z`);
  const midnight = Date.parse(`${wall.slice(0, 10)}T00:00:00Z`) + 24 * HOUR_MS;
  return [
    { text: TEXT.untilResumed, until: null },
    { text: TEXT.untilHours(1), until: at(now + HOUR_MS) },
    { text: TEXT.untilHours(2), until: at(now + 2 * HOUR_MS) },
    { text: TEXT.untilMidnight, until: at(midnight) },
    { text: TEXT.untilTomorrow, until: at(midnight + 8 * HOUR_MS) },
  ];
}

/**
 * @param {string} name what is suspended, for the title @param {string} wall @param {string} zone
 * @returns {Promise<{until: string|null, reason: string|null}|null>} null when the person gave up
 */
export function askPause(name, wall, zone) {
  const offered = ends(wall, zone);
  const until = el("select", { class: "field", id: "pause-until" },
    ...offered.map(({ text }, index) => el("option", { value: String(index) }, text)),
    el("option", { value: "date" }, TEXT.untilDate));
  const date = el("input", { type: "datetime-local", class: "field", "aria-label": TEXT.untilDate, min: wall.slice(0, 16), hidden: true });
  const reason = el("input", { type: "text", class: "field", id: "pause-reason", maxlength: "160", autocomplete: "off", placeholder: TEXT.reasonHint });
  const go = el("button", { type: "submit", class: "button primary", value: "go" }, TEXT.suspend);
  const form = el("form", { method: "dialog" },
    el("h2", { id: "pause-title", dir: "auto" }, TEXT.pauseTitle(name)),
    el("label", { for: "pause-until" }, TEXT.until), until, date,
    el("label", { for: "pause-reason" }, TEXT.reason), reason,
    el("p", null, TEXT.pauseMore),
    el("div", { class: "dialog-choices" }, go, el("button", { type: "submit", class: "button", value: "" }, TEXT.cancel)));
  const dialog = el("dialog", { class: "dialog pausing", "aria-labelledby": "pause-title" }, form);
  until.addEventListener("change", () => { date.hidden = until.value !== "date"; });
  document.body.append(dialog);
  return new Promise((resolve) => {
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      dialog.close(/** @type {HTMLButtonElement|null} */ (event.submitter)?.value ?? "");
    });
    dialog.addEventListener("close", () => {
      dialog.remove();
      if (dialog.returnValue !== "go") return resolve(null);
      const moment = until.value === "date" ? (date.value ? `${date.value}:00${zone}` : null) : offered[Number(until.value)].until;
      return resolve({ until: moment, reason: reason.value.trim() || null });
    });
    dialog.showModal();
    until.focus();
  });
}
