/**
 * Finding in a log: what is loaded is marked at once, the whole file is asked of the agent, however long it is.
 */
import { setText } from "../dom.js";
import { TEXT } from "../texts.js";

const WAIT_MS = 250;
const MOST = 2_000;

/** @typedef {{offset: number, line: number, text: string}} Match */

/** @param {import("./logpanel.js").Parts} ui @param {import("../bridge.js").Bridge} bridge @param {ReturnType<typeof import("../reader.js").createReader>} reader */
export function wireFind(ui, bridge, reader) {
  /** @type {{text: string, matches: Match[], more: boolean, at: number}|null} null where the agent cannot say */
  let whole = null;
  let timer = 0;

  /** Whether all of the file is loaded, so that nobody need be asked. */
  const complete = () => {
    const piece = reader.place?.piece;
    return !piece || (piece.start === 0 && piece.end >= piece.size);
  };

  const say = () => {
    if (!ui.find.value) return setText(ui.found, "");
    if (whole) return setText(ui.found, TEXT.matchesInFile(whole.matches.length ? whole.at + 1 : 0, whole.matches.length, whole.more));
    const { at, of } = ui.text.place;
    return setText(ui.found, TEXT.matches(at, of, complete()));
  };

  /** @param {number} index */
  const goTo = async (index) => {
    const at = reader.place;
    const match = whole?.matches[index];
    if (!whole || !match || !at?.piece) return;
    whole.at = index;
    const inside = () => at.piece && match.offset >= at.piece.start && match.offset < at.piece.end;
    if (!inside()) await reader.around(match.offset);
    if (reader.place !== at || !at.piece || !inside()) return;
    const { start } = at.piece;
    ui.text.find(ui.find.value, true);
    ui.text.goTo(whole.matches.filter(({ offset }) => offset >= start && offset < match.offset).length);
    if (start > 0) {
      const before = new TextEncoder().encode(ui.text.text).subarray(0, match.offset - start);
      ui.text.number(match.line - (new TextDecoder().decode(before).match(/\n/g)?.length ?? 0));
    }
    say();
  };

  /** Every line with the text, answer by answer; an agent's answer covers a part of a long file. Null once nobody wants it any more. @param {import("../reader.js").Place} at @param {string} text */
  const search = async (at, text) => {
    /** @type {Match[]} */
    const matches = [];
    let [from, line, more] = [0, 0, true];
    while (more && matches.length < MOST) {
      const found = await bridge.find(at.job, at.piece?.run ?? null, text, from, line);
      if (reader.place !== at || ui.find.value !== text) return null;
      matches.push(...found.matches);
      more = found.more;
      if (!found.next || found.next <= from) break;
      [from, line] = [found.next, found.line];
      if (more && found.size) setText(ui.found, `${TEXT.searchingFile} ${Math.floor((100 * from) / found.size)} %`);
    }
    return { matches, more };
  };

  const ask = async () => {
    const [at, text] = [reader.place, ui.find.value];
    if (!text || (at?.piece && complete())) return;
    if (!at?.piece) {
      timer = window.setTimeout(ask, WAIT_MS); // still opening
      return;
    }
    setText(ui.found, TEXT.searchingFile);
    try {
      const found = await search(at, text);
      if (!found) return;
      const { matches, more } = found;
      const end = matches.findLastIndex((/** @type {Match} */ match) => match.offset < (at.piece?.end ?? 0));
      whole = { text, matches, more, at: Math.max(0, end) };
      if (matches.length) await goTo(whole.at);
    } catch {
      whole = null; // this agent finds nothing by itself: what is loaded is searched, and said so
    }
    say();
  };

  const go = (/** @type {1|-1} */ by) => {
    ui.follow.checked = false;
    if (whole?.matches.length) return void goTo((whole.at + by + whole.matches.length) % whole.matches.length);
    ui.text.go(by);
    return say();
  };

  const changed = () => {
    clearTimeout(timer);
    whole = null;
    if (ui.find.value) ui.follow.checked = false;
    ui.text.find(ui.find.value, false);
    say();
    timer = window.setTimeout(ask, WAIT_MS);
  };
  ui.find.addEventListener("input", changed);
  ui.find.addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    event.preventDefault();
    go(event.shiftKey ? 1 : -1);
  });
  ui.previous.addEventListener("click", () => go(-1));
  ui.next.addEventListener("click", () => go(1));

  return {
    /** Looks for a text as if it had been typed. @param {string} text */
    inFile(text) {
      ui.find.value = text.slice(0, 60);
      changed();
    },
    clear() {
      clearTimeout(timer);
      ui.find.value = "";
      whole = null;
      say();
    },
  };
}
