import { ShoalError } from '../base/error.ts';
import { isObject, own, type JsonObject } from '../base/json.ts';

/** Where in a file: `rule.all[1].within`; empty for the whole file. */
export type Place = string;

/** What is wrong with a file, collected while it is read on: a person fixes all of it at once. */
export class Faults {
  readonly errors: ShoalError[] = [];
  readonly #file: string;
  readonly #code: string;

  /**
   * @param file as people know it, such as `config/segments/vip.yaml`
   * @param code of the errors for which no other is given
   */
  constructor(file: string, code = 'segment-invalid') {
    this.#file = file;
    this.#code = code;
  }

  /** Returns undefined, so that a reader can end with `return faults.add(…)`. */
  add(place: Place, message: string, hint?: string, code = this.#code): undefined {
    const where = place === '' ? this.#file : `${this.#file}: ${place}`;
    this.errors.push(new ShoalError({ code, remedy: 'refuse-input', message, where, hint }));
  }
}

/** The place of a key's value. */
export function placeOf(place: Place, key: string): Place {
  if (!/^[\w$-]+$/.test(key)) return `${place}[${shorten(JSON.stringify(key))}]`;
  return place === '' ? key : `${place}.${key}`;
}

/** A value in a message: texts are quoted, collections are only named. */
export function show(value: unknown): string {
  if (value === null || value === undefined) return 'nothing';
  if (Array.isArray(value)) return 'a list';
  if (isObject(value)) return 'a mapping';
  if (typeof value === 'number') return String(value); // JSON has no Infinity
  return shorten(JSON.stringify(value) ?? 'something else');
}

function shorten(text: string): string {
  return text.length > 80 ? `${text.slice(0, 60)}…"` : text;
}

/**
 * Takes a value as a mapping of known keys; each unknown key is a fault of its own.
 *
 * @param what what the mapping is, with its article, for the message: `a window`
 */
export function readMapping(
  value: unknown,
  known: readonly string[],
  what: string,
  place: Place,
  faults: Faults,
): JsonObject | undefined {
  if (!isObject(value)) {
    return faults.add(place, `${what} must be a mapping, not ${show(value)}`, keysHint(known));
  }
  for (const key of Object.keys(value)) {
    if (known.includes(key)) continue;
    const message = `unknown key ${show(key)} in ${what}`;
    faults.add(placeOf(place, key), message, didYouMean(key, known) ?? keysHint(known));
  }
  return value;
}

/** Takes a value as text that is not blank. */
export function readText(
  value: unknown,
  what: string,
  place: Place,
  faults: Faults,
): string | undefined {
  if (typeof value === 'string' && value.trim() !== '') return value;
  const hint = isNumberOrBoolean(value) ? `quote it: "${String(value)}"` : undefined;
  return faults.add(place, `${what} must be text, not ${show(value)}`, hint);
}

function isNumberOrBoolean(value: unknown): value is number | boolean {
  return typeof value === 'number' || typeof value === 'boolean';
}

/** Takes a value as a list with at least one element. */
export function readList(
  value: unknown,
  what: string,
  place: Place,
  faults: Faults,
): readonly unknown[] | undefined {
  if (!Array.isArray(value)) return faults.add(place, `${what} must be a list, not ${show(value)}`);
  if (value.length === 0) return faults.add(place, `${what} is empty`, 'leave it out or fill it');
  return value;
}

/** The keys of a mapping that are among these, in the order of these. */
export function keysAmong<Key extends string>(fields: JsonObject, keys: readonly Key[]): Key[] {
  return keys.filter((key) => own(fields, key) !== undefined);
}

export function keysHint(keys: readonly string[]): string {
  return keys.length === 1 ? `it has the key ${keys.join()}` : `its keys are ${keys.join(', ')}`;
}

/** `did you mean "within"?` when one of the known words is close enough to be meant. */
export function didYouMean(word: string, known: Iterable<string>): string | undefined {
  let best: string | undefined;
  let bestEdits = Math.max(1, Math.floor(word.length / 3)) + 1;
  if (word.length > 64) return undefined;
  for (const candidate of known) {
    if (Math.abs(candidate.length - word.length) >= bestEdits) continue;
    const count = edits(word.toLowerCase(), candidate.toLowerCase());
    if (count < bestEdits) [best, bestEdits] = [candidate, count];
  }
  return best === undefined ? undefined : `did you mean ${JSON.stringify(best)}?`;
}

/** Letters to add, drop, replace or swap with their neighbour (optimal string alignment). */
function edits(a: string, b: string): number {
  let older: number[] = [];
  let old: number[] = [];
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    [older, old, row] = [old, row, [i]];
    for (let j = 1; j <= b.length; j++) {
      const replaced = (old[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      const swaps = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      const swapped = swaps ? (older[j - 2] ?? 0) + 1 : Number.POSITIVE_INFINITY;
      row.push(Math.min(replaced, (old[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, swapped));
    }
  }
  return row[b.length] ?? 0;
}
