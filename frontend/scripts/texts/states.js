/**
 * The glossary: one word for each state, outcome, trigger, place and fire time. Page, CLI and notices use the same.
 */

export const WEEKDAYS = ["domingo", "segunda", "terça", "quarta", "quinta", "sexta", "sábado"];
export const TOMORROW = "amanhã";
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
  IDLE: "Ociosa",
  UNKNOWN: "Resultado incerto",
  LATE: "Em atraso",
  PAUSED: "Pausada",
  queued: "Na fila",
};

/** What a filter's chip is called. @type {Record<string, string>} */
export const FILTER = { ...STATE, late: "Em atraso", paused: "Pausadas", IDLE: "Ociosas" };

/** @type {Record<string, string>} */
export const OUTCOME = { stopped: "interrompida", timed_out: "tempo esgotado" };

/** @type {Record<string, string>} */
export const TRIGGER = { scheduled: "agendada", manual: "manual", repeat: "repetida", retry: "nova tentativa", history: "vista no histórico" };

/** What somebody asked of the agent. @type {Record<string, string>} */
export const ORDER = {
  run: "executar", stop: "parar", repeat: "repetir", repeat_many: "reexecutar várias", acknowledge: "marcar como vista",
  pause: "suspender", resume: "retomar", refresh: "ler agora", quit: "encerrar o agente",
};

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

/** What became of a fire time, as a heading. @type {Record<string, string>} */
export const FIRE = {
  done: "Feita", failed: "Falhou", no_data: "Sem dados", unknown: "Resultado incerto", running: "Executando",
  covered: "Coberta", owed: "Em atraso", coming: "Prevista", skipped: "Não roda",
};

/** The same in a list of hours. @type {Record<string, string>} */
export const HOUR = {
  done: "com sucesso", failed: "com erro", no_data: "sem dados", unknown: "resultado incerto",
  running: "em execução", covered: "cobertas", owed: "em atraso", coming: "previstas", skipped: "não rodam",
};

/** @type {Record<string, string>} */
export const SOURCE = { bigquery: "BigQuery", local: "Histórico local" };
