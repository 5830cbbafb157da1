import type { JsonObject } from '../base/json.ts';

/** Objects of the same keys in the same order. */
export interface Shape {
  /** From 0, below `SHAPES_MAX`; -1: no such object has come. */
  id: number;
  readonly keys: readonly string[];
  readonly next: Map<string, Shape>;
  /** The key that was asked for last, and where it leads: mostly it is the same again. */
  lastKey: string | undefined;
  last: Shape | undefined;
}

export const SHAPES_MAX = 1_024;

/** An object with more keys is not worth remembering. */
const KEYS_MAX = 32;

/**
 * The shapes of the objects that came of late, for all who write them.
 *
 * 1. What is kept is bounded, whatever keys somebody makes up: when there are too many shapes, all
 *    are forgotten.
 */
export class Shapes {
  /** Counts how often all were forgotten: ids of before mean nothing any more. */
  generation = 0;
  #root = newShape([]);
  #count = 0;

  /** @returns undefined for an object that is not worth remembering */
  of(object: JsonObject): Shape | undefined {
    let shape: Shape | undefined = this.#root;
    for (const key in object) {
      shape = shape.lastKey === key ? shape.last : nextShape(shape, key);
      if (shape === undefined) return this.#remember(object);
    }
    return shape.id < 0 ? this.#remember(object) : shape;
  }

  #remember(object: JsonObject): Shape | undefined {
    const keys = Object.keys(object);
    if (keys.length > KEYS_MAX) return undefined;
    if (this.#count === SHAPES_MAX) this.#forget();
    let shape = this.#root;
    for (let i = 0; i < keys.length; i++) shape = grow(shape, keys.slice(0, i + 1));
    shape.id = this.#count++;
    return shape;
  }

  #forget(): void {
    this.generation++;
    this.#root = newShape([]);
    this.#count = 0;
  }
}

function newShape(keys: readonly string[]): Shape {
  return { id: -1, keys, next: new Map(), lastKey: undefined, last: undefined };
}

function nextShape(shape: Shape, key: string): Shape | undefined {
  const next = shape.next.get(key);
  if (next === undefined) return undefined;
  shape.lastKey = key;
  shape.last = next;
  return next;
}

function grow(shape: Shape, keys: readonly string[]): Shape {
  const key = keys.at(-1) ?? '';
  const next = shape.next.get(key) ?? newShape(keys);
  shape.next.set(key, next);
  return next;
}
