/**
 * The figures of the chosen area's last thirty days, in one line under the title.
 */
import { el, setShown, setText } from "../dom.js";
import { duration } from "../format.js";
import { percent } from "../memory.js";
import { TEXT } from "../texts.js";
import { trendWords } from "./past.js";

const DAYS = 30;
const AGAIN_MS = 5 * 60_000;

/** @param {import("./past.js").Stats} stats */
function words(stats) {
  if (!stats.runs) return "";
  const well = percent(stats.success_rate);
  return [TEXT.thirtyDays(stats.runs),
    well === null ? "" : TEXT.rate(well),
    stats.median_seconds ? `${TEXT.statMedian} ${duration(stats.median_seconds)}` : "",
    stats.p95_seconds ? `${TEXT.statP95} ${duration(stats.p95_seconds)}` : "",
    stats.trend_seconds_per_day === null ? "" : `${TEXT.statTrend} ${trendWords(stats)}`,
    TEXT.ownOnly].filter(Boolean).join(" · ");
}

/** @param {HTMLElement} content @param {import("../bridge.js").Bridge} bridge */
export function mountAreaFigures(content, bridge) {
  const line = el("p", { class: "area-figures", dir: "auto", hidden: true });
  content.append(line);
  /** @type {string|null} */
  let shown = null;
  let asked = -Infinity;

  /** @param {string} area */
  const read = async (area) => {
    asked = performance.now();
    let text = "";
    try {
      text = words((await bridge.figures(area, DAYS)).stats);
    } catch {
      // An agent that cannot tell them: the line stays away, and is asked again later.
    }
    if (area !== shown) return;
    setText(line, text);
    setShown(line, text !== "");
  };

  return {
    /** @param {string|null} area the one that is looked at, if any */
    update(area) {
      if (area !== shown) {
        shown = area;
        asked = -Infinity;
        setShown(line, false);
      }
      if (area !== null && performance.now() - asked > AGAIN_MS) void read(area);
    },
  };
}
