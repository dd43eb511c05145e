/**
 * What everybody must know at once: the agent is gone or silent, its engine stands, scheduling is off.
 */
import { button, el, icon, setAttribute, setIcon, setShown, setText } from "../dom.js";
import { about, ahead, hourMinute, moment } from "../format.js";
import { SOURCE, TEXT } from "../texts.js";

const STUCK_SECONDS = 10;

/** Whether what is shown is still so: the agent answers, and its engine moves. @param {import("../store.js").Store} store @param {{gone: boolean, silent: boolean}} link */
export const isTrue = (store, link) => !link.gone && !link.silent && (store.facts?.heartbeat_seconds ?? 0) <= STUCK_SECONDS;

/** @type {Record<string, string>} */
const BLOCKED = { quitting: TEXT.quitting, data: TEXT.blockedData, base_path: TEXT.blockedBase };

/**
 * Why nothing starts here where another PC is the brain: the agent's own sentence, which names it, and what to do.
 * @type {Record<string, string>}
 */
const OTHER_BRAIN = { brain: TEXT.otherBrain, unheard: TEXT.brainUnheard };

/**
 * @typedef {{kind: string, text: string, more?: string, command?: string}} Message
 * @param {import("../store.js").Store} store
 * @param {{gone: boolean, silent: boolean}} link
 * @param {boolean} causes whether causes are said here: not where the problems are on the same screen
 * @param {boolean} inTeam whether the page Equipe is open, which says who is the brain
 * @returns {Message[]}
 */
export function messages(store, link, causes, inTeam) {
  if (link.gone) return [{ kind: "ERROR", text: TEXT.gone, more: TEXT.goneMore }];
  const facts = store.facts;
  if (!facts) return [];
  /** @type {Message[]} */
  const found = [];
  const since = (/** @type {string|null} */ iso) => (iso ? moment(iso, facts.processing_date) : "");
  if (link.silent) found.push({ kind: "ERROR", text: TEXT.silent });
  if (facts.heartbeat_seconds > STUCK_SECONDS) found.push({ kind: "ERROR", text: TEXT.stuck(about(facts.heartbeat_seconds)) });
  if (BLOCKED[facts.blocked]) found.push({ kind: "ERROR", text: BLOCKED[facts.blocked] });
  if (OTHER_BRAIN[facts.blocked] && !inTeam) {
    const known = facts.problems.find((problem) => problem.what.includes(TEXT.brainWord));
    const text = known && causes ? `${known.what}.` : OTHER_BRAIN[facts.blocked];
    found.push({ kind: facts.blocked === "brain" ? "PAUSED" : "LATE", text, more: causes ? known?.action : "" });
  }
  if (!facts.history.verified) {
    const { source, unverified_since: from, error } = facts.history;
    found.push({ kind: "ERROR", text: TEXT.unverified(SOURCE[source] ?? source, since(from), causes ? error ?? "" : ""), command: "refresh" });
  }
  else if (facts.history.error && facts.history.last_sync && facts.history.source !== "local") {
    const { source, last_sync: read, error } = facts.history;
    found.push({ kind: "LATE", text: TEXT.stale(SOURCE[source] ?? source, hourMinute(read ?? ""), causes ? error ?? "" : ""), command: "refresh" });
  }
  if (facts.paused) {
    const { until, reason } = facts.paused_all ?? { until: null, reason: "" };
    const end = until ? ahead(until, facts.processing_date) : "";
    found.push({ kind: "PAUSED", text: TEXT.paused(since(facts.paused_since), end, reason), command: "resume" });
  }
  if (facts.program?.found) found.push({ kind: "IDLE", text: facts.program.text, command: "update" });
  if (facts.role === "pc" && facts.brain && facts.blocked !== "unheard" && !inTeam) found.push({ kind: "IDLE", text: TEXT.brainIs(facts.brain) });
  return found;
}

/** @type {Record<string, [string, string]>} */
const ACTIONS = { refresh: [TEXT.refresh, "refresh"], resume: [TEXT.resume, "run"], update: [TEXT.update, "refresh"] };

/** @param {string} command */
function line(command) {
  const drawing = icon("error");
  const text = el("strong", { dir: "auto" });
  const more = el("span", { dir: "auto" });
  const element = el("div", { class: "banner", hidden: true }, drawing, el("p", null, text, " ", more));
  if (ACTIONS[command]) element.append(button(command, ...ACTIONS[command]));
  return {
    element,
    /** @param {Message|undefined} message */
    update(message) {
      setShown(element, message !== undefined);
      if (!message) return;
      setAttribute(element, "data-state", message.kind);
      setIcon(drawing, message.kind === "PAUSED" ? "paused" : message.kind === "LATE" ? "late" : message.kind === "IDLE" ? "plan" : "problems");
      setText(text, message.text);
      setText(more, message.more ?? "");
    },
  };
}

/** What former days left, folded: it is read once, and the page below it all day. */
function mountDayNotes() {
  const text = el("strong", null);
  const list = el("ul", { class: "day-notes" });
  const summary = el("summary", null, icon("plan"), text, icon("down"));
  const element = el("details", { class: "banner", "data-state": "IDLE", hidden: true }, summary, list);
  let seen = "";
  return {
    element,
    /** @param {string[]} notes */
    update(notes) {
      setShown(element, notes.length > 0);
      setText(text, notes.length === 1 ? notes[0] ?? "" : TEXT.notesOf(notes.length));
      element.toggleAttribute("data-one", notes.length === 1);
      setAttribute(summary, "tabindex", notes.length === 1 ? "-1" : null);
      const key = notes.join("\n");
      if (key === seen) return;
      seen = key;
      list.replaceChildren(...notes.map((note) => el("li", { dir: "auto" }, note)));
    },
  };
}

/** @param {HTMLElement} place */
export function mountBanner(place) {
  const plain = Array.from({ length: 6 }, () => line(""));
  const acting = ["refresh", "resume", "update"].map((command) => ({ command, view: line(command) }));
  const notes = mountDayNotes();
  const region = el("div", { class: "banners", role: "status" });
  region.append(...plain.map((view) => view.element), ...acting.map(({ view }) => view.element), notes.element);
  place.append(region);
  return {
    /** @param {import("../store.js").Store} store @param {{gone: boolean, silent: boolean}} link @param {string} view */
    update(store, link, view) {
      const found = messages(store, link, view !== "problems", view === "team");
      const silent = found.filter((message) => !message.command);
      notes.update(link.gone ? [] : store.facts?.day_notes ?? []);
      plain.forEach((view, index) => view.update(silent[index]));
      for (const { command, view } of acting) view.update(found.find((message) => message.command === command));
    },
  };
}
