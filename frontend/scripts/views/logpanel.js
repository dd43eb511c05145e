/**
 * A run's output: opens at its end or at its error, follows it live, goes back piece by piece, finds in the whole file.
 */
import { copyText } from "../clipboard.js";
import { button, el, icon, iconButton, setAttribute, setDisabled, setShown, setText } from "../dom.js";
import { hourMinute, moment, size } from "../format.js";
import { createReader } from "../reader.js";
import { TEXT } from "../texts.js";
import { wireFind } from "./logfind.js";
import { createLogText } from "./logtext.js";
import { runList } from "./runs.js";

const NEAR_END = 40;
const SAME_RUN_MS = 120_000;

/** @typedef {ReturnType<typeof markup>} Parts */

function markup() {
  const runs = el("select", { class: "field log-runs", "aria-label": TEXT.runs, hidden: true });
  const find = el("input", { type: "search", class: "search-input", "aria-label": TEXT.find, placeholder: TEXT.find, autocomplete: "off", spellcheck: "false" });
  const found = el("span", { class: "log-found", role: "status" });
  const [previous, next] = [iconButton("find-previous", TEXT.findPrevious, "up"), iconButton("find-next", TEXT.findNext, "down")];
  const follow = el("input", { type: "checkbox" });
  const wrap = el("input", { type: "checkbox" });
  const toError = button("to-error", TEXT.toError, "error");
  const copy = button("copy", TEXT.copy, "copy");
  const teams = button("teams", TEXT.copyForTeams, "teams");
  const folder = button("folder-of-run", TEXT.folder, "folder");
  const earlier = button("earlier", TEXT.earlier, "up", "button quiet earlier");
  const later = button("later", TEXT.later, "down", "button quiet earlier");
  const text = createLogText();
  const empty = el("p", { class: "log-empty" });
  const dated = el("p", { class: "log-dated", role: "status", hidden: true }, icon("late"), el("span", null));
  const body = el("div", { class: "log-body", tabindex: "0", role: "region", "aria-label": TEXT.output }, earlier, empty, text.element, later);
  const live = el("span", { class: "log-live", hidden: true }, icon("running"), TEXT.live);
  const [loaded, python] = [el("span", { class: "log-loaded" }), el("span", { class: "log-python" })];
  const check = (/** @type {HTMLElement} */ box, /** @type {string} */ words) => el("label", { class: "follow" }, box, words);
  const element = el("div", { class: "panel log-panel" },
    el("div", { class: "log-tools" }, runs, live, toError, copy, teams, folder),
    el("div", { class: "log-tools" }, el("div", { class: "search" }, icon("search"), find, found), previous, next, check(wrap, TEXT.wrap), check(follow, TEXT.follow)),
    dated, body, el("div", { class: "log-foot" }, loaded, python));
  return { element, live, runs, toError, copy, teams, folder, find, found, previous, next, follow, wrap, earlier, later, empty, dated, text, body, loaded, python };
}

/** @param {Parts} ui @param {import("../reader.js").Place|null} place @param {import("../store.js").Store} store */
function describe(ui, place, store) {
  const piece = place?.piece ?? null;
  setShown(ui.live, (piece?.running ?? false) && !place?.pinned);
  setShown(ui.earlier, (piece?.start ?? 0) > 0);
  setDisabled(ui.earlier, ui.text.full);
  setAttribute(ui.earlier, "title", ui.text.full ? TEXT.earlierFull : null);
  setShown(ui.later, Boolean(place?.pinned && piece && piece.end < piece.size));
  setText(ui.loaded, piece ? TEXT.loaded(size(piece.end - piece.start), size(piece.size)) : "");
  if (piece?.interpreter !== undefined) setText(ui.python, piece.interpreter);
  setText(ui.empty, piece?.size === 0 ? TEXT.emptyLog : "");
  for (const each of [ui.copy, ui.toError]) setDisabled(each, !piece?.size);
  const begun = piece?.begun;
  const today = store.facts?.processing_date ?? "";
  const last = place && store.cards.get(place.job)?.last_run;
  let said = "";
  if (begun && begun.slice(0, 10) !== today) said = TEXT.logOfDay(moment(begun, today));
  else if (begun && place?.run === null && last?.start && !piece?.running && Date.parse(last.start) - Date.parse(begun) > SAME_RUN_MS) {
    said = TEXT.logOfOther(hourMinute(last.start), hourMinute(begun));
  }
  setShown(ui.dated, said !== "");
  setText(/** @type {Node} */ (ui.dated.lastChild), said);
}

