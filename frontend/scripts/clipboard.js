/**
 * Puts a text into the clipboard: by the browser's own way, or, where an engine leaves that unanswered, as a person
 * would, by selecting and copying.
 */

const PATIENCE_MS = 500;

/** @param {string} text @returns {boolean} */
function bySelection(text) {
  const area = document.createElement("textarea");
  area.value = text;
  area.className = "unseen";
  const before = /** @type {HTMLElement|null} */ (document.activeElement);
  document.body.append(area);
  area.select();
  const done = document.execCommand("copy");
  area.remove();
  before?.focus({ preventScroll: true });
  return done;
}

/** @param {string} text @returns {Promise<boolean>} whether it is there */
export async function copyText(text) {
  const late = new Promise((resolve) => { setTimeout(() => resolve(false), PATIENCE_MS); });
  const written = navigator.clipboard.writeText(text).then(() => true, () => false);
  return (await Promise.race([written, late])) === true || bySelection(text);
}
