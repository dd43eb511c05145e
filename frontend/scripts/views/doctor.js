/**
 * What the doctor says: each check in order, to correct, or beside the point, with what to do.
 */
import { button, el, icon, setDisabled } from "../dom.js";
import { sentence } from "../format.js";
import { TEXT } from "../texts.js";

/** @typedef {{name: string, ok: boolean|null, text: string, action: string}} Check */

/** To correct first, then what is in order, then what does not apply. @param {Check} check */
const rank = (check) => (check.ok === false ? 0 : check.ok ? 1 : 2);

/** @param {Check} check */
function line(check) {
  const [state, word] = check.ok === null ? ["IDLE", TEXT.doctorApart]
    : check.ok ? ["SUCCESS", TEXT.doctorOk] : ["ERROR", TEXT.doctorBad];
  const mark = icon(state.toLowerCase());
  mark.setAttribute("data-state", state);
  const words = el("div", null,
    el("p", { class: "check-name" }, el("b", { dir: "auto" }, check.name), " ", el("span", { class: "check-word" }, word)),
    el("p", { dir: "auto" }, sentence(check.text)));
  if (check.action) words.append(el("p", { class: "action", dir: "auto" }, sentence(check.action)));
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
      const worstFirst = [...checks].sort((a, b) => rank(a) - rank(b));
      answer.replaceChildren(el("h3", null, TEXT.doctorTitle), el("ul", { class: "checks" }, ...worstFirst.map(line)));
      answer.scrollIntoView({ block: "nearest" });
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
