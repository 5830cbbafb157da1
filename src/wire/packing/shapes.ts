import type { JsonObject } from '../../base/json.ts';

/** Objects of the same keys in the same order. */
export interface Shape {
  /** From 0, below `SHAPES_MAX`; -1: no such object has come. */
  id: number;
  readonly keys: readonly string[];
  /** The last of them. */
  readonly key: string;
  /** Those of one key more that came first: a look at each of so few is quicker than a map. */
  readonly next: Shape[];
  /** The others, by that key. */
  readonly others: Map<string, Shape>;
}

export const SHAPES_MAX = 1_024;

const NEXT_MAX = 16;

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
      shape = nextShape(shape, key);
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
  return { id: -1, keys, key: keys.at(-1) ?? '', next: [], others: new Map() };
}

function nextShape({ next, others }: Shape, key: string): Shape | undefined {
  for (let i = 0; i < next.length; i++) if (next[i]?.key === key) return next[i];
  return next.length < NEXT_MAX ? undefined : others.get(key);
}

function grow(shape: Shape, keys: readonly string[]): Shape {
  const known = nextShape(shape, keys.at(-1) ?? '');
  if (known !== undefined) return known;
  const grown = newShape(keys);
  if (shape.next.length < NEXT_MAX) shape.next.push(grown);
  else shape.others.set(grown.key, grown);
  return grown;
}
