/**
 * Fila e próximas: the queue with estimated starts, then the rest of the day hour by hour with its load.
 */
import { command, el, icon, setAttribute, setName, setShown, setText } from "../dom.js";
import { ahead, about, hourMinute, ordinal, sentence } from "../format.js";
import { keyedList } from "../list.js";
import { nextOf } from "../order.js";
import { count } from "../texts/count.js";
import { FIRE, TEXT } from "../texts.js";
import { contextOf } from "./context.js";

const AGAIN_MS = 60_000;
const MOST_IN_HOUR = 40;

/**
 * @typedef {{job: string, time: string, state: string, estimate: string|null, retry?: {attempt: number, of: number, at: string}|null, again?: string}} PlanFire
 * @typedef {{job: string, time: string, reason: string}} Skipped
 * @typedef {{hour: number, jobs: number, minutes: number|null}} Load
 * @typedef {{day: string, fires: PlanFire[], skipped: Skipped[], load?: Load[], queue?: {job: string, estimate: string|null}[],
 *   left_out?: {fires: number, skipped: number}, notes?: string[]}} Plan
 * @typedef {{hour: number, fires: PlanFire[], jobs: number, minutes: number|null}} Hour
 */

function queueItem() {
  const rank = el("span", { class: "plan-rank" });
  const name = el("button", { type: "button", class: "now-name", "data-command": "open", dir: "auto" });
  const since = el("span", { class: "plan-more" });
  const begins = el("span", { class: "now-side" });
  const element = el("li", { class: "now-item" }, rank, el("div", { class: "now-body" }, el("p", { class: "now-head" }, name, begins), since));
  return {
    element,
    /** @param {import("../logic.js").Card} card @param {number} place @param {string} day @param {string|null} estimate when the plan has it begin */
    update(card, place, day, estimate) {
      const at = card.estimate ?? estimate;
      setAttribute(element, "data-job", card.id);
      setText(rank, ordinal(place));
      setName(name, card.name);
      setText(begins, at ? TEXT.begins(ahead(at, day)) : "");
      const late = card.late?.since;
      setText(since, [card.area, late ? TEXT.owedSince(hourMinute(late)) : "", card.usual_seconds ? TEXT.usually(about(card.usual_seconds)) : ""].filter(Boolean).join(" · "));
    },
  };
}

/** What the agent without a plan lets one conclude: the next fire time of each job. @param {import("../store.js").Store} store @param {string} day @returns {Plan} */
function concluded(store, day) {
  const fires = [...store.cards.values()].flatMap((card) => {
    const times = card.fires?.filter(({ state }) => state === "coming").map(({ time }) => time);
    const next = nextOf(card);
    return (times ?? (next?.startsWith(day) ? [next.slice(11, 16)] : [])).map((time) => ({ job: card.id, time, state: "coming", estimate: null }));
  });
  return { day, fires: fires.sort((a, b) => (a.time < b.time ? -1 : 1)), skipped: [] };
}

/** A run that failed, at the moment at which it is tried again. @param {PlanFire} fire @param {{attempt: number, of: number, at: string}} retry @returns {PlanFire} */
const triedAgain = (fire, { attempt, of, at }) => ({ ...fire, time: hourMinute(at), state: "coming", again: TEXT.attempt(attempt, of) });

/** By hour, with how many jobs and how many minutes of work. @param {Plan} plan @param {string} now @param {import("../store.js").Store} store @returns {Hour[]} */
function hours(plan, now, store) {
  /** @type {Map<number, Hour>} */
  const found = new Map();
  for (const fire of plan.fires.flatMap((each) => (each.retry ? [triedAgain(each, each.retry)] : [each])).sort((a, b) => (a.time < b.time ? -1 : a.time > b.time ? 1 : 0))) {
    if (!["coming", "owed"].includes(fire.state) || (fire.time < now.slice(11, 16) && fire.state === "coming")) continue;
    const hour = Number(fire.time.slice(0, 2));
    const at = found.get(hour) ?? { hour, fires: [], jobs: 0, minutes: null };
    at.fires.push(fire);
    at.jobs += 1;
    const usual = store.cards.get(fire.job)?.usual_seconds;
    if (usual) at.minutes = (at.minutes ?? 0) + usual / 60;
    found.set(hour, at);
  }
  for (const load of plan.load ?? []) {
    const at = found.get(load.hour);
    if (at) [at.jobs, at.minutes] = [load.jobs, load.minutes];
  }
  return [...found.values()].sort((a, b) => a.hour - b.hour);
}

/** What does not run, each reason once with its jobs and their times. @param {Skipped[]} skipped @returns {[string, Map<string, string[]>][]} */
function byReason(skipped) {
  /** @type {Map<string, Map<string, string[]>>} */
  const found = new Map();
  for (const { job, time, reason } of skipped) {
    const jobs = found.get(reason) ?? new Map();
    jobs.set(job, [...(jobs.get(job) ?? []), ...(time ? [time] : [])]);
    found.set(reason, jobs);
  }
  return [...found];
}

/** @param {string} job @param {string} text @param {string[]} times */
function leftOut(job, text, times) {
  const name = el("button", { type: "button", class: "now-name", "data-command": "open", dir: "auto" });
  setName(name, text);
  return el("li", { class: "plan-fire", "data-job": job }, name, el("span", { class: "now-side" }, times.length > 3 ? TEXT.fromTo(times[0] ?? "", times.at(-1) ?? "") : times.join(", ")));
}

