import type { StoreFacts } from '../../adapters/redis/survey.ts';
import { checkDurability } from '../../adapters/redis/durability-check.ts';
import { RedisCheckpointStore } from '../../adapters/redis/checkpoint-store.ts';
import type { connectRedis } from '../../adapters/redis/connect.ts';
import { ShoalError } from '../../base/error.ts';
import { MINUTE_MS, type EpochMs } from '../../base/time.ts';
import { decodeManifest } from '../../wire/checkpoint.ts';
import type { Settings } from '../settings.ts';
import { bad, bytesText, ok, warn, type Finding } from './finding.ts';
import { checkRedisVersion } from './versions.ts';

type Redis = Awaited<ReturnType<typeof connectRedis>>;

const MEMORY_FILL_MAX = 0.9;
/** A few missed checkpoints make a restart longer, no more. */
const AGE_MS_MAX = 10 * MINUTE_MS;

export async function checkStore(redis: Redis, facts: StoreFacts): Promise<Finding[]> {
  return [checkRedisVersion(facts.version), await checkKept(redis, facts), checkMemory(facts)];
}

async function checkKept(redis: Redis, { lastWrite }: StoreFacts): Promise<Finding> {
  try {
    await checkDurability(redis);
  } catch (error) {
    if (!(error instanceof ShoalError)) throw error;
    const advice = 'set appendonly yes and maxmemory-policy noeviction, as config/redis.conf does';
    return bad('redis settings', error.message, advice);
  }
  if (lastWrite === undefined || lastWrite === 'ok')
    return ok('redis settings', 'appendonly yes, noeviction');
  return bad('redis settings', `the last write failed: ${lastWrite}`, 'is its disk full?');
}

function checkMemory({ bytes, bytesMax }: StoreFacts): Finding {
  if (bytesMax === 0) return ok('redis memory', `${bytesText(bytes)}, no limit of its own`);
  const found = `${bytesText(bytes)} of ${bytesText(bytesMax)}`;
  if (bytes < bytesMax * MEMORY_FILL_MAX) return ok('redis memory', found);
  return warn('redis memory', found, 'raise maxmemory: without room checkpoints are refused');
}

/** How old the checkpoints are: what came since would be read again after a crash. */
export async function checkCheckpoints(
  redis: Redis,
  { cluster, partitions, checkpoint }: Settings,
  now: EpochMs,
): Promise<Finding> {
  const store = new RedisCheckpointStore(redis, cluster);
  const ages: number[] = [];
  for (let partition = 0; partition < partitions; partition++) {
    const stored = await store.load(partition);
    if (stored !== undefined) ages.push(now - decodeManifest(stored.manifest).storedAt);
  }
  const missing = partitions - ages.length;
  const advice = 'is the role owner running, and does its log tell of checkpoints that fail?';
  if (missing > 0) return warn('checkpoints', `${missing} partitions have none yet`, advice);
  const oldestMs = Math.max(...ages);
  const found = `the oldest stands ${Math.max(0, Math.round(oldestMs / 1_000))} s back in the log`;
  const isOld = oldestMs > Math.max(AGE_MS_MAX, 4 * checkpoint.intervalMs);
  return isOld ? warn('checkpoints', found, advice) : ok('checkpoints', found);
}
