import { MINUTE_MS, SECOND_MS, type DurationMs, type EpochMs } from '../../base/time.ts';
import type { CustomerEvent } from '../../rules/event.ts';
import { loadDefinitions } from '../definitions.ts';
import { ROLES, startService, type Service } from '../service/service.ts';
import type { Settings } from '../settings.ts';
import { history } from '../shop/history.ts';
import { LiveShop } from '../shop/live-shop.ts';
import { FirstFailure } from '../stop-signal.ts';
import { systemClock } from '../system-clock.ts';
import { inDemoTime } from './campaigns.ts';
import { keepBook, LetterBook } from './letter-book.ts';
import { newcomer } from './newcomer.ts';
import { Readers } from './readers.ts';
import type { DemoServers } from './servers.ts';
import { lettersTable, summary } from './summary.ts';
import { loadHistory, runLive, settled, type Live, type Stage } from './traffic.ts';

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

const LAST_HOURS_MS = 90 * MINUTE_MS;
/** Events a second for each customer. */
const LAST_HOURS_RATE = 0.0004;
/** When the mass mailing goes out, by our clock. */
const MAILING_AFTER_MS = 5 * SECOND_MS;
/** History must be loaded before: this is longer than it takes, for all and for each customer. */
const LOADING_MS = 10 * SECOND_MS;
const LOADING_EACH_MS = 1.25;

/** Runs a shop on servers of its own, from a year of history to live traffic and letters. */
export async function runDemo(
  settings: Settings,
  options: DemoOptions,
  { inbox }: DemoServers,
  stage: Stage,
): Promise<void> {
  const { say, stopping } = stage;
  const { signal } = stopping;
  const startAt = systemClock.now();
  const written = await loadDefinitions(settings, startAt);
  const campaigns = inDemoTime(written.campaigns, mailingAt(settings, options, startAt));
  const definitions = { ...written, campaigns };
  const failure = new FirstFailure(stopping);
  const onFailure = failure.take;
  let service: Service | undefined;
  try {
    const { keyring, command } = newcomer();
    const running = { settings, definitions, roles: ROLES, inbox, keyring, signal, onFailure };
    service = await startService(running);
    say(`The page is at ${service.url}, the letters at ${service.url}/inbox`);
    say(`Send it an event of yours: ${command(service.url ?? '')}`);
    const place = { service, settings, inbox, segments: definitions.segments.length };
    const shop = shopOf(settings, options, startAt);
    const before = await loadHistory(place, shop.past, startAt, stage);
    const book = new LetterBook(campaigns);
    const keeping = await keepBook(service.log, settings.partitions, book, onFailure);
    // Our time went on while history was loaded; a shop in a time machine knows nothing of it.
    const liveAt = settings.clock === 'sender' ? startAt : systemClock.now();
    await runLive(place, shop.live(liveAt), { ...options, startAt: liveAt }, signal);
    const after = await settled(place);
    await keeping.caughtUp();
    await keeping.stop();
    say(`\n${summary(definitions.segments, before, after, inbox.received())}`);
    say(`\n${lettersTable(book.figures)}`);
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    await service?.stop();
  }
  failure.rethrow();
}

/** A while after live traffic has begun, by the shop's clock. */
function mailingAt({ clock }: Settings, options: DemoOptions, startAt: EpochMs): EpochMs {
  if (clock === 'sender') return startAt + Math.round(MAILING_AFTER_MS * options.speed);
  const loadingMs = LOADING_MS + Math.round(options.customers * LOADING_EACH_MS);
  return startAt + loadingMs + MAILING_AFTER_MS;
}

/**
 * A year of history and a livelier last hour, so that from the first second on there are carts that
 * are just an hour old; and the same shop from now on.
 */
function shopOf(
  settings: Settings,
  options: DemoOptions,
  startAt: EpochMs,
): { readonly past: Iterable<CustomerEvent>; readonly live: (startAt: EpochMs) => Live } {
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
  const live = (startAt: EpochMs): Live => {
    const { customers, carts } = evening;
    const shop = new LiveShop({ seed, customers, carts, startAt, rate: rate / speed, chapter: 2 });
    const publicUrl = settings.mail.publicUrl ?? '';
    return { shop, readers: new Readers({ seed, shop, publicUrl }) };
  };
  return { past: past(), live };
}
