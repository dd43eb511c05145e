import assert from "node:assert/strict";
import { test } from "node:test";
import * as logic from "../../frontend/scripts/logic.js";
import { at, card } from "./builders.js";

const found = (cards, choice) => {
  const known = new Map(cards.map((each) => [each.id, each]));
  const texts = new Map(cards.map((each) => [each.id, logic.searchText(each)]));
  return logic.visible([...known.keys()], known, texts, { area: null, filter: null, query: "", ...choice });
};

test("status texts match as the specification says, in any case and anywhere", () => {
  const cases = {
    SUCCESS: "SUCCESS", sucesso: "SUCCESS", "Concluído com SUCESSO": "SUCCESS", Erro: "ERROR", "FATAL ERROR 3": "ERROR",
    no_data: "NO_DATA", SEM_RESULTADO: "UNKNOWN", "": "UNKNOWN", RUNNING: "RUNNING", outra: null,
    "SUCESSO PARCIAL COM ERRO": "ERROR", INSUCESSO: "ERROR", "success=false": "ERROR", FALHA: "ERROR", "SEM DADOS": "NO_DATA",
  };
  for (const [text, state] of Object.entries(cases)) assert.equal(logic.statusState(text), state, text);
  assert.equal(logic.statusState(null), "UNKNOWN");
});

test("a search finds every word in name or area, without accents, in whatever order", () => {
  const cards = [card("envia_pix", { area: "Conciliação" }), card("carga_spb"), card("pix_baixa")];
  assert.deepEqual(found(cards, { query: "PIX" }), ["envia_pix", "pix_baixa"]);
  assert.deepEqual(found(cards, { query: "conciliacao  envia" }), ["envia_pix"]);
  assert.deepEqual(found(cards, { query: "nada" }), []);
});

test("area, filter and search narrow together", () => {
  const cards = [
    card("a", { state: "ERROR", area: "X" }), card("b", { state: "ERROR", area: "Y" }),
    card("c", { state: "SUCCESS", queued: true, ticket: 1, area: "X" }),
  ];
  assert.deepEqual(found(cards, { area: "X", filter: "ERROR" }), ["a"]);
  assert.deepEqual(found(cards, { filter: "queued" }), ["c"]);
  assert.deepEqual(found(cards, { filter: "SUCCESS" }), ["c"]);
});

test("each filter counts what it would show in the chosen area", () => {
  const cards = [card("a", { state: "ERROR", area: "X" }), card("b", { state: "RUNNING", area: "Y" }), card("c", { queued: true })];
  assert.equal(logic.filterCounts(cards, null).ERROR, 1);
  assert.equal(logic.filterCounts(cards, "Y").ERROR, 0);
  assert.equal(logic.filterCounts(cards, null).queued, 1);
});

test("an area is as bad as its worst card, in the tray's order", () => {
  const cards = [
    card("a", { area: "X", state: "SUCCESS" }), card("b", { area: "X", state: "NO_DATA" }),
    card("c", { area: "Y", state: "RUNNING" }), card("d", { area: "Y", state: "ERROR" }),
  ];
  assert.deepEqual(logic.areaSummaries(["X", "Y", "Z"], cards), [
    { area: null, count: 4, running: 1, failed: 1, late: 0, worst: "ERROR" },
    { area: "X", count: 2, running: 0, failed: 0, late: 0, worst: "NO_DATA" },
    { area: "Y", count: 2, running: 1, failed: 1, late: 0, worst: "ERROR" },
    { area: "Z", count: 0, running: 0, failed: 0, late: 0, worst: "IDLE" },
  ]);
});

test("the lower ticket is the sooner place in the queue", () => {
  const ranks = logic.queueRanks([card("a", { ticket: 40 }), card("b"), card("c", { ticket: 7 }), card("d", { ticket: 0 })]);
  assert.deepEqual([...ranks], [["d", 1], ["c", 2], ["a", 3]]);
});

test("the day's plan is 24 for ALL, the listed hours otherwise, none for manual", () => {
  const planned = (kind, hours) => logic.plannedToday(card("a", { schedule: { kind, hours } }));
  assert.deepEqual([planned("all", []), planned("hours", [8, 12]), planned("manual", [])], [24, 2, 0]);
});

test("progress is the share of the usual duration, full beyond it, unknown without one", () => {
  const nowMs = Date.parse(at(14, 5));
  const running = (changes) => logic.progress(card("a", { state: "RUNNING", started: at(14, 0), ...changes }), nowMs);
  assert.equal(running({ usual_seconds: 600 })?.share, 0.5);
  assert.equal(running({ usual_seconds: 60, overdue: true })?.share, 1);
  assert.equal(running({})?.share, null);
  assert.equal(logic.progress(card("a"), nowMs), null);
});

test("a clock that went back never makes a run negative", () => {
  const run = card("a", { state: "RUNNING", started: at(14, 0) });
  assert.equal(logic.progress(run, Date.parse(at(13, 0)))?.seconds, 0);
});

test("a stopping run counts down to the kill and stays at 0", () => {
  const left = (second) => logic.secondsToKill(card("a", { stopping_since: at(14, 0, 0) }), Date.parse(at(14, 0, second)));
  assert.deepEqual([left(0), left(1), left(2), left(9)], [2, 1, 0, 0]);
  assert.equal(logic.secondsToKill(card("a"), 0), null);
});

test("only rows near the viewport exist", () => {
  const view = { count: 1000, columns: 4, pitch: 318, top: 3180, height: 700, spare: 2 };
  assert.deepEqual(logic.slice(view), [32, 60]);
  assert.deepEqual(logic.slice({ ...view, top: -500 }), [0, 12]);
  assert.deepEqual(logic.slice({ ...view, top: 1e6 }), [1000, 1000]);
  assert.deepEqual(logic.slice({ ...view, count: 3 }), [3, 3]);
});

test("keys walk the grid and stop at its edges", () => {
  const to = (key, index) => logic.step(key, index, 10, 4, 2);
  assert.deepEqual([to("ArrowRight", 3), to("ArrowDown", 1), to("ArrowUp", 1), to("ArrowDown", 8)], [4, 5, null, null]);
  assert.deepEqual([to("Home", 7), to("End", 0), to("PageDown", 5), to("PageUp", 9), to("a", 1)], [0, 9, 9, 1, null]);
});
