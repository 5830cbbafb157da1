import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { Publisher } from '../src/app/send/publisher.ts';
import { startService, type Service } from '../src/app/service/service.ts';
import { readSettings, type Settings } from '../src/app/settings.ts';
import { systemClock } from '../src/app/system-clock.ts';
import { UTC } from '../src/base/zone.ts';
import type { Campaign, Occasion } from '../src/campaign/campaign.ts';
import type { CustomerEvent } from '../src/rules/event.ts';
import type { Segment } from '../src/rules/rule.ts';
import { transitionsStream } from '../src/wire/subject.ts';
import { decodeRecord } from '../src/wire/transition-record.ts';
import { openSink, type Sink } from './mail/sink.ts';
import { openHouse, type House } from './owner/house.ts';

/*
 * Letters through the whole house, with real NATS and Redis: an owner and a mailer in threads of
 * this process, as `shoal start --role owner,mailer` runs them, and a mail server that takes
 * everything at once. Two figures: from the handing over of an event to DATA for its letter; and
 * how a mass mailing begins and what memory it takes.
 *
 * Not measured: the gateway, a mail server's own time, the network.
 */

const PARTITIONS = 4;
const WARM_UP_SECONDS = 15;
const { values } = parseArgs({
  options: {
    rate: { type: 'string', default: '100' },
    seconds: { type: 'string', default: '30' },
    members: { type: 'string', default: '100000' },
    'mailing-seconds': { type: 'string', default: '30' },
  },
});

const say = (text: string): boolean => process.stdout.write(`${text}\n`);

async function triggers(house: House, rate: number, seconds: number): Promise<void> {
  const sink = await openSink();
  const settings = settingsOf(house, sink);
  const campaign = campaignOf('welcome', { kind: 'changed', attribute: 'course' });
  const service = await serviceOf(settings, [], campaign);
  const publisher = publisherOf(service, settings);
  const startedAts = new Map<string, number>();
  // Half as many a second at first, until what runs is compiled.
  const warmUp = (rate / 2) * WARM_UP_SECONDS;
  const count = warmUp + rate * seconds;
  const beginAt = performance.now();
  for (let i = 0; i < count; i++) {
    const dueMs = i < warmUp ? (i * 2_000) / rate : ((i + warmUp) * 1_000) / rate;
    await sleep(Math.max(0, beginAt + dueMs - performance.now()));
    const customer = `c${i}`;
    startedAts.set(`${customer}@example.com`, performance.now());
    await publisher.add(identify(customer, { course: 'Maths' }));
    void publisher.flush();
  }
  while (sink.dataAts.size < count) await sleep(50);
  const dueAts = await dueAtsIn(service);
  const measured = [...startedAts].slice(warmUp);
  const delays = (ends: ReadonlyMap<string, number>): number[] =>
    measured.map(([address, at]) => (ends.get(address) ?? Number.NaN) - at);
  say(`${rate} triggers a second for ${seconds} s, ms from the event`);
  say(`to its transition: ${spread(delays(dueAts))}`);
  say(`to DATA:           ${spread(delays(sink.dataAts))}`);
  await service.stop();
  await sink.close();
}

/** When the log had stored each wait's end, by address, on the clock of `performance.now()`. */
async function dueAtsIn({ log }: Service): Promise<ReadonlyMap<string, number>> {
  const dueAts = new Map<string, number>();
  for (let p = 0; p < PARTITIONS; p++) {
    const end = await log.lastSequence(transitionsStream(p));
    for (let sequence = 1; sequence <= end; sequence++) {
      const stored = await log.at(transitionsStream(p), sequence);
      for (const effect of stored === undefined ? [] : decodeRecord(stored.body).items) {
        const at = (stored?.storedAt ?? 0) - performance.timeOrigin;
        if (effect.kind === 'due') dueAts.set(`${effect.customer}@example.com`, at);
      }
    }
  }
  return dueAts;
}

function spread(figures: readonly number[]): string {
  const sorted = figures.toSorted((a, b) => a - b);
  const at = (share: number): string => (sorted[Math.floor(sorted.length * share)] ?? 0).toFixed(0);
  return `p50 ${at(0.5)}  p90 ${at(0.9)}  p99 ${at(0.99)}  max ${at(0.999999)}`;
}

