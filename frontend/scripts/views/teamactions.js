/**
 * What can be done with a team from this PC: invite with a code that runs out, join with one, leave, take over.
 */
import { el, icon, setShown, setText } from "../dom.js";
import { copyText } from "../clipboard.js";
import { elapsed } from "../format.js";
import { TEXT } from "../texts.js";

/** @param {string} title @param {string} more @param {...Node} rest */
const part = (title, more, ...rest) =>
  el("section", { class: "team-part", "aria-label": title }, el("h3", null, title), el("p", { class: "muted" }, more), ...rest);

/** @param {string} text @param {string} drawing @param {string} [kind] */
const push = (text, drawing, kind = "button") => el("button", { type: "button", class: kind }, icon(drawing), el("span", null, text));

/** @param {{invite: (from: HTMLElement) => Promise<void>}} act */
function inviting(act) {
  const code = el("code", { class: "team-code", "aria-label": TEXT.inviteCode });
  const left = el("span", { class: "muted", role: "timer" });
  const copy = push(TEXT.copyCode, "copy");
  const copied = el("span", { class: "muted", role: "status" });
  const box = el("div", { class: "team-invite", hidden: true }, code, el("div", { class: "team-row" }, copy, left, copied), el("p", { class: "muted" }, TEXT.inviteHow));
  const over = el("p", { class: "team-over", hidden: true }, TEXT.inviteOver);
  const make = push(TEXT.invite, "team", "button primary");
  const element = part(TEXT.invite, TEXT.inviteMore, box, over, make);
  let shown = "";
  make.addEventListener("click", () => void act.invite(make));
  copy.addEventListener("click", async () => setText(copied, (await copyText(shown)) ? TEXT.codeCopied : TEXT.notCopied));
  return {
    element,
    /** @param {import("./team.js").Invite|null} invite @param {number} nowMs */
    update(invite, nowMs) {
      const seconds = invite ? (Date.parse(invite.until) - nowMs) / 1000 : 0;
      const lives = invite !== null && seconds > 0;
      setShown(over, !lives && shown !== "");
      setShown(box, lives);
      if (lives && invite.code !== shown) {
        shown = invite.code;
        setText(code, shown);
        setText(copied, "");
      }
      setText(left, lives ? TEXT.inviteLeft(elapsed(seconds)) : "");
      setText(/** @type {Node} */ (make.lastChild), shown ? TEXT.inviteAgain : TEXT.invite);
    },
  };
}

/** @param {{join: (code: string, from: HTMLElement) => Promise<void>}} act */
function joining(act) {
  const input = el("input", { type: "text", class: "field", id: "team-code", autocomplete: "off", spellcheck: "false", placeholder: "10.1.2.3:4222/XXXX-…" });
  const go = el("button", { type: "submit", class: "button" }, icon("team"), el("span", null, TEXT.joinGo));
  const form = el("form", { class: "team-join" }, el("label", { for: "team-code" }, TEXT.joinCode), el("div", { class: "team-row" }, input, go));
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const code = input.value.trim();
    if (!code) return input.focus();
    await act.join(code, go);
    return undefined;
  });
  return part(TEXT.join, TEXT.joinMore, form);
}

/**
 * @param {{invite: (from: HTMLElement) => Promise<void>, join: (code: string, from: HTMLElement) => Promise<void>,
 *   leave: (from: HTMLElement) => Promise<void>, takeOver: (from: HTMLElement) => Promise<void>, beAlone: (from: HTMLElement) => Promise<void>}} act
 */
export function createActions(act) {
  const invite = inviting(act);
  const join = joining(act);
  const [leave, end] = [push(TEXT.leave, "back"), push(TEXT.endTeam, "back")];
  const [takeOver, alone] = [push(TEXT.takeOver, "problems", "button stop"), push(TEXT.beAlone, "problems", "button stop")];
  for (const each of [leave, end]) each.addEventListener("click", () => void act.leave(each));
  alone.addEventListener("click", () => void act.beAlone(alone));
  takeOver.addEventListener("click", () => void act.takeOver(takeOver));
  const [leaving, ending] = [part(TEXT.leave, TEXT.leaveMore, leave), part(TEXT.endTeam, TEXT.endTeamMore, end)];
  const [taking, being] = [part(TEXT.takeOver, TEXT.takeOverMore, takeOver), part(TEXT.beAlone, "", alone)];
  return {
    element: el("div", { class: "team-actions" }, invite.element, join, leaving, ending, taking, being),
    /** @param {import("./team.js").Team} team @param {number} nowMs */
    update(team, nowMs) {
      setShown(invite.element, team.role !== "pc");
      setShown(join, team.role === "alone");
      setShown(leaving, team.role === "pc");
      setShown(ending, team.role === "brain" && team.pcs.every(({ brain }) => brain));
      setShown(being, team.role === "alone" && Boolean(team.brain));
      setText(/** @type {Node} */ (being.querySelector("p")), team.brain ? TEXT.beAloneMore(team.brain) : "");
      setShown(taking, team.role === "pc");
      invite.update(team.invite, nowMs);
    },
  };
}
