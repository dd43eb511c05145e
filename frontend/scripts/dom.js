/**
 * Building and changing elements. Text is only ever set as text; nothing here parses markup.
 */
import { nameParts } from "./format.js";
import { ICONS } from "./icons.js";

const SVG = "http://www.w3.org/2000/svg";

/**
 * @template {keyof HTMLElementTagNameMap} K
 * @param {K} tag
 * @param {Record<string, string|boolean>|null} attributes `true` sets an empty attribute, `false` none
 * @param {...(Node|string)} children
 * @returns {HTMLElementTagNameMap[K]}
 */
export function el(tag, attributes, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes ?? {})) {
    if (value !== false) element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children);
  return element;
}

/**
 * @param {string} tag @param {Record<string, string>} attributes @param {...Node} children
 * @returns {SVGElement}
 */
export function svg(tag, attributes, ...children) {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

/** A drawing, silent for assistive technology. @param {string} name */
export const icon = (name) =>
  svg("svg", { class: "icon", viewBox: "0 0 16 16", "aria-hidden": "true", "data-icon": name },
    svg("path", { d: ICONS[name] }));

/** @param {Element} drawing @param {string} name */
export function setIcon(drawing, name) {
  if (drawing.getAttribute("data-icon") === name) return;
  drawing.setAttribute("data-icon", name);
  drawing.firstElementChild?.setAttribute("d", ICONS[name] ?? "");
}

/** @param {Node} node @param {string} text */
export function setText(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

/** @param {Element} element @param {string} name @param {string|null} value null removes it */
export function setAttribute(element, name, value) {
  if (value === null) {
    if (element.hasAttribute(name)) element.removeAttribute(name);
  } else if (element.getAttribute(name) !== value) element.setAttribute(name, value);
}

/** @param {HTMLElement} element @param {boolean} shown */
export function setShown(element, shown) {
  if (element.hidden === shown) element.hidden = !shown;
}

/** A name that may break after its underscores. @param {HTMLElement} element @param {string} name */
export function setName(element, name) {
  if (element.textContent === name) return;
  const parts = nameParts(name).flatMap((part, index) => (index ? [el("wbr", null), part] : [part]));
  element.replaceChildren(...parts);
}

/** A button that stands for `name` when pressed. @param {string} name @param {string} text @param {string} [drawing] @param {string} [kind] */
export function button(name, text, drawing, kind = "button") {
  const element = el("button", { type: "button", class: kind, "data-command": name });
  if (drawing) element.append(icon(drawing));
  element.append(el("span", null, text));
  return element;
}

/** A button of a drawing alone, named by `text`. @param {string} name @param {string} text @param {string} drawing */
export const iconButton = (name, text, drawing) =>
  el("button", { type: "button", class: "icon-button", "data-command": name, "aria-label": text, title: text },
    icon(drawing));

/** Keeps focus but cannot be pressed: `aria-disabled`, so a keyboard user stays where he is. @param {Element} element @param {boolean} off */
export const setDisabled = (element, off) => setAttribute(element, "aria-disabled", off ? "true" : null);

/**
 * The one thing that goes up: a command, by name.
 * @param {Element} from @param {string} name @param {Record<string, unknown>} [detail]
 */
export const command = (from, name, detail = {}) =>
  from.dispatchEvent(new CustomEvent("command", { bubbles: true, detail: { name, ...detail } }));
