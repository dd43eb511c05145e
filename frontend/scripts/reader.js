/**
 * Reads a run's log piece by piece: its end first, then what is added, and backwards on demand.
 * Knows neither the document nor the agent's wire; offsets are bytes.
 */

/**
 * @typedef {{run: string, running: boolean, size: number, start: number, end: number, text: string,
 *   interpreter?: string, begun?: string|null}} Piece
 * @typedef {{cleared: () => void, appended: (text: string) => void, prepended: (text: string) => void,
 *   changed: (piece: Piece|null) => void, failed: (error: unknown, first: boolean) => void}} Listener
 * @typedef {{job: string, run: string|null, piece: Piece|null, pinned?: boolean}} Place
 */

export const PIECE_BYTES = 65_536;
const TOO_FAR_BYTES = 1024 * 1024;

/** @param {string} text */
const byteLength = (text) => new TextEncoder().encode(text).length;

/**
 * What of an earlier piece goes before the first byte known: without what is known already, and from a
 * line's start, since the piece may begin amid a character. Counted from the end, where text is exact.
 * @param {Piece} piece @param {number} asked the offset that was asked for @param {number} known
 * @returns {{text: string, start: number}} `start` 0 where nothing more can be had
 */
function joinable(piece, asked, known) {
  const bytes = new TextEncoder().encode(piece.text);
  const kept = new TextDecoder().decode(bytes.subarray(0, bytes.length - Math.max(0, piece.end - known)));
  const cut = piece.start > asked;
  const line = piece.start > 0 && !cut ? kept.indexOf("\n") + 1 : 0;
  const text = kept.slice(line);
  return { text, start: cut || piece.start === 0 || !text ? 0 : Math.min(piece.end, known) - byteLength(text) };
}

/**
 * @param {(job: string, run: string|null, offset: number|null) => Promise<Piece>} ask
 * @param {Listener} tell
 */
export function createReader(ask, tell) {
  /** @type {Place|null} */
  let place = null;
  let asking = false;

  /** @param {Place} at @param {Piece} piece */
  const takeIn = (at, piece) => {
    const known = at.piece;
    const grows = known !== null && known.run === piece.run && known.end === piece.start;
    if (!grows) tell.cleared();
    if (piece.text) tell.appended(piece.text);
    at.piece = { ...(grows ? known : {}), ...piece, start: grows ? known.start : piece.start };
    tell.changed(at.piece);
  };

  /** One question; whether there is more to ask at once. @param {Place} at */
  const once = async (at) => {
    const known = at.piece;
    const piece = await ask(at.job, at.run, known ? known.end : null);
    if (place !== at) return false;
    const lost = known !== null
      && (piece.run !== known.run || piece.start !== known.end || piece.size - piece.end > TOO_FAR_BYTES);
    const taken = lost ? await ask(at.job, at.run, null) : piece;
    if (place !== at) return false;
    takeIn(at, taken);
    return taken.end < taken.size && taken.text !== "";
  };

  const advance = async () => {
    if (!place || asking || place.pinned) return;
    asking = true;
    for (let at = place; at; ) {
      let more = false;
      try {
        more = await once(at);
      } catch (error) {
        if (place === at) tell.failed(error, at.piece === null);
      }
      if (place === at && !more) break;
      if (!place) break;
      at = place;
    }
    asking = false;
  };

  return {
    get place() { return place; },
    /** Opens a run of a job at its end; `run` null is the newest, whichever that becomes. @param {string} job @param {string|null} run */
    open(job, run) {
      place = { job, run, piece: null };
      tell.cleared();
      tell.changed(null);
      return advance();
    },
    close() {
      place = null;
      tell.cleared();
    },
    advance,
    /** Shows the piece around an offset and stays there, whatever is written meanwhile. @param {number} offset */
    async around(offset) {
      const at = place;
      const known = at?.piece;
      if (!at || !known) return;
      try {
        const piece = await ask(at.job, known.run, Math.max(0, offset - PIECE_BYTES / 2));
        if (place !== at) return;
        at.pinned = true;
        tell.cleared();
        tell.appended(piece.text);
        at.piece = { ...known, ...piece };
        tell.changed(at.piece);
      } catch (error) {
        if (place === at) tell.failed(error, false);
      }
    },
    /** Reads the piece after the last one known, where the reading stays. */
    async later() {
      const at = place;
      const known = at?.piece;
      if (!at || !known || !at.pinned) return;
      try {
        const piece = await ask(at.job, known.run, known.end);
        if (place !== at || at.piece?.end !== piece.start) return;
        tell.appended(piece.text);
        at.piece = { ...known, end: piece.end, size: piece.size, running: piece.running };
        at.pinned = piece.end < piece.size;
        tell.changed(at.piece);
      } catch (error) {
        if (place === at) tell.failed(error, false);
      }
    },
    /** Reads the piece before the first one known. */
    async earlier() {
      const at = place;
      const first = at?.piece;
      if (!at || !first || first.start === 0) return;
      const start = Math.max(0, first.start - PIECE_BYTES);
      try {
        const piece = await ask(at.job, first.run, start);
        if (place !== at || at.piece?.start !== first.start) return;
        const more = joinable(piece, start, first.start);
        tell.prepended(more.text);
        at.piece = { ...at.piece, start: more.start };
        tell.changed(at.piece);
      } catch (error) {
        if (place === at) tell.failed(error, false);
      }
    },
  };
}
