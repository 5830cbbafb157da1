import { saltedHash } from '../../src/base/hash.ts';
import { UTC } from '../../src/base/zone.ts';
import type { Definitions } from '../../src/compile/definitions.ts';
import type { Effect } from '../../src/engine/effect.ts';
import type { Output } from '../../src/engine/numbering.ts';
import { Partition } from '../../src/engine/partition.ts';
import type { ForgetMark } from '../../src/engine/parcel.ts';
import type { Input, PartitionSettings } from '../../src/engine/protocol.ts';
import type { CustomerEvent } from '../../src/rules/event.ts';

export const SETTINGS: PartitionSettings = {
  clock: 'sender',
  graceMs: 0,
  dedupWindowMs: 600_000,
  dedupIdsMax: 10_000,
  partitions: 1,
};

const NOTHING: Definitions = { segments: [], campaigns: [], zone: UTC };

/** One partition, and its log for whoever reads it again. What it says comes as lines. */
export class OnePartition {
  partition = new Partition(SETTINGS);
  readonly #definitions: Partial<Definitions>;
  /** What a rebuild reads. */
  #log: Input[] = [];

  /** @param definitions in force from instant 0 */
  constructor(definitions: Partial<Definitions>) {
    this.#definitions = definitions;
    this.define(0);
  }

  /** At the latest of their times. */
  take(...events: readonly CustomerEvent[]): string[] {
    const sentAt = Math.max(...events.map(({ at }) => at));
    return this.#apply(sentAt, { kind: 'events', events, history: false });
  }

  tick(sentAt: number): string[] {
    return this.#apply(sentAt, { kind: 'tick' });
  }

  forget(sentAt: number, customer: string): string[] {
    return this.#apply(sentAt, { kind: 'forget', customer, mark: markOf(customer) });
  }

  /** The log was cleaned: of a `forget` only the mark is left. */
  mark(sentAt: number, customer: string): string[] {
    return this.#apply(sentAt, { kind: 'forget', mark: markOf(customer) });
  }

  /** What a customer has said is taken out of the log; of their `forget` the mark stays. */
  clean(customer: string): void {
    this.#log = this.#log.map((input): Input => {
      const { body } = input;
      if (body.kind === 'events') {
        const events = body.events.filter((event) => event.customer !== customer);
        return { ...input, body: { ...body, events } };
      }
      if (body.kind !== 'forget' || body.customer !== customer) return input;
      return { ...input, body: { ...body, customer: undefined } };
    });
  }

  /** As an owner does it: reading history anew where that is asked for. */
  define(sentAt: number, changed: Partial<Definitions> = {}): string[] {
    const definitions = { ...NOTHING, ...this.#definitions, ...changed };
    const isRebuilt = this.partition.needsRebuild(definitions);
    const told = this.#apply(sentAt, { kind: 'define', definitions });
    if (!isRebuilt) return told;
    const rebuilt = Partition.withDefinitions(SETTINGS, definitions);
    for (const input of this.#log) rebuilt.apply(input);
    return [...told, ...linesOf(this.partition.redefine(rebuilt))];
  }

  restart(): void {
    this.partition = Partition.restore(SETTINGS, this.partition.snapshot());
  }

  #apply(sentAt: number, body: Input['body']): string[] {
    const input: Input = { sentAt, storedAt: sentAt, body };
    this.#log.push(input);
    return linesOf(this.partition.apply(input));
  }
}

function markOf(customer: string): ForgetMark {
  return { salt: 'salt', hash: saltedHash('salt', customer) };
}

/** `<ms> <customer> <what> <of what> (<why>)`. */
export function linesOf(outputs: readonly Output[]): string[] {
  return outputs.map(({ effect }) => {
    const { at, customer, kind, why } = effect;
    return [at, customer, kind, ...subjectOf(effect), `(${why})`].join(' ');
  });
}

function subjectOf(effect: Effect): string[] {
  if (effect.kind === 'entry' || effect.kind === 'exit') return [effect.segment];
  return 'campaign' in effect ? [effect.campaign] : [];
}
