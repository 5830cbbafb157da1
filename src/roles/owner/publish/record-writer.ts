import { ShoalError } from '../../../base/error.ts';
import { transitionsStream, transitionsSubject } from '../../../wire/subject.ts';
import {
  decodeRecord,
  encodeRecord,
  RECORD_HEADERS,
  type TransitionRecord,
} from '../../../wire/transition-record.ts';
import type { StoredMessage } from '../../ports/log.ts';
import { logChanged } from '../checkpoint/continuity.ts';
import { untilAnswered } from '../retry.ts';
import type { OwnerWorld } from '../world.ts';

/*
 * Writes records behind one another (durability: "Output: numbers, chain, fence").
 *
 * 1. One record is under way at a time, each behind the record before it: compare and set.
 * 2. An outcome that is unknown is never repeated blindly. The subject's last record decides: mine:
 *    done; unchanged: once more; another's: this owner is fenced off and ends; gone: the broker has
 *    lost it.
 */

const AGAIN_MS = 100;
const FULL_MS = 1_000;

export class RecordWriter {
  readonly #world: OwnerWorld;
  readonly #partition: number;
  readonly #signal: AbortSignal;
  #sequence: number;
  #writtenAt: number;

  /** @param sequence of the subject's last record, which is the claim of this owner */
  constructor(
    place: { readonly world: OwnerWorld; readonly partition: number },
    sequence: number,
    signal: AbortSignal,
  ) {
    this.#world = place.world;
    this.#partition = place.partition;
    this.#sequence = sequence;
    this.#signal = signal;
    this.#writtenAt = place.world.clock.now();
  }

  /** Sequence of the last record. */
  get sequence(): number {
    return this.#sequence;
  }

  /** When it was written, ms since the epoch. */
  get writtenAt(): number {
    return this.#writtenAt;
  }

  /**
   * Resolves when the record is stored. Must not be called while it writes.
   *
   * @throws ShoalError `fenced` (stop), `log-changed` (retry)
   * @throws the signal's reason when it is aborted
   */
  async write(record: TransitionRecord, body = encodeRecord(record)): Promise<void> {
    const { log, logger, clock } = this.#world;
    const partition = this.#partition;
    for (;;) {
      this.#signal.throwIfAborted();
      const outcome = await log.append(transitionsSubject(partition), body, {
        headers: RECORD_HEADERS,
        expectedLastSequence: this.#sequence,
      });
      if (outcome.kind === 'stored') return this.#written(outcome.sequence);
      if (outcome.kind === 'full') {
        logger.error('transitions do not fit any more', { partition });
        await clock.sleep(FULL_MS, this.#signal);
        continue;
      }
      const last = await lastRecord(this.#world, partition, this.#signal);
      const sequence = last?.message.sequence ?? 0;
      if (last !== undefined && sequence > this.#sequence && isSame(last.record, record))
        return this.#written(sequence);
      if (sequence < this.#sequence)
        throw logChanged(partition, `its transitions end at ${sequence}, not at ${this.#sequence}`);
      if (sequence > this.#sequence)
        throw fenced(
          partition,
          `a record of epoch ${last?.record.epoch ?? 0} stands behind those of ${record.epoch}`,
        );
      await clock.sleep(AGAIN_MS, this.#signal);
    }
  }

  #written(sequence: number): void {
    this.#sequence = sequence;
    this.#writtenAt = this.#world.clock.now();
  }
}

/**
 * Epochs belong to one owner each, so a record of mine with this kind and number, behind the one
 * before it, is this record.
 */
function isSame(a: TransitionRecord, b: TransitionRecord): boolean {
  return a.epoch === b.epoch && a.kind === b.kind && a.to === b.to && a.chain === b.chain;
}

export interface LastRecord {
  readonly message: StoredMessage;
  readonly record: TransitionRecord;
}

/** The last record of a partition's transitions. */
export async function lastRecord(
  world: OwnerWorld,
  partition: number,
  signal: AbortSignal,
): Promise<LastRecord | undefined> {
  const [stream, subject] = [transitionsStream(partition), transitionsSubject(partition)];
  const message = await untilAnswered(
    world,
    'the last record of transitions',
    () => world.log.last(stream, subject),
    signal,
  );
  return message === undefined ? undefined : { message, record: decodeRecord(message.body) };
}

export function fenced(partition: number, what: string): ShoalError {
  return new ShoalError({
    code: 'fenced',
    remedy: 'stop',
    message: `another owner has taken over partition ${partition}: ${what}`,
    where: `partition ${partition}`,
    hint: 'nothing is lost: the other owner goes on; run one owner for each partition',
  });
}
