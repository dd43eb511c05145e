/**
 * The text of a log, line by line in pieces, so that growing at either end never lays out the whole again; its line
 * numbers where they are known; and the search in it, which marks what it finds without touching the text.
 */
import { el } from "../dom.js";
import { printable } from "../format.js";

const AT_MOST = 4 * 1024 * 1024;
const PIECE = 65_536;
const MARKS_AT_MOST = 5_000;
const BAD = /^(Traceback \(|\w*(Error|Exception|Exit)\b.*:|.*\b(ERROR|ERRO|CRITICAL|FATAL)\b)/;

/** @param {string} name @param {Range[]} ranges */
function mark(name, ranges) {
  const highlights = /** @type {any} */ (globalThis.CSS)?.highlights;
  if (!highlights) return;
  if (!ranges.length) return highlights.delete(name);
  const highlight = new /** @type {any} */ (window).Highlight(...ranges);
  highlight.priority = name === "current" ? 1 : 0;
  return highlights.set(name, highlight);
}

/** @param {string} text */
function line(text) {
  const element = el("div", { class: "log-line" }, text);
  if (BAD.test(text)) element.dataset.bad = "";
  return element;
}

export function createLogText() {
  const element = el("div", { class: "log-text", dir: "ltr" });
  let length = 0;
  let closed = true;
  /** @type {number|null} */
  let first = null;
  /** @type {Range[]} */
  let found = [];
  let current = -1;

  const lines = () => /** @type {HTMLElement[]} */ ([...element.querySelectorAll(".log-line")]);
  const pieceOf = (/** @type {string[]} */ texts) => el("div", { class: "log-piece" }, ...texts.map(line));

  /** Numbers are known from the first line on, or not at all. */
  const renumber = () => {
    element.toggleAttribute("data-numbered", first !== null);
    let number = (first ?? 1) - 1;
    for (const piece of element.children) {
      /** @type {HTMLElement} */ (piece).style.counterReset = `line ${number}`;
      number += piece.childElementCount;
    }
  };

  /** @param {HTMLElement|null|undefined} target */
  const reveal = (target) => {
    const body = element.parentElement;
    if (!target || !body) return;
    target.parentElement?.scrollIntoView({ block: "nearest" });
    const [box, frame] = [target.getBoundingClientRect(), body.getBoundingClientRect()];
    if (box.top < frame.top + 20 || box.bottom > frame.bottom - 20) body.scrollTop += box.top - frame.top - frame.height / 2;
  };

  const show = () => {
    mark("found", found);
    mark("current", found[current] ? [found[current]] : []);
    reveal(found[current]?.startContainer.parentElement);
  };

  /** Ranges of every occurrence of a word, not minding case. @param {string} word */
  const occurrences = (word) => {
    /** @type {Range[]} */
    const ranges = [];
    const wanted = word.toLowerCase();
    if (!wanted) return ranges;
    for (const each of lines()) {
      const node = each.firstChild;
      const text = (node?.textContent ?? "").toLowerCase();
      for (let at = text.indexOf(wanted); node && at >= 0 && ranges.length < MARKS_AT_MOST; at = text.indexOf(wanted, at + wanted.length)) {
        const range = new Range();
        range.setStart(node, at);
        range.setEnd(node, at + wanted.length);
        ranges.push(range);
      }
    }
    return ranges;
  };

  return {
    element,
    get length() { return length; },
    get text() { return lines().map((each) => each.textContent).join("\n") + (closed && length ? "\n" : ""); },
    get place() { return { at: current + 1, of: found.length }; },
    get full() { return length >= AT_MOST; },
    clear() {
      element.replaceChildren();
      [length, found, current, closed, first] = [0, [], -1, true, null];
      show();
    },
    /** Which number the first line has, if that is known. @param {number|null} number */
    number(number) {
      first = number;
      renumber();
    },
    /** @param {string} raw */
    append(raw) {
      if (!raw) return;
      const texts = printable(raw).split("\n");
      const ends = texts.at(-1) === "";
      if (ends) texts.pop();
      const last = /** @type {HTMLElement|null} */ (element.lastElementChild);
      const open = closed ? null : /** @type {HTMLElement|null} */ (last?.lastElementChild);
      if (open) {
        open.textContent += texts.shift() ?? "";
        if (BAD.test(open.textContent ?? "")) open.dataset.bad = "";
      }
      closed = ends;
      if (last && Number(last.dataset.size ?? 0) + raw.length < PIECE) {
        last.append(...texts.map(line));
        last.dataset.size = String(Number(last.dataset.size ?? 0) + raw.length);
      } else if (texts.length) {
        const piece = pieceOf(texts);
        piece.dataset.size = String(raw.length);
        element.append(piece);
      }
      length += raw.length;
      while (length > AT_MOST && element.childElementCount > 1) {
        const gone = /** @type {HTMLElement} */ (element.firstElementChild);
        length -= Number(gone.dataset.size ?? 0);
        if (first !== null) first += gone.childElementCount;
        gone.remove();
      }
      renumber();
    },
    /** @param {string} raw whole lines */
    prepend(raw) {
      if (!raw) return;
      const piece = pieceOf(printable(raw).replace(/\n$/, "").split("\n"));
      piece.dataset.size = String(raw.length);
      element.prepend(piece);
      length += raw.length;
      renumber();
    },
    /** Marks every occurrence and goes to the last, the newest. @param {string} word @param {boolean} stay keeps the place, for text that grew */
    find(word, stay) {
      found = occurrences(word);
      current = stay && current >= 0 ? Math.min(current, found.length - 1) : found.length - 1;
      if (stay) mark("found", found);
      else show();
    },
    /** @param {1|-1} by */
    go(by) {
      if (!found.length) return;
      current = (current + by + found.length) % found.length;
      show();
    },
    /** Goes to the n-th occurrence. @param {number} index */
    goTo(index) {
      current = Math.max(0, Math.min(found.length - 1, index));
      show();
    },
    /** Brings the line of the error into view: the last that holds the reason, else the last that looks like one. @param {string} reason @returns {boolean} */
    toError(reason) {
      const all = lines();
      const told = reason.slice(0, 60);
      const target = (told && all.findLast((each) => each.textContent?.includes(told))) || all.findLast((each) => "bad" in each.dataset);
      for (const each of all) each.removeAttribute("data-error");
      if (!target) return false;
      target.setAttribute("data-error", "");
      reveal(target);
      return true;
    },
  };
}
