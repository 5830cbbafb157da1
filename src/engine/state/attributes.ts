import { canonicalJson, own, type Json, type JsonObject } from '../../base/json.ts';
import type { EpochMs } from '../../base/time.ts';
import type { Sections } from '../store/bytes.ts';
import { ByteStrings } from '../store/byte-strings.ts';
import { Column } from '../store/column.ts';

/*
 * The last known attributes of each customer, packed as JSON: { name: [value, event time] }.
 *
 * 1. Of two values of one attribute the later event time wins, whatever the order of arrival; of
 *    two with the same event time the later in the log.
 * 2. A removal is a value, null, and is remembered with its time.
 */

/** Each attribute's last word, null for a removal, and its event time. */
export type Packed = Readonly<Record<string, readonly [Json, EpochMs]>>;

/** A value that another one took the place of; null stands for none. */
export interface Change {
  readonly name: string;
  readonly from: Json;
  readonly to: Json;
}

const encoder = new TextEncoder();
const decoder = new TextDecoder();

export class Attributes {
  #strings = new ByteStrings();
  /** Per ordinal: its attributes' handle. */
  #handles = new Column(Uint32Array);

  /** The attributes that have a value. */
  of(ordinal: number): JsonObject {
    const values: [string, Json][] = [];
    for (const [name, [value]] of Object.entries(this.#unpack(ordinal))) {
      if (value !== null) values.push([name, value]);
    }
    return Object.fromEntries(values);
  }

  /** Event times of the last word on each attribute, removals included. */
  agesOf(ordinal: number): ReadonlyMap<string, EpochMs> {
    const entries = Object.entries(this.#unpack(ordinal));
    return new Map(entries.map(([name, [, at]]) => [name, at]));
  }

  /** Merges the traits of one message. @returns what is different now */
  merge(ordinal: number, traits: JsonObject, at: EpochMs): Change[] {
    const names = Object.keys(traits);
    if (names.length === 0) return [];
    const before = this.#unpack(ordinal);
    const changes: Change[] = [];
    const after = new Map(Object.entries(before));
    for (const name of names) {
      const known = after.get(name);
      if (known !== undefined && known[1] > at) continue;
      const from = known?.[0] ?? null;
      const to = own(traits, name) ?? null;
      after.set(name, [to, at]);
      if (!isSame(from, to)) changes.push({ name, from, to });
    }
    this.#pack(ordinal, Object.fromEntries(after));
    return changes;
  }

  /** All that is kept of a customer. */
  packed(ordinal: number): Packed {
    return this.#unpack(ordinal);
  }

  /**
   * Takes in what was kept of another customer: of two words of one event time the customer's own
   * stays. @returns what is different now
   */
  join(ordinal: number, others: Packed): Change[] {
    const after = new Map(Object.entries(this.#unpack(ordinal)));
    const changes: Change[] = [];
    for (const [name, [to, at]] of Object.entries(others)) {
      const known = after.get(name);
      if (known !== undefined && known[1] >= at) continue;
      const from = known?.[0] ?? null;
      after.set(name, [to, at]);
      if (!isSame(from, to)) changes.push({ name, from, to });
    }
    if (after.size > 0) this.#pack(ordinal, Object.fromEntries(after));
    return changes;
  }

  remove(ordinal: number): void {
    const handle = this.#handles.get(ordinal);
    if (handle === 0) return;
    this.#strings.free(handle);
    this.#handles.set(ordinal, 0);
  }

  #unpack(ordinal: number): Packed {
    const handle = this.#handles.get(ordinal);
    if (handle === 0) return {};
    // What is read here was written by `#pack`.
    return JSON.parse(decoder.decode(this.#strings.get(handle))) as Packed;
  }

  #pack(ordinal: number, packed: Packed): void {
    const handle = this.#handles.get(ordinal);
    if (handle !== 0) this.#strings.free(handle);
    this.#handles.set(ordinal, this.#strings.put(encoder.encode(JSON.stringify(packed))));
  }

  bytesUsed(): { readonly texts: number; readonly index: number } {
    return { texts: this.#strings.bytesUsed(), index: this.#handles.bytesUsed() };
  }

  toSections(): Sections {
    return new Map([
      ['attributes.texts', this.#strings.toBytes()],
      ['attributes.handles', this.#handles.toBytes()],
    ]);
  }

  static fromSections(section: (name: string) => Uint8Array): Attributes {
    const attributes = new Attributes();
    attributes.#strings = ByteStrings.fromBytes(section('attributes.texts'));
    attributes.#handles = Column.fromBytes(Uint32Array, section('attributes.handles'));
    return attributes;
  }
}

function isSame(a: Json, b: Json): boolean {
  return a === b || canonicalJson(a) === canonicalJson(b);
}
