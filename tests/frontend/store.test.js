import assert from "node:assert/strict";
import { test } from "node:test";
import { createStore } from "../../frontend/scripts/store.js";
import { at, card, delta, snapshot } from "./builders.js";

const storeWith = (...cards) => {
  const store = createStore(() => Date.parse(at(14, 5, 9)) + 60_000);
  store.apply(snapshot(cards));
  return store;
};

test("a full snapshot replaces everything", () => {
  const store = storeWith(card("a"), card("b"));
  const change = store.apply(snapshot([card("c")], { version: 2 }));
  assert.deepEqual([...store.cards.keys()], ["c"]);
  assert.deepEqual(store.order, ["c"]);
  assert.equal(change?.structure, true);
});

test("a delta changes only the cards it names", () => {
  const store = storeWith(card("a"), card("b"));
  const kept = store.cards.get("a");
  const change = store.apply(delta([card("b", { state: "RUNNING" })]));
  assert.equal(store.cards.get("a"), kept);
  assert.equal(store.cards.get("b")?.state, "RUNNING");
  assert.deepEqual([...(change?.changed ?? [])], ["b"]);
  assert.equal(change?.structure, false);
  assert.deepEqual(store.order, ["a", "b"]);
});

test("what a delta leaves out stays as it was", () => {
  const store = storeWith(card("a"));
  store.apply(delta([], { version: 3 }));
  assert.deepEqual(store.facts?.areas, ["Mensageria"]);
  assert.deepEqual(store.facts?.problems, []);
});

test("a waiting card's next run tells the place that it has now", () => {
  const waits = (id, ticket) => card(id, { ticket, next_run_text: `Próxima execução: na fila (${ticket}ª)` });
  const store = storeWith(waits("a", 1), waits("b", 2), waits("c", 3), card("d", { next_run_text: "Próxima execução: 12:00" }));
  const kept = store.cards.get("d");
  store.apply(delta([card("a", { ticket: null, state: "RUNNING" })]));
  assert.equal(store.cards.get("b")?.next_run_text, "Próxima execução: na fila (1ª)");
  assert.equal(store.cards.get("c")?.next_run_text, "Próxima execução: na fila (2ª)");
  assert.equal(store.cards.get("d"), kept);
});

test("a new order brings and takes cards", () => {
  const store = storeWith(card("a"), card("b"));
  const change = store.apply(delta([card("c")], { order: ["c", "b"] }));
  assert.deepEqual(store.order, ["c", "b"]);
  assert.equal(store.cards.has("a"), false);
  assert.equal(change?.structure, true);
});

test("cards named as removed go, also without a new order", () => {
  const store = storeWith(card("a"), card("b"));
  store.apply(delta([], { removed: ["a"] }));
  assert.deepEqual(store.order, ["b"]);
});

test("a delta of another agent's life, or one that is older, is not taken", () => {
  const store = storeWith(card("a"));
  assert.equal(store.apply(delta([card("a")], { agent: { instance: "other" }, version: 9 })), null);
  assert.equal(store.apply(delta([card("a")], { version: 0 })), null);
  assert.equal(createStore(Date.now).apply(delta([card("a")])), null);
});

test("the agent's clock is kept, not the browser's", () => {
  const store = storeWith();
  assert.equal(store.now(), Date.parse(at(14, 5, 9)));
  assert.equal(store.wall(), "2026-03-10T14:05:09");
});

test("places in the queue follow the tickets", () => {
  const store = storeWith(card("a", { ticket: 5 }), card("b", { ticket: 3 }));
  store.apply(delta([card("b")]));
  assert.deepEqual([...store.ranks], [["a", 1]]);
});

test("a card can be found by its new name", () => {
  const store = storeWith(card("a", { name: "antigo" }));
  store.apply(delta([card("a", { name: "Conciliação" })]));
  assert.ok(store.texts.get("a")?.startsWith("conciliacao"));
});

test("a change brings the runs that changed; those before them are kept", () => {
  const [first, second, ended] = [{ run: "1" }, { run: "2" }, { run: "2", end: at(9) }];
  const store = storeWith(card("a", { runs_kept: 0, runs: [first, second] }));
  store.apply(delta([card("a", { runs_kept: 1, runs: [ended, { run: "3" }] })]));
  assert.deepEqual(store.cards.get("a")?.runs, [first, ended, { run: "3" }]);
  store.apply(delta([card("a", { runs_kept: 0, runs: [] })], { version: 3 }));
  assert.deepEqual(store.cards.get("a")?.runs, []);
});

test("on a PC that is not the brain no run is elsewhere", () => {
  const store = createStore(() => Date.parse(at(14, 5, 9)));
  store.apply(snapshot([card("a", { pc: "PC-ANA" })], { role: "pc", brain: "PC-ANA" }));
  assert.equal(store.cards.get("a")?.pc, null);
  store.apply(delta([card("a", { pc: "PC-ANA" })], { version: 2 }));
  assert.equal(store.cards.get("a")?.pc, null);
});

test("when a waiting job starts comes beside the cards, and makes anew only those for which it changed", () => {
  const store = storeWith(card("a"), card("b", { queued: true, ticket: 1 }), card("c", { queued: true, ticket: 2 }));
  store.apply(delta([], { version: 2, estimates: { b: at(14, 9), c: at(14, 12) } }));
  assert.equal(store.cards.get("b")?.estimate, at(14, 9));
  const kept = store.cards.get("b");
  store.apply(delta([], { version: 3, estimates: { b: at(14, 9) } }));
  assert.equal(store.cards.get("b"), kept);
  assert.equal(store.cards.get("c")?.estimate, null);
});
