/**
 * The drawer with a run's output: opens at its end, follows it live, goes back piece by piece.
 */
import { button, el, icon, iconButton, setAttribute, setDisabled, setName, setShown, setText } from "../dom.js";
import { size } from "../format.js";
import { createReader } from "../reader.js";
import { TEXT } from "../texts.js";
import { createLogText } from "./logtext.js";
import { runList } from "./runs.js";

const NEAR_END = 40;

/** @typedef {ReturnType<typeof markup>} Parts */

function markup() {
  const close = iconButton("close-log", TEXT.close, "close");
  const title = el("h2", { class: "log-name", id: "log-name", dir: "auto" });
  const runs = el("select", { class: "log-runs", "aria-label": TEXT.runs, hidden: true });
  const find = el("input", { type: "search", class: "search-input", "aria-label": TEXT.find, placeholder: TEXT.find,
    autocomplete: "off", spellcheck: "false" });
  const found = el("span", { class: "log-found", role: "status" });
  const previous = iconButton("find-previous", TEXT.findPrevious, "up");
  const next = iconButton("find-next", TEXT.findNext, "down");
  const follow = el("input", { type: "checkbox" });
  const copy = button("copy", TEXT.copy, "copy");
  const folder = button("folder", TEXT.folder, "folder");
  const earlier = button("earlier", TEXT.earlier, "up", "button quiet earlier");
  const text = createLogText();
  const empty = el("p", { class: "log-empty" });
  const body = el("div", { class: "log-body", tabindex: "0", role: "region", "aria-labelledby": "log-name" },
    earlier, empty, text.element);
  const live = el("span", { class: "log-live", hidden: true }, icon("running"), TEXT.live);
  const loaded = el("span", { class: "log-loaded" });
  const python = el("span", { class: "log-python" });
  const drawer = el("section", { class: "drawer", role: "dialog", "aria-labelledby": "log-name", hidden: true },
    el("div", { class: "log-head" }, title, live, close),
    el("div", { class: "log-tools" }, runs, copy, folder),
    el("div", { class: "log-tools" }, el("div", { class: "search" }, icon("search"), find, found), previous, next,
      el("label", { class: "follow" }, follow, TEXT.follow)),
    body, el("div", { class: "log-foot" }, loaded, python));
  return { drawer, title, live, close, runs, copy, folder, find, found, previous, next, follow, earlier, empty, text, body, loaded, python };
}

/** @param {Parts} ui @param {import("../reader.js").Piece|null} piece */
function describe(ui, piece) {
  setShown(ui.live, piece?.running ?? false);
  setShown(ui.earlier, (piece?.start ?? 0) > 0);
  setDisabled(ui.earlier, ui.text.full);
  setAttribute(ui.earlier, "title", ui.text.full ? TEXT.earlierFull : null);
  setText(ui.loaded, piece ? TEXT.loaded(size(piece.end - piece.start), size(piece.size)) : "");
  if (piece?.interpreter !== undefined) setText(ui.python, piece.interpreter);
  setText(ui.empty, piece?.size === 0 ? TEXT.emptyLog : "");
  sayFound(ui);
}

/** @param {Parts} ui */
function sayFound(ui) {
  const { at, of } = ui.text.place;
  setText(ui.found, ui.find.value ? TEXT.matches(at, of) : "");
}

/** @param {Parts} ui */
function wireSearch(ui) {
  const go = (/** @type {1|-1} */ by) => {
    ui.follow.checked = false;
    ui.text.go(by);
    sayFound(ui);
  };
  ui.find.addEventListener("input", () => {
    if (ui.find.value) ui.follow.checked = false;
    ui.text.find(ui.find.value, false);
    sayFound(ui);
  });
  ui.find.addEventListener("keydown", (event) => {
    if (event.key === "Enter") go(event.shiftKey ? 1 : -1);
  });
  ui.previous.addEventListener("click", () => go(-1));
  ui.next.addEventListener("click", () => go(1));
}

/**
 * @param {HTMLElement} page
 * @param {import("../bridge.js").Bridge} bridge
 * @param {{failed: (error: unknown) => void, done: (text: string) => void}} tell
 */
export function mountLog(page, bridge, tell) {
  const ui = markup();
  page.append(ui.drawer);
  /** @type {HTMLElement|null} */
  let opener = null;
  const showRuns = runList(ui.runs, bridge, tell.failed);
  const toEnd = () => { ui.body.scrollTop = ui.body.scrollHeight; };

  const reader = createReader(bridge.log, {
    cleared: () => ui.text.clear(),
    appended: (text) => ui.text.append(text),
    prepended: (text) => {
      const below = ui.body.scrollHeight - ui.body.scrollTop;
      ui.text.prepend(text);
      ui.body.scrollTop = ui.body.scrollHeight - below;
    },
    changed: (piece) => {
      if (ui.find.value) ui.text.find(ui.find.value, true);
      describe(ui, piece);
      if (ui.follow.checked) toEnd();
    },
    failed: (error, first) => {
      if (first) setText(ui.empty, error instanceof Error ? error.message : TEXT.noLog);
      else tell.failed(error);
    },
  });

  const listRuns = () => {
    if (reader.place) void showRuns(reader.place.job, () => reader.place);
  };

  const close = () => {
    reader.close();
    ui.find.value = "";
    setShown(ui.drawer, false);
    if (opener?.isConnected) opener.focus({ preventScroll: true });
  };

  const copy = async () => {
    try {
      await navigator.clipboard.writeText(ui.text.text);
      tell.done(TEXT.copied);
    } catch {
      tell.failed(new Error(TEXT.notCopied));
    }
  };

  wireSearch(ui);
  ui.close.addEventListener("click", close);
  ui.copy.addEventListener("click", copy);
  ui.earlier.addEventListener("click", () => {
    ui.follow.checked = false;
    if (!ui.text.full) void reader.earlier();
  });
  ui.folder.addEventListener("click", () => {
    const at = reader.place;
    if (!at) return;
    bridge.openLogFolder(at.job, at.piece?.run ?? at.run).then((answer) => answer?.text && tell.done(answer.text), tell.failed);
  });
  ui.runs.addEventListener("change", () => {
    const at = reader.place;
    ui.follow.checked = true;
    if (at) void reader.open(at.job, ui.runs.selectedIndex === 0 ? null : ui.runs.value);
  });
  ui.follow.addEventListener("change", () => ui.follow.checked && toEnd());
  ui.body.addEventListener("scroll", () => {
    const left = ui.body.scrollHeight - ui.body.scrollTop - ui.body.clientHeight;
    if (!ui.find.value || left >= NEAR_END) ui.follow.checked = left < NEAR_END;
  }, { passive: true });
  ui.drawer.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    event.stopPropagation();
    close();
  });

  return {
    find: ui.find,
    get shown() { return !ui.drawer.hidden; },
    /** @param {import("../logic.js").Card} card @param {string|null} run @param {HTMLElement|null} from where the focus goes back to */
    open(card, run, from) {
      opener = from;
      setName(ui.title, card.name);
      setAttribute(ui.title, "title", card.name);
      setText(ui.empty, "");
      ui.follow.checked = true;
      setShown(ui.drawer, true);
      ui.body.focus({ preventScroll: true });
      void reader.open(card.id, run);
      listRuns();
    },
    /** The job's card changed: a run began or ended. @param {Set<string>} changed */
    update(changed) {
      if (!reader.place || !changed.has(reader.place.job)) return;
      void reader.advance();
      listRuns();
    },
    tick() {
      if (reader.place && (reader.place.piece?.running ?? false)) void reader.advance();
    },
  };
}
