/**
 * The list: a foldable section for each area, a row for each job, sortable; only rows near the viewport exist.
 */
import { command, el, setAttribute, setShown } from "../dom.js";
import { keyedList } from "../list.js";
import { slice } from "../logic.js";
import { groups, sorted } from "../order.js";
import { TEXT } from "../texts.js";
import { contextOf, minuteNow } from "./context.js";
import { columnHeads, createSection, HEAD, PITCH } from "./listsection.js";

const SPARE_ROWS = 8;
/** @param {HTMLElement} scroller @param {import("../store.js").Store} store @param {import("../memory.js").Memory} memory */
export function mountList(scroller, store, memory) {
  const heads = columnHeads();
  const body = el("div", { class: "list-body" });
  const section = el("div", { class: "list-view", role: "grid", "aria-label": TEXT.list, hidden: true }, el("div", { role: "rowgroup", class: "list-top" }, heads.element), body);
  scroller.append(section);
  const sections = keyedList(body, createSection);
  /** @type {import("../order.js").Group[]} */
  let shown = [];
  /** @type {Set<string>} */
  let folds = new Set();
  /** @type {Set<string>} */
  let pins = new Set();
  let current = "";
  let minute = -1;
  /** Where the rows begin, and what of them is in view: read when it may have changed, never amid changes of the document. */
  const seen = { start: 0, top: 0, height: 0 };
  const measure = () => {
    const above = body.getBoundingClientRect().top - scroller.getBoundingClientRect().top;
    [seen.start, seen.top, seen.height] = [above + scroller.scrollTop, scroller.scrollTop, scroller.clientHeight];
  };

  /** What arrow keys walk: heads (`#area`) and rows, from the top. */
  const stops = () => shown.flatMap(({ area, ids }) => [`#${area}`, ...(folds.has(area) ? [] : ids)]);
  const held = () => /** @type {HTMLElement|null} */ (document.activeElement?.closest(".list-row"))?.dataset.job ?? null;

  const draw = () => {
    if (section.hidden) return;
    minute = minuteNow(store);
    const shared = contextOf(store);
    const focused = held();
    const nowMs = store.now();
    if (!seen.height) measure();
    let above = seen.start;
    sections.sync(shown.map(({ area }) => area), (view, area, index) => {
      const { ids } = shown[index];
      const folded = folds.has(area);
      view.update(shown[index], folded);
      const [from, to] = folded ? [0, 0] : slice({ count: ids.length, columns: 1, pitch: PITCH, top: seen.top - above - HEAD, height: seen.height, spare: SPARE_ROWS });
      const present = ids.slice(from, to);
      if (focused && ids.includes(focused) && !present.includes(focused) && !folded) present.push(focused);
      const places = new Map(ids.map((id, at) => [id, at]));
      view.list.sync(present, (row, id) => {
        const card = store.cards.get(id);
        if (card) row.update(card, { ...shared, rank: store.ranks.get(id) ?? null, troubled: store.troubled.get(id) ?? null, pinned: pins.has(id), past: memory.of(id) }, nowMs);
        const top = `${(places.get(id) ?? 0) * PITCH}px`;
        if (row.element.style.top !== top) row.element.style.top = top;
        setAttribute(row.element, "tabindex", id === current ? "0" : "-1");
      });
      above += HEAD + (folded ? 0 : ids.length * PITCH);
    });
  };

  let asked = false;
  scroller.addEventListener("scroll", () => {
    seen.top = scroller.scrollTop;
    if (asked || section.hidden) return;
    asked = true;
    requestAnimationFrame(() => { asked = false; draw(); });
  }, { passive: true });
  const sizes = new ResizeObserver(() => {
    if (section.hidden) return;
    measure();
    draw();
  });
  for (const each of [scroller, heads.element]) sizes.observe(each);

  /** @param {string} stop */
  const focusStop = (stop) => {
    if (stop.startsWith("#")) return sections.get(stop.slice(1))?.toggle.focus();
    current = stop;
    const group = shown.find(({ ids }) => ids.includes(stop));
    const view = group && sections.get(group.area);
    if (!group || !view) return;
    if (!view.list.get(stop)) {
      scroller.scrollTop = view.element.offsetTop + section.offsetTop + HEAD + group.ids.indexOf(stop) * PITCH - scroller.clientHeight / 2;
      seen.top = scroller.scrollTop;
    }
    draw();
    const row = view.list.get(stop)?.element;
    row?.focus({ preventScroll: true });
    row?.scrollIntoView({ block: "nearest" });
    return undefined;
  };

  body.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    const row = /** @type {HTMLElement} */ (event.target).closest(".list-row");
    const area = /** @type {HTMLElement} */ (event.target).closest(".list-area")?.parentElement?.dataset.area;
    const at = row ? /** @type {HTMLElement} */ (row).dataset.job ?? "" : `#${area}`;
    const all = stops();
    const index = all.indexOf(at);
    const page = Math.max(1, Math.floor(scroller.clientHeight / PITCH) - 3);
    /** @type {Record<string, number>} */
    const moves = { ArrowDown: index + 1, ArrowUp: index - 1, Home: 0, End: all.length - 1,
      PageDown: Math.min(all.length - 1, index + page), PageUp: Math.max(0, index - page) };
    const to = moves[event.key];
    if (to !== undefined && all[to] !== undefined) focusStop(all[to]);
    else if (row && event.key === "Enter" && event.target === row) command(row, "open", { job: at });
    else if (area && ((event.key === "ArrowLeft") !== folds.has(area)) && event.key.match(/^Arrow(Left|Right)$/)) command(body, "fold", { area });
    else return;
    event.preventDefault();
  });
  body.addEventListener("click", (event) => {
    const target = /** @type {Element} */ (event.target);
    const row = /** @type {HTMLElement|null} */ (target.closest(".list-row"));
    const pressed = target.closest("[data-command]");
    if (!row || pressed?.getAttribute("aria-disabled")) return;
    event.stopPropagation();
    current = row.dataset.job ?? "";
    row.focus({ preventScroll: true });
    const name = pressed?.getAttribute("data-command") ?? (target.closest("[data-kind=reason]") ? "error" : "open");
    command(pressed ?? row, name, { job: current });
  });

  return {
    /** @param {string[]} ids @param {import("../main.js").Choices} choices @param {boolean} visible @param {boolean} fromTop */
    update(ids, choices, visible, fromTop) {
      setShown(section, visible);
      if (!visible) return;
      [folds, pins] = [new Set(choices.folds), new Set(choices.pins)];
      heads.update(choices.sort, choices.backwards);
      shown = groups(sorted(ids, store.cards, store.troubled, choices.sort, choices.backwards), store.cards, store.facts?.areas ?? [], choices.sort === "state");
      const all = stops();
      if (!all.includes(current)) current = all.find((stop) => !stop.startsWith("#")) ?? "";
      if (fromTop && seen.top > 0) scroller.scrollTop = seen.top = 0;
      draw();
    },
    focusFirst: () => focusStop(stops().find((stop) => !stop.startsWith("#")) ?? ""),
    focusJob: focusStop,
    tick() {
      if (section.hidden) return;
      if (minuteNow(store) !== minute) draw();
      const nowMs = store.now();
      for (const view of sections.items.values()) for (const row of view.list.items.values()) row.tick(nowMs);
    },
  };
}
