/**
 * The sheet of the keys.
 * @type {{title: string, keys: [string, string][]}[]}
 */
export const KEYS = [
  { title: "Em toda parte", keys: [
    ["/", "buscar"], ["1", "cartões"], ["2", "lista"], ["3", "agora"], ["F11", "modo TV"], ["?", "esta folha"],
    ["Esc", "fechar, limpar o filtro, voltar"], ["Ctrl F", "buscar; no log, localizar"]] },
  { title: "Em uma automação", keys: [
    ["D", "abrir detalhes"], ["E", "executar"], ["R", "repetir a que falhou"], ["P", "parar"], ["L", "log"], ["C", "ciente do erro"], ["F", "fixar no início"]] },
  { title: "Andar", keys: [
    ["↑ ↓ ← →", "de cartão em cartão, de linha em linha"], ["Home End", "primeira, última"], ["Enter", "abrir o cartão, a linha"],
    ["← →", "na cabeça de uma área: dobrar, desdobrar"]] },
];
