import type { RunningInbox } from '../../adapters/smtp/inbox.ts';
import { ShoalError } from '../../base/error.ts';
import type { DurationMs, EpochMs } from '../../base/time.ts';
import type { CustomerEvent } from '../../rules/event.ts';
import { Publisher } from '../send/publisher.ts';
import type { Service } from '../service/service.ts';
import type { Settings } from '../settings.ts';
import type { LiveShop } from '../shop/live-shop.ts';
import { systemClock } from '../system-clock.ts';
import { takeCensus, type Census } from './census.ts';
import type { Readers } from './readers.ts';
import { timeMachine } from './time-machine.ts';

/** What the demo tells, and where it may be stopped from. */
export interface Stage {
  readonly say: (line: string) => void;
  readonly stopping: AbortController;
}

/** Where events go, and letters come. */
export interface Place {
  readonly service: Service;
  readonly settings: Settings;
  readonly inbox: RunningInbox;
  /** How many segments there are. */
  readonly segments: number;
}

/** How often live traffic is published. */
const STEP_MS = 100;
const LOOK_AGAIN_MS = 200;
const LOOKS_MAX = 15;

/** Publishes a year of history, quietly, and waits until the engine has taken it in. */
export async function loadHistory(
  place: Place,
  past: Iterable<CustomerEvent>,
  startAt: EpochMs,
  { say, stopping }: Stage,
): Promise<Census> {
  const { service, settings } = place;
  const producer = `history-${startAt}`;
  const publisher = publisherOf(service, settings, producer, true, () => startAt);
  const beganAt = systemClock.now();
  let sent = 0;
  for (const event of past) {
    const room = publisher.add(event);
    if (room !== undefined) await room;
    // A second of generating must not hold up the page.
    if (++sent % 4_096 === 0) await systemClock.sleep(0);
    stopping.signal.throwIfAborted();
  }
  await publisher.flush();
  const census = await untilTaken(place, sent, stopping.signal);
  const seconds = (systemClock.now() - beganAt) / 1_000;
  say(
    `Loaded a year of ${census.customers.toLocaleString('en-US')} customers, ` +
      `${sent.toLocaleString('en-US')} events, in ${seconds.toFixed(1)} s. Live traffic runs.`,
  );
  return census;
}

/** The shop from now on, and who reads its letters. */
export interface Live {
  readonly shop: LiveShop;
  readonly readers: Readers;
}

export interface Span {
  /** When live traffic begins, by the shop's clock. */
  readonly startAt: EpochMs;
  readonly speed: number;
  /** By our clock; undefined: until it is stopped. */
  readonly forMs: DurationMs | undefined;
}

/** Publishes live traffic until the demo is stopped or its time is over. */
export async function runLive(
  { service, settings, inbox }: Place,
  { shop, readers }: Live,
  { startAt, speed, forMs }: Span,
  signal: AbortSignal,
): Promise<void> {
  const shopNow = timeMachine(startAt, speed, () => systemClock.now());
  const publisher = publisherOf(service, settings, `shop-${startAt}`, false, shopNow);
  const endsAt = systemClock.now() + (forMs ?? Number.POSITIVE_INFINITY);
  const endListening = inbox.listen((letter) => readers.receive(letter, shopNow()));
  try {
    while (!signal.aborted && systemClock.now() < endsAt) {
      const now = shopNow();
      readers.act(now);
      for (const event of shop.eventsUntil(now)) {
        const room = publisher.add(event);
        if (room !== undefined) await room;
      }
      // In a time machine no broker's clock moves time: we do.
      if (settings.clock === 'sender') await publisher.tick(now);
      else await publisher.flush();
      await systemClock.sleep(STEP_MS);
    }
  } finally {
    endListening();
    await readers.settled();
  }
}

function publisherOf(
  { log }: Service,
  { partitions }: Settings,
  producer: string,
  isHistory: boolean,
  sentAt: () => EpochMs,
): Publisher {
  return new Publisher({
    log,
    clock: systemClock,
    partitions,
    producer,
    history: isHistory,
    sentAt,
  });
}

/** Waits until the owners have applied so many events, by all segments. */
async function untilTaken(
  { service, settings, segments }: Place,
  events: number,
  signal: AbortSignal,
): Promise<Census> {
  for (;;) {
    signal.throwIfAborted();
    const asking = takeCensus(service.bus, settings.partitions);
    const census = await asking.catch((error: unknown) => {
      // Owners that still start do not answer yet.
      if (error instanceof ShoalError && error.remedy === 'retry') return undefined;
      throw error;
    });
    if (census !== undefined && census.events >= events && census.segments === segments)
      return census;
    await systemClock.sleep(LOOK_AGAIN_MS, signal);
  }
}

/**
 * Waits until two looks one after the other see the same events: what was sent has been applied.
 * Not for long, since letters that are still sent bring more.
 */
export async function settled({ service, settings }: Place): Promise<Census> {
  for (let looks = 1, last = -1; ; looks++) {
    const census = await takeCensus(service.bus, settings.partitions);
    if (census.events === last || looks === LOOKS_MAX) return census;
    last = census.events;
    await systemClock.sleep(LOOK_AGAIN_MS);
  }
}
