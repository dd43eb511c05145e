/**
 * Equipe: the PCs and what runs on each, who is the brain; inviting, joining, leaving, taking over.
 */
import { command, el, setShown, setText } from "../dom.js";
import { ask, askTyped } from "../dialog.js";
import { keyedList } from "../list.js";
import { TEXT } from "../texts.js";
import { contextOf } from "./context.js";
import { createActions } from "./teamactions.js";
import { createPc } from "./teampc.js";

const AGAIN_MS = 15_000;

/**
 * @typedef {{name: string, brain: boolean, present: boolean, since: string|null, places: number, running: number, tags: string[],
 *   version: string, offset_seconds: number|null, lagging: string[]}} Pc
 * @typedef {{code: string, until: string}} Invite
 * @typedef {{role: string, brain: string|null, me?: string|null, address?: string|null, pcs: Pc[], invite: Invite|null}} Team
 * @typedef {(send: () => Promise<any>, from?: HTMLElement|null, said?: string) => Promise<void>} Order
 */

/** What is known of the team: its own answer, and in every snapshot what changes often. @param {import("../store.js").Store} store @param {Team|null} told @returns {Team} */
function known(store, told) {
  const facts = store.facts;
  const [role, me] = [facts?.role ?? told?.role ?? "alone", told?.me ?? null];
  let pcs = facts?.pcs?.length ? facts.pcs : told?.pcs ?? [];
  if (role === "pc" && me && !pcs.length) {
    pcs = [{ name: me, brain: false, present: true, since: null, places: facts?.max_concurrent ?? 0, running: facts?.running ?? 0,
      tags: [], version: facts?.agent.version ?? "", offset_seconds: null, lagging: [] }];
  }
  return { role, me, brain: facts?.brain ?? told?.brain ?? null, address: told?.address ?? null, pcs, invite: told?.invite ?? null };
}

/** The whole in one sentence. @param {Team} team */
function words({ role, brain, address, pcs }) {
  if (role === "pc") return TEXT.brainIs(brain ?? "");
  if (role !== "brain") return brain ? TEXT.yields(brain) : TEXT.alone;
  const size = TEXT.size(pcs.length, pcs.filter(({ present }) => present).length);
  return [`${size}.`, TEXT.thisDecides(brain ?? ""), address ? TEXT.address(address) : ""].filter(Boolean).join(" ");
}

/** @param {HTMLElement} scroller @param {import("../store.js").Store} store @param {import("../bridge.js").Bridge} bridge @param {Order} order */
export function mountTeam(scroller, store, bridge, order) {
  const said = el("p", { class: "view-summary", role: "status", dir: "auto" });
  const place = el("ul", { class: "team-pcs", "aria-label": TEXT.team });
  /** @type {Team|null} */
  let told = null;
  let asked = -Infinity;

  const read = async () => {
    asked = performance.now();
    try {
      told = await bridge.team();
    } catch {
      told = null; // an agent that knows no teams: what the snapshot says is all there is
    }
    draw();
  };

  const actions = createActions({
    /** @param {HTMLElement} from */
    invite: (from) => order(async () => {
      const { code, until } = await bridge.teamInvite();
      told = { ...known(store, told), invite: { code, until } };
      draw();
      return null;
    }, from),
    /** @param {string} code @param {HTMLElement} from */
    join: (code, from) => order(() => bridge.teamJoin(code), from).then(read),
    /** @param {HTMLElement} from */
    async leave(from) {
      const ends = known(store, told).role === "brain";
      const chosen = await ask({ title: ends ? TEXT.endTeam : TEXT.leaveTitle, text: ends ? TEXT.endTeamMore : TEXT.leaveMore, cancel: "", choices: [
        { value: "go", text: ends ? TEXT.endTeam : TEXT.leave, kind: "button stop" }, { value: "", text: TEXT.cancel }] });
      if (chosen === "go") await order(() => bridge.teamLeave(), from).then(read);
    },
    /** @param {HTMLElement} from */
    async takeOver(from) {
      const brain = known(store, told).brain ?? "";
      const typed = await askTyped({ title: TEXT.takeOverTitle, text: TEXT.takeOverAsk(brain), wanted: brain, go: TEXT.takeOver });
      if (typed !== null) await order(() => bridge.teamTakeOver(typed), from).then(read);
    },
    /** @param {HTMLElement} from */
    async beAlone(from) {
      const brain = known(store, told).brain ?? "";
      const typed = await askTyped({ title: TEXT.beAlone, text: TEXT.beAloneAsk(brain), wanted: brain, go: TEXT.beAlone });
      if (typed !== null) await order(() => bridge.teamAlone(typed), from).then(read);
    },
  });
  const section = el("section", { class: "team-view", "aria-label": TEXT.team, hidden: true },
    el("div", { class: "view-head" }, el("h2", { class: "view-title" }, TEXT.team), said),
    el("div", { class: "team-columns" }, place, actions.element));
  scroller.append(section);
  const list = keyedList(place, createPc);

  section.addEventListener("click", async (event) => {
    const target = /** @type {Element} */ (event.target);
    const pressed = /** @type {HTMLElement|null} */ (target.closest("[data-command]"));
    const job = pressed?.closest("[data-job]")?.getAttribute("data-job");
    if (pressed && job) {
      event.stopPropagation();
      command(pressed, pressed.dataset.command ?? "open", { job });
      return;
    }
    const removed = target.closest("[data-remove]")?.getAttribute("data-remove");
    if (!removed) return;
    const chosen = await ask({ title: TEXT.removeTitle, text: TEXT.removeMore(removed), cancel: "", choices: [
      { value: "go", text: TEXT.remove, kind: "button stop" }, { value: "", text: TEXT.cancel }] });
    if (chosen === "go") await order(() => bridge.teamRemove(removed), /** @type {HTMLElement} */ (target)).then(read);
  });

  /** Runs by PC; of the brain's own and of this PC's there is no name. @param {Team} team */
  const runsOf = (team) => {
    /** @type {Map<string, import("../logic.js").Card[]>} */
    const found = new Map();
    const own = (team.role === "brain" ? team.brain : team.me) ?? "";
    for (const card of store.cards.values()) {
      if (card.state !== "RUNNING" && !card.silent_since) continue;
      const name = card.pc ?? own;
      found.set(name, [...(found.get(name) ?? []), card]);
    }
    return found;
  };

  const draw = () => {
    if (section.hidden) return;
    const team = known(store, told);
    setText(said, words(team));
    const shared = contextOf(store);
    const runs = runsOf(team);
    const pcs = team.role === "alone" ? [] : [...team.pcs].sort((a, b) => Number(b.brain) - Number(a.brain) || (a.name < b.name ? -1 : 1));
    const brain = pcs.find((pc) => pc.brain);
    setShown(place, pcs.length > 0);
    list.sync(pcs.map(({ name }) => name), (item, name, index) =>
      item.update(pcs[index], { ...shared, role: team.role, version: brain?.version ?? "", runs: runs.get(name) ?? [], zone: store.zone }, store.now()));
    actions.update(team, store.now());
    if (performance.now() - asked > AGAIN_MS) void read();
  };

  return {
    /** @param {boolean} visible */
    update(visible) {
      if (visible && section.hidden) asked = -Infinity;
      setShown(section, visible);
      if (visible) draw();
    },
    tick() {
      if (!section.hidden) draw();
    },
  };
}
