/**
 * What every card and row needs to know beside its job.
 */
import { minuteOf } from "../day.js";

/** Whole minutes of the agent's day. @param {import("../store.js").Store} store */
export const minuteNow = (store) => Math.floor(minuteOf(store.wall(), store.facts?.processing_date ?? ""));

/** @param {import("../store.js").Store} store */
export function contextOf(store) {
  const facts = store.facts;
  return {
    day: facts?.processing_date ?? "", minute: minuteNow(store), queued: store.ranks.size,
    running: facts?.running ?? 0, max: facts?.max_concurrent ?? 0, flowing: store.flowing, brain: facts?.brain ?? null,
  };
}
