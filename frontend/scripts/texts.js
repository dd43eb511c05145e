/**
 * Every Portuguese word the page shows comes from here; the modules in `texts/` hold them and nothing else does.
 */
import { FRAME } from "./texts/frame.js";
import { JOB } from "./texts/job.js";
import { TEAM } from "./texts/team.js";
import { VIEWS } from "./texts/views.js";

export { KEYS } from "./texts/keys.js";
export * from "./texts/states.js";

export const TEXT = { ...FRAME, ...JOB, ...VIEWS, ...TEAM };
