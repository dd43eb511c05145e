import assert from "node:assert/strict";
import { test } from "node:test";
import { PIECE_BYTES, createReader } from "../../frontend/scripts/reader.js";

/** A log in memory, answered as the agent does, and everything the reader says about it. */
const logOf = (text, changes = {}) => {
  const log = { run: "r1", running: true, bytes: new TextEncoder().encode(text), ...changes };
  const asked = [];
  const ask = async (job, run, offset) => {
    asked.push(offset);
    const size = log.bytes.length;
    let start = offset === null ? Math.max(0, size - PIECE_BYTES) : Math.min(offset, size);
    if (offset === null && start > 0) start = log.bytes.indexOf(10, start) + 1 || start;
    let end = Math.min(size, start + PIECE_BYTES);
    while (end < size && (log.bytes[end] & 0xc0) === 0x80) end -= 1;
    return { run: log.run, running: log.running, size, start, end, text: new TextDecoder().decode(log.bytes.subarray(start, end)) };
  };
  const shown = { text: "", failed: /** @type {any[]} */ ([]) };
  const reader = createReader(ask, {
    cleared: () => { shown.text = ""; },
    appended: (more) => { shown.text += more; },
    prepended: (more) => { shown.text = more + shown.text; },
    changed: () => undefined,
    failed: (error, first) => shown.failed.push([error.message, first]),
  });
  const grow = (more) => { log.bytes = new TextEncoder().encode(new TextDecoder().decode(log.bytes) + more); };
  return { log, asked, shown, reader, grow };
};

test("a long log opens at its end with one question", async () => {
  const { reader, shown, asked } = logOf("x".repeat(5_000_000) + "fim");
  await reader.open("job", null);
  assert.equal(shown.text.length, PIECE_BYTES);
  assert.ok(shown.text.endsWith("fim"));
  assert.deepEqual(asked, [null]);
});

test("what is added is added, and nothing is read twice", async () => {
  const { reader, shown, grow } = logOf("um\n");
  await reader.open("job", null);
  grow("dois\n");
  await reader.advance();
  grow("três\n");
  await reader.advance();
  assert.equal(shown.text, "um\ndois\ntrês\n");
});

test("more than a piece at once is read to its end", async () => {
  const { reader, shown, grow } = logOf("a");
  await reader.open("job", null);
  grow("b".repeat(3 * PIECE_BYTES));
  await reader.advance();
  assert.equal(shown.text.length, 3 * PIECE_BYTES + 1);
});

test("a flood is not followed piece by piece: the end is shown", async () => {
  const { reader, shown, grow, asked } = logOf("a");
  await reader.open("job", null);
  grow("b".repeat(20 * 1024 * 1024) + "fim");
  await reader.advance();
  assert.ok(shown.text.endsWith("fim") && shown.text.length === PIECE_BYTES);
  assert.equal(asked.length, 3);
});

test("the newest run takes the place of the one before", async () => {
  const { reader, shown, log } = logOf("primeira execução, longa");
  await reader.open("job", null);
  Object.assign(log, { run: "r2", bytes: new TextEncoder().encode("segunda") });
  await reader.advance();
  assert.equal(shown.text, "segunda");
});

test("going back joins without a gap or an overlap, also amid accents", async () => {
  const text = Array.from({ length: 20_000 }, (_, index) => `${index} ação`).join("\n");
  const { reader, shown } = logOf(text, { running: false });
  await reader.open("job", null);
  for (let at = Infinity; at > 0;) {
    await reader.earlier();
    at = reader.place?.piece?.start ?? 0;
  }
  assert.equal(shown.text, text);
});

test("an answer that comes after the drawer moved on is dropped", async () => {
  const { reader, shown } = logOf("texto");
  const first = reader.open("a", null);
  reader.close();
  await first;
  assert.equal(shown.text, "");
});

test("a refusal is told once and the reader can be asked again", async () => {
  const shown = [];
  const reader = createReader(async () => { throw new Error("não há log"); }, {
    cleared: () => undefined, appended: () => undefined, prepended: () => undefined, changed: () => undefined,
    failed: (error, first) => shown.push([error.message, first]),
  });
  await reader.open("job", null);
  await reader.advance();
  assert.deepEqual(shown, [["não há log", true], ["não há log", true]]);
});
