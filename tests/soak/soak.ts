import { setTimeout as sleep } from 'node:timers/promises';
import type { DurationMs } from '../../src/base/time.ts';
import { readSettings } from '../../src/app/settings.ts';
import { transitionsStream } from '../../src/wire/subject.ts';
import { eventually } from '../support/world.ts';
import { Audience } from './audience.ts';
import type { Life } from './engine-lives.ts';
import { House } from './house.ts';
import { judge, type Verdict } from './judge.ts';
import { Lateness } from './lateness.ts';
import { Load } from './load.ts';
import { plannedSteps } from './plan.ts';
import { Producer } from './producer.ts';
import { redisAway, type RedisAwayOptions, type RedisAwayResult } from './redis-away.ts';
import { Told } from './told.ts';

export interface SoakOptions {
  readonly lengthMs: DurationMs;
  readonly seed: number;
  readonly customers: number;
  readonly partitions: number;
  /** Events a second. */
  readonly rate: number;
  readonly checkpointEvery: string;
  /** Keeps data and logs. */
  readonly folder?: string | undefined;
  /** Instead of all the kills: Redis is away once, in the midst. */
  readonly redisAway?: Pick<RedisAwayOptions, 'how' | 'awayMs'> | undefined;
  readonly onProgress: (text: string) => void;
}

/** From the start of a process to its last partition being live, ms, over several processes. */
export interface Spread {
  readonly count: number;
  readonly min?: number | undefined;
  readonly median?: number | undefined;
  readonly max?: number | undefined;
}

export interface SoakResult extends Verdict {
  readonly kills: House['kills'];
  /** Of processes that were not killed, and lost no server, before they were live. */
  readonly recoveryMs: Spread;
  /** The same of those that found no checkpoint. */
  readonly rebuildMs: Spread;
  readonly redisAway?: RedisAwayResult | undefined;
  /** What engines logged as errors, and how often. */
  readonly alarms: Readonly<Record<string, number>>;
}

/** In so long an engine that has caught up without a checkpoint has stored one. */
const CALM_MS = 5_000;

/** Runs it all on real servers, kills for so long as was said, and judges what is left. */
export async function soak(options: SoakOptions): Promise<SoakResult> {
  const { onProgress } = options;
  const house = await House.open(options);
  const audience = await Audience.join(house.nats.url);
  const load = new Load(options.seed, options.customers);
  const producer = await Producer.start({ ...options, natsPort: house.nats.port, load });
  try {
    await house.engine.start();
    await house.engine.live();
    await definitionsInForce(audience, options.partitions);
    const lateness = new Lateness();
    const heard = listenLive(audience, options.partitions, lateness);
    await producer.introduce();
    onProgress(`${load.count} customers are known; the killing begins`);
    const trouble = options.redisAway
      ? redisAway(house, lateness, { ...options, ...options.redisAway })
      : killAll(house, producer, options);
    const [away] = await Promise.all([trouble, producer.live(options.lengthMs)]);
    onProgress(`${load.count} events are acknowledged; one more kill, and then rest`);
    await house.engine.live();
    await sleep(CALM_MS);
    await house.killEngine();
    await house.engine.live();
    const settings = engineSettings(options.partitions);
    const verdict = await judge(audience, settings, load.count, heard);
    return { ...resultOf(house, verdict), redisAway: away ?? undefined };
  } finally {
    await producer.stop();
    await audience.leave();
    await house.close();
  }
}

function listenLive(audience: Audience, partitions: number, lateness: Lateness): Told[] {
  const heard = Array.from({ length: partitions }, () => new Told());
  const streams = heard.map((_, partition) => transitionsStream(partition));
  audience.listen(streams, (message, partition) => {
    heard[partition]?.take(message);
    lateness.take(message);
  });
  return heard;
}

async function killAll(house: House, producer: Producer, options: SoakOptions): Promise<void> {
  const startedAt = Date.now();
  const strikes: Promise<void>[] = [];
  for (const step of plannedSteps(options.seed, options.lengthMs)) {
    await sleep(Math.max(0, startedAt + step.atMs - Date.now()));
    if (house.engine.failures.length > 0) break;
    options.onProgress(`${(step.atMs / 1_000).toFixed(1)} s: ${step.strike}`);
    strikes.push(house.strike(step, () => producer.cut()));
  }
  await Promise.all(strikes);
}

/** Customers that came before would be read again for the new definitions: another matter. */
async function definitionsInForce(audience: Audience, partitions: number): Promise<void> {
  for (let partition = 0; partition < partitions; partition++) {
    await eventually(`partition ${partition} has its definitions`, async () => {
      const status = await audience.status(partition);
      return Object.keys(status?.counts ?? {}).length > 0;
    });
  }
}

/** As the engine itself runs, by default. */
function engineSettings(partitions: number): Parameters<typeof judge>[1] {
  const { clock, graceMs, dedup } = readSettings({ environment: {} });
  return {
    clock,
    graceMs,
    dedupWindowMs: dedup.windowMs,
    dedupIdsMax: dedup.idsMax,
    partitions,
  };
}

function resultOf(house: House, verdict: Verdict): SoakResult {
  const lives = house.engine.lives();
  const alarms: Record<string, number> = {};
  for (const life of lives)
    for (const [what, count] of life.alarms) alarms[what] = (alarms[what] ?? 0) + count;
  const undisturbed = lives.filter((life) => house.wasUndisturbed(life));
  return {
    ...verdict,
    kills: house.kills,
    recoveryMs: spreadOf(undisturbed.slice(1).filter(({ isRebuild }) => !isRebuild)),
    rebuildMs: spreadOf(undisturbed.filter(({ isRebuild }) => isRebuild)),
    alarms,
    faults: [...house.engine.failures, ...verdict.faults],
  };
}

function spreadOf(lives: readonly Life[]): Spread {
  const spans = lives
    .flatMap(({ startedAt, liveAt }) => (liveAt === undefined ? [] : [liveAt - startedAt]))
    .toSorted((a, b) => a - b);
  const median = spans[Math.floor(spans.length / 2)];
  return { count: spans.length, min: spans[0], median, max: spans.at(-1) };
}
