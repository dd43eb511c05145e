/**
 * TV mode: big numbers, a tile for each area, only what is wrong, and a clock; dim at night. For a screen on the wall.
 */
import { el, icon, setAttribute, setIcon, setShown, setText } from "../dom.js";
import { age, boxWords, resultWords, stateWord } from "../cardwords.js";
import { hourMinute } from "../format.js";
import { keyedList } from "../list.js";
import { areaSummaries, failed, lateOf } from "../logic.js";
import { need, picture } from "../order.js";
import { TEXT } from "../texts.js";
import { contextOf } from "./context.js";

const MOST = 8;
const QUIET = 9;
const [NIGHT_FROM, NIGHT_TO] = [21, 6];

/** @param {string} state @param {string} label */
function figure(state, label) {
  const number = el("b", null);
  const element = el("li", { class: "tv-figure", "data-state": state }, number, el("span", null, label));
  return { element, number };
}

function tile() {
  const mark = icon("idle");
  const [name, numbers] = [el("b", { dir: "auto" }), el("span", null)];
  const element = el("li", { class: "tv-tile" }, mark, name, numbers);
  return {
    element,
    /** @param {import("../logic.js").AreaSummary} summary */
    update(summary) {
      const state = summary.failed ? "ERROR" : summary.late ? "LATE" : summary.running ? "RUNNING" : "SUCCESS";
      setAttribute(element, "data-state", state);
      setIcon(mark, state.toLowerCase());
      setText(name, summary.area ?? "");
      setText(numbers, summary.failed ? TEXT.failed(summary.failed) : summary.late ? TEXT.lateN(summary.late) : summary.running ? TEXT.running(summary.running) : TEXT.allWell);
    },
  };
}

function trouble() {
  const disc = el("span", { class: "disc" }, icon("error"));
  const [name, more, words] = [el("b", { dir: "auto" }), el("span", { class: "tv-more" }), el("p", { dir: "auto" })];
  const element = el("li", { class: "tv-trouble" }, disc, el("div", null, el("p", null, name, " ", more), words));
  return {
    element,
    /** @param {import("../logic.js").Card} card @param {import("../cardwords.js").Around} around @param {number} nowMs */
    update(card, around, nowMs) {
      const bad = failed(card) && !card.acknowledged;
      setAttribute(disc, "data-state", bad ? "ERROR" : "LATE");
      setIcon(/** @type {Element} */ (disc.firstChild), bad ? "error" : lateOf(card) ? "late" : "problems");
      setText(name, card.name);
      setText(more, [card.area, card.state === "RUNNING" ? stateWord(card) : resultWords(card), card.state === "RUNNING" ? "" : age(card, nowMs)].filter(Boolean).join(" · "));
      setText(words, boxWords(card, around).text);
    },
  };
}

/** @param {HTMLElement} page @param {import("../store.js").Store} store @param {() => void} leave */
export function mountTv(page, store, leave) {
  const clock = el("p", { class: "tv-clock" });
  const [bad, late, running, queued] = [figure("ERROR", TEXT.tvErrors), figure("LATE", TEXT.late), figure("RUNNING", TEXT.tvRunning), figure("SCHEDULED", TEXT.tvQueued)];
  const [tiles, troubles] = [el("ul", { class: "tv-tiles" }), el("ul", { class: "tv-troubles" })];
  const next = el("p", { class: "tv-next", dir: "auto" });
  const well = el("p", { class: "tv-well" }, icon("success"), el("span", null, TEXT.allWell));
  const exit = el("button", { type: "button", class: "button tv-exit" }, icon("close"), el("span", null, TEXT.leaveTv));
  const section = el("section", { class: "tv", "aria-label": TEXT.television, hidden: true },
    el("header", null, clock, el("ul", { class: "tv-figures" }, ...[bad, late, running, queued].map(({ element }) => element)), exit),
    tiles, well, troubles, next);
  page.append(section);
  exit.addEventListener("click", leave);
  const [areas, list] = [keyedList(tiles, tile), keyedList(troubles, trouble)];

  const draw = () => {
    const wall = store.wall();
    const hour = Number(wall.slice(11, 13));
    setText(clock, wall.slice(11, 16));
    section.toggleAttribute("data-night", hour >= NIGHT_FROM || hour < NIGHT_TO);
    const [all, ...each] = areaSummaries(store.facts?.areas ?? [], store.cards.values());
    const seen = picture(store.order, store.cards, store.troubled, wall);
    for (const [{ element, number }, value] of /** @type {[ReturnType<typeof figure>, number][]} */ ([[bad, all.failed], [late, all.late], [running, all.running], [queued, seen.queued]])) {
      setText(number, String(value));
      element.toggleAttribute("data-none", value === 0);
    }
    areas.sync(each.map(({ area }) => area ?? ""), (view, _, index) => view.update(each[index]));
    const shared = contextOf(store);
    const wrong = [...store.cards.values()].map((card) => ({ card, level: need(card, store.troubled) }))
      .filter(({ level }) => level < QUIET).sort((a, b) => a.level - b.level).slice(0, MOST).map(({ card }) => card);
    setShown(well, wrong.length === 0);
    list.sync(wrong.map(({ id }) => id), (view, id, index) =>
      view.update(wrong[index], { ...shared, rank: store.ranks.get(id) ?? null, troubled: store.troubled.has(id) }, store.now()));
    setText(next, seen.next ? TEXT.nextIs(hourMinute(seen.next.at), seen.next.name) : TEXT.noMore);
  };

  return {
    /** @param {boolean} visible */
    update(visible) {
      if (visible && section.hidden) {
        document.documentElement.requestFullscreen?.().catch(() => undefined);
        exit.focus();
      }
      if (!visible && !section.hidden && document.fullscreenElement) void document.exitFullscreen();
      setShown(section, visible);
      if (visible) draw();
    },
    tick() {
      if (!section.hidden) draw();
    },
  };
}
