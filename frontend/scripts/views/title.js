/**
 * The page in one sentence: what needs somebody, whether the rest is well, what comes next; and the window's title.
 */
import { command, el, icon, setAttribute, setShown, setText } from "../dom.js";
import { ahead } from "../format.js";
import { failed } from "../logic.js";
import { picture } from "../order.js";
import { TEXT } from "../texts.js";

/** @typedef {import("../store.js").Store} Store */

/**
 * What there is to say, the worst first. That all is well is said only of what is known now and goes on by itself.
 * @param {Store} store @param {import("../order.js").Picture} seen @param {number} all jobs @param {number} loose problems that no card shows @param {boolean} isTrue
 */
function standing(store, seen, all, loose, isTrue) {
  const said = [];
  if (seen.needs) said.push(TEXT.needs(seen.needs));
  if (loose) said.push(TEXT.toSee(loose));
  if (seen.seen) said.push(TEXT.seenErrors(seen.seen));
  if (seen.paused) said.push(TEXT.pausedN(seen.paused));
  if (store.flowing && isTrue && all > seen.needs + seen.seen + seen.paused) said.push(said.length ? TEXT.restWell : TEXT.allWell);
  if (seen.running) said.push(TEXT.areRunning(seen.running));
  if (seen.queued) said.push(TEXT.inQueue(seen.queued));
  return said;
}

/** @param {HTMLElement} content */
export function mountTitle(content) {
  const title = el("h2", { class: "view-title", dir: "auto" });
  const summary = el("p", { class: "view-summary", role: "status", dir: "auto" });
  const many = el("button", { type: "button", class: "button primary", hidden: true }, icon("repeat"), el("span", null));
  const area = el("button", { type: "button", class: "button", hidden: true }, icon("paused"), el("span", null, TEXT.areaSchedules));
  const element = el("div", { class: "view-head" }, title, summary, el("div", { class: "view-actions" }, many, area));
  content.append(element);
  many.addEventListener("click", () => command(many, "repeatMany"));
  let shownArea = /** @type {string|null} */ (null);
  area.addEventListener("click", () => command(area, "areaMenu", { area: shownArea }));
  return {
    element,
    /** @param {Store} store @param {import("../main.js").Choices} choices @param {string[]} shown @param {string[]} scope jobs of the area, unfiltered @param {boolean} isTrue whether the agent still tells */
    update(store, choices, shown, scope, isTrue) {
      const facts = store.facts;
      const dense = ["cards", "list", "now"].includes(choices.view);
      setShown(element, dense && facts !== null && store.cards.size > 0);
      const errors = [...store.cards.values()].filter((card) => failed(card) && !card.acknowledged).length;
      const name = TEXT.title(errors);
      if (document.title !== name) {
        document.title = name;
        command(element, "title", { text: name });
      }
      if (!facts || !dense) return;
      const seen = picture(scope, store.cards, store.troubled, store.wall());
      const narrowed = choices.filter !== null || choices.query.trim() !== "";
      const said = narrowed ? [TEXT.automationsOf(shown.length, scope.length)] : standing(store, seen, scope.length, choices.area === null ? store.loose : 0, isTrue);
      const [first, ...others] = said.length ? said : [TEXT.automations(scope.length)];
      // Nothing is named that will not happen: while scheduling is suspended no time is.
      if (!narrowed && store.flowing && isTrue) others.push(seen.next ? TEXT.nextIs(ahead(seen.next.at, facts.processing_date), seen.next.name) : TEXT.noMore);
      shownArea = choices.area;
      setShown(area, shownArea !== null);
      setText(title, shownArea ?? first);
      setAttribute(title, "data-needs", shownArea === null && seen.needs && !narrowed ? "" : null);
      setText(summary, [...(shownArea === null ? [] : [first]), ...others].join(" · "));
      const again = shown.filter((id) => { const card = store.cards.get(id); return card && failed(card) && card.repeatable; });
      setShown(many, choices.filter === "ERROR" && again.length > 1);
      setText(/** @type {Node} */ (many.lastChild), TEXT.repeatMany(again.length));
    },
  };
}
