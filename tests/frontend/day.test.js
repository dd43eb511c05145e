import assert from "node:assert/strict";
import { test } from "node:test";
import { bars, hourCells, marksOf, minuteOf } from "../../frontend/scripts/day.js";
import { DAY, at, card } from "./builders.js";

/** The day's cells at full hours, in the order of the clock. */
const hourStrip = (each, day, hour) => hourCells(marksOf(each, day, hour * 60));

const run = (start, state, changes = {}) => ({
  start, end: start, state, trigger: "scheduled", run: `r${start}`, exit_code: 0, outcome: "ended", ...changes,
});

test("an hour shows its latest run, a running one before any other", () => {
  const strip = hourStrip(card("a", { runs: [
    run(at(9, 40), "SUCCESS"), run(at(9, 10), "ERROR"), run(at(10, 5), "RUNNING", { end: null }), run(at(10, 9), "ERROR"),
  ] }), DAY, 14);
  assert.deepEqual([strip[9], strip[10], strip[11]], ["done", "running", "none"]);
});

test("hours to come are outlined, owed ones marked, paid ones left alone", () => {
  const owing = card("a", { schedule: { kind: "hours", hours: [8, 10, 12, 18] }, target: 3, actual: 1, backlog: 2, runs: [run(at(8), "SUCCESS")] });
  const strip = hourStrip(owing, DAY, 14);
  assert.deepEqual([strip[8], strip[10], strip[12], strip[18]], ["done", "owed", "owed", "coming"]);
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
  assert.deepEqual([strip[8], strip[12], strip[14], strip[18]], ["done", "failed", "none", "coming"]);
  const early = card("a", { schedule: { kind: "hours", hours: [8] }, actual: 1, backlog: -1, runs: [run(at(7), "SUCCESS")] });
  assert.deepEqual([hourStrip(early, DAY, 7)[7], hourStrip(early, DAY, 7)[8]], ["done", "none"]);
});

test("ALL names every hour", () => {
  const strip = hourStrip(card("a", { schedule: { kind: "all", hours: [] }, backlog: 3 }), DAY, 2);
  assert.deepEqual(strip.slice(0, 4), ["owed", "owed", "owed", "coming"]);
});

test("a run of yesterday that ended today does not colour an hour of today", () => {
  assert.ok(!hourStrip(card("a", { runs: [run("2026-03-09T23:50:00-03:00", "SUCCESS")] }), DAY, 14).includes("done"));
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

test("what the agent says of each fire time is taken as it is, whatever the hours say", () => {
  const told = card("a", { schedule: { kind: "rule", hours: [] }, fires: [
    { time: "08:30", state: "done", run: "r1", reason: null }, { time: "10:00", state: "covered", run: null, reason: null },
    { time: "12:00", state: "skipped", run: null, reason: "feriado" }, { time: "14:00", state: "owed", run: null, reason: null },
    { time: "16:15", state: "coming", run: null, reason: null },
  ], runs: [run(at(9, 59), "SUCCESS", { run: "r1" }), run(at(11), "ERROR", { run: "r2" })] });
  assert.deepEqual(marksOf(told, DAY, 845).map(({ time, kind }) => `${time} ${kind}`),
    ["08:30 done", "10:00 covered", "11:00 failed", "12:00 skipped", "14:00 owed", "16:15 coming"]);
});

test("many fire times in one hour show the one that matters most", () => {
  const fire = (time, state) => ({ time, state, run: null, reason: null });
  const cell = (...fires) => hourCells(marksOf(card("a", { fires }), DAY, 845))[14];
  assert.equal(cell(fire("14:00", "done"), fire("14:30", "coming")), "done");
  assert.equal(cell(fire("14:00", "done"), fire("14:03", "owed"), fire("14:30", "coming")), "owed");
  assert.equal(cell(fire("14:00", "covered"), fire("14:30", "coming")), "covered");
});

test("a person's own stop is no failure in the picture of the day", () => {
  const stopped = card("a", { runs: [run(at(9), "ERROR", { outcome: "stopped" })] });
  assert.equal(hourStrip(stopped, DAY, 14)[9], "unknown");
});
