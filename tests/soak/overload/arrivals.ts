import { decodeLogMessage } from '../../../src/wire/log-codec.ts';
import { eventsStream } from '../../../src/wire/subject.ts';
import type { Reader, StoredMessage } from '../../../src/roles/ports/log.ts';
import type { Cluster } from '../../support/cluster.ts';

/** Which events have come into the logs, by the `<run>-<batch>-<place>` of their `messageId`. */
export class Arrivals {
  readonly #batchEvents: number;
  /** One byte an event: there may be millions. */
  #seen = new Uint8Array(1 << 20);

  /** Reads the logs of all partitions to their end. */
  static async read(cluster: Cluster, batchEvents: number): Promise<Arrivals> {
    const arrivals = new Arrivals(batchEvents);
    for (let partition = 0; partition < cluster.partitions; partition++) {
      await arrivals.#readLog(cluster, partition);
    }
    return arrivals;
  }

  private constructor(batchEvents: number) {
    this.#batchEvents = batchEvents;
  }

  /** How many of a batch have come. */
  of(batch: number): number {
    const from = batch * this.#batchEvents;
    return this.#seen.subarray(from, from + this.#batchEvents).reduce((sum, one) => sum + one, 0);
  }

  async #readLog({ link }: Cluster, partition: number): Promise<void> {
    const stream = eventsStream(partition);
    const end = await link.log.lastSequence(stream);
    if (end === 0) return;
    let reader: Reader | undefined;
    await new Promise<void>((resolve, reject) => {
      const take = async (messages: readonly StoredMessage[]): Promise<void> => {
        for (const message of messages) this.#take(message);
        if ((messages.at(-1)?.sequence ?? 0) >= end) resolve();
      };
      reader = link.log.read(stream, 1, take, reject);
    });
    await reader?.stop();
  }

  #take({ headers, body }: StoredMessage): void {
    const message = decodeLogMessage(headers, body);
    if (message.kind !== 'events') return;
    for (const { messageId = '' } of message.events) {
      const [, batch, place] = messageId.split('-').map(Number);
      if (batch !== undefined && place !== undefined) this.#mark(batch * this.#batchEvents + place);
    }
  }

  #mark(index: number): void {
    if (index >= this.#seen.length) {
      const longer = new Uint8Array(2 * Math.max(index, this.#seen.length));
      longer.set(this.#seen);
      this.#seen = longer;
    }
    this.#seen[index] = 1;
  }
}
