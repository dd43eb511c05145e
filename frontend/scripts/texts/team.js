/**
 * What is said of several PCs: the page Equipe, and a PC's name wherever a run is.
 */
import { count } from "./count.js";

export const TEAM = {
  team: "Equipe",
  brain: "cérebro",
  invite: "Convidar outro PC",
  inviteMore: "Gera um código que serve para um PC, por alguns minutos.",
  inviteHow: "No outro PC: menu ⋯, Equipe, Entrar; ou tray-agent join com o código.",
  inviteAgain: "Gerar outro código",
  inviteOver: "O código expirou ou já foi usado. Gere outro se ainda falta um PC.",
  inviteCode: "Código do convite",
  copyCode: "Copiar código",
  codeCopied: "Código copiado.",
  join: "Entrar em uma equipe",
  joinMore: "Cole o código gerado no PC que decide. Depois de entrar, este PC deixa de agendar por conta própria: executa o que o cérebro pede.",
  joinCode: "Código recebido",
  joinGo: "Entrar",
  endTeam: "Encerrar a equipe",
  endTeamMore: "Não há outro PC na equipe: este volta a trabalhar sozinho.",
  beAlone: "Trabalhar sozinho",
  leave: "Sair da equipe",
  leaveTitle: "Sair da equipe?",
  leaveMore: "Este PC deixa de executar para a equipe e volta a agendar por conta própria pelo registro dele. O que está em execução aqui termina.",
  takeOver: "Assumir como cérebro",
  takeOverMore: "Só se o cérebro não volta: este PC passa a decidir o que roda na equipe. É recusado enquanto o cérebro atual responde, e os agendamentos ficam suspensos até alguém conferir e retomar.",
  takeOverTitle: "Assumir como cérebro?",
  removeTitle: "Tirar este PC da equipe?",
  remove: "Tirar da equipe",
  lose: "Dar por perdida",
  loseTitle: "Dar esta execução por perdida?",
  loseMore: "Ela passa a contar como feita, com resultado incerto, e a automação fica livre. Confira antes no PC se ela não está mesmo em execução: dar por perdida não para nada lá.",
  noNews: "sem notícia",
  unheard: "Sem notícia",
  present: "ligado",
  places: "Vagas",
  tags: "Etiquetas",
  clock: "Relógio",
  pcVersion: "Versão",
  lagging: "Scripts",
  runsHere: "Em execução",
  nothingHere: "Nada em execução.",
  stopLater: "Parar vale assim que ele voltar.",
  clockRight: "certo",
  alone: "Este PC trabalha sozinho. Com uma equipe, um PC decide (o cérebro) e os outros executam o que ele pede.",
  ownRuns: "As execuções deste PC",
  noOwnRuns: "Nenhuma execução deste PC hoje.",

  /** @param {string} name */
  removeMore: (name) => `${name} não recebe mais execuções e precisa de um convite novo para voltar. O que está em execução lá continua e fica sem notícia.`,
  /** @param {string} name */
  takeOverAsk: (name) => `Dois cérebros ao mesmo tempo são um perigo: confirme que ${name} está desligado e não volta. Para confirmar, escreva o nome dele:`,
  /** @param {string} name */
  yields: (name) => `Outro PC, ${name}, é o cérebro desta pasta de automações: enquanto for, este não inicia nada sozinho. Entre na equipe dele com um código.`,
  /** @param {string} name */
  beAloneMore: (name) => `Só se ${name} não é mais o cérebro e não volta: este PC passa a agendar por conta própria.`,
  /** @param {string} name */
  beAloneAsk: (name) => `Se ${name} ainda decidir, as automações podem rodar duas vezes. Para confirmar que ele não decide mais, escreva o nome dele:`,
  /** @param {string} left */
  inviteLeft: (left) => `vale por mais ${left}`,
  /** @param {number} all @param {number} here */
  size: (all, here) => `${count(all, "PC", "PCs")}, ${here === 1 ? "1 ligado" : `${here} ligados`}`,
  /** @param {string} name */
  brainIs: (name) => `Quem decide é ${name}; esta janela mostra só as execuções deste PC.`,
  /** @param {string} name */
  thisDecides: (name) => (name ? `Este PC, ${name}, decide o que roda em cada um.` : "Este PC decide o que roda em cada um."),
  /** @param {string} address */
  address: (address) => `Endereço: ${address}.`,
  /** @param {string} when */
  presentSince: (when) => `ligado desde ${when}`,
  /** @param {string} when */
  silentSince: (when) => `sem notícia${when && ` desde ${when}`}`,
  /** @param {string} name @param {string} when */
  silentRun: (name, when) => `Sem notícia ${name ? `do ${name} ` : ""}desde ${when}; pode estar em execução.`,
  /** @param {number} used @param {number} of */
  placesUsed: (used, of) => `${used} de ${of} em uso`,
  /** @param {string} by @param {boolean} ahead */
  clockOff: (by, ahead) => `${by} ${ahead ? "adiantado" : "atrasado"}`,
  /** @param {string} version @param {string} other */
  versionOther: (version, other) => `${version} (o cérebro tem ${other})`,
  /** @param {number} n @param {string} names */
  laggingNames: (n, names) => `${count(n, "script difere", "scripts diferem")} do cérebro: ${names}`,
  /** @param {string} name */
  on: (name) => `no ${name}`,
};