async function mailing(house: House, members: number, seconds: number): Promise<void> {
  const sink = await openSink();
  const settings = settingsOf(house, sink);
  const at = systemClock.now() + 20_000 + members;
  const perSecond = settings.mail.ratePerSecond;
  const campaign = campaignOf('spring', { kind: 'at', at, segment: 'all', perSecond });
  const rule: Segment['rule'] = {
    kind: 'attribute',
    name: 'course',
    test: { of: 'value', matcher: [{ op: 'exists', value: true }] },
  };
  const service = await serviceOf(settings, [{ id: 'all', name: 'All', rule }], campaign);
  const publisher = publisherOf(service, settings);
  for (let i = 0; i < members; i++) await publisher.add(identify(`m${i}`, { course: 'Maths' }));
  await publisher.flush();
  say(`${members} members are sent, the mailing is in ${at - systemClock.now()} ms`);
  await sleep(at - systemClock.now() - 1_000);
  globalThis.gc?.();
  const before = process.memoryUsage.rss();
  while (sink.dataAts.size === 0) await sleep(5);
  const startedMs = systemClock.now() - at;
  let most = 0;
  for (let i = 0; i < seconds; i++) {
    await sleep(1_000);
    most = Math.max(most, process.memoryUsage.rss());
  }
  const mb = (bytes: number): string => `${(bytes / 1e6).toFixed(0)} MB`;
  say(`a mailing to ${members}: the first DATA ${startedMs} ms after its instant`);
  say(`${sink.dataAts.size} letters in ${seconds} s at ${perSecond} a second`);
  say(`memory before ${mb(before)}, at most ${mb(most)} meanwhile`);
  await service.stop();
  await sink.close();
}

function settingsOf({ nats, redis }: House, sink: Sink): Settings {
  const flags = new Map([
    ['nats.url', nats.url],
    ['redis.url', redis.url],
    ['smtp.port', String(sink.port)],
    ['partitions', String(PARTITIONS)],
    ['mail.publicUrl', 'http://127.0.0.1:8686'],
    ['mail.secret', 'a secret for benchmarks'],
    ['log.level', 'error'],
  ]);
  return readSettings({ flags });
}

function campaignOf(id: string, when: Occasion): Campaign {
  return {
    id,
    name: id,
    kind: 'marketing',
    when,
    wait: { kind: 'for', ms: 0 },
    until: [],
    reentry: { kind: 'always' },
    ageMaxMs: 3_600_000,
    holdoutPercent: 0,
    template: 'course-welcome',
    from: { name: 'Shoal School', address: 'school@example.com' },
    offers: [],
  };
}

async function serviceOf(
  settings: Settings,
  segments: readonly Segment[],
  campaign: Campaign,
): Promise<Service> {
  const definitions = { segments, campaigns: [campaign], zone: UTC };
  const { signal } = new AbortController();
  const onFailure = (error: unknown): void => {
    throw error;
  };
  const roles = ['owner', 'mailer'] as const;
  const service = await startService({ settings, definitions, roles, signal, onFailure });
  await sleep(5_000);
  return service;
}

function publisherOf({ log }: Service, { partitions }: Settings): Publisher {
  const sentAt = (): number => systemClock.now();
  const producer = `bench-${randomUUID()}`;
  return new Publisher({ log, clock: systemClock, partitions, producer, sentAt });
}

function identify(customer: string, traits: CustomerEvent['properties']): CustomerEvent {
  const properties = { ...traits, email: `${customer}@example.com`, name: 'Ann Lee' };
  const at = systemClock.now();
  const type = 'identify' as const;
  return { type, customer, at, event: '$identify', properties, context: {} };
}

/** Each figure in a house of its own: another's definitions would have to be taken over. */
async function inHouse(measure: (house: House) => Promise<void>): Promise<void> {
  const house = await openHouse();
  try {
    await measure(house);
  } finally {
    await house.stop();
  }
}

const [rate, seconds] = [Number(values.rate), Number(values.seconds)];
const [members, mailingSeconds] = [Number(values.members), Number(values['mailing-seconds'])];
if (rate > 0) await inHouse((house) => triggers(house, rate, seconds));
if (members > 0) await inHouse((house) => mailing(house, members, mailingSeconds));
