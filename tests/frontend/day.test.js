import assert from "node:assert/strict";
import { test } from "node:test";
import { bars, hourStrip, minuteOf } from "../../frontend/scripts/day.js";
import { DAY, at, card } from "./builders.js";

const run = (start, state, changes = {}) => ({
  start, end: start, state, trigger: "scheduled", run: `r${start}`, exit_code: 0, outcome: "ended", ...changes,
});

test("an hour shows its latest run, a running one before any other", () => {
  const strip = hourStrip(card("a", { runs: [
    run(at(9, 40), "SUCCESS"), run(at(9, 10), "ERROR"), run(at(10, 5), "RUNNING", { end: null }), run(at(10, 9), "ERROR"),
  ] }), DAY, 14);
  assert.deepEqual([strip[9], strip[10], strip[11]], ["SUCCESS", "RUNNING", "none"]);
});

test("hours to come are outlined, owed ones marked, paid ones left alone", () => {
  const owing = card("a", { schedule: { kind: "hours", hours: [8, 10, 12, 18] }, target: 3, actual: 1, backlog: 2, runs: [run(at(8), "SUCCESS")] });
  const strip = hourStrip(owing, DAY, 14);
  assert.deepEqual([strip[8], strip[10], strip[12], strip[18]], ["SUCCESS", "owed", "owed", "coming"]);
  assert.equal(hourStrip({ ...owing, actual: 3, backlog: 0 }, DAY, 14)[10], "none");
});

test("the active run pays for one owed hour", () => {
  const running = card("a", { state: "RUNNING", schedule: { kind: "hours", hours: [8, 12] }, actual: 1, backlog: 1, runs: [run(at(14), "RUNNING", { end: null })] });
  assert.ok(!hourStrip(running, DAY, 14).includes("owed"));
});

test("a run that came late stands at the hour that it paid, one that came early at its own", () => {
  const late = card("a", { schedule: { kind: "hours", hours: [8, 12, 18] }, actual: 2, backlog: 0, runs: [
    run(at(14, 5), "SUCCESS"), run(at(14, 6), "ERROR"),
  ] });
  const strip = hourStrip(late, DAY, 14);
  assert.deepEqual([strip[8], strip[12], strip[14], strip[18]], ["SUCCESS", "ERROR", "none", "coming"]);
  const early = card("a", { schedule: { kind: "hours", hours: [8] }, actual: 1, backlog: -1, runs: [run(at(7), "SUCCESS")] });
  assert.deepEqual([hourStrip(early, DAY, 7)[7], hourStrip(early, DAY, 7)[8]], ["SUCCESS", "none"]);
});

test("ALL names every hour", () => {
  const strip = hourStrip(card("a", { schedule: { kind: "all", hours: [] }, backlog: 3 }), DAY, 2);
  assert.deepEqual(strip.slice(0, 4), ["owed", "owed", "owed", "coming"]);
});

test("a run of yesterday that ended today does not colour an hour of today", () => {
  assert.ok(!hourStrip(card("a", { runs: [run("2026-03-09T23:50:00-03:00", "SUCCESS")] }), DAY, 14).includes("SUCCESS"));
});

test("a moment outside the day is held at its edge", () => {
  assert.equal(minuteOf(at(14, 30), DAY), 870);
  assert.equal(minuteOf("2026-03-09T23:50:00-03:00", DAY), 0);
  assert.equal(minuteOf("2026-03-11T00:10:00-03:00", DAY), 1440);
});

test("bars are in percent of the day; a running one reaches to now", () => {
  const [done, running, lost] = bars(card("a", { runs: [
    run(at(6), "SUCCESS", { end: at(12) }), run(at(12), "RUNNING", { end: null }), run(at(3), "UNKNOWN", { end: null }),
  ] }), DAY, Date.parse(at(18)), 1080);
  assert.deepEqual([done.left, done.width, done.seconds], [25, 25, 21600]);
  assert.deepEqual([running.left, running.width, running.seconds], [50, 25, 21600]);
  assert.deepEqual([lost.width, lost.seconds], [0, null]);
});
