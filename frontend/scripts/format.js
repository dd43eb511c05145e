/**
 * Values to text. Pure. Times are shown as the agent wrote them: never in the browser's zone.
 */
import { MONTHS, TOMORROW, WEEKDAYS } from "./texts.js";

/** @param {number} n */
const two = (n) => String(n).padStart(2, "0");

/** `2026-03-10T14:05:09.123-03:00` → `14:05:09`. @param {string} iso */
export const clock = (iso) => iso.slice(11, 19);

/** `2026-03-10T14:05:09-03:00` → `14:05`. @param {string} iso */
export const hourMinute = (iso) => iso.slice(11, 16);

/** Minutes east of UTC that the text itself names. @param {string} iso */
export function offsetMinutes(iso) {
  const found = /([+-])(\d\d):?(\d\d)/.exec(iso.slice(19));
  if (!found) return 0;
  return (found[1] === "-" ? -1 : 1) * (Number(found[2]) * 60 + Number(found[3]));
}

/**
 * An instant as the wall clock of a zone shows it, in ISO form without the zone.
 * @param {number} epochMs @param {number} zoneMinutes
 */
export const wallClock = (epochMs, zoneMinutes) =>
  new Date(epochMs + zoneMinutes * 60000).toISOString().slice(0, 19);

/** When, said as briefly as the day allows. @param {string} iso @param {string} today */
export function moment(iso, today) {
  if (iso.slice(0, 10) === today) return hourMinute(iso);
  return `${iso.slice(8, 10)}/${iso.slice(5, 7)} ${hourMinute(iso)}`;
}

/** A moment to come, said as a person would: `14:00`, `amanhã 08:00`, `qui 12/03 08:00`. @param {string} iso @param {string} today */
export function ahead(iso, today) {
  const day = iso.slice(0, 10);
  const left = Math.round((Date.parse(day) - Date.parse(today)) / 86_400_000);
  if (left === 0) return hourMinute(iso);
  if (left === 1) return `${TOMORROW} ${hourMinute(iso)}`;
  return `${WEEKDAYS[new Date(`${day}T00:00:00Z`).getUTCDay()]?.slice(0, 3) ?? ""} ${iso.slice(8, 10)}/${iso.slice(5, 7)} ${hourMinute(iso)}`;
}

/** `2026-03-10` → `terça, 10 de março`. @param {string} day */
export function dayTitle(day) {
  const [year, month, date] = day.split("-").map(Number);
  if (!year || !month || !date) return day;
  const weekday = WEEKDAYS[new Date(Date.UTC(year, month - 1, date)).getUTCDay()];
  return `${weekday}, ${date} de ${MONTHS[month - 1]}`;
}

/** Seconds to `4,2 s`, `38 s`, `4 min 12 s`, `2 min`, `1 h 05 min`. @param {number} seconds */
export function duration(seconds) {
  const tenths = Math.round(Math.max(0, seconds) * 10);
  if (tenths < 100 && tenths % 10) return `${(tenths / 10).toFixed(1).replace(".", ",")} s`;
  const whole = Math.round(tenths / 10);
  return whole >= 60 && whole < 3600 && whole % 60 === 0 ? `${whole / 60} min` : elapsed(whole);
}

/** Whole seconds that count up: never a fraction. @param {number} seconds */
export function elapsed(seconds) {
  const whole = Math.max(0, Math.floor(seconds));
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${two(whole % 60)} s`;
  return `${Math.floor(whole / 3600)} h ${two(Math.floor((whole % 3600) / 60))} min`;
}

/** Roughly: `5 min`, `40 s`, `1 h 05 min`. @param {number} seconds */
export function about(seconds) {
  if (seconds < 60) return `${Math.max(seconds > 0 ? 1 : 0, Math.round(seconds))} s`;
  const minutes = Math.round(seconds / 60);
  return minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${two(minutes % 60)} min`;
}

/** @param {number} n */
export const ordinal = (n) => `${n}ª`;

/** @param {number} bytes */
export function size(bytes) {
  if (bytes < 1024) return `${bytes} B`;
  const [amount, unit] = bytes < 1024 ** 2 ? [bytes / 1024, "KB"] : [bytes / 1024 ** 2, "MB"];
  return `${amount.toFixed(amount < 10 ? 1 : 0).replace(".", ",")} ${unit}`;
}

/** The parts of a name between which a line may break: each but the last ends with its underscores. @param {string} name */
export const nameParts = (name) => name.match(/[^_]*_+|[^_]+/g) ?? [];

/** A text as it is searched for: lower case, without accents. @param {string} text */
export const plain = (text) =>
  text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();

/** Terminal output as a page can show it: without colour codes, each lone carriage return a new line. @param {string} text */
export const printable = (text) =>
  text
    // eslint-disable-next-line no-control-regex
    .replace(/\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[@-Z\\-_])/g, "")
    .replace(/\r\n?/g, "\n");

/** A text as a sentence: begins with a capital, ends with a stop; names of files and settings stay as they are. @param {string} text */
export function sentence(text) {
  const trimmed = text.trim();
  const first = /^\p{Ll}+(?=[\s,:])/u.test(trimmed) ? trimmed.charAt(0).toUpperCase() + trimmed.slice(1) : trimmed;
  return /[\p{L}\p{N})»"']$/u.test(first) ? `${first}.` : first;
}
