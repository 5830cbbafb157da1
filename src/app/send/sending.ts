import type { DurationMs, EpochMs } from '../../base/time.ts';
import type { PrivateTraits } from '../../roles/gateway/ingest/private-traits.ts';
import type { Clock } from '../../roles/ports/clock.ts';
import type { EventLines } from './event-lines.ts';
import type { LineTally } from './line-tally.ts';
import type { Publisher } from './publisher.ts';

export interface Sending {
  readonly lines: EventLines;
  readonly tally: LineTally;
  readonly publisher: Publisher;
  readonly clock: Clock;
  /** Undefined: no attribute is private. */
  readonly privateTraits?: PrivateTraits | undefined;
  /** Events a second; absent: as fast as they are stored. */
  readonly rate?: number | undefined;
  /** Is added to every event time, ms. */
  readonly shiftMs: DurationMs;
  /**
   * Whether partial batches are sent while more events are awaited. If not, they are sent at the
   * end only, and batches follow from the content alone.
   */
  readonly isLive: boolean;
  /** Called now and then, for whoever watches. */
  readonly onProgress: () => void;
}

/** A partial batch of a live sending waits at most so long, ms. */
const LINGER_MS = 200;
/** How often a limited rate is looked at, times a second. */
const SLICES = 20;

/**
 * Publishes the events of all lines, and resolves when they are stored.
 *
 * @returns the latest event time that was sent; undefined when there was no event
 * @throws ShoalError `log-full`, `log-silent`, `store-away` (retry), `file-unreadable`
 *   (refuse-input)
 */
export async function sendLines(sending: Sending): Promise<EpochMs | undefined> {
  if (!sending.isLive) return publishAll(sending);
  const end = new AbortController();
  const failure = flushForEver(sending, end.signal);
  try {
    return await Promise.race([publishAll(sending), failure]);
  } finally {
    end.abort();
    await failure.catch(() => {
      // It ends by its abortion, or has ended by what the race has thrown already.
    });
  }
}

async function publishAll(sending: Sending): Promise<EpochMs | undefined> {
  const { lines, tally, publisher, privateTraits, shiftMs, onProgress } = sending;
  const pace = paceOf(sending);
  let latestAt: EpochMs | undefined;
  for await (const chunk of lines.lines()) {
    for (const line of chunk) {
      const read = tally.read(line);
      if (read === undefined) continue;
      let event = shiftMs === 0 ? read : { ...read, at: read.at + shiftMs };
      if (privateTraits?.concerns(event) === true) event = await privateTraits.hide(event);
      latestAt = Math.max(latestAt ?? event.at, event.at);
      // Not every event waits: a million needless promises take their time.
      const room = publisher.add(event);
      if (room !== undefined) await room;
      const pause = pace();
      if (pause !== undefined) await pause;
    }
    onProgress();
  }
  await publisher.flush();
  return latestAt;
}

async function flushForEver({ publisher, clock }: Sending, signal: AbortSignal): Promise<never> {
  for (;;) {
    await clock.sleep(LINGER_MS, signal);
    await publisher.flush();
  }
}

/** @returns what to call after each event: it says what to wait for so that the rate is kept */
function paceOf({ rate, clock, onProgress }: Sending): () => Promise<void> | undefined {
  if (rate === undefined) return () => undefined;
  const startedAt = clock.now();
  const slice = Math.max(1, Math.round(rate / SLICES));
  let sent = 0;
  return () => {
    sent++;
    if (sent % slice !== 0) return undefined;
    onProgress();
    const earlyMs = startedAt + (sent * 1_000) / rate - clock.now();
    return earlyMs > 0 ? clock.sleep(earlyMs) : undefined;
  };
}
