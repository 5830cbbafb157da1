import { canonicalJson } from '../../../base/json.ts';
import type { Definitions } from '../../../compile/definitions.ts';
import type { Output } from '../../../engine/numbering.ts';
import type { Partition } from '../../../engine/partition.ts';
import type { Input } from '../../../engine/protocol.ts';
import { decodeLogMessage, isRaw } from '../../../wire/log-codec.ts';
import type { LogMessage } from '../../../wire/log-message.ts';
import type { StoredMessage } from '../../ports/log.ts';
import type { Fingerprint } from '../../../wire/checkpoint.ts';
import type { Snapshot } from '../checkpoint/checkpoint-writer.ts';
import { sha256 } from '../checkpoint/chunks.ts';
import type { LogPlace } from '../checkpoint/continuity.ts';
import type { Recovered } from '../checkpoint/recovery.ts';
import { copyInTurns, type ChunkBuffers } from '../checkpoint/state-copy.ts';
import { firstCrc } from '../erasure/amendments.ts';
import type { ErasureNotes } from '../erasure/notes.ts';
import type { OwnerFigures } from '../figures.ts';
import { FINGERPRINTS_MAX } from '../protocol.ts';
import type { Gate } from '../publish/gate.ts';
import type { PublishLane } from '../publish/publish-lane.ts';
import type { SeenKeeper } from '../seen/seen-keeper.ts';
import { SLICE_MS } from '../turns.ts';
import { inputOf } from './input.ts';
import { Progress } from './progress.ts';
import { keyOf, noteUnapplied, Unapplied } from './put-aside.ts';
import { rebuild, type RebuildPlace } from './rebuild.ts';
import type { Rejects } from './rejects.ts';

/*
 * Applies a partition's log to its engine.
 *
 * 1. Messages are applied in the order of the log, each once: one at or before the position is
 *    passed over.
 * 2. The event loop gets its turn every 10 ms, also amidst a message that lets many timers fire,
 *    and applying waits when too much is unpublished.
 * 3. Between a `define` that asks for a rebuild and the rebuilt state there is no boundary, and
 *    before numbers go on, or amidst a message, there is none either: no snapshot is taken there.
 * 4. While the state is copied for a snapshot, a little at each turn, nothing is applied.
 */

export interface PumpPlace extends RebuildPlace {
  readonly figures: OwnerFigures;
  readonly lane: PublishLane;
  readonly gate: Gate;
  readonly rejects: Rejects;
  readonly buffers: ChunkBuffers;
  readonly seen: Pick<SeenKeeper, 'take'>;
  readonly notes: Pick<ErasureNotes, 'look'>;
  /** Aborted: no further message is applied. */
  readonly signal: AbortSignal;
}

/** Up to where the log has been applied. */
interface Position {
  readonly sequence: number;
  readonly storedAt: number;
  readonly crc: () => number;
}

export class Pump {
  readonly engine: Partition;
  readonly #place: PumpPlace;
  readonly #streamCreatedAt: string;
  /** Raw messages that were stored by then are in the state already. */
  readonly #appliedTo: number;
  #position: Position;
  /** Of the last snapshots, newest first. */
  #fingerprints: readonly Fingerprint[];
  #definitionsHash: string;
  #isSwitching = false;
  /** Some of what a message lets happen has happened. */
  #isAmidst = false;
  #isCurrent: boolean;
  #isBroken = false;
  /** Resolves when the copy that is being made is there. */
  #copying: Promise<unknown> | undefined;
  readonly #progress: Progress;

  constructor(place: PumpPlace, recovered: Recovered) {
    const { streamCreatedAt, sequence, storedAt, crc } = recovered.place;
    this.engine = recovered.engine;
    this.#place = place;
    this.#progress = new Progress(place, recovered.engine.events);
    this.#streamCreatedAt = streamCreatedAt;
    this.#position = { sequence, storedAt, crc: () => crc };
    this.#fingerprints = recovered.fingerprints;
    this.#appliedTo = recovered.appliedTo ?? Number.NEGATIVE_INFINITY;
    this.#definitionsHash = recovered.definitionsHash;
    this.#isCurrent = this.engine.hasDefinitions(place.settings.definitions);
  }

