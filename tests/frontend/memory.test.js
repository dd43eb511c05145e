import assert from "node:assert/strict";
import { test } from "node:test";
import { percent } from "../../frontend/scripts/memory.js";

test("a rate is whole percent, never all while one failed", () => {
  assert.deepEqual([0, 0.29, 0.57, 0.994, 0.999999, 1].map(percent), [0, 29, 57, 99, 99, 100]);
  assert.equal(percent(null), null);
  assert.equal(percent(undefined), null);
});