/** @param {import("../bridge.js").Bridge} bridge @param {import("../store.js").Store} store @param {import("../main.js").Tell} tell */
export function createLogPanel(bridge, store, tell) {
  const ui = markup();
  const showRuns = runList(ui.runs, bridge, tell.failed);
  let seekError = false;
  const toEnd = () => { ui.body.scrollTop = ui.body.scrollHeight; };
  const reason = () => store.cards.get(reader.place?.job ?? "")?.reason ?? "";

  const reader = createReader(bridge.log, {
    cleared: () => ui.text.clear(),
    appended: (text) => ui.text.append(text),
    prepended: (text) => {
      const below = ui.body.scrollHeight - ui.body.scrollTop;
      ui.text.prepend(text);
      ui.body.scrollTop = ui.body.scrollHeight - below;
    },
    changed: (piece) => {
      ui.text.number(piece?.start === 0 ? 1 : null);
      if (ui.find.value) ui.text.find(ui.find.value, true);
      describe(ui, reader?.place ?? null, store);
      if (piece && seekError) {
        seekError = false;
        if (ui.text.toError(reason())) ui.follow.checked = false;
      }
      if (ui.follow.checked) toEnd();
    },
    failed: (error, first) => {
      if (first) setText(ui.empty, error instanceof Error ? error.message : TEXT.noLog);
      else tell.failed(error);
    },
  });
  const finder = wireFind(ui, bridge, reader);

  const listRuns = () => {
    if (reader.place) void showRuns(reader.place.job, () => reader.place);
  };
  const put = async (/** @type {string} */ text, /** @type {string} */ said) => {
    if (await copyText(text)) tell.done(said);
    else tell.failed(new Error(TEXT.notCopied));
  };

  ui.copy.addEventListener("click", () => {
    const piece = reader.place?.piece;
    if (!piece?.size) return;
    void put(ui.text.text, (piece.start > 0 || piece.end < piece.size) ? TEXT.copiedPart(size(piece.end - piece.start), size(piece.size)) : TEXT.copied);
  });
  ui.teams.addEventListener("click", async () => {
    const at = reader.place;
    if (!at) return;
    try {
      const { text } = await bridge.copyForTeams(at.job, at.piece?.run ?? at.run);
      await put(text, TEXT.copiedForTeams);
    } catch (error) {
      tell.failed(error);
    }
  });
  ui.toError.addEventListener("click", () => {
    if (!reader.place?.piece?.size) return;
    ui.follow.checked = false;
    if (!ui.text.toError(reason())) finder.inFile(reason());
  });
  ui.earlier.addEventListener("click", () => {
    ui.follow.checked = false;
    if (!ui.text.full) void reader.earlier();
  });
  ui.later.addEventListener("click", () => void reader.later());
  ui.folder.addEventListener("click", () => {
    const at = reader.place;
    if (at) bridge.openLogFolder(at.job, at.piece?.run ?? at.run).then((answer) => answer?.text && tell.done(answer.text), tell.failed);
  });
  ui.runs.addEventListener("change", () => {
    const at = reader.place;
    ui.follow.checked = true;
    if (at) void reader.open(at.job, ui.runs.selectedIndex === 0 ? null : ui.runs.value);
  });
  ui.wrap.checked = true;
  ui.wrap.addEventListener("change", () => ui.body.toggleAttribute("data-long", !ui.wrap.checked));
  ui.follow.addEventListener("change", () => {
    if (!ui.follow.checked) return;
    const at = reader.place;
    if (at?.pinned) void reader.open(at.job, at.run);
    toEnd();
  });
  new ResizeObserver(() => ui.follow.checked && toEnd()).observe(ui.body);
  ui.body.addEventListener("scroll", () => {
    const left = ui.body.scrollHeight - ui.body.scrollTop - ui.body.clientHeight;
    if ((!ui.find.value || left >= NEAR_END) && !reader.place?.pinned) ui.follow.checked = left < NEAR_END;
  }, { passive: true });

  return {
    element: ui.element,
    find: ui.find,
    body: ui.body,
    /** @param {string} job @param {string|null} run @param {boolean} toError */
    open(job, run, toError) {
      setText(ui.empty, "");
      setText(ui.python, "");
      setShown(ui.dated, false);
      for (const each of [ui.copy, ui.toError]) setDisabled(each, true);
      ui.follow.checked = !toError;
      seekError = toError;
      void reader.open(job, run);
      listRuns();
    },
    close() {
      reader.close();
      finder.clear();
    },
    /** The job's card changed: a run began or ended. */
    changed() {
      void reader.advance();
      listRuns();
    },
    tick() {
      if (reader.place?.piece?.running) void reader.advance();
    },
  };
}
