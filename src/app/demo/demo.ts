import { startInbox, type RunningInbox } from '../../adapters/smtp/inbox.ts';
import { ShoalError } from '../../base/error.ts';
import { MINUTE_MS, type DurationMs, type EpochMs } from '../../base/time.ts';
import type { CustomerEvent } from '../../rules/event.ts';
import { loadDefinitions } from '../definitions.ts';
import { startLocalNats } from '../local/local-nats.ts';
import { startLocalRedis } from '../local/local-redis.ts';
import { Publisher } from '../send/publisher.ts';
import { ROLES, startService, type Service } from '../service/service.ts';
import type { Settings } from '../settings.ts';
import { history } from '../shop/history.ts';
import { LiveShop } from '../shop/live-shop.ts';
import { FirstFailure } from '../stop-signal.ts';
import { systemClock } from '../system-clock.ts';
import { takeCensus, type Census } from './census.ts';
import { summary } from './summary.ts';
import { timeMachine } from './time-machine.ts';

export interface DemoOptions {
  readonly customers: number;
  readonly seed: number;
  /** Live events a second, of the machine's clock. */
  readonly rate: number;
  /** How many times as fast as ours the shop's time runs. */
  readonly speed: number;
  /** Ends by itself after so long of live traffic; undefined: when it is stopped. */
  readonly forMs: DurationMs | undefined;
}

/** What the demo tells, and where it may be stopped from. */
export interface Stage {
  readonly say: (line: string) => void;
  readonly stopping: AbortController;
}

/** How often live traffic is published. */
const STEP_MS = 100;
const LOOK_AGAIN_MS = 200;
const LAST_HOURS_MS = 90 * MINUTE_MS;
/** Events a second for each customer. */
const LAST_HOURS_RATE = 0.0004;
const LETTERS_KEPT_MAX = 200;

/** The local servers of a demo; they die with this process. */
export interface DemoServers {
  readonly natsUrl: string;
  readonly redisUrl: string;
  readonly inbox: RunningInbox;
  stop(): Promise<void>;
}

/** @throws ShoalError `program-missing`, `local-server-failed`, `port-taken` (stop) */
export async function startDemoServers(): Promise<DemoServers> {
  const starting = [
    startLocalNats(),
    startLocalRedis(),
    startInbox({ host: '127.0.0.1', port: 0, keepMax: LETTERS_KEPT_MAX }),
  ] as const;
  const [nats, redis, inbox] = starting;
  const stops = (): readonly Promise<void>[] => [
    nats.then((server) => server.stop()),
    redis.then((server) => server.stop()),
    inbox.then((server) => server.close()),
  ];
  try {
    const servers = await Promise.all(starting);
    return {
      natsUrl: servers[0].url,
      redisUrl: servers[1].url,
      inbox: servers[2],
      stop: async () => void (await Promise.all(stops())),
    };
  } catch (error) {
    // Those that did start would keep this process alive.
    await Promise.allSettled(stops());
    throw error;
  }
}

/** Runs a shop on servers of its own, from a year of history to live traffic and letters. */
export async function runDemo(
  settings: Settings,
  options: DemoOptions,
  servers: DemoServers,
  { say, stopping }: Stage,
): Promise<void> {
  const startAt = systemClock.now();
  const definitions = await loadDefinitions(settings, startAt);
  const { signal } = stopping;
  const failure = new FirstFailure(stopping);
  const { inbox } = servers;
  let service: Service | undefined;
  try {
    const onFailure = failure.take;
    service = await startService({
      settings,
      definitions,
      roles: ROLES,
      inbox,
      signal,
      onFailure,
    });
    say(`The page is at ${service.url}, the letters at ${service.url}/inbox`);
    const shop = shopOf(options, startAt);
    const before = await loadHistory(service, settings, shop.past, startAt, { say, stopping });
    await runLive(service, settings, options, shop.live, startAt, signal);
    await settled(service, settings);
    const after = await takeCensus(service.bus, settings.partitions);
    say(`\n${summary(definitions.segments, before, after, inbox.received())}`);
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    await service?.stop();
  }
  failure.rethrow();
}

