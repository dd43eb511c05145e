/**
 * Every Portuguese word the page shows. Nothing else holds a text for the operator.
 */

/**
 * @param {number} n
 * @param {string} one
 * @param {string} many
 */
const count = (n, one, many) => `${n.toLocaleString("pt-BR")} ${n === 1 ? one : many}`;

export const WEEKDAYS = ["domingo", "segunda", "terça", "quarta", "quinta", "sexta", "sábado"];
export const MONTHS = [
  "janeiro", "fevereiro", "março", "abril", "maio", "junho",
  "julho", "agosto", "setembro", "outubro", "novembro", "dezembro",
];

/** @type {Record<string, string>} */
export const STATE = {
  RUNNING: "Executando",
  SUCCESS: "Sucesso",
  ERROR: "Erro",
  NO_DATA: "Sem dados",
  SCHEDULED: "Aguardando",
  IDLE: "Ocioso",
  UNKNOWN: "Sem resultado",
  queued: "Na fila",
};

/** @type {Record<string, string>} */
export const OUTCOME = { stopped: "interrompida", timed_out: "tempo esgotado" };

/** @type {Record<string, string>} */
export const TRIGGER = { scheduled: "agendada", manual: "manual", history: "vista no histórico" };

/** @type {Record<string, string>} */
export const PLACE = {
  settings: "Configuração",
  base_path: "Pasta das automações",
  registry: "Registro",
  script: "Script",
  run: "Execução",
  history: "Histórico",
  data: "Pasta de dados",
};

/** @type {Record<string, string>} */
export const HOUR = {
  SUCCESS: "com sucesso", ERROR: "com erro", NO_DATA: "sem dados", UNKNOWN: "sem resultado",
  RUNNING: "em execução", owed: "devidas", coming: "a fazer",
};

