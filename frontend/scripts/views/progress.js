/**
 * How far a run is: elapsed against its usual duration, what remains, and the countdown of a stop.
 */
import { el, setAttribute, setShown, setText } from "../dom.js";
import { about, elapsed } from "../format.js";
import { progress, secondsToKill } from "../logic.js";
import { stateWord } from "../cardwords.js";
import { TEXT } from "../texts.js";

/** @typedef {import("../logic.js").Card} Card */

export const progressMarkup = () =>
  el("div", { class: "card-progress", hidden: true },
    el("div", { class: "bar", role: "progressbar", "aria-label": TEXT.progress, "aria-valuemin": "0", "aria-valuemax": "100" },
      el("i", null)),
    el("span", { class: "usual" }), el("span", { class: "remains" }));

/** What remains, or how far beyond the usual it is. @param {Card} card @param {NonNullable<ReturnType<typeof progress>>} now @param {number} nowMs */
function remains(card, now, nowMs) {
  const kill = secondsToKill(card, nowMs);
  if (kill !== null) return kill === 0 ? TEXT.killing : TEXT.stoppingIn(kill);
  if (!now.usual) return "";
  if (now.seconds > now.usual) return TEXT.beyond(about(now.seconds - now.usual));
  return TEXT.left(about(now.usual - now.seconds));
}

/**
 * @param {HTMLElement} root what `progressMarkup` made @param {HTMLElement} result where state and elapsed time stand
 */
export function progressOf(root, result) {
  const [bar, usual, left] = /** @type {HTMLElement[]} */ ([...root.children]);
  const fill = /** @type {HTMLElement} */ (bar.firstChild);
  const gone = el("span", { class: "elapsed" });
  return (/** @type {Card} */ card, /** @type {number} */ nowMs) => {
    const now = progress(card, nowMs);
    setShown(root, now !== null);
    if (!now) return;
    if (gone.parentElement !== result) result.replaceChildren("", gone);
    setText(/** @type {Node} */ (result.firstChild ?? result), `${stateWord(card)} · `);
    const percent = now.share === null ? null : Math.round(now.share * 100);
    const beyond = now.usual !== null && now.seconds > now.usual;
    setAttribute(root, "data-pace", now.overdue ? "overdue" : beyond ? "beyond" : percent === null ? "unknown" : "usual");
    setAttribute(bar, "aria-valuenow", percent === null ? null : String(percent));
    // Beyond the usual the bar is no longer full: what was expected is its part of what it took.
    fill.style.transform = `scaleX(${beyond && now.usual ? now.usual / now.seconds : now.share ?? 1})`;
    setText(gone, elapsed(now.seconds));
    setText(usual, now.usual ? TEXT.usually(about(now.usual)) : TEXT.noUsual);
    setText(left, remains(card, now, nowMs));
  };
}
