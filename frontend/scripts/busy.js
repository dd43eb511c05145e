/**
 * What a person sees between an order and its answer: the button that was pressed is busy, and after a while a word.
 */
import { setAttribute } from "./dom.js";
import { TEXT } from "./texts.js";

const SEEN_MS = 120;
const SAID_MS = 2_500;

/** @param {(text: string, kind: "wait") => HTMLElement} notice */
export function createBusy(notice) {
  /** @param {HTMLElement|null} from @returns {() => void} to be called when the answer is there */
  return function busy(from) {
    const button = from?.closest("button") ?? null;
    /** @type {HTMLElement|null} */
    let said = null;
    const seen = window.setTimeout(() => button && setAttribute(button, "aria-busy", "true"), SEEN_MS);
    const saying = window.setTimeout(() => { said = notice(TEXT.asking, "wait"); }, SAID_MS);
    return () => {
      clearTimeout(seen);
      clearTimeout(saying);
      if (button) setAttribute(button, "aria-busy", null);
      said?.remove();
    };
  };
}
