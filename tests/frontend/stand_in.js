/**
 * Stands in for the window's Python side: the same methods, answered from made-up values. The page
 * cannot tell the difference; a test reaches in through `window.standIn`. Never shipped.
 */
(() => {
  const given = window.__sample;
  const deltas = [];
  const asked = [];
  const refusals = {};
  const logs = {};
  let current = given;
  const copy = (value) => JSON.parse(JSON.stringify(value));
  const fixed = Date.parse(given.now);
  const begun = Date.now();
  const nowText = () => {
    const zone = -180;
    return new Date(fixed + Date.now() - begun + zone * 60000).toISOString().slice(0, 19) + "-03:00";
  };

  const merge = (delta) => {
    if (delta.full) return copy(delta);
    const cards = new Map(current.cards.map((card) => [card.id, card]));
    for (const card of delta.cards) cards.set(card.id, card);
    const order = delta.order ?? current.order;
    for (const id of [...cards.keys()]) if (!order.includes(id)) cards.delete(id);
    return { ...current, ...delta, full: true, order, cards: [...cards.values()], preferences: current.preferences };
  };

  const snapshot = (since) => {
    if (standIn.error) throw standIn.error;
    if (since === null) return { ...copy(current), now: nowText() };
    const news = deltas.filter((delta) => delta.version > since);
    const changed = new Map(news.flatMap((delta) => delta.cards.map((card) => [card.id, card])));
    const { problems, order, areas, places, preferences, cards, ...always } = current;
    return { ...copy(Object.assign(always, ...news)), now: nowText(), full: false, removed: [], cards: [...changed.values()] };
  };

  const log = (job, run, offset) => {
    const found = logs[job];
    if (!found) throw { code: "no_log", text: "Nenhuma saída foi registrada hoje." };
    const wanted = found.find((each) => each.run === run) ?? found[0];
    const bytes = new TextEncoder().encode(wanted.text);
    const start = offset === null ? Math.max(0, bytes.length - 65536) : Math.min(offset, bytes.length);
    const end = Math.min(bytes.length, start + 65536);
    return { run: wanted.run, running: wanted.running, ...(offset === null ? { begun: wanted.start ?? null } : {}), size: bytes.length, start, end, text: new TextDecoder().decode(bytes.subarray(start, end)) };
  };

  /** Where a text stands in the whole of a log: offsets in bytes, lines from 1. */
  const find = (job, run, text, from) => {
    const wanted = logs[job]?.find((each) => each.run === run) ?? logs[job]?.[0];
    const matches = [];
    let offset = 0;
    (wanted?.text ?? "").split("\n").forEach((line, index) => {
      for (let at = line.toLowerCase().indexOf(text.toLowerCase()); at >= 0; at = line.toLowerCase().indexOf(text.toLowerCase(), at + text.length)) {
        const place = offset + new TextEncoder().encode(line.slice(0, at)).length;
        if (place >= from && matches.length < 200) matches.push({ offset: place, line: index + 1, text: line.slice(0, 200) });
      }
      offset += new TextEncoder().encode(line).length + 1;
    });
    return { matches, more: matches.length === 200 };
  };

  /** Thirty days of made-up runs, newest first; `given.history` overrides. */
  const history = (job, days, errors) => {
    if (given.history_runs) return given.history_runs;
    const found = [];
    for (let back = 0; back < days; back += 1) {
      const day = new Date(Date.parse(given.processing_date) - back * 86400000).toISOString().slice(0, 10);
      const runs = [8, 12].map((hour) => {
        const failed = (back * 7 + hour) % 11 === 0;
        const seconds = 30 + ((back * 13 + hour * 7) % 19);
        return { job, run: `${day}-${hour}`, log: back < 20, start: `${day}T${String(hour).padStart(2, "0")}:00:02-03:00`,
          end: `${day}T${String(hour).padStart(2, "0")}:00:${String(2 + seconds).padStart(2, "0")}-03:00`, status: failed ? "ERROR" : "SUCCESS",
          outcome: "ended", exit_code: failed ? 1 : 0, reason: failed ? "KeyError: 'segmento P'" : null, trigger: hour === 8 ? "scheduled" : "manual", by: hour === 8 ? null : "ana",
          arguments: hour === 8 ? [] : ["--dia", "2026-03-09"] };
      }).filter((run) => !errors || run.status === "ERROR");
      if (new Date(day).getUTCDay() % 6) found.push({ day, runs });
    }
    return { days: found, stats: { runs: 44, success_rate: 0.93, median_seconds: 38, p95_seconds: 47, trend_seconds_per_day: 0.4 } };
  };

  const answers = {
    snapshot, log, find, history,
    days: () => ({ jobs: given.days ?? {}, rates: given.rates ?? {} }),
    plan: () => { if (!given.plan) throw { code: "unknown_method", text: "Este agente não conhece o pedido." }; return given.plan; },
    repeat: () => ({ text: "" }), repeat_many: () => ({ text: "" }), acknowledge: () => ({ text: "" }),
    copy_for_teams: (job) => ({ text: `**${job}** falhou` }),
    run: () => ({}), stop: () => ({}), pause: () => ({}), resume: () => ({}), refresh: () => ({}), update: () => ({ text: "Trocando para a versão 1.1.0." }),
    runs: (job) => ({ runs: (logs[job] ?? []).map(({ text, running, ...run }) => run) }),
    open_log_folder: () => ({}),
    details: (job) => given.details ?? { script: { sha256: "ab".repeat(32), size: 2048, modified: "2026-03-09T21:30:00+00:00" }, interpreter: "Python 3.12",
      registry: { sheet: "Automações", line: 12, cells: [["A12", "script_name", job], ["C12", "cron_schedule", "8, 12"]] } },
    choose_folder: () => given.chosen_folder ?? null,
    new_registry: () => ({ text: "Registro modelo criado." }),
    doctor: () => ({ checks: standIn.checks }),
    preferences: () => current.preferences,
    team: () => { if (!given.role) throw { code: "unknown_method", text: "Este agente não conhece o pedido." }; return { role: given.role, brain: given.brain, me: given.me_pc ?? null, address: "10.1.2.3:4222", pcs: given.pcs, invite: standIn.invite }; },
    team_invite: () => (standIn.invite = { code: "10.1.2.3:4222/XY6U-36BD-QQ7A-K2MN-P4RT-9W3Z-VB5C-8HJD", until: new Date(Date.parse(nowText()) + 600_000).toISOString() }),
    team_remove: () => ({ text: "" }), team_lost: () => ({ text: "" }), team_join: () => ({ text: "Este PC agora é da equipe." }), team_leave: () => ({ text: "" }), team_take_over: () => ({ text: "" }), team_alone: () => ({ text: "" }),
    remember: () => ({}), title: () => ({}),
  };

  const api = {};
  for (const [name, answer] of Object.entries(answers)) {
    api[name] = async (...args) => {
      asked.push([name, ...args]);
      if (standIn.delay) await new Promise((resolve) => setTimeout(resolve, standIn.delay));
      if (refusals[name]) return { ok: false, error: refusals[name] };
      try {
        return { ok: true, data: answer(...args) };
      } catch (error) {
        return { ok: false, error };
      }
    };
  }

  const standIn = {
    asked, refusals, logs, checks: [], error: null, delay: 0, invite: null,
    tell: (detail) => window.dispatchEvent(new CustomEvent("agent", { detail })),
    /** A change of the agent's: kept, and announced as the window's Python side does. */
    push(delta, silently = false) {
      deltas.push(delta);
      current = merge(delta);
      if (!silently) standIn.tell({ event: "changed", version: delta.version });
    },
    calls: (name) => asked.filter(([each]) => each === name).map(([, ...args]) => args),
  };
  window.standIn = standIn;
  if (!window.__late) window.pywebview = { api };
  else window.__arrive = () => {
    window.pywebview = { api };
    window.dispatchEvent(new CustomEvent("pywebviewready"));
  };
})();