/**
 * A year of history and a livelier last hour, so that from the first second on there are carts that
 * are just an hour old; and the same shop from now on.
 */
function shopOf(
  options: DemoOptions,
  startAt: EpochMs,
): { readonly past: Iterable<CustomerEvent>; readonly live: (startAt: EpochMs) => LiveShop } {
  const { seed, rate, speed } = options;
  const evening = new LiveShop({
    ...options,
    startAt: startAt - LAST_HOURS_MS,
    rate: LAST_HOURS_RATE * options.customers,
    chapter: 1,
  });
  function* past(): Generator<CustomerEvent, void> {
    yield* history(options, startAt);
    yield* evening.eventsUntil(startAt);
  }
  const live = (startAt: EpochMs): LiveShop => {
    const { customers } = evening;
    return new LiveShop({ seed, customers, startAt, rate: rate / speed, chapter: 2 });
  };
  return { past: past(), live };
}

/** Publishes a year of history, quietly, and waits until the engine has taken it in. */
async function loadHistory(
  service: Service,
  settings: Settings,
  past: Iterable<CustomerEvent>,
  startAt: EpochMs,
  { say, stopping }: Stage,
): Promise<Census> {
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
  const census = await untilTaken(service, settings, sent, stopping.signal);
  const seconds = (systemClock.now() - beganAt) / 1_000;
  say(
    `Loaded a year of ${census.customers.toLocaleString('en-US')} customers, ` +
      `${sent.toLocaleString('en-US')} events, in ${seconds.toFixed(1)} s. Live traffic runs.`,
  );
  return census;
}

/** Publishes live traffic until the demo is stopped or its time is over. */
async function runLive(
  service: Service,
  settings: Settings,
  { speed, forMs }: DemoOptions,
  live: (startAt: EpochMs) => LiveShop,
  historyEndAt: EpochMs,
  signal: AbortSignal,
): Promise<void> {
  const isTimeMachine = settings.clock === 'sender';
  const beginsAt = systemClock.now();
  // Our time went on while history was loaded; a shop in a time machine knows nothing of it.
  const startAt = isTimeMachine ? historyEndAt : beginsAt;
  const shop = live(startAt);
  const shopNow = timeMachine(startAt, speed, () => systemClock.now());
  const publisher = publisherOf(service, settings, `shop-${startAt}`, false, shopNow);
  const endsAt = beginsAt + (forMs ?? Number.POSITIVE_INFINITY);
  while (!signal.aborted && systemClock.now() < endsAt) {
    const now = shopNow();
    for (const event of shop.eventsUntil(now)) {
      const room = publisher.add(event);
      if (room !== undefined) await room;
    }
    // In a time machine no broker's clock moves time: we do.
    if (isTimeMachine) await publisher.tick(now);
    else await publisher.flush();
    await systemClock.sleep(STEP_MS);
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

/** Waits until the owners have applied so many events. */
async function untilTaken(
  { bus }: Service,
  { partitions }: Settings,
  events: number,
  signal: AbortSignal,
): Promise<Census> {
  for (;;) {
    signal.throwIfAborted();
    const census = await takeCensus(bus, partitions).catch((error: unknown) => {
      // Owners that still start do not answer yet.
      if (error instanceof ShoalError && error.remedy === 'retry') return undefined;
      throw error;
    });
    if (census !== undefined && census.events >= events) return census;
    await systemClock.sleep(LOOK_AGAIN_MS, signal);
  }
}

/**
 * Waits until two looks one after the other see the same events: what was sent has been applied.
 */
async function settled({ bus }: Service, { partitions }: Settings): Promise<void> {
  for (let last = -1; ;) {
    const { events } = await takeCensus(bus, partitions);
    if (events === last) return;
    last = events;
    await systemClock.sleep(LOOK_AGAIN_MS);
  }
}
