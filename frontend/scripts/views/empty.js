/**
 * What is shown where there are no cards: why, where was looked, and what to do about it.
 */
import { button, el, icon, setIcon, setShown, setText } from "../dom.js";
import { TEXT } from "../texts.js";

/**
 * @typedef {{drawing: string, title: string, more: string, place: string, causes: {what: string, action: string}[],
 *   offers: "none"|"clear"|"doctor"}} Reason
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
    return { drawing: "folder", title: TEXT.noBase, more: "", place: places.base_path,
      causes: about(["base_path", "history"]), offers: "doctor" };
  }
  const registry = about(["registry", "settings", "history"]);
  if (registry.some(({ where }) => where === "registry")) {
    return { drawing: "problems", title: TEXT.noRegistry, more: "", place: places.registry, causes: registry, offers: "doctor" };
  }
  if (!places.discovered) return { ...blank, drawing: "running", title: TEXT.searching, more: TEXT.searchingMore, offers: "none" };
  return { ...blank, title: TEXT.noActive, more: TEXT.noActiveMore, place: places.registry, causes: problems, offers: "doctor" };
}

/** @param {HTMLElement} place @param {import("./doctor.js").Doctor} doctor */
export function mountEmpty(place, doctor) {
  const drawing = icon("search");
  const title = el("h2", null);
  const more = el("p", { class: "muted" });
  const path = el("code", { dir: "auto" });
  const where = el("p", { class: "empty-place" }, `${TEXT.lookedAt} `, path);
  const causes = el("ul", { class: "causes" });
  const clear = button("clear", TEXT.clear, "close");
  const again = button("refresh", TEXT.again, "refresh");
  const section = el("section", { class: "empty", hidden: true }, drawing, title, more, where, causes,
    el("div", { class: "empty-buttons" }, clear, again, doctor.start), doctor.answer);
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
      setShown(clear, reason.offers === "clear");
      setShown(again, reason.offers === "doctor");
      setShown(doctor.start, reason.offers === "doctor");
      setShown(doctor.answer, reason.offers === "doctor");
      causes.replaceChildren(...reason.causes.map(({ what, action }) =>
        el("li", null, el("p", { dir: "auto" }, what), el("p", { class: "action", dir: "auto" }, action ?? ""))));
    },
  };
}
