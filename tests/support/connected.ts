import { partitionOf } from '../../src/base/hash.ts';
import type { CustomerId } from '../../src/base/id.ts';
import type { Definitions } from '../../src/compile/definitions.ts';
import type { Effect } from '../../src/engine/effect.ts';
import type { Output } from '../../src/engine/numbering.ts';
import { Partition } from '../../src/engine/partition.ts';
import type { Input, PartitionSettings } from '../../src/engine/protocol.ts';
import type { PassedItem } from '../../src/wire/control/passed-item.ts';
import { decodeLogMessage, encodePassed } from '../../src/wire/log-codec.ts';
import { toInput, type Command } from '../model/command.ts';

/** What waits to be carried from one partition to another, and what has been. */
interface Way {
  readonly items: PassedItem[];
  carried: number;
}

/**
 * The partitions of a cluster and what carries parcels between them: as late as one likes, and some
 * of it twice, but from one partition to another in order.
 */
export class ConnectedPartitions {
  readonly #settings: PartitionSettings;
  readonly #engines: Partition[];
  readonly #logs: Input[][];
  /** By source, then by target. */
  readonly #ways: readonly (readonly Way[])[];
  /** All that has been put out, in some order. */
  readonly effects: Effect[] = [];
  #now = 0;

  constructor(settings: PartitionSettings, definitions: Definitions) {
    this.#settings = settings;
    const each = Array.from({ length: settings.partitions }, (_, partition) => partition);
    this.#engines = each.map(() => new Partition(settings, definitions));
    this.#logs = each.map(() => []);
    this.#ways = each.map(() => each.map(() => ({ items: [], carried: 0 })));
  }

  get engines(): readonly Partition[] {
    return this.#engines;
  }

  engineOf(customer: CustomerId): Partition {
    return this.#at(this.#partitionOf(customer));
  }

  #partitionOf(customer: CustomerId): number {
    return partitionOf(customer, this.#settings.partitions);
  }

  #at(partition: number): Partition {
    const engine = this.#engines[partition];
    if (engine === undefined) throw new Error(`there is no partition ${partition}`);
    return engine;
  }

  /** Writes what a command says into the logs that it concerns. */
  apply(command: Command): void {
    this.#now = Math.max(this.#now, command.storedAt);
    for (const partition of this.#engines.keys()) {
      const isHere = (customer: CustomerId): boolean => this.#partitionOf(customer) === partition;
      if (command.kind === 'message') {
        const events = command.events.filter(({ customer }) => isHere(customer));
        if (events.length > 0) this.#append(partition, toInput({ ...command, events }));
      } else if (command.kind === 'tick' || isHere(command.customer)) {
        this.#append(partition, toInput(command));
      }
    }
  }

  #append(partition: number, input: Input): void {
    this.#logs[partition]?.push(input);
    this.#take(partition, this.#at(partition).apply(input));
  }

  #take(source: number, outputs: readonly Output[]): void {
    for (const { n, effect } of outputs) {
      this.effects.push(effect);
      if (effect.kind !== 'passed' || effect.parcel.type === 'joined') continue;
      this.#ways[source]?.[this.#partitionOf(effect.to)]?.items.push({ n, passed: effect });
    }
  }

  /**
   * Carries some of what waits.
   *
   * @param again so many of those before them come once more, in the same message
   * @returns how many were carried for the first time
   */
  carry(source: number, target: number, count: number, again: number): number {
    const way = this.#ways[source]?.[target];
    if (way === undefined) return 0;
    const first = Math.max(0, way.carried - again);
    const items = way.items.slice(first, way.carried + count);
    if (items.length === 0) return 0;
    const encoded = encodePassed(source, items);
    const message = decodeLogMessage(encoded.headers, encoded.body);
    if (message.kind !== 'passed') throw new Error(`carried as ${message.kind}`);
    const { kind, sentAt } = message;
    const body = { kind, source, items: message.items };
    const before = way.carried;
    way.carried = Math.max(before, first + encoded.count);
    this.#append(target, { sentAt, storedAt: this.#now, body });
    return way.carried - before;
  }

  /** Carries all that waits, and what follows from it. @returns how many were carried */
  carryAll(): number {
    let carried = 0;
    for (let before = -1; before < carried;) {
      before = carried;
      for (const source of this.#engines.keys()) {
        for (const target of this.#engines.keys()) carried += this.carry(source, target, 9, 2);
      }
      if (carried > 10_000) throw new Error('something goes round for ever');
    }
    return carried;
  }

  /** Stores the state of a partition, and goes on with what was stored. */
  restore(partition: number): void {
    const sections = this.#at(partition)
      .snapshot()
      .map(({ name, format, bytes }) => {
        return { name, format, bytes: [new Uint8Array(Buffer.concat(bytes))] };
      });
    this.#engines[partition] = Partition.restore(this.#settings, sections);
  }

  /** Puts other definitions into force in one partition, as its owner does. */
  define(partition: number, definitions: Definitions): void {
    const engine = this.#at(partition);
    const isNew = engine.needsRebuild(definitions);
    this.#append(partition, { storedAt: this.#now, body: { kind: 'define', definitions } });
    if (!isNew) return;
    const place = { before: engine, isTrimmed: false };
    const rebuilt = Partition.withDefinitions(this.#settings, definitions, place);
    for (const input of this.#logs[partition] ?? []) rebuilt.apply(input);
    this.#take(partition, engine.redefine(rebuilt));
  }

  /** Whose events are those of an id, wherever they live. */
  rootOf(id: CustomerId): CustomerId {
    const seen = [id];
    for (let at = id; ; seen.push(at)) {
      const next = this.engineOf(at).questions.aliasOf(at);
      if (next === undefined) return at;
      if (seen.includes(next)) throw new Error(`a circle: ${seen.join(', ')}`);
      at = next;
    }
  }
}
