import { canonicalJson } from '../../../base/json.ts';
import { crc32 } from '../../../base/crc32.ts';
import type { Definitions } from '../../../compile/definitions.ts';
import type { Output } from '../../../engine/numbering.ts';
import type { Partition } from '../../../engine/partition.ts';
import { decodeLogMessage } from '../../../wire/log-codec.ts';
import type { StoredMessage } from '../../ports/log.ts';
import type { Snapshot } from '../checkpoint/checkpoint-writer.ts';
import { sha256 } from '../checkpoint/chunks.ts';
import type { Recovered } from '../checkpoint/recovery.ts';
import type { OwnerFigures } from '../figures.ts';
import type { PublishLane } from '../publish/publish-lane.ts';
import type { ReplayGate } from '../publish/replay-gate.ts';
import { SLICE_MS } from '../turns.ts';
import { inputOf } from './input.ts';
import { rebuild, type RebuildPlace } from './rebuild.ts';
import type { Rejects } from './rejects.ts';

/*
 * Applies a partition's log to its engine.
 *
 * 1. Messages are applied in the order of the log, each once: one at or before the position is
 *    passed over.
 * 2. The event loop gets its turn every 20 ms, and applying waits when too much is unpublished.
 * 3. Between a `define` that asks for a rebuild and the rebuilt state there is no boundary: no
 *    snapshot is taken there.
 */

export interface PumpPlace extends RebuildPlace {
  readonly figures: OwnerFigures;
  readonly lane: PublishLane;
  readonly gate: ReplayGate;
  readonly rejects: Rejects;
  /** Aborted: no further message is applied. */
  readonly signal: AbortSignal;
}

/** Up to where the log has been applied. */
interface Position {
  readonly sequence: number;
  readonly storedAt: number;
  readonly crc: () => number;
}

const START: Position = { sequence: 0, storedAt: 0, crc: () => 0 };

export class Pump {
  readonly engine: Partition;
  readonly #place: PumpPlace;
  #position: Position;
  #definitionsHash: string;
  #isSwitching = false;
  #lagMs = 0;
  #heardAt = 0;
  #eventsCounted: number;
  readonly #skippedCounted = new Map<string, number>();

  constructor(place: PumpPlace, { partition, manifest }: Recovered) {
    this.engine = partition;
    this.#place = place;
    this.#eventsCounted = partition.events;
    this.#position = manifest === undefined ? START : { ...manifest, crc: () => manifest.crc };
    this.#definitionsHash = manifest?.definitionsHash ?? '';
  }

  /** Sequence of the last applied message; 0 before the first. */
  get sequence(): number {
    return this.#position.sequence;
  }

  /** From the broker's storing of the last message to its application, ms. */
  get lagMs(): number {
    return this.#lagMs;
  }

  /** When the last message was applied, ms since the epoch; 0 before the first. */
  get heardAt(): number {
    return this.#heardAt;
  }

  /** @throws on a bug; the engine must not be used any more then */
  async handle(messages: readonly StoredMessage[]): Promise<void> {
    const { signal } = this.#place;
    try {
      await this.#applyAll(messages);
      this.#count(messages);
    } catch (error) {
      // Only the end of the pump itself is no failure.
      if (!signal.aborted || error !== signal.reason) throw error;
    }
  }

  /** The state as it stands; undefined inside a switch of definitions. */
  snapshot(): Snapshot | undefined {
    if (this.#isSwitching) return undefined;
    const { sequence, storedAt, crc } = this.#position;
    const { n, chain, streamTime } = this.engine;
    const definitionsHash = this.#definitionsHash;
    const manifest = { sequence, storedAt, crc: crc(), streamTime, n, chain, definitionsHash };
    return { manifest, sections: this.engine.snapshot() };
  }

  async #applyAll(messages: readonly StoredMessage[]): Promise<void> {
    const { turns, world, lane, signal } = this.#place;
    let sliceEndsAt = 0;
    for (const message of messages) {
      if (message.sequence <= this.sequence) continue;
      if (world.clock.now() >= sliceEndsAt) {
        await turns.next();
        signal.throwIfAborted();
        sliceEndsAt = world.clock.now() + SLICE_MS;
      }
      const toRebuild = this.#apply(message);
      if (toRebuild !== undefined) await this.#switch(toRebuild, message.sequence);
      this.#position = positionOf(message);
      if (lane.isFull) await lane.room();
    }
  }

  /** @returns the definitions for which history must be read anew, if the message brings such */
  #apply(stored: StoredMessage): Definitions | undefined {
    const { partition, rejects, figures, world } = this.#place;
    const message = decodeLogMessage(stored.headers, stored.body);
    if (message.kind === 'events') rejects.tell(partition, stored.sequence, message.rejected);
    const input = inputOf(stored, message);
    if (input === undefined) {
      const what = message.kind === 'unknown' ? message.what : message.kind;
      world.logger.error('a message of the log is unknown', {
        partition,
        sequence: stored.sequence,
        what,
      });
      figures.unknown.add(1, { partition });
      return undefined;
    }
    const isNew = message.kind === 'define' && this.engine.needsRebuild(message.definitions);
    if (isNew) this.#isSwitching = true;
    this.#emit(this.engine.apply(input), stored.sequence);
    if (message.kind === 'define')
      this.#definitionsHash = sha256(canonicalJson(message.definitions));
    return isNew ? message.definitions : undefined;
  }

  async #switch(definitions: Definitions, sequence: number): Promise<void> {
    const { world, partition, signal } = this.#place;
    world.logger.info('definitions changed, reading history anew', { partition, sequence });
    const rebuilt = await rebuild(this.#place, definitions, sequence, signal);
    this.#emit(this.engine.redefine(rebuilt), sequence);
    this.#isSwitching = false;
    world.logger.info('definitions are in force', { partition, sequence });
  }

  #emit(outputs: readonly Output[], source: number): void {
    const { gate, lane } = this.#place;
    lane.enqueue(gate.pass(outputs), source);
  }

  #count(messages: readonly StoredMessage[]): void {
    const { figures, partition, lane, world } = this.#place;
    const last = messages.at(-1);
    if (last === undefined) return;
    this.#heardAt = world.clock.now();
    this.#lagMs = Math.max(0, this.#heardAt - last.storedAt);
    figures.messages.add(messages.length, { partition });
    figures.events.add(Math.max(0, this.engine.events - this.#eventsCounted), { partition });
    this.#eventsCounted = this.engine.events;
    for (const [reason, count] of this.engine.skipped) {
      figures.skipped.add(Math.max(0, count - (this.#skippedCounted.get(reason) ?? 0)), { reason });
      this.#skippedCounted.set(reason, count);
    }
    figures.lagMs.set(this.#lagMs, { partition });
    figures.waiting.set(lane.waiting, { partition });
  }
}

function positionOf({ sequence, storedAt, body }: StoredMessage): Position {
  return { sequence, storedAt, crc: () => crc32(body) };
}
