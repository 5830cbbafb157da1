import { setTimeout as sleep } from 'node:timers/promises';
import { connectRedis } from '../../src/adapters/redis/connect.ts';
import { RedisCheckpointStore } from '../../src/adapters/redis/checkpoint-store.ts';
import type { DurationMs } from '../../src/base/time.ts';
import { eventually, RecordingLogger, systemClock } from '../support/world.ts';
import type { House } from './house.ts';
import type { Lateness, LatenessFigures } from './lateness.ts';

/** `stopped`: it takes what is sent and does not answer; `killed`: nobody is there. */
export type Absence = 'stopped' | 'killed';

export interface RedisAwayOptions {
  readonly how: Absence;
  readonly awayMs: DurationMs;
  readonly partitions: number;
  readonly onProgress: (text: string) => void;
}

/** What became of transitions by time alone, and of checkpoints. */
export interface RedisAwayResult {
  readonly how: Absence;
  readonly awayMs: DurationMs;
  readonly before: LatenessFigures;
  readonly meanwhile: LatenessFigures;
  readonly after: LatenessFigures;
  /** From its return to the instant when every partition has a checkpoint from behind it. */
  readonly caughtUpMs: DurationMs;
}

/** So long it is there before, and is watched behind. */
export const CALM_MS: DurationMs = 20_000;
const CAUGHT_UP_WITHIN_MS = 120_000;

/** Takes Redis away once, and looks at what that does. */
export async function redisAway(
  house: House,
  lateness: Lateness,
  options: RedisAwayOptions,
): Promise<RedisAwayResult> {
  const { how, awayMs, partitions, onProgress } = options;
  const startedAt = Date.now();
  await sleep(CALM_MS);
  onProgress(`redis is ${how} for ${awayMs / 1_000} s`);
  const fromAt = Date.now();
  const back = await takeAway(house, how);
  await sleep(awayMs);
  const toAt = Date.now();
  await back();
  onProgress('redis is back');
  await allStored(house, partitions);
  const caughtUpMs = Date.now() - toAt;
  await sleep(CALM_MS);
  return {
    how,
    awayMs,
    before: lateness.between(startedAt, fromAt),
    meanwhile: lateness.between(fromAt, toAt),
    after: lateness.between(toAt, Date.now()),
    caughtUpMs,
  };
}

async function takeAway({ redis }: House, how: Absence): Promise<() => Promise<void>> {
  if (how === 'killed') {
    await redis.kill();
    return () => redis.restart();
  }
  const { pid } = redis;
  process.kill(pid, 'SIGSTOP');
  return async () => void process.kill(pid, 'SIGCONT');
}

/** Waits until every partition has a newer checkpoint than it has now. */
async function allStored({ redis }: House, partitions: number): Promise<void> {
  const world = { clock: systemClock, logger: new RecordingLogger() };
  const client = await connectRedis(redis.url, world);
  try {
    const store = new RedisCheckpointStore(client, 'shoal');
    const numbers = Array.from({ length: partitions }, (_, partition) => partition);
    const generations = (): Promise<number[]> =>
      Promise.all(numbers.map(async (p) => (await store.load(p))?.generation ?? 0));
    const before = await generations();
    await eventually(
      'every partition has stored a checkpoint',
      async () => (await generations()).every((generation, p) => generation > (before[p] ?? 0)),
      CAUGHT_UP_WITHIN_MS,
    );
  } finally {
    client.disconnect();
  }
}
