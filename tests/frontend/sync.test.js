import assert from "node:assert/strict";
import { test } from "node:test";
import { createStore } from "../../frontend/scripts/store.js";
import { createSync } from "../../frontend/scripts/sync.js";
import { card, delta, snapshot } from "./builders.js";

const agent = (...answers) => {
  const asked = [];
  const waiting = [];
  const fetchSnapshot = (since) => {
    asked.push(since);
    return new Promise((resolve, reject) => waiting.push({ resolve, reject }));
  };
  const answer = async () => {
    const next = answers.shift();
    const { resolve, reject } = waiting.shift();
    if (next instanceof Error) reject(next);
    else resolve(next);
    await new Promise((done) => setImmediate(done));
  };
  const heard = [];
  const store = createStore(Date.now);
  const pull = createSync(fetchSnapshot, store, { changed: (change) => heard.push(change), failed: (error) => heard.push(error) });
  return { asked, answer, heard, store, pull };
};

test("one request is under way, and another follows only for a version announced meanwhile", async () => {
  const { asked, answer, pull, store } = agent(snapshot([card("a")]), delta([card("a")], { version: 4 }));
  void pull();
  void pull(3);
  void pull(4);
  void pull();
  assert.deepEqual(asked, [null]);
  await answer();
  assert.deepEqual(asked, [null, 1]);
  await answer();
  assert.deepEqual(asked, [null, 1]);
  assert.equal(store.version, 4);
});

test("a version that is known is not asked for", async () => {
  const { asked, answer, pull } = agent(snapshot([]));
  void pull();
  await answer();
  await pull(1);
  assert.equal(asked.length, 1);
});

test("after the agent's restart everything is asked for anew", async () => {
  const other = { version: "1", pid: 2, instance: "b" };
  const { asked, answer, pull, store } = agent(
    snapshot([card("a")]), delta([], { agent: other, version: 1 }), snapshot([card("b")], { agent: other, version: 1 }));
  void pull();
  await answer();
  void pull();
  await answer();
  await answer();
  assert.deepEqual(asked, [null, 1, null]);
  assert.deepEqual(store.order, ["b"]);
});

test("a failure is told, and the next pull asks again", async () => {
  const { answer, heard, pull, asked } = agent(new Error("away"), snapshot([]));
  void pull();
  await answer();
  void pull();
  await answer();
  assert.equal(heard[0].message, "away");
  assert.equal(asked.length, 2);
});