/** @param {Hour} hour @param {number} most @param {import("../store.js").Store} store @param {number} slots */
function hourSection({ hour, fires, jobs, minutes }, most, store, slots) {
  const fill = el("i", null);
  fill.style.transform = `scaleX(${jobs / most})`;
  const busy = minutes ? ` · ${TEXT.work(about(minutes * 60), about((minutes * 60) / Math.max(1, slots)), slots)}` : "";
  const items = fires.slice(0, MOST_IN_HOUR).map((fire) => {
    const name = el("button", { type: "button", class: "now-name", "data-command": "open", dir: "auto" });
    setName(name, store.cards.get(fire.job)?.name ?? fire.job);
    const shift = fire.again ?? (fire.estimate && fire.estimate.slice(11, 16) !== fire.time ? TEXT.begins(hourMinute(fire.estimate)) : "");
    return el("li", { class: "plan-fire", "data-job": fire.job }, el("span", { class: "plan-time" }, fire.time),
      el("i", { class: "tick", "data-fire": fire.state, title: FIRE[fire.state] ?? "" }), name, el("span", { class: "now-side" }, shift));
  });
  if (fires.length > MOST_IN_HOUR) items.push(el("li", { class: "plan-fire muted" }, TEXT.andMore(fires.length - MOST_IN_HOUR)));
  return el("section", { class: "plan-hour" },
    el("h4", null, `${String(hour).padStart(2, "0")}:00`, el("span", null, `${count(jobs, TEXT.automationOne, TEXT.automationMany)}${busy}`)),
    el("div", { class: "bar plan-load" }, fill), el("ul", null, ...items));
}

/** @param {HTMLElement} scroller @param {import("../store.js").Store} store @param {import("../bridge.js").Bridge} bridge */
export function mountPlan(scroller, store, bridge) {
  const place = el("ul", { class: "now-list" });
  const none = el("p", { class: "now-none" }, TEXT.queueEmpty);
  const day = el("div", { class: "plan-day" });
  const skipped = el("ul", { class: "plan-skipped" });
  const skippedPart = el("section", { class: "now-column", hidden: true, "aria-label": TEXT.willNotRun }, el("h3", null, TEXT.willNotRun), skipped);
  const section = el("section", { class: "plan-view", "aria-label": TEXT.plan, hidden: true },
    el("div", { class: "view-head" }, el("h2", { class: "view-title" }, TEXT.plan)),
    el("div", { class: "plan-columns" },
      el("div", { class: "plan-left" }, el("section", { class: "now-column", "aria-label": TEXT.queue }, el("h3", null, icon("scheduled"), " ", TEXT.queue), none, place), skippedPart),
      el("section", { class: "now-column", "aria-label": TEXT.restOfDay }, el("h3", null, icon("plan"), " ", TEXT.restOfDay), day)));
  scroller.append(section);
  const list = keyedList(place, queueItem);
  let asked = -Infinity;
  let seen = "";
  /** @type {Map<string, string>} when the plan has a job begin that waits */
  let begins = new Map();

  section.addEventListener("click", (event) => {
    const pressed = /** @type {Element} */ (event.target).closest("[data-command]");
    const job = pressed?.closest("[data-job]")?.getAttribute("data-job");
    if (!pressed || !job) return;
    event.stopPropagation();
    command(pressed, "open", { job });
  });

  /** @param {Plan} plan */
  const show = (plan) => {
    begins = new Map((plan.queue ?? []).map(({ job, estimate }) => [job, estimate ?? ""]));
    const key = JSON.stringify(plan) + store.wall().slice(0, 16);
    if (key === seen) return;
    seen = key;
    const found = hours(plan, store.wall(), store);
    const most = Math.max(1, ...found.map(({ jobs }) => jobs));
    const slots = store.facts?.max_concurrent ?? 1;
    day.replaceChildren(...(found.length ? found.map((hour) => hourSection(hour, most, store, slots)) : [el("p", { class: "now-none" }, TEXT.noMoreToday)]),
      ...[plan.left_out?.fires ? TEXT.andMore(plan.left_out.fires) : "", ...(plan.notes ?? [])].filter(Boolean).map((text) => el("p", { class: "plan-more" }, text)));
    setShown(skippedPart, plan.skipped.length > 0);
    skipped.replaceChildren(...byReason(plan.skipped).map(([reason, jobs]) => el("li", null, el("p", { class: "plan-more", dir: "auto" }, sentence(reason)),
      el("ul", null, ...[...jobs].map(([job, times]) => leftOut(job, store.cards.get(job)?.name ?? job, times))))));
  };

  const read = async () => {
    asked = performance.now();
    const today = store.facts?.processing_date ?? "";
    try {
      show(await bridge.plan(null, null));
      draw();
    } catch {
      show(concluded(store, today)); // an agent that cannot tell its plan still tells each job's next run
    }
  };

  const draw = () => {
    const waiting = [...store.ranks.keys()].flatMap((id) => store.cards.get(id) ?? []);
    setShown(none, waiting.length === 0);
    const { day: today } = contextOf(store);
    list.sync(waiting.map(({ id }) => id), (item, id, index) => item.update(waiting[index], store.ranks.get(id) ?? index + 1, today, begins.get(id) ?? null));
    if (performance.now() - asked > AGAIN_MS) void read();
  };

  return {
    /** @param {boolean} visible */
    update(visible) {
      if (visible && section.hidden) asked = -Infinity;
      setShown(section, visible);
      if (visible) draw();
    },
    tick() {
      if (!section.hidden) draw();
    },
  };
}
