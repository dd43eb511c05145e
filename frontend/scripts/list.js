/**
 * The one place that makes the children of an element match a list of keys.
 */

/**
 * @template T
 * @typedef {{element: HTMLElement, update: (value: T) => void}} Component
 */

/**
 * Children are kept by key, created and removed as keys come and go, and moved only when their
 * order changed; an element that holds the focus gets it back if moving took it. With `reuse`, the
 * element of a key that went is given to a key that came in its place, which spares its layout; never
 * one that holds the focus, lest a key pressed now act on another job.
 * @template {{element: HTMLElement}} C
 * @param {HTMLElement} parent
 * @param {(key: string) => C} create
 * @param {boolean} [reuse]
 */
export function keyedList(parent, create, reuse = false) {
  /** @type {Map<string, C>} */
  const items = new Map();

  /** Items whose key went, by their element; without `reuse`, and those in focus, they go at once. @param {string[]} keys @param {Element|null} focused */
  const orphans = (keys, focused) => {
    const wanted = new Set(keys);
    /** @type {Map<Node, C>} */
    const left = new Map();
    for (const [key, item] of items) {
      if (wanted.has(key)) continue;
      items.delete(key);
      if (reuse && !(focused && item.element.contains(focused))) left.set(item.element, item);
      else item.element.remove();
    }
    return left;
  };

  /** The first child from `next` on that is still somebody's; orphans before it go. @param {ChildNode|null} next @param {Map<Node, C>} left */
  const skip = (next, left) => {
    while (next && left.has(next)) {
      const gone = next;
      next = next.nextSibling;
      left.delete(gone);
      gone.remove();
    }
    return next;
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
      const left = orphans(keys, focused);
      let next = parent.firstChild;
      keys.forEach((key, index) => {
        let item = items.get(key);
        if (item) next = skip(next, left);
        else {
          item = (next && left.get(next)) ?? create(key);
          left.delete(item.element);
          items.set(key, item);
        }
        if (item.element === next) next = next.nextSibling;
        else parent.insertBefore(item.element, next);
        visit(item, key, index);
      });
      skip(next, left);
      if (focused && focused !== parent.ownerDocument.activeElement && parent.contains(focused)) {
        focused.focus({ preventScroll: true });
      }
    },
  };
}
