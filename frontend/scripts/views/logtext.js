/**
 * The text of a log in pieces, so that growing at either end never lays out the whole again; and the
 * search in it, which marks what it finds without touching the text.
 */
import { el } from "../dom.js";
import { printable } from "../format.js";

const AT_MOST = 4 * 1024 * 1024;
const MARKS_AT_MOST = 5_000;

/** Ranges of every occurrence of a word, not minding case. @param {HTMLElement} root @param {string} word */
function occurrences(root, word) {
  const ranges = [];
  const wanted = word.toLowerCase();
  for (const piece of root.children) {
    const node = piece.firstChild;
    if (!node || !wanted) continue;
    const text = (node.textContent ?? "").toLowerCase();
    for (let at = text.indexOf(wanted); at >= 0 && ranges.length < MARKS_AT_MOST; at = text.indexOf(wanted, at + wanted.length)) {
      const range = new Range();
      range.setStart(node, at);
      range.setEnd(node, at + wanted.length);
      ranges.push(range);
    }
  }
  return ranges;
}

/** @param {string} name @param {Range[]} ranges */
function mark(name, ranges) {
  const highlights = /** @type {any} */ (globalThis.CSS)?.highlights;
  if (!highlights) return;
  if (!ranges.length) return highlights.delete(name);
  const highlight = new /** @type {any} */ (window).Highlight(...ranges);
  highlight.priority = name === "current" ? 1 : 0;
  return highlights.set(name, highlight);
}

export function createLogText() {
  const element = el("div", { class: "log-text", dir: "ltr" });
  let length = 0;
  /** @type {Range[]} */
  let found = [];
  let current = -1;

  const piece = (/** @type {string} */ text) => el("div", { class: "log-piece" }, printable(text));

  const show = () => {
    mark("found", found);
    mark("current", found[current] ? [found[current]] : []);
    found[current]?.startContainer.parentElement?.scrollIntoView({ block: "nearest" });
    const box = found[current]?.getBoundingClientRect();
    const frame = element.parentElement?.getBoundingClientRect();
    if (box && frame && element.parentElement && (box.top < frame.top + 20 || box.bottom > frame.bottom - 20)) {
      element.parentElement.scrollTop += box.top - frame.top - frame.height / 2;
    }
  };

  return {
    element,
    get length() { return length; },
    get text() { return [...element.children].map((each) => each.textContent).join(""); },
    get place() { return { at: current + 1, of: found.length }; },
    clear() {
      element.replaceChildren();
      [length, found, current] = [0, [], -1];
      show();
    },
    /** @param {string} text */
    append(text) {
      if (!text) return;
      const last = element.lastElementChild;
      const node = /** @type {Text|null} */ (last?.firstChild ?? null);
      if (node && node.length + text.length < 65_536) node.appendData(printable(text));
      else element.append(piece(text));
      length += text.length;
      while (length > AT_MOST && element.childElementCount > 1) {
        length -= element.firstElementChild?.textContent?.length ?? 0;
        element.firstElementChild?.remove();
      }
    },
    /** @param {string} text */
    prepend(text) {
      if (text) element.prepend(piece(text));
      length += text.length;
    },
    get full() { return length >= AT_MOST; },
    /** Marks every occurrence and goes to the last, the newest. @param {string} word @param {boolean} stay keeps the place, for text that grew */
    find(word, stay) {
      found = occurrences(element, word);
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
  };
}