  /** Sequence of the last applied message; 0 before the first. */
  get sequence(): number {
    return this.#position.sequence;
  }

  /** Up to where the log has been applied. */
  get place(): LogPlace {
    const { sequence, storedAt, crc } = this.#position;
    return { streamCreatedAt: this.#streamCreatedAt, sequence, storedAt, crc: crc() };
  }

  get definitionsHash(): string {
    return this.#definitionsHash;
  }

  /** True when the definitions that this owner was given are in force. */
  get isCurrent(): boolean {
    return this.#isCurrent && !this.#isSwitching;
  }

  /** From the broker's storing of the last message to its application, ms. */
  get lagMs(): number {
    return this.#progress.lagMs;
  }

  /** When the last message was applied, ms since the epoch; 0 before the first. */
  get heardAt(): number {
    return this.#progress.heardAt;
  }

  /** @throws on a bug; the engine must not be used any more then */
  async handle(messages: readonly StoredMessage[]): Promise<void> {
    const { signal, world, partition } = this.#place;
    try {
      await this.#applyAll(messages);
      this.#progress.note(messages, this.engine);
    } catch (error) {
      // Only the end of the pump itself is no failure.
      if (signal.aborted && error === signal.reason) return;
      this.#isBroken = true;
      if (!(error instanceof Unapplied)) throw error;
      await noteUnapplied(world, partition, error.stored);
      throw error.cause;
    }
  }

  /**
   * The state as it stands now; undefined where there is no boundary. Must not be called again
   * before it has answered.
   *
   * @throws the signal's reason when it is aborted
   */
  async snapshot(signal: AbortSignal): Promise<Snapshot | undefined> {
    if (this.#isBroken || this.#isSwitching || this.#isAmidst) return undefined;
    if (this.#place.gate.isHolding) return undefined;
    const { place, definitionsHash } = this;
    const { n, chain, streamTime } = this.engine;
    const fingerprints = this.#fingerprints;
    const { sequence, storedAt, crc } = place;
    const kept = [{ sequence, storedAt, crc }, ...fingerprints];
    this.#fingerprints = kept.slice(0, FINGERPRINTS_MAX);
    const manifest = { ...place, fingerprints, streamTime, n, chain, definitionsHash };
    const copying = copyInTurns(this.engine.sections(), this.#place, signal);
    this.#copying = copying.catch(() => undefined);
    try {
      return { manifest, sections: await copying };
    } finally {
      this.#copying = undefined;
    }
  }

  async #applyAll(messages: readonly StoredMessage[]): Promise<void> {
    const { world, lane } = this.#place;
    let sliceEndsAt = 0;
    for (const message of messages) {
      if (message.sequence <= this.sequence) continue;
      if (this.#copying !== undefined || world.clock.now() >= sliceEndsAt) {
        await this.#turn();
        sliceEndsAt = world.clock.now() + SLICE_MS;
      }
      if (!this.#isPassedOver(message)) {
        const decoded = decodeLogMessage(message.headers, message.body);
        const input = inputOf(message, decoded);
        if (input !== undefined && this.#fireSome(input, message))
          await this.#fireRest(input, message);
        const toRebuild = this.#apply(message, decoded, input);
        if (toRebuild !== undefined) await this.#switch(toRebuild, message);
      }
      this.#position = positionOf(message);
      if (lane.isFull) await lane.room();
    }
  }

  /** @returns false when a message can be applied at once */
  #fireSome(input: Input, stored: StoredMessage): boolean {
    const outputs = this.#attempt(stored, () => this.engine.fireSome(input));
    if (outputs !== undefined) this.#emit(outputs, stored);
    return outputs !== undefined;
  }

  /** Many timers are due before a message: they fire a little at each turn. */
  async #fireRest(input: Input, stored: StoredMessage): Promise<void> {
    const { lane, world } = this.#place;
    this.#isAmidst = true;
    let sliceEndsAt = world.clock.now() + SLICE_MS;
    while (this.#fireSome(input, stored)) {
      if (lane.isFull) await lane.room();
      if (world.clock.now() < sliceEndsAt) continue;
      await this.#turn();
      sliceEndsAt = world.clock.now() + SLICE_MS;
    }
    this.#isAmidst = false;
  }

  /** Resolves when messages may be applied again. */
  async #turn(): Promise<void> {
    const { turns, signal } = this.#place;
    do {
      await this.#copying;
      await turns.next();
      signal.throwIfAborted();
    } while (this.#copying !== undefined);
  }

  /** @returns the definitions for which history must be read anew, if the message brings such */
  #apply(
    stored: StoredMessage,
    message: LogMessage,
    input: Input | undefined,
  ): Definitions | undefined {
    const { partition, rejects, figures, world, seen, notes } = this.#place;
    if (message.kind === 'events') rejects.tell(partition, stored.sequence, message.rejected);
    if (message.kind === 'unknown') {
      const { sequence } = stored;
      const { what } = message;
      world.logger.error('a message of the log is unknown', { partition, sequence, what });
      figures.unknown.add(1, { partition });
    }
    if (input === undefined) return undefined;
    const isNew = message.kind === 'define' && this.engine.needsRebuild(message.definitions);
    if (isNew) this.#isSwitching = true;
    const outputs = this.#attempt(stored, () => this.engine.apply(input));
    const isDropped = notes.look(message, stored.sequence, outputs, this.engine);
    this.#emit(outputs, stored);
    // No example is taken of who was forgotten.
    if (!isDropped) seen.take(message, stored.sequence, this.engine);
    if (message.kind === 'define') {
      this.#definitionsHash = sha256(canonicalJson(message.definitions));
      this.#isCurrent = this.engine.hasDefinitions(this.#place.settings.definitions);
    }
    return isNew ? message.definitions : undefined;
  }

  /** @throws Unapplied when the engine fails inside the message */
  #attempt<Result>(stored: StoredMessage, act: () => Result): Result {
    try {
      return act();
    } catch (error) {
      throw new Unapplied(stored, error);
    }
  }

