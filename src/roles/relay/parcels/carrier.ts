import { partitionOf } from '../../../base/hash.ts';
import type { Forgotten, Passed } from '../../../engine/effect.ts';
import { PASSED_ITEMS_MAX } from '../../../wire/control/control.ts';
import type { PassedItem } from '../../../wire/control/passed-item.ts';
import { signalOnce } from '../signal-once.ts';
import { Delivery, type DeliveryParts, type StoreWord } from './delivery.ts';
import { ParcelLane } from './lane.ts';

/*
 * Carries what partitions pass on into the logs that it is for, and tells the stores what concerns
 * them.
 *
 * 1. What one partition passes to another arrives in the order of its numbers: there it is dropped
 *    unless its number is above all that came from that one before.
 * 2. One partition that takes nothing holds up only those that have something for it.
 */

export interface CarrierParts extends DeliveryParts {
  readonly partitions: number;
  readonly onFailure: (error: unknown) => void;
}

/** What is to be carried: a parcel, or word of who is forgotten. */
export interface Freight {
  /** Its number in the partition that it comes from. */
  readonly n: number;
  readonly effect: Passed | Forgotten;
}

/** Of one partition, in bytes of its records: enough to fill the lanes, and little to hold. */
const BYTES_UNDER_WAY_MAX = 2 * 1024 * 1024;
/** So much is told to the stores side by side. */
const WORDS_MAX = 64;

/** What is under way from one partition. */
interface Source {
  readonly toPartitions: readonly ParcelLane<PassedItem>[];
  readonly toStores: ParcelLane<StoreWord>;
  bytes: number;
  waiting: number;
}

export class Carrier {
  readonly #parts: CarrierParts;
  readonly #sources: readonly Source[];
  readonly #closing = new AbortController();
  /** Resolved whenever something has arrived. */
  #arrived = signalOnce();

  constructor(parts: CarrierParts) {
    this.#parts = parts;
    const delivery = new Delivery(parts, this.#closing.signal);
    this.#sources = Array.from({ length: parts.partitions }, (_, source) => {
      return this.#source(source, delivery);
    });
  }

  /** False when so much of this partition is under way that it has to wait. */
  hasRoom(partition: number): boolean {
    const { bytes = 0 } = this.#sources[partition] ?? {};
    return this.#closing.signal.aborted || bytes < BYTES_UNDER_WAY_MAX;
  }

  /** Resolves when there may be room. */
  arrived(): Promise<void> {
    return this.#arrived.promise;
  }

  /**
   * Must not be called with nothing.
   *
   * @param freight   of one record, in the order of the numbers
   * @param bytes     the record's length
   * @param onArrived called when all of it has arrived; never, once this is closed
   */
  carry(
    partition: number,
    freight: readonly Freight[],
    bytes: number,
    onArrived: () => void,
  ): void {
    const source = this.#sources[partition];
    if (source === undefined) return;
    let left = freight.length;
    source.bytes += bytes;
    source.waiting += left;
    const onDelivered = (): void => {
      left -= 1;
      source.waiting -= 1;
      if (left > 0) return;
      source.bytes -= bytes;
      onArrived();
      this.#tell();
    };
    for (const { n, effect } of freight) {
      if (effect.kind === 'forgotten' || effect.parcel.type === 'joined') {
        source.toStores.put(effect, onDelivered);
        continue;
      }
      const target = partitionOf(effect.to, this.#parts.partitions);
      source.toPartitions[target]?.put({ n, passed: effect }, onDelivered);
    }
  }

  /** How much of each partition has not arrived yet. */
  get waiting(): readonly number[] {
    return this.#sources.map(({ waiting }) => waiting);
  }

  /** Carries nothing more. Resolves when nothing is under way. */
  async close(): Promise<void> {
    this.#closing.abort();
    this.#tell();
    const lanes = this.#sources.map(({ toPartitions, toStores }) => [...toPartitions, toStores]);
    await Promise.all(lanes.flat().map((lane) => lane.close()));
  }

  #source(source: number, delivery: Delivery): Source {
    const onFailure = (error: unknown): void => {
      // Only the end of the carrier itself is no failure.
      if (!this.#closing.signal.aborted) this.#parts.onFailure(error);
    };
    const toPartitions = Array.from({ length: this.#parts.partitions }, (_, target) => {
      const deliver = (items: readonly PassedItem[]): Promise<number> =>
        delivery.passOn(source, target, items);
      return new ParcelLane({ itemsMax: PASSED_ITEMS_MAX, deliver, onFailure });
    });
    const tell = (words: readonly StoreWord[]): Promise<number> => delivery.tell(words);
    const toStores = new ParcelLane({ itemsMax: WORDS_MAX, deliver: tell, onFailure });
    return { toPartitions, toStores, bytes: 0, waiting: 0 };
  }

  #tell(): void {
    const { resolve } = this.#arrived;
    this.#arrived = signalOnce();
    resolve();
  }
}
