/**
 * What the frame says: side, head, banners, dialogs, notices.
 */
import { count } from "./count.js";

export const FRAME = {
  product: "Automações",
  areas: "Áreas",
  today: "Hoje",
  all: "Todas",
  timeline: "Linha do tempo",
  plan: "Fila e próximas",
  problems: "Problemas",
  search: "Buscar",
  searchHint: "Nome ou área",
  states: "Filtrar por estado",
  density: "Modo de exibição",
  cards: "Cartões",
  list: "Lista",
  triage: "Agora",
  pause: "Suspender agendamentos",
  resume: "Retomar agendamentos",
  shortcuts: "Atalhos do teclado",
  television: "Modo TV",
  exportDays: "Exportar histórico de 30 dias…",
  theme: "Tema",
  themeAuto: "Automático",
  themeLight: "Claro",
  themeDark: "Escuro",
  refresh: "Ler agora",
  refreshing: "Lendo…",
  update: "Trocar agora",
  version: (/** @type {string} */ running, /** @type {string|null} */ found) => `Versão ${running}${found ? `; no arquivo, ${found}` : ""}`,
  close: "Fechar",
  clear: "Limpar busca e filtro",
  doctor: "Executar diagnóstico",
  loading: "Aguardando o agente…",
  gone: "O agente foi encerrado",
  goneMore: "Nada do que está nesta janela é mais atual. Abra o agente de novo pelo menu Iniciar.",
  silent: "O agente não responde; os dados abaixo podem estar velhos.",
  unexpected: "Algo falhou no agente; o log do agente tem os detalhes. Tente de novo.",
  noAnswer: "O agente não respondeu a tempo. Tente de novo.",
  asking: "Pedido enviado; aguardando o agente…",
  cancel: "Cancelar",
  now: "agora",
  localMore: "as execuções registradas por este agente",
  quitting: "O agente está sendo encerrado; nada novo começa.",
  blockedData: "Não é possível gravar na pasta de dados: nada novo começa até que seja possível.",
  blockedBase: "A pasta das automações não está acessível: nada novo começa até que volte.",
  otherBrain: "Outro PC é o cérebro desta pasta: este não inicia nada sozinho.",
  brainWord: "cérebro",
  brainUnheard: "O cérebro da equipe não é ouvido: nada novo começa até que volte.",
  justNow: "há menos de 1 min",
  allWell: "Tudo em dia",
  restWell: "tudo o mais em dia",
  noMore: "nada mais previsto hoje",
  seeProblems: "Ver problemas",

  /** @param {number} n */
  repeatMany: (n) => `Reexecutar os ${n} com erro`,
  /** @param {number} n */
  repeatTitle: (n) => `Reexecutar ${n} automações com erro?`,
  /** @param {string} names */
  repeatMore: (names) => `Cada uma repete a execução que falhou e não gasta nenhum horário seguinte; o limite de execuções simultâneas vale. São: ${names}.`,
  /** @param {number} n */
  repeatAsked: (n) => `${n} repetições pedidas; o resultado aparece aqui quando terminarem.`,
  /** @param {number} well @param {number} all @param {string} bad */
  repeatDone: (well, all, bad) => `${well} de ${all} terminaram bem${bad && `; com erro: ${bad}`}.`,
  /** @param {number} n */
  title: (n) => (n ? `(${count(n, "erro", "erros")}) Automações` : "Automações"),
  /** @param {number} n */
  needs: (n) => count(n, "precisa de você", "precisam de você"),
  /** @param {number} n */
  withProblem: (n) => `${n} com problema`,
  /** @param {number} n */
  noDataN: (n) => `${n} sem dados`,
  /** @param {number} n */
  andMoreHere: (n) => `e mais ${n}`,
  /** @param {number} n */
  toSee: (n) => `${count(n, "problema", "problemas")} a ver`,
  /** @param {number} n */
  seenErrors: (n) => count(n, "erro ciente", "erros cientes"),
  /** @param {number} n */
  pausedN: (n) => count(n, "pausada", "pausadas"),
  /** @param {number} n */
  notesOf: (n) => `Dos dias anteriores: ${count(n, "aviso", "avisos")}`,
  /** @param {number} n */
  areRunning: (n) => `${n} executando`,
  /** @param {number} n */
  inQueue: (n) => `${n} na fila`,
  /** @param {string} when @param {string} name */
  nextIs: (when, name) => `próxima ${when} ${name}`,
  /** @param {number} n */
  automations: (n) => count(n, "automação", "automações"),
  /** @param {number} n @param {number} of */
  automationsOf: (n, of) => `${n} de ${count(of, "automação", "automações")}`,
  /** @param {number} n */
  executions: (n) => `${count(n, "execução", "execuções")} hoje`,
  /** @param {number} n */
  running: (n) => `${n} em execução`,
  /** @param {number} n */
  failed: (n) => `${n} com erro`,
  /** @param {number} n */
  lateN: (n) => `${n} em atraso`,
  /** @param {string} state */
  worst: (state) => `pior estado: ${state}`,
  /** @param {string} when */
  since: (when) => `desde ${when}`,
  /** @param {string} time @param {string} source */
  readAt: (time, source) => `${source} lido às ${time}`,
  /** @param {string} age */
  age: (age) => `há ${age}`,
  /** @param {string} wait */
  nextRead: (wait) => `próxima leitura em ${wait}`,
  notReadToday: "sem leitura hoje",
  /** @param {string} source @param {string} since @param {string} why */
  unverified: (source, since, why) =>
    `${source} não verificado: agendamentos suspensos${since && ` desde ${since}`}${why && `, motivo: ${why}`}`,
  /** @param {string} source @param {string} time @param {string} why */
  stale: (source, time, why) => `${source} não responde desde a leitura das ${time}${why && `: ${why}`}`,
  /** @param {string} since @param {string} until @param {string} reason */
  paused: (since, until, reason) =>
    `Agendamentos suspensos${since && ` desde ${since}`}${until && ` até ${until}`}${reason && ` (${reason})`}; as execuções manuais continuam.`,
  /** @param {string} age */
  stuck: (age) => `O motor do agente está parado há ${age}; os estados abaixo podem estar velhos.`,
  /** @param {string} time */
  updated: (time) => `Atualizado às ${time}`,
};
