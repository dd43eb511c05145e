/**
 * TV mode: big numbers, a tile for each area, only what is wrong, and a clock; dim at night. For a screen on the wall.
 */
import { el, icon, setAttribute, setIcon, setShown, setText } from "../dom.js";
import { age, boxWords, resultWords, stateWord } from "../cardwords.js";
import { ahead } from "../format.js";
import { keyedList } from "../list.js";
import { areaSummaries, failed, lateOf, rests } from "../logic.js";
import { need, picture } from "../order.js";
import { TEXT } from "../texts.js";
import { isTrue, messages } from "./banner.js";
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

/**
 * An area in a word, the worst first; nothing is well while scheduling stands or nothing is heard.
 * @param {import("../logic.js").AreaSummary} summary @param {import("../logic.js").Card[]} cards @param {import("../store.js").Store} store @param {boolean} sure
 * @returns {[string, string, string]} state, drawing, words
 */
function standing(summary, cards, store, sure) {
  const some = (/** @type {(card: import("../logic.js").Card) => unknown} */ test) => cards.filter(test).length;
  const [open, empty, paused] = [some((card) => need(card, store.troubled) < QUIET), some(({ state }) => state === "NO_DATA"), some(rests)];
  if (summary.failed) return ["ERROR", "error", TEXT.failed(summary.failed)];
  if (summary.late) return ["LATE", "late", TEXT.lateN(summary.late)];
  if (open) return ["LATE", "problems", TEXT.withProblem(open)];
  if (summary.running) return ["RUNNING", "running", TEXT.running(summary.running)];
  if (paused) return ["PAUSED", "paused", TEXT.pausedN(paused)];
  if (empty) return ["NO_DATA", "no_data", TEXT.noDataN(empty)];
  return sure ? ["SUCCESS", "success", TEXT.allWell] : ["IDLE", "idle", ""];
}

function alert() {
  const mark = icon("problems");
  const words = el("span", { dir: "auto" });
  const element = el("li", { class: "tv-alert" }, mark, words);
  return {
    element,
    /** @param {import("./banner.js").Message} message */
    update({ kind, text }) {
      setAttribute(element, "data-state", kind);
      setIcon(mark, kind === "PAUSED" ? "paused" : kind === "LATE" ? "late" : "problems");
      setText(words, text);
    },
  };
}

function tile() {
  const mark = icon("idle");
  const [name, numbers] = [el("b", { dir: "auto" }), el("span", null)];
  const element = el("li", { class: "tv-tile" }, mark, name, numbers);
  return {
    element,
    /** @param {import("../logic.js").AreaSummary} summary @param {import("../logic.js").Card[]} cards @param {import("../store.js").Store} store @param {boolean} sure */
    update(summary, cards, store, sure) {
      const [state, drawing, words] = standing(summary, cards, store, sure);
      setAttribute(element, "data-state", state);
      setIcon(mark, drawing);
      setText(name, summary.area ?? "");
      setText(numbers, words);
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
  const alerts = el("ul", { class: "tv-alerts", role: "status" });
  const [tiles, troubles] = [el("ul", { class: "tv-tiles" }), el("ul", { class: "tv-troubles" })];
  const next = el("p", { class: "tv-next", dir: "auto" });
  const well = el("p", { class: "tv-well" }, icon("success"), el("span", null, TEXT.allWell));
  const exit = el("button", { type: "button", class: "button tv-exit" }, icon("close"), el("span", null, TEXT.leaveTv));
  const section = el("section", { class: "tv", "aria-label": TEXT.television, hidden: true },
    el("header", null, clock, el("ul", { class: "tv-figures" }, ...[bad, late, running, queued].map(({ element }) => element)), exit),
    alerts, tiles, well, troubles, next);
  page.append(section);
  exit.addEventListener("click", leave);
  const [areas, list, told] = [keyedList(tiles, tile), keyedList(troubles, trouble), keyedList(alerts, alert)];
  let link = { gone: false, silent: false };

  /** As many troubles as the screen holds: how many it does not. @param {number} wrong */
  const beyond = (wrong) => {
    const { bottom } = troubles.getBoundingClientRect();
    const out = [...troubles.children].filter((each) => each.getBoundingClientRect().bottom > bottom + 1);
    for (const each of troubles.children) each.toggleAttribute("data-out", out.includes(each));
    return wrong - troubles.children.length + out.length;
  };

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
    const facts = store.facts;
    const sure = store.flowing && isTrue(store, link);
    const said = messages(store, link, true, false).filter(({ kind }) => kind !== "IDLE");
    told.sync(said.map(({ text }) => text), (view, _, index) => view.update(said[index]));
    /** @type {Map<string, import("../logic.js").Card[]>} */
    const members = new Map();
    for (const card of store.cards.values()) {
      const others = members.get(card.area);
      if (others) others.push(card);
      else members.set(card.area, [card]);
    }
    areas.sync(each.map(({ area }) => area ?? ""), (view, area, index) => view.update(each[index], members.get(area) ?? [], store, sure));
    const shared = contextOf(store);
    const wrong = [...store.cards.values()].map((card) => ({ card, level: need(card, store.troubled) }))
      .filter(({ level }) => level < QUIET).sort((a, b) => a.level - b.level).map(({ card }) => card);
    setShown(well, wrong.length === 0 && store.loose === 0 && sure);
    list.sync(wrong.slice(0, MOST).map(({ id }) => id), (view, id, index) =>
      view.update(wrong[index], { ...shared, rank: store.ranks.get(id) ?? null, troubled: store.troubled.get(id) ?? null }, store.now()));
    const coming = sure ? (seen.next ? TEXT.nextIs(ahead(seen.next.at, facts?.processing_date ?? ""), seen.next.name) : TEXT.noMore) : "";
    const left = beyond(wrong.length);
    setText(next, [left ? TEXT.andMoreHere(left) : "", store.loose ? TEXT.toSee(store.loose) : "", coming].filter(Boolean).join(" · "));
  };

  return {
    /** @param {boolean} visible @param {{gone: boolean, silent: boolean}} now */
    update(visible, now) {
      link = now;
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