  #isPassedOver(stored: StoredMessage): boolean {
    const { world, partition, figures, putAside } = this.#place;
    const { sequence, storedAt, headers } = stored;
    if (storedAt <= this.#appliedTo && isRaw(headers)) return true;
    if (!putAside.has(keyOf(stored))) return false;
    world.logger.error('a message that cannot be applied is passed over', { partition, sequence });
    figures.putAside.add(1, { partition });
    return true;
  }

  async #switch(definitions: Definitions, from: StoredMessage): Promise<void> {
    const { world, partition, signal } = this.#place;
    const { sequence } = from;
    world.logger.info('definitions changed, reading history anew', { partition, sequence });
    const rebuilt = await rebuild(this.#place, this.engine, definitions, sequence, signal);
    this.#emit(this.engine.redefine(rebuilt), from);
    this.#isSwitching = false;
    this.#isCurrent = this.engine.hasDefinitions(this.#place.settings.definitions);
    world.logger.info('definitions are in force', { partition, sequence });
  }

  #emit(outputs: readonly Output[], { sequence, storedAt }: StoredMessage): void {
    const { gate, lane } = this.#place;
    const from = { sequence, storedAt };
    lane.enqueue(gate.pass(outputs, from), from);
  }
}

function positionOf(message: StoredMessage): Position {
  const { sequence, storedAt } = message;
  return { sequence, storedAt, crc: () => firstCrc(message) };
}
