import assert from "node:assert/strict";
import { test } from "node:test";
import * as format from "../../frontend/scripts/format.js";

test("times are shown as the agent wrote them, whatever the zone of this machine", () => {
  assert.equal(format.clock("2026-03-10T23:59:58.123456-03:00"), "23:59:58");
  assert.equal(format.hourMinute("2026-03-10T00:05:09+09:00"), "00:05");
});

test("the offset of a moment is read from its text", () => {
  const cases = { "2026-03-10T14:05:09-03:00": -180, "2026-03-10T14:05:09.5+0530": 330, "2026-03-10T14:05:09Z": 0 };
  for (const [iso, minutes] of Object.entries(cases)) assert.equal(format.offsetMinutes(iso), minutes);
});

test("the wall clock of the agent's zone crosses midnight where that zone does", () => {
  assert.equal(format.wallClock(Date.parse("2026-03-11T02:59:59Z"), -180), "2026-03-10T23:59:59");
  assert.equal(format.wallClock(Date.parse("2026-03-11T03:00:00Z"), -180), "2026-03-11T00:00:00");
});

test("durations are said in the largest two units that matter", () => {
  const cases = [
    [0, "0 s"], [4.2, "4,2 s"], [4, "4 s"], [9.96, "10 s"], [38, "38 s"], [59.6, "1 min"], [62, "1 min 02 s"],
    [120, "2 min"], [760, "12 min 40 s"], [3599.7, "1 h 00 min"], [3900, "1 h 05 min"], [-1, "0 s"],
  ];
  for (const [seconds, said] of cases) assert.equal(format.duration(seconds), said);
});

test("what counts up never shows a fraction and keeps its seconds", () => {
  assert.equal(format.elapsed(4.9), "4 s");
  assert.equal(format.elapsed(120), "2 min 00 s");
});

test("a rough duration is rounded", () => {
  const cases = [[0, "0 s"], [0.2, "1 s"], [40, "40 s"], [312, "5 min"], [3590, "1 h 00 min"]];
  for (const [seconds, said] of cases) assert.equal(format.about(seconds), said);
});

test("the day is said with its weekday", () => {
  assert.equal(format.dayTitle("2026-03-10"), "terça, 10 de março");
  assert.equal(format.dayTitle("2026-01-01"), "quinta, 1 de janeiro");
});

test("a moment of another day names its date", () => {
  assert.equal(format.moment("2026-03-10T14:00:00-03:00", "2026-03-10"), "14:00");
  assert.equal(format.moment("2026-03-09T23:10:00-03:00", "2026-03-10"), "09/03 23:10");
});

test("a name may break after its underscores and loses nothing", () => {
  assert.deepEqual(format.nameParts("envia_pix__d0"), ["envia_", "pix__", "d0"]);
  for (const name of ["_x_", "__", "sem", "a_\u202eb", "", "linha\nnova_x"]) {
    assert.equal(format.nameParts(name).join(""), name);
  }
});

test("a text is searched for without accents and case", () => {
  assert.equal(format.plain("Conciliação ÁREA"), "conciliacao area");
});

test("terminal output loses its colours and its carriage returns", () => {
  assert.equal(format.printable("\x1b[31merro\x1b[0m\r\n10%\r20%\n"), "erro\n10%\n20%\n");
  assert.equal(format.printable("\x1b]0;title\x07ok"), "ok");
});

test("sizes are said in the unit that fits", () => {
  const cases = [[12, "12 B"], [65536, "64 KB"], [1536, "1,5 KB"], [200 * 1024 ** 2, "200 MB"]];
  for (const [bytes, said] of cases) assert.equal(format.size(bytes), said);
});
