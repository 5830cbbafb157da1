import type { Effect } from '../../src/engine/effect.ts';
import { Numbering } from '../../src/engine/numbering.ts';
import type { StoredMessage } from '../../src/roles/ports/log.ts';
import { decodeRecord, type TransitionRecord } from '../../src/wire/transition-record.ts';

const NO_CHAIN = '0'.repeat(16);

/** What a reader of a partition's transitions has been told, counted and folded as it comes. */
export class Told {
  /** Numbers that are missing between two records. */
  lost = 0;
  /** Numbers that came again, and entries of members and exits of others. */
  doubled = 0;
  /** Records whose chain does not follow from their items. */
  broken = 0;
  /** Messages of the stream that came a second time, the same; a reader must bear them. */
  repeated = 0;
  /** What the partition has passed on to others. */
  parcels = 0;
  readonly members = new Map<string, Set<string>>();
  readonly kinds = new Map<TransitionRecord['kind'], number>();
  /** Chain by last number of a record. */
  readonly #chains = new Map<number, string>();
  #numbering = new Numbering(0, NO_CHAIN);
  #sequence = 0;

  get n(): number {
    return this.#numbering.n;
  }

  get chain(): string {
    return this.#numbering.chain;
  }

  take(message: StoredMessage): void {
    const record = decodeRecord(message.body);
    const isAgain = message.sequence <= this.#sequence;
    this.#sequence = Math.max(this.#sequence, message.sequence);
    if (record.items.length === 0) return isAgain ? undefined : this.#count(record);
    if (isAgain && this.#chains.get(record.to) === record.chain) {
      this.repeated++;
      return;
    }
    this.#count(record);
    this.lost += Math.max(0, record.from - this.n - 1);
    this.doubled += Math.max(0, Math.min(record.to, this.n) - record.from + 1);
    for (const item of record.items) {
      this.#numbering.take(item);
      this.#fold(item);
      if (item.kind === 'passed' && item.parcel.type !== 'joined') this.parcels++;
    }
    if (this.chain !== record.chain) this.broken++;
    this.#chains.set(record.to, record.chain);
    // So that one fault is counted once.
    this.#numbering = new Numbering(record.to, record.chain);
  }

  #count({ kind }: TransitionRecord): void {
    this.kinds.set(kind, (this.kinds.get(kind) ?? 0) + 1);
  }

  #fold(item: Effect): void {
    if (item.kind !== 'entry' && item.kind !== 'exit') return;
    const members = this.members.get(item.segment) ?? new Set();
    this.members.set(item.segment, members);
    const isEntry = item.kind === 'entry';
    if (members.has(item.customer) === isEntry) this.doubled++;
    if (isEntry) members.add(item.customer);
    else members.delete(item.customer);
  }
}
