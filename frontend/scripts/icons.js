/**
 * The drawings, each one path in a square of 16, stroked.
 * @type {Record<string, string>}
 */
export const ICONS = {
  running: "M8 2.5A5.5 5.5 0 1 1 2.9 6",
  success: "m3 8.6 3.2 3.2L13 4.8",
  error: "m4 4 8 8m0-8-8 8",
  no_data: "M3 8h10",
  scheduled: "M3 8h.01M8 8h.01M13 8h.01",
  idle: "M8 4a4 4 0 1 0 .01 0z",
  unknown: "M5.2 5.6C5.4 4 6.5 3 8 3c1.7 0 2.9 1.1 2.9 2.6C10.9 7.8 8 7.7 8 9.8M8 13h.01",
  run: "M5 3.2v9.6L12.6 8z",
  stop: "M4.5 4.5h7v7h-7z",
  log: "M3 4h10M3 8h10M3 12h6",
  pause: "M5.5 3.5v9m5-9v9",
  search: "M7 2.8a4.2 4.2 0 1 0 .01 0zM10.2 10.2l3.3 3.3",
  refresh: "M13 8a5 5 0 1 1-1.5-3.6L13 5.8M13 2.8v3h-3",
  timeline: "M2.5 4h6M6 8h7.5M4 12h5",
  problems: "M8 2.5 14 13H2zM8 6.6v3M8 11.2h.01",
  close: "m4 4 8 8m0-8-8 8",
  copy: "M7 5.5h5a1.5 1.5 0 0 1 1.5 1.5v5a1.5 1.5 0 0 1-1.5 1.5H7A1.5 1.5 0 0 1 5.5 12V7A1.5 1.5 0 0 1 7 5.5zM3.5 10.5h-1v-8h8v1",
  folder: "M2 12.5v-9h4l1.5 2H14v7z",
  up: "m3.5 10 4.5-4.5L12.5 10",
  down: "M3.5 6 8 10.5 12.5 6",
  sun: "M8 5.2a2.8 2.8 0 1 0 .01 0zM8 1.5v1.3m0 10.4v1.3M1.5 8h1.3m10.4 0h1.3M3.4 3.4l.9.9m7.4 7.4.9.9m0-9.2-.9.9m-7.4 7.4-.9.9",
  moon: "M13.3 9.8A5.6 5.6 0 0 1 6.2 2.7a5.6 5.6 0 1 0 7.1 7.1z",
  auto: "M8 2.5a5.5 5.5 0 1 0 .01 0zM8 2.5v11M9.5 3v10M11 3.7v8.6M12.5 5v6",
  doctor: "M1.5 8.5h3l2-5 3 9 2-4h3",
};
