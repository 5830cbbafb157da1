import type { StoredMessage } from '../../src/roles/ports/log.ts';
import type { DurationMs, EpochMs } from '../../src/base/time.ts';
import { decodeRecord } from '../../src/wire/transition-record.ts';

/** From the instant of a transition to the storing of its record, ms. */
export interface LatenessFigures {
  readonly count: number;
  readonly medianMs: DurationMs | undefined;
  readonly maxMs: DurationMs | undefined;
}

/**
 * How late transitions are told that time alone has made: each has its exact instant, and its
 * record the broker's time.
 */
export class Lateness {
  readonly #seen: { readonly at: EpochMs; readonly lateMs: DurationMs }[] = [];

  take({ storedAt, body }: StoredMessage): void {
    for (const item of decodeRecord(body).items)
      if (item.why === 'time') this.#seen.push({ at: item.at, lateMs: storedAt - item.at });
  }

  /** Of the transitions of some span of time. */
  between(from: EpochMs, to: EpochMs): LatenessFigures {
    const lates = this.#seen
      .filter(({ at }) => at >= from && at < to)
      .map(({ lateMs }) => lateMs)
      .toSorted((a, b) => a - b);
    return { count: lates.length, medianMs: lates[lates.length >> 1], maxMs: lates.at(-1) };
  }
}
