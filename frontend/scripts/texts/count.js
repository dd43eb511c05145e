/**
 * Numbers with their nouns.
 */

/**
 * @param {number} n
 * @param {string} one
 * @param {string} many
 */
export const count = (n, one, many) => `${n.toLocaleString("pt-BR")} ${n === 1 ? one : many}`;
