import type { ByteBudget } from '../../base/byte-budget.ts';
import type { JsonObject } from '../../base/json.ts';
import type { EpochMs } from '../../base/time.ts';
import { Examples } from './examples.ts';
import {
  ENTRY_BYTES,
  FIELDS_MAX,
  jsonBytes,
  NAME_LENGTH_MAX,
  RARE_COUNT_MAX,
  RARE_SILENCE_MS,
  SCARCE_BYTES,
} from './limits.ts';
import { FIELD_KINDS, type FieldKind, type FieldSeen, type FieldsSeen } from './seen.ts';
import { valuesIn } from './values.ts';

/** A field, and what was seen in it. */
class Field {
  count = 0;
  lastAt: EpochMs = Number.NEGATIVE_INFINITY;
  /** The look at which it was counted last: a list may hold it many times. */
  look = 0;
  readonly kinds = new Map<FieldKind, number>();
  readonly examples: Examples;

  constructor(room: ByteBudget) {
    this.examples = new Examples(room);
  }

  noteKind(kind: FieldKind, times = 1): void {
    this.kinds.set(kind, (this.kinds.get(kind) ?? 0) + times);
  }

  told(path: string): FieldSeen {
    const { count, lastAt } = this;
    const kinds = Object.fromEntries([...this.kinds].toSorted(([, a], [, b]) => b - a));
    return { path, count, lastAt, kinds, examples: this.examples.told() };
  }
}

/** Fields of which no example may be kept. */
export interface Hidden {
  /** By the first part of their path. */
  readonly names: ReadonlySet<string>;
  /** What their values are said to be; undefined: what they are. */
  readonly kind?: FieldKind | undefined;
}

/** The fields of one event, or of all contexts. */
export class FieldTally {
  readonly #room: ByteBudget;
  readonly #hidden: Hidden;
  readonly #fields = new Map<string, Field>();
  #looked = 0;
  #other = 0;

  constructor(room: ByteBudget, hidden: Hidden) {
    this.#room = room;
    this.#hidden = hidden;
  }

  get looked(): number {
    return this.#looked;
  }

  look(object: JsonObject, at: EpochMs): void {
    this.#looked += 1;
    for (const { path, kind, shown } of valuesIn(object)) {
      const field = this.#field(path);
      if (field === undefined) continue;
      if (field.look !== this.#looked) field.count += 1;
      field.look = this.#looked;
      field.lastAt = Math.max(field.lastAt, at);
      const isHidden = this.#isHidden(path);
      field.noteKind((isHidden ? this.#hidden.kind : undefined) ?? kind);
      if (shown !== undefined && !isHidden) field.examples.note(shown);
    }
  }

  /** Adds what another one has seen. */
  absorb({ looked, fields, other }: FieldsSeen): void {
    this.#looked += looked;
    this.#other += other;
    for (const { path, count, lastAt, kinds, examples } of fields) {
      const field = this.#field(path, count);
      if (field === undefined) continue;
      field.count += count;
      field.lastAt = Math.max(field.lastAt, lastAt);
      for (const kind of FIELD_KINDS) {
        const times = kinds[kind];
        if (times !== undefined) field.noteKind(kind, times);
      }
      if (this.#isHidden(path)) continue;
      for (const example of examples) field.examples.note(example.value, example.count);
    }
  }

  told(): FieldsSeen {
    const fields = Array.from(this.#fields, ([path, field]) => field.told(path));
    return {
      looked: this.#looked,
      fields: fields.toSorted((a, b) => b.count - a.count || (a.path < b.path ? -1 : 1)),
      other: this.#other,
    };
  }

  forgetExamples(): void {
    for (const field of this.#fields.values()) field.examples.clear();
  }

  /** Where there is little room for further fields, drops those that came rarely and long ago. */
  prune(now: EpochMs): void {
    if (this.#fields.size < FIELDS_MAX && this.#room.left >= SCARCE_BYTES) return;
    for (const [path, field] of this.#fields) {
      if (field.count > RARE_COUNT_MAX || field.lastAt > now - RARE_SILENCE_MS) continue;
      this.#other += field.count;
      this.#drop(path, field);
    }
  }

  /** Gives back all that it has taken. */
  clear(): void {
    for (const [path, field] of this.#fields) this.#drop(path, field);
  }

  /** @returns undefined when there is no room for another one */
  #field(path: string, times = 1): Field | undefined {
    const known = this.#fields.get(path);
    if (known !== undefined) return known;
    const fits = this.#fields.size < FIELDS_MAX && path.length <= NAME_LENGTH_MAX;
    if (!fits || !this.#room.take(bytesOf(path))) {
      this.#other += times;
      return undefined;
    }
    const field = new Field(this.#room);
    this.#fields.set(path, field);
    return field;
  }

  #drop(path: string, field: Field): void {
    field.examples.clear();
    this.#fields.delete(path);
    this.#room.giveBack(bytesOf(path));
  }

  #isHidden(path: string): boolean {
    if (this.#hidden.names.size === 0) return false;
    const end = path.search(/[.[]/);
    return this.#hidden.names.has(end < 0 ? path : path.slice(0, end));
  }
}

function bytesOf(path: string): number {
  return jsonBytes(path) + ENTRY_BYTES;
}
