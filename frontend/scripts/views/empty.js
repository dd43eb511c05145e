/**
 * What is shown where there are no cards: why, where was looked, and what to do about it.
 */
import { button, el, icon, setAttribute, setIcon, setShown, setText } from "../dom.js";
import { sentence } from "../format.js";
import { TEXT } from "../texts.js";
import { createFirstSteps, STEP } from "./firststeps.js";

/**
 * @typedef {{drawing: string, title: string, more: string, place: string, causes: {what: string, action: string}[],
 *   offers: "none"|"clear"|"doctor", step: number|null, choose?: boolean}} Reason
 * @param {import("../store.js").Store} store
 * @returns {Reason}
 */
export function emptyReason(store) {
  const facts = store.facts;
  const blank = { drawing: "search", more: "", place: "", causes: [], step: null };
  if (!facts) return { ...blank, drawing: "running", title: TEXT.loading, offers: "none" };
  if (store.cards.size > 0) return { ...blank, title: TEXT.nothingFound, more: TEXT.nothingFoundMore, offers: "clear" };
  const { places, problems } = facts;
  const about = (/** @type {string[]} */ wheres) => problems.filter(({ where }) => wheres.includes(where));
  // What the whole registry lacks, not one of its rows: those were read, and none is active.
  const registry = about(["registry", "settings"]).filter(({ cell, job }) => !cell && !job);
  const missing = !places.discovered && registry.some(({ where, what }) => where === "registry" && MISSING.test(what));
  if (!places.base_available && (about(["base_path"]).length || places.discovered)) {
    const first = missing && !places.chosen; // nobody has said yet where anything is
    return { ...blank, drawing: "folder", title: first ? TEXT.firstTitle : TEXT.noBase, more: first ? TEXT.firstMore : "",
      place: places.base_path, causes: first ? [] : about(["base_path"]), offers: "doctor", step: first ? STEP.folder : null, choose: true };
  }
  if (!places.discovered && registry.some(({ where }) => where === "registry")) {
    return { ...blank, drawing: missing ? "folder" : "problems", title: missing ? TEXT.firstTitle : TEXT.noRegistry,
      more: missing ? TEXT.firstRegistry : "", place: places.registry, causes: registry, offers: "doctor",
      step: missing ? STEP.registry : null, choose: missing };
  }
  if (!places.discovered) return { ...blank, drawing: "running", title: TEXT.searching, more: TEXT.searchingMore, offers: "none" };
  const wrong = about(["registry", "settings", "script"]);
  return { ...blank, title: TEXT.noActive, more: TEXT.noActiveMore, place: places.registry, causes: wrong, offers: "doctor",
    step: wrong.length ? null : STEP.rows };
}

const MISSING = /não existe|não (foi )?encontrad/i;

/** @param {HTMLElement} place @param {import("./doctor.js").Doctor} doctor */
export function mountEmpty(place, doctor) {
  const drawing = icon("search");
  const title = el("h2", null);
  const more = el("p", { class: "muted" });
  const path = el("code", { dir: "auto" });
  const where = el("p", { class: "empty-place" }, `${TEXT.lookedAt} `, path);
  const causes = el("ul", { class: "causes" });
  const steps = createFirstSteps();
  const choose = button("chooseFolder", TEXT.chooseFolder, "folder");
  const make = button("newRegistry", TEXT.makeRegistry, "list", "button primary");
  const clear = button("clear", TEXT.clear, "close");
  const again = button("refresh", TEXT.again, "refresh");
  const section = el("section", { class: "empty", hidden: true }, drawing, title, more, where, causes, steps.element,
    el("div", { class: "empty-buttons" }, make, choose, clear, again, doctor.start), doctor.answer);
  place.append(section);
  let seen = "";
  return {
    /** @param {import("../store.js").Store} store @param {boolean} shown */
    update(store, shown) {
      setShown(section, shown);
      const reason = shown ? emptyReason(store) : null;
      if (!reason || JSON.stringify(reason) === seen) return;
      seen = JSON.stringify(reason);
      setIcon(drawing, reason.drawing);
      setText(title, reason.title);
      setText(more, reason.more);
      setText(path, reason.place);
      setShown(where, reason.place !== "");
      steps.update(reason.step);
      setShown(make, reason.step === STEP.registry);
      setShown(choose, reason.choose ?? false);
      setAttribute(choose, "class", reason.step === STEP.folder ? "button primary" : "button");
      setText(/** @type {Element} */ (choose.lastChild), reason.step === STEP.folder ? TEXT.chooseFolder : TEXT.chooseAnother);
      setShown(clear, reason.offers === "clear");
      setShown(again, reason.offers === "doctor");
      setShown(doctor.start, reason.offers === "doctor");
      setShown(doctor.answer, reason.offers === "doctor");
      causes.replaceChildren(...reason.causes.map(({ what, action }) =>
        el("li", null, el("p", { dir: "auto" }, sentence(what)), el("p", { class: "action", dir: "auto" }, sentence(action ?? "")))));
    },
  };
}
