/**
 * A question in the browser's own dialog element; focus is trapped and given back by it.
 */
import { el, setDisabled } from "./dom.js";
import { TEXT } from "./texts.js";

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

/**
 * Asks for something grave: nothing happens before a given text was typed. Resolves with it, or null.
 * @param {{title: string, text: string, wanted: string, go: string}} question
 * @returns {Promise<string|null>}
 */
export function askTyped({ title, text, wanted, go }) {
  const typed = el("input", { type: "text", class: "field", "aria-labelledby": "typed-title", autocomplete: "off", spellcheck: "false" });
  const send = el("button", { type: "submit", class: "button stop", value: "go", "aria-disabled": "true" }, go);
  const form = el("form", { method: "dialog", class: "typed" }, el("h2", { id: "typed-title" }, title), el("p", { dir: "auto" }, text), typed,
    el("div", { class: "dialog-choices" }, send, el("button", { type: "submit", class: "button", value: "" }, TEXT.cancel)));
  const dialog = el("dialog", { class: "dialog", "aria-labelledby": "typed-title" }, form);
  const right = () => typed.value.trim().toLocaleLowerCase() === wanted.toLocaleLowerCase() && wanted !== "";
  typed.addEventListener("input", () => setDisabled(send, !right()));
  document.body.append(dialog);
  return new Promise((resolve) => {
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const pressed = /** @type {HTMLButtonElement|null} */ (event.submitter);
      if (pressed === send && !right()) return typed.focus();
      return dialog.close(pressed?.value ?? "");
    });
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(dialog.returnValue === "go" ? typed.value.trim() : null);
    });
    dialog.showModal();
    typed.focus();
  });
}
