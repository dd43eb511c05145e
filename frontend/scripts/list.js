/**
 * The one place that makes the children of an element match a list of keys.
 */

/**
 * @template T
 * @typedef {{element: HTMLElement, update: (value: T) => void}} Component
 */

/**
 * Children are kept by key, created and removed as keys come and go, and moved only when their
 * order changed; an element that holds the focus gets it back if moving took it.
 * @template {{element: HTMLElement}} C
 * @param {HTMLElement} parent
 * @param {(key: string) => C} create
 */
export function keyedList(parent, create) {
  /** @type {Map<string, C>} */
  const items = new Map();

  /** @param {string[]} keys */
  const removeOthers = (keys) => {
    const wanted = new Set(keys);
    for (const [key, item] of items) {
      if (wanted.has(key)) continue;
      item.element.remove();
      items.delete(key);
    }
  };

  return {
    items,
    /** @param {string} key */
    get: (key) => items.get(key),
    /**
     * @param {string[]} keys
     * @param {(item: C, key: string, index: number) => void} visit called once for each key, in order
     */
    sync(keys, visit) {
      const focused = /** @type {HTMLElement|null} */ (parent.ownerDocument?.activeElement ?? null);
      removeOthers(keys);
      let next = parent.firstChild;
      keys.forEach((key, index) => {
        let item = items.get(key);
        if (!item) {
          item = create(key);
          items.set(key, item);
        }
        if (item.element === next) next = next.nextSibling;
        else parent.insertBefore(item.element, next);
        visit(item, key, index);
      });
      if (focused && focused !== parent.ownerDocument.activeElement && parent.contains(focused)) {
        focused.focus({ preventScroll: true });
      }
    },
  };
}
