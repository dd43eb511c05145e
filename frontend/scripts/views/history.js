/**
 * The foot of the side: how old what we know is, in words, and the switch of the theme.
 */
import { command, el, icon, iconButton, setAttribute, setIcon, setShown, setText } from "../dom.js";
import { about, clock, hourMinute } from "../format.js";
import { SOURCE, TEXT } from "../texts.js";

const THEMES = [["auto", TEXT.themeAuto, "auto"], ["light", TEXT.themeLight, "sun"], ["dark", TEXT.themeDark, "moon"]];

/**
 * What is known of the history: a state for the mark, a sentence, and its details.
 * @param {import("../store.js").Store} store
 */
function words(store) {
  const facts = store.facts;
  if (!facts) return { state: "IDLE", text: TEXT.loading, more: "" };
  const history = facts.history;
  const source = SOURCE[history.source] ?? history.source;
  const rows = TEXT.executions(Math.max(history.rows, [...store.cards.values()].reduce((sum, card) => sum + card.actual, 0)));
  if (!history.verified) {
    return { state: "ERROR", text: source, more: TEXT.notReadToday }; // why, and since when, stands in the banner
  }
  if (history.source === "local") return { state: "SUCCESS", text: source, more: rows };
  const seconds = history.last_sync ? (store.now() - Date.parse(history.last_sync)) / 1000 : null;
  const age = seconds === null ? "" : seconds < 60 ? TEXT.justNow : TEXT.age(about(seconds));
  const wait = history.next_read
    ? TEXT.nextRead(about(Math.max(0, Date.parse(history.next_read) - store.now()) / 1000)) : "";
  return {
    state: history.error ? "LATE" : "SUCCESS",
    text: history.last_sync ? TEXT.readAt(hourMinute(history.last_sync), source) : source,
    more: [history.error ? age : wait, rows].filter(Boolean).join("\n"),
  };
}

function themeSwitch() {
  const inputs = THEMES.map(([value]) => el("input", { type: "radio", name: "theme", value, class: "unseen" }));
  const group = el("fieldset", { class: "themes" }, el("legend", { class: "unseen" }, TEXT.theme),
    ...THEMES.map(([, text, drawing], index) =>
      el("label", { class: "theme", title: text }, inputs[index], icon(drawing), el("span", { class: "unseen" }, text))));
  group.addEventListener("change", (event) => {
    command(group, "theme", { theme: /** @type {HTMLInputElement} */ (event.target).value });
  });
  return {
    element: group,
    /** @param {string} theme */
    update(theme) {
      for (const input of inputs) input.checked = input.value === theme;
    },
  };
}

/** @param {HTMLElement} side */
export function mountHistory(side) {
  const mark = icon("idle");
  const text = el("p", { class: "history-text", dir: "auto" });
  const more = el("p", { class: "history-more", dir: "auto" });
  const version = el("p", { class: "history-more", hidden: true });
  const themes = themeSwitch();
  side.append(el("footer", { class: "foot" },
    el("div", { class: "history" }, mark, el("div", { class: "history-words" }, text, more, version),
      iconButton("refresh", TEXT.refresh, "refresh")),
    themes.element));
  /** @type {import("../store.js").Store|null} */
  let known = null;
  const tick = () => {
    if (!known) return;
    const now = words(known);
    setAttribute(mark, "data-state", now.state);
    setIcon(mark, now.state.toLowerCase());
    setText(text, now.text);
    setText(more, now.more);
  };
  return {
    /** @param {import("../store.js").Store} store @param {import("../main.js").Choices} choices */
    update(store, choices) {
      known = store;
      const program = store.facts?.program;
      setShown(version, Boolean(program));
      if (program) setText(version, TEXT.version(program.running, program.found));
      setAttribute(text, "title", store.facts ? TEXT.updated(clock(store.facts.now)) : null);
      themes.update(choices.theme);
      tick();
    },
    tick,
  };
}