export const TEXT = {
  product: "Automações",
  areas: "Áreas",
  today: "Hoje",
  all: "Todas",
  timeline: "Linha do tempo",
  problems: "Problemas",
  search: "Buscar",
  searchHint: "Nome ou área",
  states: "Filtrar por estado",
  run: "Executar",
  stop: "Parar",
  log: "Log",
  noRun: "Sem execução hoje",
  noHour: "Nada feito nem a fazer hoje",
  lastRun: "Última execução:",
  starting: "Iniciando",
  stopping: "Parando",
  killing: "encerrando à força…",
  noUsual: "ainda sem duração normal",
  progress: "Andamento",
  pause: "Suspender agendamentos",
  resume: "Retomar agendamentos",
  theme: "Tema",
  themeAuto: "Automático",
  themeLight: "Claro",
  themeDark: "Escuro",
  refresh: "Ler agora",
  close: "Fechar",
  clear: "Limpar busca e filtro",
  doctor: "Executar diagnóstico",
  doctorRunning: "Verificando…",
  doctorTitle: "Diagnóstico",
  doctorOk: "Em ordem",
  doctorBad: "A corrigir",
  doctorApart: "Não se aplica",
  again: "Procurar de novo",
  loading: "Aguardando o agente…",
  searching: "Procurando as automações…",
  searchingMore: "A primeira leitura do registro e das pastas leva alguns segundos.",
  gone: "O agente foi encerrado",
  goneMore: "Nada do que está nesta janela é mais atual. Abra o agente de novo pelo menu Iniciar.",
  silent: "O agente não responde; os dados abaixo podem estar velhos.",
  noBase: "Pasta das automações não encontrada",
  noRegistry: "Registro não pôde ser lido",
  noActive: "Nenhuma automação ativa",
  noActiveMore: "O registro foi lido, mas nenhuma linha ativa corresponde a um script em uma pasta «metodos».",
  lookedAt: "Procurado em",
  nothingFound: "Nenhuma automação corresponde",
  nothingFoundMore: "Mude a busca, o filtro de estado ou a área.",
  noProblems: "Nenhum problema",
  noProblemsMore: "O que estiver errado no registro, nas pastas, no histórico ou nos scripts aparece aqui.",
  row: "Linha", column: "Coluna", value: "Valor", what: "O que há", action: "O que fazer", sinceHead: "Desde",
  registryProblems: "No registro",
  otherProblems: "Outros",
  show: "Ver automação",
  unexpected: "Algo falhou no agente; o log do agente tem os detalhes. Tente de novo.",
  noAnswer: "O agente não respondeu a tempo. Tente de novo.",
  runs: "Execução",
  find: "Localizar no log",
  findPrevious: "Ocorrência anterior",
  findNext: "Próxima ocorrência",
  follow: "Acompanhar",
  copy: "Copiar",
  copied: "Log copiado.",
  notCopied: "Não foi possível copiar; selecione o texto e use Ctrl+C.",
  folder: "Abrir pasta",
  earlier: "Carregar trecho anterior",
  earlierFull: "O trecho carregado chegou ao limite; abra a pasta para ver o arquivo inteiro.",
  noLog: "Nenhuma saída foi registrada hoje.",
  emptyLog: "A execução ainda não escreveu nada.",
  live: "ao vivo",
  stillRunning: "em execução",
  quitTitle: "Sair com automações em execução?",
  quitStop: "Parar todas e sair",
  quitFinish: "Sair e deixar terminarem",
  quitCancel: "Cancelar",
  ok: "Entendi",
  now: "agora",
  local: "Histórico local",
  localMore: "as execuções registradas por este agente",

  /** @param {number} n */
  automations: (n) => count(n, "automação", "automações"),
  /** @param {number} n */
  executions: (n) => `${count(n, "execução", "execuções")} hoje`,
  /** @param {number} running @param {number} max */
  inRun: (running, max) => `${running} de ${max} em execução`,
  /** @param {number} n */
  inQueue: (n) => `${n} na fila`,
  /** @param {number} n */
  running: (n) => `${n} em execução`,
  /** @param {string} state */
  worst: (state) => `pior estado: ${state}`,
  /** @param {string} rank */
  queueBadge: (rank) => `na fila (${rank})`,
  /** @param {number} p @param {number} n @param {number} running @param {number} max */
  queueWhy: (p, n, running, max) => `Na fila, posição ${p} de ${n}; ${running} de ${max} em execução.`,
  /** @param {number} done @param {number} planned */
  done: (done, planned) => (planned ? `Hoje: ${done} de ${planned}` : `Hoje: ${done}`),
  /** @param {string} usual */
  usually: (usual) => `normalmente ${usual}`,
  /** @param {number} seconds */
  stoppingIn: (seconds) => `parando… ${seconds} s`,
  /** @param {number} code */
  exitCode: (code) => `código ${code}`,
  /** @param {string} when */
  since: (when) => `desde ${when}`,
  /** @param {string} time @param {string} source */
  readAt: (time, source) => `${source} lido às ${time}`,
  justNow: "há menos de 1 min",
  /** @param {string} age */
  age: (age) => `há ${age}`,
  /** @param {string} wait */
  nextRead: (wait) => `próxima leitura em ${wait}`,
  /** @param {string} why */
  readFailed: (why) => `A última leitura falhou: ${why}`,
  /** @param {string} source */
  notVerified: (source) => `${source} não verificado`,
  /** @param {string} source @param {string} since @param {string} why */
  unverified: (source, since, why) =>
    `${source} não verificado: agendamentos suspensos${since && ` desde ${since}`}${why && `, motivo: ${why}`}`,
  /** @param {string} since */
  paused: (since) => `Agendamentos suspensos${since && ` desde ${since}`}; as execuções manuais continuam.`,
  quitting: "O agente está sendo encerrado; nada novo começa.",
  blockedData: "Não é possível gravar na pasta de dados: nada novo começa até que seja possível.",
  blockedBase: "A pasta das automações não está acessível: nada novo começa até que volte.",
  /** @param {string} age */
  stuck: (age) => `O motor do agente está parado há ${age}; os estados abaixo podem estar velhos.`,
  /** @param {string} time */
  updated: (time) => `Atualizado às ${time}`,
  /** @param {string} name */
  logOf: (name) => `Log de ${name}`,
  /** @param {string} loaded @param {string} size */
  loaded: (loaded, size) => `${loaded} de ${size}`,
  /** @param {number} i @param {number} n */
  matches: (i, n) => (n ? `${i} de ${n}` : "nenhuma"),
  /** @param {string} names */
  quitWhich: (names) => `Em execução: ${names}.`,
  /** @param {string} time */
  begun: (time) => `início ${time}`,
  /** @param {number} n @param {string} kind */
  hours: (n, kind) => `${n} ${kind}`,
};

/** @type {Record<string, string>} */
export const SOURCE = { bigquery: "BigQuery", local: TEXT.local };
