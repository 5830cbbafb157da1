import { Partition } from '../../src/engine/partition.ts';
import type { PartitionSettings } from '../../src/engine/protocol.ts';
import { inputOf } from '../../src/roles/owner/apply/input.ts';
import type { StoredMessage } from '../../src/roles/ports/log.ts';
import type { CustomerEvent } from '../../src/rules/event.ts';
import { decodeLogMessage } from '../../src/wire/log-codec.ts';
import type { LogMessage } from '../../src/wire/log-message.ts';
import type { Command } from '../model/command.ts';
import { Model } from '../model/model.ts';
import { isSampled } from './load.ts';
import type { Travels } from './travels.ts';

/** The naive model recounts a customer from all of their events: not behind every message. */
const COMPARED_EVERY = 100;

/**
 * A partition's log, read from its first message by who has seen nothing else: which events are in
 * it, what a fresh engine makes of it, and, for some customers, the naive model.
 */
export class Recount {
  readonly engine: Partition;
  /** Events of the log, each batch once however often it was stored. */
  events = 0;
  /** Batches that the log holds more than once. */
  repeatedBatches = 0;
  /** Where the engine and the model disagreed. */
  readonly differences: string[] = [];
  comparisons = 0;
  /** What other partitions have passed on, however often it was carried here. */
  readonly parcels = new Set<string>();
  /** Sequence of the last message. */
  sequence = 0;
  /** How often each event is there, by its serial; shared by all partitions. */
  readonly #serials: Uint8Array;
  readonly #travels: Travels;
  readonly #settings: PartitionSettings;
  readonly #batches = new Set<string>();
  #model: Model | undefined;
  #segments: readonly string[] = [];
  #messages = 0;

  /** @param travels shared by all partitions, too */
  constructor(settings: PartitionSettings, serials: Uint8Array, travels: Travels) {
    this.#settings = settings;
    this.#serials = serials;
    this.#travels = travels;
    this.engine = new Partition(settings);
  }

  take(stored: StoredMessage): void {
    if (stored.sequence !== this.sequence + 1)
      this.differences.push(`message ${this.sequence + 1} is missing in the log`);
    this.sequence = stored.sequence;
    const message = decodeLogMessage(stored.headers, stored.body);
    const input = inputOf(stored, message);
    if (input === undefined) throw new Error(`a message of kind ${message.kind} in the log`);
    if (this.#isFirst(message) && message.kind === 'events') this.#count(message.events);
    if (message.kind === 'passed') {
      for (const { n } of message.items) this.parcels.add(`${message.source}.${n}`);
    }
    this.engine.apply(input);
    this.#follow(message, stored.storedAt);
    if (++this.#messages % COMPARED_EVERY === 0) this.compare();
  }

  /** Looks whether engine and model agree about the sampled customers. */
  compare(): void {
    const model = this.#model;
    if (model === undefined) return;
    for (const segment of this.#segments) {
      const found = this.engine.members(segment).filter(isSampled).toSorted().join();
      const wanted = [...model.members(segment)].toSorted().join();
      this.comparisons += model.customers().length;
      if (found === wanted) continue;
      this.differences.push(`${segment}, behind ${this.sequence}: ${found}, should: ${wanted}`);
    }
  }

  #isFirst({ stamp }: LogMessage): boolean {
    if (stamp === undefined) return true;
    const key = `${stamp.producer}.${stamp.n}`;
    if (this.#batches.has(key)) {
      this.repeatedBatches++;
      return false;
    }
    this.#batches.add(key);
    return true;
  }

  #count(events: readonly CustomerEvent[]): void {
    this.events += events.length;
    for (const event of events) {
      this.#travels.take(event);
      const { properties } = event;
      const serial = Number(properties['serial']);
      this.#serials[serial] = Math.min(255, (this.#serials[serial] ?? 0) + 1);
    }
  }

  #follow(message: LogMessage, storedAt: number): void {
    if (message.kind === 'define') {
      const { segments, zone } = message.definitions;
      const ids = segments.map(({ id }) => id);
      if (this.#model !== undefined && ids.join() !== this.#segments.join())
        throw new Error('the definitions were changed');
      this.#model ??= new Model(segments, zone.name, this.#settings);
      this.#segments = ids;
    }
    const { stamp, sentAt = storedAt } = message;
    const at = { stamp, storedAt, sentAt };
    const command: Command =
      message.kind === 'tick'
        ? { kind: 'tick', ...at }
        : { kind: 'message', ...at, events: sampledOf(message) };
    this.#model?.apply(command);
  }
}

function sampledOf(message: LogMessage): CustomerEvent[] {
  if (message.kind !== 'events') return [];
  return message.events.filter(({ customer }) => isSampled(customer));
}
