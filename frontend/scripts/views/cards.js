/**
 * The grid of cards. Small workspaces are whole in the document; in large ones only the cards near
 * the viewport exist, each at its own place in a grid that keeps its full height.
 */
import { command, el } from "../dom.js";
import { slice, step } from "../logic.js";
import { TEXT } from "../texts.js";
import { keyedList } from "../list.js";
import { createCard } from "./card.js";
import { contextOf, minuteNow } from "./context.js";

const SIZE = 300;
const GAP = 18;
const PITCH = SIZE + GAP;
const WHOLE = 120;
const SPARE_ROWS = 2;
const FOUND_MS = 2_500;

/**
 * @param {HTMLElement} scroller what scrolls and holds the grid
 * @param {import("../store.js").Store} store
 * @param {import("../memory.js").Memory} memory
 */
export function mountCards(scroller, store, memory) {
  const grid = el("div", { class: "cards", role: "feed", "aria-label": TEXT.product });
  scroller.append(grid);
  const list = keyedList(grid, createCard, true);
  /** @type {string[]} */
  let ids = [];
  let columns = 1;
  let viewport = 0;
  let above = 0;
  let top = 0;
  let drawnMinute = -1;
  /** @type {Set<string>} */
  let pins = new Set();

  const windowed = () => store.cards.size > WHOLE;
  const focusedIndex = () => {
    const article = /** @type {HTMLElement|null} */ (document.activeElement?.closest(".card"));
    return article && grid.contains(article) ? ids.indexOf(article.dataset.job ?? "") : -1;
  };

  /** The indexes whose cards must exist: those near the viewport and the one that holds the focus. */
  const present = () => {
    if (!windowed()) return ids.map((_, index) => index);
    const [from, to] = slice({
      count: ids.length, columns, pitch: PITCH, top: top - above, height: viewport, spare: SPARE_ROWS,
    });
    const indexes = Array.from({ length: to - from }, (_, offset) => from + offset);
    const focused = focusedIndex();
    if (focused >= 0 && focused < from) indexes.unshift(focused);
    if (focused >= to) indexes.push(focused);
    return indexes;
  };

  const draw = () => {
    if (viewport === 0) measure();
    const height = windowed() ? `${Math.ceil(ids.length / columns) * PITCH - GAP}px` : "";
    if (grid.style.height !== height) grid.style.height = height;
    grid.toggleAttribute("data-windowed", windowed());
    const indexes = present();
    const shared = contextOf(store);
    const nowMs = store.now();
    drawnMinute = shared.minute;
    list.sync(indexes.map((index) => ids[index]), (view, id, at) => {
      const index = indexes[at];
      const card = store.cards.get(id);
      if (card) {
        view.update(card, {
          ...shared, rank: store.ranks.get(id) ?? null, troubled: store.troubled.get(id) ?? null, pinned: pins.has(id),
          past: memory.of(id),
        }, nowMs);
      }
      place(view.element, index);
    });
  };

  /** @param {HTMLElement} article @param {number} index */
  const place = (article, index) => {
    const area = windowed() ? `${Math.floor(index / columns) + 1} / ${(index % columns) + 1}` : "";
    if (article.dataset.place === `${area} ${index} ${ids.length}`) return;
    article.dataset.place = `${area} ${index} ${ids.length}`;
    article.style.gridArea = area;
    article.setAttribute("aria-posinset", String(index + 1));
    article.setAttribute("aria-setsize", String(ids.length));
  };

  /** Reads the layout: only when it changed, never between changes of the document. */
  const measure = () => {
    viewport = scroller.clientHeight;
    if (!grid.hidden) above = grid.offsetTop;
    const style = getComputedStyle(scroller);
    const width = scroller.clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight);
    columns = Math.max(1, Math.floor((width + GAP) / PITCH));
  };

  let asked = false;
  const redraw = () => {
    if (asked || !windowed()) return;
    asked = true;
    requestAnimationFrame(() => {
      asked = false;
      draw();
    });
  };
  scroller.addEventListener("scroll", () => {
    top = scroller.scrollTop;
    redraw();
  }, { passive: true });
  const sizes = new ResizeObserver(() => {
    measure();
    redraw();
  });
  for (const element of [scroller, grid]) sizes.observe(element);

  /** Brings a card into the document and into view, and its button `command` into focus. @param {number} index @param {string|null} command */
  const focusCard = (index, command) => {
    if (windowed() && !list.get(ids[index])) {
      scroller.scrollTop = above + Math.floor(index / columns) * PITCH - (viewport - SIZE) / 2;
      top = scroller.scrollTop;
      draw();
    }
    const article = list.get(ids[index])?.element;
    const target = (command && article?.querySelector(`[data-command="${command}"]`)) || article;
    /** @type {HTMLElement|undefined} */ (target)?.focus({ preventScroll: true });
    article?.scrollIntoView({ block: "nearest" });
  };

  grid.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.shiftKey) return;
    const at = /** @type {HTMLElement} */ (event.target);
    if (event.key === "Enter" && at.matches(".card")) {
      event.preventDefault();
      return command(at, "open", { job: at.dataset.job });
    }
    const page = Math.max(1, Math.floor(viewport / PITCH));
    const to = step(event.key, focusedIndex(), ids.length, columns, page);
    if (to === null) return;
    event.preventDefault();
    return focusCard(to, document.activeElement?.getAttribute("data-command") ?? null);
  });
  grid.addEventListener("click", (event) => {
    const at = /** @type {Element} */ (event.target);
    const pressed = at.closest("[data-command]") ?? at.closest(".card-box[data-kind=reason]");
    const article = /** @type {HTMLElement|null} */ (pressed?.closest(".card") ?? null);
    if (!pressed || !article || pressed.getAttribute("aria-disabled")) return;
    event.stopPropagation();
    command(pressed, pressed.getAttribute("data-command") ?? "error", { job: article.dataset.job });
  });

  return {
    element: grid,
    /** Shows these jobs. @param {string[]} shown @param {Set<string>} pinned @param {boolean} fromTop whether the choice changed, so that the old place means nothing */
    update(shown, pinned, fromTop) {
      const held = focusedIndex() >= 0;
      [ids, pins] = [shown, pinned];
      grid.hidden = ids.length === 0;
      if (fromTop && top > 0) scroller.scrollTop = top = 0;
      draw();
      if (held && document.activeElement === document.body) scroller.focus({ preventScroll: true });
    },
    tick() {
      if (grid.hidden) return;
      const nowMs = store.now();
      if (minuteNow(store) !== drawnMinute) draw();
      for (const view of list.items.values()) view.tick(nowMs);
    },
    focusFirst: () => ids.length > 0 && focusCard(0, null),
    /** @param {string} id */
    focusJob(id) {
      if (!ids.includes(id)) return;
      focusCard(ids.indexOf(id), "log");
      const article = list.get(id)?.element;
      article?.setAttribute("data-found", "");
      window.setTimeout(() => article?.removeAttribute("data-found"), FOUND_MS);
    },
  };
}
