import type { DurationMs } from '../../base/time.ts';
import { mailerReader } from '../ports/reader-name.ts';
import { transitionsStream } from '../../wire/subject.ts';
import { decodeRecord } from '../../wire/transition-record.ts';
import { isQuiet } from '../../wire/trigger.ts';
import type { Log, Reader, StoredMessage } from '../ports/log.ts';
import type { PositionStore } from '../ports/store.ts';
import type { Correspondence, Ended } from './correspondence.ts';
import { Lane } from './flow/lane.ts';
import { Stopped, type Patience } from './flow/patience.ts';
import { Slots } from './flow/slots.ts';

/*
 * Reads the transitions of one partition and gives each wait that has ended to the correspondence.
 *
 * 1. What is quiet is never answered.
 * 2. Only the lane says how far the partition is dealt with; that is saved as often as the store
 *    takes it, the latest only.
 */

export interface ReadingParts {
  readonly log: Log;
  readonly positions: PositionStore;
  readonly correspondence: Correspondence;
  readonly patience: Patience;
  readonly onFailure: (error: unknown) => void;
}

/** So many letters of a partition are decided on at once, or wait for a connection. */
const DESK_SLOTS = 16;

/** Between two savings of a position; a restart looks at what lies between once more, ms. */
const SAVE_EVERY_MS: DurationMs = 100;

export class Reading {
  readonly #parts: ReadingParts;
  readonly #partition: number;
  readonly #desk = new Slots(DESK_SLOTS);
  readonly #lane: Lane;
  #reader: Reader | undefined;
  #saved: number;
  #saving: Promise<void> | undefined;

  /** @returns undefined when the mailer stopped, or failed, before the reading began */
  static async begin(partition: number, parts: ReadingParts): Promise<Reading | undefined> {
    try {
      const { patience, positions } = parts;
      const position = await patience.until(() => positions.position(mailerReader(partition)));
      return new Reading(partition, position, parts);
    } catch (error) {
      if (!(error instanceof Stopped)) parts.onFailure(error);
      return undefined;
    }
  }

  private constructor(partition: number, position: number, parts: ReadingParts) {
    this.#parts = parts;
    this.#partition = partition;
    this.#saved = position;
    const onFailure = (error: unknown): void => {
      if (!(error instanceof Stopped)) parts.onFailure(error);
    };
    this.#lane = new Lane(position, () => this.#save(), onFailure);
    this.#reader = parts.log.read(
      transitionsStream(partition),
      position + 1,
      (messages) => this.#take(messages),
      parts.onFailure,
    );
  }

  /** Resolves when nothing is under way and the position is saved as far as the store allows. */
  async stop(): Promise<void> {
    await this.#reader?.stop();
    await this.#lane.drained();
    await this.#saving;
    if (this.#lane.position === this.#saved) return;
    const { positions } = this.#parts;
    // What is not saved is looked at once more after the next start.
    await positions
      .savePosition(mailerReader(this.#partition), this.#lane.position)
      .catch(() => undefined);
  }

  async #take(messages: readonly StoredMessage[]): Promise<void> {
    const { correspondence, patience } = this.#parts;
    for (const { sequence, body } of messages) {
      const { start, end } = this.#lane.begin(sequence);
      for (const ended of endedIn(body)) {
        if (patience.isOver) return;
        await start(ended.customer, () =>
          correspondence.answer(this.#partition, ended, this.#desk),
        );
      }
      end();
    }
  }

  #save(): void {
    this.#saving ??= this.#saveOn().finally(() => (this.#saving = undefined));
  }

  async #saveOn(): Promise<void> {
    const { patience, positions, onFailure } = this.#parts;
    try {
      while (this.#saved < this.#lane.position) {
        const { position } = this.#lane;
        await patience.until(() => positions.savePosition(mailerReader(this.#partition), position));
        this.#saved = position;
        await patience.sleep(SAVE_EVERY_MS);
      }
    } catch (error) {
      if (!(error instanceof Stopped)) onFailure(error);
    }
  }
}

/** The waits of a record that have ended and are not quiet. */
function endedIn(record: Uint8Array): Ended[] {
  return decodeRecord(record).items.filter(
    (effect): effect is Ended =>
      (effect.kind === 'due' || effect.kind === 'cancelled') && !isQuiet(effect),
  );
}
