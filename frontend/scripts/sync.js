/**
 * Keeps the store up to date: one request at a time, another when a newer version was announced.
 */

/**
 * @typedef {import("./store.js").Store} Store
 * @typedef {import("./store.js").Change} Change
 * @typedef {import("./store.js").Snapshot} Snapshot
 */

/**
 * @param {(since: number|null) => Promise<Snapshot>} fetchSnapshot
 * @param {Store} store
 * @param {{changed: (change: Change, snapshot: Snapshot) => void, failed: (error: unknown) => void}} tell
 */
export function createSync(fetchSnapshot, store, tell) {
  let busy = false;
  /** @type {number|null} */
  let announced = null;

  const once = async () => {
    let snapshot = await fetchSnapshot(store.version);
    let change = store.apply(snapshot);
    if (!change && snapshot.agent.instance !== store.facts?.agent.instance) {
      snapshot = await fetchSnapshot(null);
      change = store.apply(snapshot);
    }
    if (change) tell.changed(change, snapshot);
  };

  /**
   * Asks for what is new, unless `version` is what we have.
   * @param {number} [version]
   */
  return async function pull(version) {
    if (version !== undefined && version === store.version) return;
    if (busy) {
      announced = version ?? announced;
      return;
    }
    busy = true;
    do {
      announced = null;
      try {
        await once();
      } catch (error) {
        tell.failed(error);
      }
    } while (announced !== null && announced !== store.version);
    busy = false;
  };
}
