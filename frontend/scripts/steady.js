/**
 * Keeps an order still while a hand is near: a card must not slip away under the pointer about to press it.
 */

const STILL_MS = 2_000;

/**
 * @param {HTMLElement} place where the pointer counts
 * @param {() => void} redraw called once the order may change again
 */
export function createSteady(place, redraw) {
  let moved = -Infinity;
  let timer = 0;
  /** @type {string[]} */
  let before = [];
  place.addEventListener("pointermove", () => { moved = performance.now(); }, { passive: true });
  place.addEventListener("pointerleave", () => { moved = -Infinity; }, { passive: true });

  /**
   * The order to show: `wanted`, or what is kept of the one before until the hand has rested.
   * @param {string[]} wanted @param {boolean} anew whether the person chose something else, so that nothing is kept
   */
  return function steady(wanted, anew) {
    clearTimeout(timer);
    const rested = performance.now() - moved;
    const same = wanted.length === before.length && wanted.every((id, index) => id === before[index]);
    if (anew || same || rested > STILL_MS) return (before = wanted);
    const here = new Set(wanted);
    const kept = before.filter((id) => here.has(id));
    const known = new Set(kept);
    before = [...kept, ...wanted.filter((id) => !known.has(id))];
    timer = window.setTimeout(redraw, STILL_MS - rested + 50);
    return before;
  };
}
