/**
 * The sheet of the keys, on `?`.
 */
import { el } from "../dom.js";
import { KEYS, TEXT } from "../texts.js";

export function showShortcuts() {
  if (document.querySelector(".shortcuts")) return;
  const close = el("button", { type: "submit", class: "button" }, TEXT.close);
  const groups = KEYS.map(({ title, keys }) =>
    el("section", null, el("h3", null, title), el("dl", null, ...keys.flatMap(([key, what]) =>
      [el("dt", null, ...key.split(" ").map((each) => el("kbd", null, each))), el("dd", null, what)]))));
  const dialog = el("dialog", { class: "dialog shortcuts", "aria-labelledby": "shortcuts-title" },
    el("form", { method: "dialog" }, el("h2", { id: "shortcuts-title" }, TEXT.shortcuts), el("div", { class: "shortcut-groups" }, ...groups),
      el("div", { class: "dialog-choices" }, close)));
  dialog.addEventListener("close", () => dialog.remove());
  dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
  document.body.append(dialog);
  dialog.showModal();
  close.focus();
}
