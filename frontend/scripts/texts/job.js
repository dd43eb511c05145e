/**
 * What a job's card, row and drawer say.
 */

export const JOB = {
  run: "Executar",
  stop: "Parar",
  log: "Log",
  repeat: "Repetir",
  more: "Mais ações",
  acknowledge: "Ciente",
  pin: "Fixar no início",
  unpin: "Desafixar",
  pauseJob: "Não agendar até…",
  resumeJob: "Retomar agendamento",
  areaSchedules: "Agendamentos da área",
  pauseArea: "Suspender a área…",
  resumeArea: "Retomar a área",
  openDrawer: "Abrir detalhes",
  folder: "Abrir pasta",
  noRun: "Sem execução hoje",
  noHour: "Nada feito nem previsto hoje",
  lastRun: "Última execução:",
  starting: "Iniciando",
  stopping: "Parando",
  interrupted: "Interrompida",
  killing: "encerrando à força…",
  noUsual: "ainda sem duração normal",
  progress: "Andamento",
  fortnight: "14 dias",
  ownOnly: "só deste agente",
  late: "em atraso",
  overdue: "além do normal",
  acknowledged: "ciente",
  problem: "problema",
  openProcesses: "processos abertos",
  stopTitle: "Parar esta execução?",
  stopMore: "O trabalho feito até aqui pode ficar pela metade. A execução conta como interrompida, não como erro.",
  keepRunning: "Deixar terminar",
  noSchedule: "Sem agendamento",
  suspend: "Suspender",
  until: "Até",
  reason: "Motivo (opcional)",
  reasonHint: "Por exemplo: o arquivo da B3 não sai hoje",
  untilResumed: "alguém retomar",
  untilMidnight: "o fim do dia",
  untilTomorrow: "amanhã às 8:00",
  untilDate: "outra data e hora…",
  pauseMore: "Execuções manuais continuam possíveis.",
  everything: "os agendamentos",
  repeated: "Repetição pedida.",
  acknowledgedNow: "Erro marcado como visto; sai do vermelho até falhar de novo.",

  catchUpMore: "As previstas que passaram durante a pausa podem ser feitas agora.",
  catchUpLast: "Só a última",
  catchUpLastOfEach: "Só a última de cada uma",
  catchUpNone: "Nenhuma",
  /** @param {number} n */
  catchUpTitle: (n) => `Retomar: ${n} ficaram por fazer`,
  /** @param {number} n */
  catchUpAll: (n) => `Todas as ${n}`,
  /** @param {number} n */
  untilHours: (n) => `daqui a ${n} h`,
  /** @param {string} name */
  pauseTitle: (name) => `Suspender ${name}`,
  /** @param {string} area */
  theArea: (area) => `a área ${area}`,

  /** What the agent's text of the next run adds, and the card's box says. */
  againNote: " (nova tentativa)",
  untilNote: / até .*/,
  plannedNote: " prevista",
  seeNote: " (veja Problemas)",
  lateNote: /^(Muito além do normal|Não roda sozinha agora): /,
  lineNote: /^linha \d+: */i,
  afterAnother: "depois de outra automação", afterOther: "após outra",

  /** @param {string} rank */
  queueBadge: (rank) => `na fila (${rank})`,
  /** @param {number} p @param {number} n @param {number} running @param {number} max */
  queueWhy: (p, n, running, max) =>
    `Na fila, posição ${p} de ${n}; ${running > max ? `${running} em execução, acima do limite de ${max}` : `${running} de ${max} em execução`}.`,
  /** @param {number} p @param {number} n */
  queuePlace: (p, n) => `na fila, ${p}ª de ${n}`,
  /** @param {string} when */
  startsAbout: (when) => `Começa ≈ ${when}.`,
  /** @param {number} done @param {number} planned */
  done: (done, planned) => (planned ? `Hoje: ${done} de ${planned}` : `Hoje: ${done}`),
  /** @param {string} usual */
  usually: (usual) => `normalmente ${usual}`,
  /** @param {string} left */
  left: (left) => `falta ≈ ${left}`,
  /** @param {string} beyond */
  beyond: (beyond) => `${beyond} além do normal`,
  /** @param {string} when */
  ends: (when) => `termina ≈ ${when}`,
  /** @param {number} seconds */
  stoppingIn: (seconds) => `parando… ${seconds} s`,
  /** @param {number} code */
  exitCode: (code) => `código ${code}`,
  /** @param {string} time */
  lateAt: (time) => `atraso ${time}`,
  /** @param {string} time */
  lateSince: (time) => `Em atraso desde ${time}.`,
  /** @param {string} until @param {string} reason */
  pausedUntil: (until, reason) => `Pausada ${until ? `até ${until}` : "até alguém retomar"}${reason ? ` (${reason})` : ""}.`,
  /** @param {string} when */
  retry: (when) => `Nova tentativa às ${when}.`,
  /** @param {number[]} pids */
  leftovers: (pids) => (pids.length === 1 ? `Deixou 1 processo aberto (${pids[0]}); Parar o encerra.`
    : `Deixou ${pids.length} processos abertos (${pids.join(", ")}); Parar os encerra.`),
  /** @param {string} wait */
  inTime: (wait) => `em ${wait}`,
  /** @param {string} day @param {number} runs @param {number} failed */
  dayWords: (day, runs, failed) => `${day}: ${runs === 1 ? "1 execução" : `${runs} execuções`}${failed ? `, ${failed} com erro` : ""}`,
  /** @param {number} percent */
  shareOfThirty: (percent) => `${percent} % em 30 dias`,
  /** @param {number} percent */
  rateOfThirty: (percent) => `${percent} % com sucesso em 30 dias`,
  /** @param {number} percent */
  rate: (percent) => `${percent} % com sucesso`,
  /** @param {string} time */
  begun: (time) => `início ${time}`,
};
