/**
 * What there is to do before the first automation appears: what is done, what is next, what follows.
 */
import { el, icon, setAttribute, setShown } from "../dom.js";
import { TEXT } from "../texts.js";

/** The steps by what comes next. */
export const STEP = { folder: 0, registry: 1, rows: 2 };

export function createFirstSteps() {
  const items = TEXT.firstSteps.map((text, index) => el("li", null,
    el("span", { class: "step-mark", "aria-hidden": "true" }, el("span", null, String(index + 1)), icon("success")),
    el("span", null, text, ...(index === STEP.registry ? [" ", el("span", { class: "step-or" }, TEXT.firstOr, " ", el("code", null, TEXT.firstCommand))] : [])),
    el("span", { class: "unseen" }, TEXT.stepDone)));
  const element = el("ol", { class: "first-steps" }, ...items);
  return {
    element,
    /** @param {number|null} next the first one that is not done; none to show nothing */
    update(next) {
      setShown(element, next !== null);
      items.forEach((item, index) => {
        setAttribute(item, "data-done", next !== null && index < next ? "" : null);
        setAttribute(item, "aria-current", index === next ? "step" : null);
        setShown(/** @type {HTMLElement} */ (item.lastChild), next !== null && index < next);
      });
    },
  };
}
