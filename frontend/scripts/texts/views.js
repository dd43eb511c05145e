/**
 * What the views beyond the cards say: empty states, problems, doctor, log, and the rest.
 */
import { count } from "./count.js";

export const VIEWS = {
  columnState: "Estado", columnName: "Nome", columnLast: "Última", columnDuration: "Duração", columnSaid: "O que disse",
  columnNext: "Próxima", columnAgo: "Há quanto tempo", columnActions: "Ações", columnRate: "Êxito", columnRateOf: "30 dias", columnRateMore: "Quantas execuções terminaram com sucesso em 30 dias, só deste agente",
  needsYou: "Precisa de você",
  runningAndQueue: "Executando e na fila",
  nextHours: "Próximas 2 horas",
  nothingNeeds: "Nada precisa de você.",
  nothingRuns: "Nada executa agora.",
  nothingNext: "Nada previsto nas próximas 2 horas.",
  nothingByItself: "Agendamentos suspensos: nada começa sozinho.",
  nextAfter: "Depois disso:",
  /** @param {number} n */
  andMore: (n) => `e mais ${n}; veja na lista`,
  queue: "Fila",
  queueEmpty: "A fila está vazia.",
  restOfDay: "O resto do dia",
  noMoreToday: "Nada mais previsto hoje.",
  willNotRun: "Não vão rodar",
  automationOne: "automação", automationMany: "automações",
  tvErrors: "com erro", tvRunning: "executando", tvQueued: "na fila", leaveTv: "Sair do modo TV",
  firstTitle: "Bem-vindo",
  firstMore: "O agente executa os scripts da equipe nos horários de um registro em Excel. Ele ainda não sabe onde eles estão.",
  firstRegistry: "A pasta das automações foi encontrada. Falta o registro em Excel, com uma linha por automação.",
  firstSteps: [
    "Escolha a pasta das automações, onde ficam os scripts da equipe.",
    "Crie um registro modelo, a planilha com o que deve rodar e quando.",
    "Preencha nela uma linha por automação: nome do script, área, agendamento e ativo.",
    "Coloque cada script em uma pasta chamada «metodos» dentro da pasta das automações.",
    "O agente procura sozinho a cada minuto; «Procurar de novo» procura já.",
  ],
  firstOr: "Em um terminal:",
  stepDone: "(feito)",
  chooseFolder: "Escolher a pasta das automações…",
  chooseAnother: "Escolher outra pasta…",
  makeRegistry: "Criar registro modelo",
  firstCommand: "tray-agent registry new",
  baseFolder: "Pasta das automações",
  registryFile: "Registro",

  /** @param {string} first @param {string} last */
  fromTo: (first, last) => `${first} a ${last}`,
  /** @param {number} n @param {number} of */
  attempt: (n, of) => `nova tentativa ${n} de ${of}`,
  /** @param {string} when */
  begins: (when) => `começa ≈ ${when}`,
  /** @param {string} when */
  owedSince: (when) => `prevista para ${when}`,
  /** @param {string} all @param {string} wall @param {number} slots */
  work: (all, wall, slots) => `${all} de trabalho, ≈ ${wall} com ${slots} vagas`,
  doctorRunning: "Verificando…",
  doctorTitle: "Diagnóstico",
  doctorOk: "Em ordem",
  doctorBad: "A corrigir",
  doctorApart: "Não se aplica",
  again: "Procurar de novo",
  searching: "Procurando as automações…",
  searchingMore: "A primeira leitura do registro e das pastas leva alguns segundos.",
  noBase: "Pasta das automações não encontrada",
  noRegistry: "Registro não pôde ser lido",
  noActive: "Nenhuma automação ativa",
  noActiveMore: "O registro foi lido, mas nenhuma linha ativa corresponde a um script em uma pasta «metodos».",
  lookedAt: "Procurado em",
  nothingFound: "Nenhuma automação corresponde",
  nothingFoundMore: "Mude a busca, o filtro de estado ou a área.",
  noProblems: "Nenhum problema",
  noProblemsMore: "O que estiver errado no registro, nas pastas, no histórico ou nos scripts aparece aqui.",
  row: "Linha", column: "Coluna", value: "Valor", job: "Automação", what: "O que está errado", action: "O que fazer", sinceHead: "Desde",
  registryProblems: "No registro",
  otherProblems: "Outros",
  show: "Ver automação",
  runs: "Execução",
  find: "Localizar no log",
  findPrevious: "Ocorrência anterior",
  findNext: "Próxima ocorrência",
  follow: "Acompanhar",
  copy: "Copiar",
  copied: "Log copiado.",
  notCopied: "Não foi possível copiar; selecione o texto e use Ctrl+C.",
  earlier: "Carregar trecho anterior",
  earlierFull: "O trecho carregado chegou ao limite; abra a pasta para ver o arquivo inteiro.",
  noLog: "Nenhuma saída foi registrada hoje.",
  emptyLog: "A execução ainda não escreveu nada.",
  live: "ao vivo",
  output: "Saída da execução",
  toError: "Ir ao erro",
  copyForTeams: "Copiar para o Teams",
  copiedForTeams: "Resumo copiado; cole no Teams.",
  later: "Carregar trecho seguinte",
  wrap: "Quebrar linhas",
  searchingFile: "procurando…",
  tabs: "Partes da automação",
  past: "Histórico",
  details: "Detalhes",

  onlyErrors: "Só com erro",
  pastNone: "Nenhuma execução registrada por este agente nos últimos 30 dias.",
  pastNoErrors: "Nenhuma execução com erro nos últimos 30 dias.",
  pastAway: "Este agente não guarda o histórico de dias anteriores.",
  reading: "Lendo…",
  statRuns: "execuções em 30 dias", statRate: "com sucesso", statMedian: "mediana", statP95: "95 % até", statTrend: "tendência",
  steadyTrend: "estável",
  chart: "Duração das execuções nos últimos 30 dias, com a mediana",
  when: "Início", lasted: "Duração", ended: "Resultado", how: "Como", said: "Motivo", whoHead: "Quem pediu", refused: "recusado",
  openLog: "Ver log",
  why: "Situação", schedule: "Agendamento", times: "Horários de hoje", following: "Próxima", scriptPath: "Script",
  interpreter: "Interpretador", hash: "Versão do script (SHA-256)", scriptChanged: "Script alterado em", registryRow: "Linha do registro", note: "Nota", process: "Processo", limit: "Tempo limite",
  policies: "Regras da linha", arguments: "Argumentos",
  usual: "Duração normal", coveredTimes: "Cobertas por outra execução", none: "–",
  /** @param {number} line @param {string} sheet @param {string} cells */
  rowOf: (line, sheet, cells) => `linha ${line} da aba ${sheet}\n${cells}`,
  /** @param {string} why */
  notRead: (why) => `não foi possível ler: ${why}`,
  /** @param {number} runs */
  thirtyDays: (runs) => `30 dias: ${count(runs, "execução", "execuções")}`,
  /** @param {number} minutes */
  minutes: (minutes) => `${minutes} min`,
  /** @param {string} change */
  perDay: (change) => `${change} por dia`,
  /** @param {string} when */
  logOfDay: (when) => `Este log é da execução de ${when}. Hoje ainda não houve execução com log.`,
  /** @param {string} last @param {string} shown */
  logOfOther: (last, shown) => `A última execução, das ${last}, foi vista no histórico e não tem log neste computador. Este log é da execução das ${shown}.`,
  /** @param {string} part @param {string} whole */
  copiedPart: (part, whole) => `Copiado o trecho carregado: ${part} de ${whole}.`,
  /** @param {number} i @param {number} n @param {boolean} more */
  matchesInFile: (i, n, more) => (n ? `${i} de ${n}${more ? "+" : ""} no arquivo` : "nenhuma no arquivo"),

  /** @param {string} name */
  logOf: (name) => `Log de ${name}`,
  /** @param {string} loaded @param {string} size */
  loaded: (loaded, size) => `${loaded} de ${size}`,
  /** @param {number} i @param {number} n @param {boolean} all */
  matches: (i, n, all) => (n ? `${i} de ${n}` : "nenhuma") + (all ? "" : " no trecho carregado"),
};
