/**
 * Repeats all that failed among the jobs shown: asks once with their names, and reports when they ended.
 */
import { ask } from "./dialog.js";
import { failed } from "./logic.js";
import { TEXT } from "./texts.js";

const MOST_NAMES = 24;

/**
 * @param {{bridge: import("./bridge.js").Bridge, store: import("./store.js").Store, shown: () => string[],
 *   tell: import("./main.js").Tell, pull: () => Promise<void>}} parts
 */
export function createMany({ bridge, store, shown, tell, pull }) {
  /** @type {Map<string, string|null>} the jobs waited for, with the start of the run that failed */
  const waiting = new Map();
  let all = 0;
  /** @type {string[]} */
  let bad = [];

  /** Whether the run after the repeated one is over. @param {import("./logic.js").Card|undefined} card @param {string|null} before */
  const over = (card, before) =>
    !card || (card.state !== "RUNNING" && !card.queued && !card.starting && (card.last_run?.start ?? null) !== before);

  return {
    /** @param {HTMLElement} from */
    async ask(from) {
      const cards = shown().flatMap((id) => store.cards.get(id) ?? []).filter((card) => failed(card) && card.repeatable);
      if (!cards.length) return;
      const names = cards.map(({ name }) => name);
      const list = names.slice(0, MOST_NAMES).join(", ") + (names.length > MOST_NAMES ? ` … (${names.length})` : "");
      const chosen = await ask({ title: TEXT.repeatTitle(cards.length), text: TEXT.repeatMore(list), cancel: "", choices: [
        { value: "go", text: TEXT.repeatMany(cards.length), kind: "button primary" }, { value: "", text: TEXT.cancel }] });
      if (chosen !== "go") return;
      const done = tell.busy(from);
      try {
        await bridge.repeatMany(cards.map(({ id }) => id));
        for (const card of cards) waiting.set(card.id, card.last_run?.start ?? null);
        all = waiting.size;
        tell.done(TEXT.repeatAsked(cards.length));
        await pull();
      } catch (error) {
        tell.failed(error);
      } finally {
        done();
      }
    },
    /** The picture changed: perhaps the last of them ended. */
    update() {
      if (!waiting.size) return;
      for (const [id, before] of waiting) {
        const card = store.cards.get(id);
        if (!over(card, before)) continue;
        waiting.delete(id);
        if (card && failed(card)) bad.push(card.name);
      }
      if (waiting.size) return;
      const said = TEXT.repeatDone(all - bad.length, all, bad.join(", "));
      if (bad.length) tell.failed(new Error(said));
      else tell.done(said);
      bad = [];
    },
  };
}
