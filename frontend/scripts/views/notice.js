/**
 * A short word about an order's fate, at the lower edge; it goes by itself unless something failed.
 */
import { el, icon } from "../dom.js";
import { TEXT } from "../texts.js";

const SHOWN_MS = 5_000;
const AT_MOST = 4;

/** @param {HTMLElement} body */
export function mountNotices(body) {
  const place = el("div", { class: "notices", role: "status" });
  body.append(place);
  /** @param {string} text @param {"done"|"failed"|"wait"} kind */
  return function notice(text, kind) {
    const close = el("button", { type: "button", class: "icon-button", "aria-label": TEXT.close }, icon("close"));
    const element = el("div", { class: "notice", "data-kind": kind },
      icon(kind === "failed" ? "problems" : kind === "wait" ? "running" : "success"), el("p", { dir: "auto" }, text), close);
    close.addEventListener("click", () => element.remove());
    place.append(element);
    while (place.childElementCount > AT_MOST) place.firstElementChild?.remove();
    if (kind === "done") window.setTimeout(() => element.remove(), SHOWN_MS);
    return element;
  };
}
