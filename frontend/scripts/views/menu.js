/**
 * A job's or an area's further actions, in a menu at the button that asked for it. Arrow keys walk it.
 */
import { el, icon } from "../dom.js";
import { failed } from "../logic.js";
import { TEXT } from "../texts.js";

/** @typedef {{text: string, drawing: string, act: () => void}} Action */

/**
 * What can be done with a job beyond its buttons.
 * @param {import("../logic.js").Card} card @param {boolean} pinned
 * @param {(name: string, detail?: Record<string, unknown>) => void} order
 * @returns {Action[]}
 */
export function jobActions(card, pinned, order) {
  const job = card.id;
  const found = [{ text: TEXT.openDrawer, drawing: "log", act: () => order("open", { job }) }];
  if (card.repeatable && card.state !== "RUNNING") found.push({ text: TEXT.repeat, drawing: "repeat", act: () => order("repeat", { job }) });
  if (failed(card) && !card.acknowledged) found.push({ text: TEXT.acknowledge, drawing: "ack", act: () => order("acknowledge", { job }) });
  if (card.silent_since) found.push({ text: TEXT.lose, drawing: "close", act: () => order("lose", { job }) });
  found.push(card.paused
    ? { text: TEXT.resumeJob, drawing: "run", act: () => order("resume", { job }) }
    : { text: TEXT.pauseJob, drawing: "paused", act: () => order("pause", { job }) });
  found.push(
    { text: pinned ? TEXT.unpin : TEXT.pin, drawing: "star", act: () => order("pin", { job }) },
    { text: TEXT.folder, drawing: "folder", act: () => order("folder", { job }) });
  return found;
}

/** @param {HTMLElement} menu @param {KeyboardEvent} event */
function walk(menu, event) {
  const items = /** @type {HTMLElement[]} */ ([...menu.children]);
  const at = items.indexOf(/** @type {HTMLElement} */ (document.activeElement));
  /** @type {Record<string, number>} */
  const moves = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: items.length - 1 };
  const to = moves[event.key];
  if (to === undefined) return;
  event.preventDefault();
  event.stopPropagation();
  items[(to + items.length) % items.length].focus();
}

/** Opens a menu below `from`; Escape and a click elsewhere close it and give the focus back. @param {HTMLElement} from @param {string} name @param {Action[]} actions */
export function openMenu(from, name, actions) {
  document.querySelector(".menu")?.remove();
  const menu = el("div", { class: "menu", role: "menu", "aria-label": name });
  const close = (/** @type {boolean} */ back) => {
    menu.remove();
    document.removeEventListener("pointerdown", outside, true);
    document.removeEventListener("scroll", leave, true);
    if (back && from.isConnected) from.focus({ preventScroll: true });
  };
  const outside = (/** @type {Event} */ event) => !menu.contains(/** @type {Node} */ (event.target)) && close(false);
  const { top } = from.getBoundingClientRect();
  const leave = () => Math.abs(from.getBoundingClientRect().top - top) > 2 && close(false);
  for (const { text, drawing, act } of actions) {
    const item = el("button", { type: "button", class: "menu-item", role: "menuitem", tabindex: "-1" }, icon(drawing), el("span", null, text));
    item.addEventListener("click", () => {
      close(true);
      act();
    });
    menu.append(item);
  }
  menu.addEventListener("keydown", (event) => {
    if (event.key === "Escape" || event.key === "Tab") {
      event.preventDefault();
      event.stopPropagation();
      close(true);
    } else walk(menu, event);
  });
  (from.closest("main, nav, [role=dialog]") ?? document.body).append(menu);
  const anchor = from.getBoundingClientRect();
  const { width, height } = menu.getBoundingClientRect();
  menu.style.left = `${Math.max(8, Math.min(anchor.right - width, window.innerWidth - width - 8))}px`;
  menu.style.top = `${anchor.bottom + height + 12 > window.innerHeight ? Math.max(8, anchor.top - height - 4) : anchor.bottom + 4}px`;
  /** @type {HTMLElement} */ (menu.firstElementChild)?.focus({ preventScroll: true });
  document.addEventListener("pointerdown", outside, true);
  document.addEventListener("scroll", leave, true);
}
