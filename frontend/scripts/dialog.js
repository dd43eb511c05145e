/**
 * A question in the browser's own dialog element; focus is trapped and given back by it.
 */
import { el } from "./dom.js";

/**
 * Asks and resolves with the chosen value; Escape chooses `cancel`.
 * @param {{title: string, text: string, choices: {value: string, text: string, kind?: string}[], cancel: string}} question
 * @returns {Promise<string>}
 */
export function ask({ title, text, choices, cancel }) {
  const heading = el("h2", { id: "dialog-title" }, title);
  const buttons = choices.map((choice) =>
    el("button", { type: "submit", class: choice.kind ?? "button", value: choice.value }, choice.text));
  const form = el("form", { method: "dialog" }, heading, el("p", { dir: "auto" }, text),
    el("div", { class: "dialog-choices" }, ...buttons));
  const dialog = el("dialog", { class: "dialog", "aria-labelledby": "dialog-title" }, form);
  document.body.append(dialog);
  return new Promise((resolve) => {
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const chosen = /** @type {HTMLButtonElement|null} */ (event.submitter);
      dialog.close(chosen?.value ?? cancel);
    });
    dialog.addEventListener("cancel", (event) => {
      event.preventDefault();
      dialog.close(cancel);
    });
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(dialog.returnValue || cancel);
    });
    dialog.showModal();
    buttons.at(-1)?.focus();
  });
}
