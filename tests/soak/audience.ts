import { connectNats, type Nats } from '../../src/adapters/nats/connect.ts';
import { ShoalError } from '../../src/base/error.ts';
import type { Log, Reader, StoredMessage } from '../../src/roles/ports/log.ts';
import type { PartitionStatus } from '../../src/wire/live.ts';
import type { Query } from '../../src/wire/questions/query.ts';
import { querySubject } from '../../src/wire/subject.ts';
import { RecordingLogger, systemClock } from '../support/world.ts';

/** Reads streams of every partition from their starts on, and asks who owns them. */
export class Audience {
  /** What ended a reading. */
  readonly failures: unknown[] = [];
  readonly log: Log;
  readonly #link: Nats;
  #readers: readonly Reader[] = [];

  static async join(natsUrl: string): Promise<Audience> {
    const world = { clock: systemClock, logger: new RecordingLogger() };
    return new Audience(await connectNats({ servers: [natsUrl], name: 'audience' }, world));
  }

  private constructor(link: Nats) {
    this.#link = link;
    this.log = link.log;
  }

  /** @param take gets every message in the order of its stream */
  listen(streams: readonly string[], take: (message: StoredMessage, stream: number) => void): void {
    const readers = streams.map((name, stream) =>
      this.log.read(
        name,
        1,
        async (messages) => {
          for (const message of messages) take(message, stream);
        },
        (error) => this.failures.push(error),
      ),
    );
    this.#readers = [...this.#readers, ...readers];
  }

  async status(partition: number): Promise<PartitionStatus | undefined> {
    const question = Buffer.from(JSON.stringify({ type: 'status' } satisfies Query));
    try {
      const answer = await this.#link.bus.request(querySubject(partition), question, 2_000);
      return JSON.parse(Buffer.from(answer).toString()) as PartitionStatus; // what `status` answers
    } catch (error) {
      // Nobody answers while the engine is not there yet.
      if (error instanceof ShoalError && error.code === 'no-answer') return undefined;
      throw error;
    }
  }

  async leave(): Promise<void> {
    await Promise.all(this.#readers.map((reader) => reader.stop()));
    await this.#link.close();
  }
}
