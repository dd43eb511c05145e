/**
 * What is shown where there are no cards: why, where was looked, and what to do about it.
 */
import { button, el, icon, setIcon, setShown, setText } from "../dom.js";
import { sentence } from "../format.js";
import { TEXT } from "../texts.js";

/**
 * @typedef {{drawing: string, title: string, more: string, place: string, causes: {what: string, action: string}[],
 *   offers: "none"|"clear"|"doctor", first?: boolean}} Reason
 * @param {import("../store.js").Store} store
 * @returns {Reason}
 */
export function emptyReason(store) {
  const facts = store.facts;
  const blank = { drawing: "search", more: "", place: "", causes: [] };
  if (!facts) return { ...blank, drawing: "running", title: TEXT.loading, offers: "none" };
  if (store.cards.size > 0) return { ...blank, title: TEXT.nothingFound, more: TEXT.nothingFoundMore, offers: "clear" };
  const { places, problems } = facts;
  const about = (/** @type {string[]} */ wheres) => problems.filter(({ where }) => wheres.includes(where));
  if (!places.base_available && (about(["base_path"]).length || places.discovered)) {
    return { drawing: "folder", title: TEXT.noBase, more: "", place: places.base_path, causes: about(["base_path"]), offers: "doctor" };
  }
  // What the whole registry lacks, not one of its rows: those were read, and none is active.
  const registry = about(["registry", "settings"]).filter(({ cell, job }) => !cell && !job);
  if (!places.discovered && registry.some(({ where }) => where === "registry")) {
    const first = registry.some(({ what }) => MISSING.test(what));
    return { drawing: first ? "folder" : "problems", title: first ? TEXT.firstTitle : TEXT.noRegistry, more: first ? TEXT.firstMore : "",
      place: places.registry, causes: registry, offers: "doctor", first };
  }
  if (!places.discovered) return { ...blank, drawing: "running", title: TEXT.searching, more: TEXT.searchingMore, offers: "none" };
  return { ...blank, title: TEXT.noActive, more: TEXT.noActiveMore, place: places.registry, causes: about(["registry", "settings", "script"]), offers: "doctor" };
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
  const steps = el("ol", { class: "first-steps" }, ...TEXT.firstSteps.map((text, index) =>
    el("li", null, text, ...(index === 0 ? [" ", el("code", null, TEXT.firstCommand)] : []))));
  const make = button("newRegistry", TEXT.makeRegistry, "list", "button primary");
  const clear = button("clear", TEXT.clear, "close");
  const again = button("refresh", TEXT.again, "refresh");
  const section = el("section", { class: "empty", hidden: true }, drawing, title, more, where, causes, steps,
    el("div", { class: "empty-buttons" }, make, clear, again, doctor.start), doctor.answer);
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
      setShown(steps, reason.first ?? false);
      setShown(make, reason.first ?? false);
      setShown(clear, reason.offers === "clear");
      setShown(again, reason.offers === "doctor");
      setShown(doctor.start, reason.offers === "doctor");
      setShown(doctor.answer, reason.offers === "doctor");
      causes.replaceChildren(...reason.causes.map(({ what, action }) =>
        el("li", null, el("p", { dir: "auto" }, sentence(what)), el("p", { class: "action", dir: "auto" }, sentence(action ?? "")))));
    },
  };
}
