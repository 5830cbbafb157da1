import type { Encoded, MessageMeta } from '../../wire/log-codec.ts';
import { eventsSubject } from '../../wire/subject.ts';
import { RETRY_MS } from './retry.ts';
import type { OwnerWorld } from './world.ts';

/*
 * Writes an owner's own messages, ticks and definitions, into a partition's log.
 *
 * 1. One message is in doubt at a time: it is sent under the same stamp until it is stored, so the
 *    engine drops its repeats.
 */
export class Producer {
  readonly #world: OwnerWorld;
  readonly #partition: number;
  readonly #name: string;
  readonly #signal: AbortSignal;
  #n = 0;
  #isBusy = false;

  constructor(world: OwnerWorld, partition: number, boot: string, signal: AbortSignal) {
    this.#world = world;
    this.#partition = partition;
    this.#name = `owner-${boot}-${partition}`;
    this.#signal = signal;
  }

  get isBusy(): boolean {
    return this.#isBusy;
  }

  /**
   * Resolves when the message is stored. Must not be called while it is busy.
   *
   * @param sentAt ms since the epoch, the sender's time of the message
   * @throws the signal's reason when it is aborted
   */
  async write(encode: (meta: MessageMeta) => Encoded, sentAt: number): Promise<void> {
    this.#isBusy = true;
    const { headers, body } = encode({ stamp: { producer: this.#name, n: ++this.#n }, sentAt });
    for (;;) {
      this.#signal.throwIfAborted();
      const outcome = await this.#world.log.append(eventsSubject(this.#partition), body, {
        headers,
      });
      if (outcome.kind === 'stored') break;
      const fields = { partition: this.#partition, outcome: outcome.kind };
      this.#world.logger.debug('a message of the owner was not stored, sending it again', fields);
      await this.#world.clock.sleep(RETRY_MS, this.#signal);
    }
    this.#isBusy = false;
  }
}
