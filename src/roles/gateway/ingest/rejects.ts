import { rejectedSubject } from '../../../wire/subject.ts';
import type { Log } from '../../ports/log.ts';
import type { Counter, Metrics } from '../../ports/metrics.ts';
import type { Refused } from './reading.ts';

/*
 * Tells of messages that came in and were not taken.
 *
 * 1. Every one is counted by its reason; the request goes on.
 * 2. It is published to `shoal.rejected.<reason>`. When more wait than fit, further ones are only
 *    counted: nobody can flood the log with what is refused.
 */

const WAITING_MAX = 1_000;

interface Waiting {
  /** The id of the key that it came with. */
  readonly key: string;
  readonly refused: Refused;
}

export interface RejectsParts {
  readonly log: Pick<Log, 'append'>;
  readonly metrics: Metrics;
}

export class Rejects {
  readonly #log: Pick<Log, 'append'>;
  readonly #counted: Counter;
  readonly #lost: Counter;
  #waiting: Waiting[] = [];
  #publishing: Promise<void> | undefined;

  constructor({ log, metrics }: RejectsParts) {
    this.#log = log;
    this.#counted = metrics.counter(
      'shoal_ingest_rejected_events_total',
      'Messages that came in over HTTP and were not taken, by reason.',
      ['reason'],
    );
    this.#lost = metrics.counter(
      'shoal_ingest_rejected_lost_total',
      'Messages that were not taken and of which shoal.rejected was not told, by reason.',
      ['reason'],
    );
  }

  tell(key: string, all: readonly Refused[]): void {
    const kept = all.slice(0, WAITING_MAX - this.#waiting.length);
    for (const refused of kept) this.#waiting.push({ key, refused });
    // A request may bring a hundred thousand: they are counted together.
    for (const [reason, count] of countsOf(all)) this.#counted.add(count, { reason });
    for (const [reason, count] of countsOf(all.slice(kept.length)))
      this.#lost.add(count, { reason });
    if (this.#waiting.length > 0) this.#publishing ??= this.#publish();
  }

  /** Resolves when nothing waits any more. */
  async drained(): Promise<void> {
    await this.#publishing;
  }

  async #publish(): Promise<void> {
    while (this.#waiting.length > 0) {
      const batch = this.#waiting;
      this.#waiting = [];
      await Promise.all(batch.map((waiting) => this.#publishOne(waiting)));
    }
    this.#publishing = undefined;
  }

  async #publishOne({ key, refused: { index, reason, detail } }: Waiting): Promise<void> {
    const body = Buffer.from(JSON.stringify({ key, index, reason, detail }));
    const { kind } = await this.#log.append(rejectedSubject(reason), body);
    if (kind !== 'stored') this.#lost.add(1, { reason });
  }
}

function countsOf(all: readonly Refused[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const { reason } of all) counts.set(reason, (counts.get(reason) ?? 0) + 1);
  return counts;
}
