import assert from "node:assert/strict";
import { test } from "node:test";
import { FRAME } from "../../frontend/scripts/texts/frame.js";
import { JOB } from "../../frontend/scripts/texts/job.js";
import { TEAM } from "../../frontend/scripts/texts/team.js";
import { VIEWS } from "../../frontend/scripts/texts/views.js";

test("no text hides another of the same name", () => {
  const names = [FRAME, JOB, VIEWS, TEAM].flatMap((texts) => Object.keys(texts));
  assert.deepEqual(names.filter((name, index) => names.indexOf(name) !== index), []);
});
