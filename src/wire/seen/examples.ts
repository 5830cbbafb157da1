import type { ByteBudget } from '../../base/byte-budget.ts';
import type { Example } from './seen.ts';
import { EXAMPLE_BYTES, EXAMPLE_LENGTH_MAX, EXAMPLES_MAX, jsonBytes } from './limits.ts';

type Value = Example['value'];

/**
 * The values of a field that come most often, in as many places as there are: a newcomer takes the
 * place of the rarest one, with its count and one more (A. Metwally and others, "Efficient
 * computation of frequent and top-k elements in data streams").
 */
export class Examples {
  readonly #room: ByteBudget;
  readonly #counts = new Map<Value, number>();

  constructor(room: ByteBudget) {
    this.#room = room;
  }

  note(value: Value, times = 1): void {
    const shown = typeof value === 'string' ? shortened(value) : value;
    const before = this.#counts.get(shown);
    if (before !== undefined) return void this.#counts.set(shown, before + times);
    const rarest = this.#counts.size < EXAMPLES_MAX ? undefined : this.#rarest();
    if (rarest !== undefined) this.#drop(rarest.value);
    if (!this.#room.take(bytesOf(shown))) return;
    this.#counts.set(shown, (rarest?.count ?? 0) + times);
  }

  told(): Example[] {
    const all = Array.from(this.#counts, ([value, count]) => ({ value, count }));
    return all.toSorted((a, b) => b.count - a.count);
  }

  clear(): void {
    for (const value of this.#counts.keys()) this.#room.giveBack(bytesOf(value));
    this.#counts.clear();
  }

  #rarest(): Example | undefined {
    return this.told().at(-1);
  }

  #drop(value: Value): void {
    this.#counts.delete(value);
    this.#room.giveBack(bytesOf(value));
  }
}

function bytesOf(value: Value): number {
  return jsonBytes(value) + EXAMPLE_BYTES;
}

function shortened(text: string): string {
  if (text.length <= EXAMPLE_LENGTH_MAX) return text;
  // Half of a character is not shown.
  const last = text.charCodeAt(EXAMPLE_LENGTH_MAX - 1);
  const end = last >= 0xd800 && last < 0xdc00 ? EXAMPLE_LENGTH_MAX - 1 : EXAMPLE_LENGTH_MAX;
  return `${text.slice(0, end)}…`;
}
