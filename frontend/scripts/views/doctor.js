/**
 * What the doctor says: each check in order, to correct, or beside the point, with what to do.
 */
import { button, el, icon, setDisabled } from "../dom.js";
import { TEXT } from "../texts.js";

/** @typedef {{name: string, ok: boolean|null, text: string, action: string}} Check */

/** @param {Check} check */
function line(check) {
  const [state, word] = check.ok === null ? ["IDLE", TEXT.doctorApart]
    : check.ok ? ["SUCCESS", TEXT.doctorOk] : ["ERROR", TEXT.doctorBad];
  const mark = icon(state.toLowerCase());
  mark.setAttribute("data-state", state);
  const words = el("div", null,
    el("p", { class: "check-name" }, el("b", { dir: "auto" }, check.name), " ", el("span", { class: "check-word" }, word)),
    el("p", { dir: "auto" }, check.text));
  if (check.action) words.append(el("p", { class: "action", dir: "auto" }, check.action));
  return el("li", { class: "check" }, mark, words);
}

/**
 * @param {() => Promise<{checks: Check[]}>} ask
 * @param {(error: unknown) => void} failed
 */
export function createDoctor(ask, failed) {
  const start = button("examine", TEXT.doctor, "doctor");
  const answer = el("div", { class: "doctor-answer", role: "status" });
  start.addEventListener("click", async (event) => {
    event.stopPropagation();
    if (start.getAttribute("aria-disabled")) return;
    setDisabled(start, true);
    answer.replaceChildren(el("p", { class: "muted" }, TEXT.doctorRunning));
    try {
      const { checks } = await ask();
      answer.replaceChildren(el("h3", null, TEXT.doctorTitle), el("ul", { class: "checks" }, ...checks.map(line)));
    } catch (error) {
      answer.replaceChildren();
      failed(error);
    } finally {
      setDisabled(start, false);
    }
  });
  return { start, answer };
}

/** @typedef {ReturnType<typeof createDoctor>} Doctor */
