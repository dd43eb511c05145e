/** A calm agent is asked now and then; one that does not answer is silent. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { createPulse } from "../../frontend/scripts/pulse.js";

test("who says nothing is asked, and is silent only when that is not answered", () => {
  let [now, asked] = [0, 0];
  const pulse = createPulse(() => { asked += 1; }, () => now);
  now = 14_000;
  assert.equal(pulse.isSilent(), false);
  assert.equal(asked, 0);
  now = 16_000;
  assert.equal(pulse.isSilent(), false);
  assert.equal(asked, 1);
  now = 25_000;
  assert.equal(pulse.isSilent(), false);
  now = 27_000;
  assert.equal(pulse.isSilent(), true);
  now = 33_000;
  assert.equal(pulse.isSilent(), true);
  assert.equal(asked, 2); // it may come back
  pulse.heard();
  assert.equal(pulse.isSilent(), false);
});

test("after a sleep nobody is called silent before being asked", () => {
  let now = 0;
  const pulse = createPulse(() => undefined, () => now);
  now = 8 * 3_600_000;
  assert.equal(pulse.isSilent(), false);
});
