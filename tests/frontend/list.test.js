import assert from "node:assert/strict";
import { test } from "node:test";
import { keyedList } from "../../frontend/scripts/list.js";

/** As much of an element as a list touches; counts what is moved. */
class Place {
  ownerDocument = { activeElement: /** @type {any} */ (null) };
  children = /** @type {any[]} */ ([]);
  moves = 0;
  get firstChild() { return this.children[0] ?? null; }
  contains(element) { return this.children.includes(element); }
  insertBefore(element, next) {
    this.moves += 1;
    if (this.contains(element)) {
      element.remove();
      this.ownerDocument.activeElement = null;
    }
    this.children.splice(next ? this.children.indexOf(next) : this.children.length, 0, element);
  }
}

const listIn = (place, reuse = false) => keyedList(place, (key) => {
  const element = {
    key,
    get nextSibling() { return place.children[place.children.indexOf(element) + 1] ?? null; },
    remove() { place.children.splice(place.children.indexOf(element), 1); },
    focus() { place.ownerDocument.activeElement = element; },
    contains: (other) => other === element,
  };
  return { element: /** @type {any} */ (element) };
}, reuse);
const keys = (place) => place.children.map(({ key }) => key);

test("children follow the keys", () => {
  const place = new Place();
  const list = listIn(place);
  for (const wanted of [["a", "b", "c"], ["c", "a"], [], ["x", "c", "a", "b"], ["b", "x"]]) {
    list.sync(wanted, () => undefined);
    assert.deepEqual(keys(place), wanted);
  }
});

test("an element is kept as long as its key is", () => {
  const place = new Place();
  const list = listIn(place);
  list.sync(["a", "b"], () => undefined);
  const kept = place.children[1];
  list.sync(["b", "c"], () => undefined);
  assert.equal(place.children[0], kept);
});

test("nothing moves while the order is the same, or when the first ones leave", () => {
  const place = new Place();
  const list = listIn(place);
  list.sync(["a", "b", "c", "d"], () => undefined);
  place.moves = 0;
  list.sync(["a", "b", "c", "d"], () => undefined);
  list.sync(["c", "d"], () => undefined);
  assert.equal(place.moves, 0);
  list.sync(["c", "d", "e"], () => undefined);
  assert.equal(place.moves, 1);
});

test("the focus stays on an element that had to move", () => {
  const place = new Place();
  const list = listIn(place);
  list.sync(["a", "b", "c"], () => undefined);
  const focused = place.children[2];
  focused.focus();
  list.sync(["c", "a", "b"], () => undefined);
  assert.equal(place.ownerDocument.activeElement, focused);
});

test("every key is visited once, in order", () => {
  const seen = [];
  listIn(new Place()).sync(["a", "b"], (_, key, index) => seen.push([key, index]));
  assert.deepEqual(seen, [["a", 0], ["b", 1]]);
});

test("an element whose key went is given to the key that came in its place", () => {
  const place = new Place();
  const list = listIn(place, true);
  list.sync(["a", "b", "c"], () => undefined);
  const [first] = place.children;
  place.moves = 0;
  list.sync(["x", "b", "y"], () => undefined);
  assert.equal(place.children[0], first);
  assert.equal(list.get("x")?.element, first);
  assert.equal(list.get("a"), undefined);
  assert.deepEqual([place.children.length, place.moves], [3, 0]);
});

test("reuse keeps the order of the keys whatever comes and goes", () => {
  const place = new Place();
  const list = listIn(place, true);
  for (const wanted of [["a", "b", "c", "d"], ["c", "d", "e", "f"], ["x", "y"], ["d", "x", "z", "y"], ["y", "x"], []]) {
    list.sync(wanted, () => undefined);
    assert.deepEqual(wanted.map((key) => list.get(key)?.element), place.children);
  }
});

test("an element in focus is never given to another key", () => {
  const place = new Place();
  const list = listIn(place, true);
  list.sync(["a"], () => undefined);
  const focused = place.children[0];
  focused.focus();
  list.sync(["b"], () => undefined);
  assert.notEqual(place.children[0], focused);
});
