import { connectNats, type Nats } from '../../adapters/nats/connect.ts';
import { createLogger } from '../../adapters/pino/logger.ts';
import { connectRedis } from '../../adapters/redis/connect.ts';
import { surveyRedis } from '../../adapters/redis/survey.ts';
import { ShoalError } from '../../base/error.ts';
import type { Settings } from '../settings.ts';
import { systemClock } from '../system-clock.ts';
import { checkClock } from './clock.ts';
import { checkDisk } from './disk.ts';
import { bad, type Finding } from './finding.ts';
import { checkPartitions } from './partitions.ts';
import { checkCheckpoints, checkStore } from './store.ts';
import { checkStorage, checkStreams } from './streams.ts';
import { checkNatsVersion, checkNode } from './versions.ts';

/** A server that does not answer in time is away. */
const CONNECT_WITHIN_MS = 5_000;

/**
 * Looks at this machine and at the servers of the settings; changes nothing.
 *
 * @param natsFolder where a nats-server of this machine keeps its data, if that is known
 */
export async function examine(
  settings: Settings,
  natsFolder: string | undefined,
): Promise<Finding[]> {
  const disk = [
    ...(await checkDisk('disk of Shoal', '.')),
    ...(await checkDisk('disk of NATS', natsFolder)),
  ];
  const [nats, redis] = await Promise.all([examineNats(settings), examineRedis(settings)]);
  return [...(await checkNode()), ...nats, ...redis, ...disk];
}

async function examineNats(settings: Settings): Promise<Finding[]> {
  const nats = await connect('nats', (signal) => {
    const servers = settings.nats.url.split(',');
    return connectNats({ servers, name: 'shoal-doctor' }, quietWorld(), signal);
  });
  if (isFinding(nats)) return [nats];
  try {
    return await examineStreams(nats, settings);
  } finally {
    await nats.close();
  }
}

async function examineStreams({ survey, bus }: Nats, { partitions }: Settings): Promise<Finding[]> {
  return [
    checkNatsVersion(survey.version()),
    ...(await checkStorage(survey)),
    ...(await checkStreams(survey, partitions)),
    await checkClock(survey),
    await checkPartitions(bus, partitions),
  ];
}

async function examineRedis(settings: Settings): Promise<Finding[]> {
  const redis = await connect('redis', (signal) =>
    connectRedis(settings.redis.url, quietWorld(), signal),
  );
  if (isFinding(redis)) return [redis];
  try {
    const facts = await surveyRedis(redis);
    return [
      ...(await checkStore(redis, facts)),
      await checkCheckpoints(redis, settings, systemClock.now()),
      ...(await checkDisk('disk of Redis', isLocal(settings.redis.url) ? facts.folder : undefined)),
    ];
  } finally {
    redis.disconnect();
  }
}

/** A folder of another machine says nothing of ours. */
function isLocal(url: string): boolean {
  return ['127.0.0.1', 'localhost', '[::1]'].includes(new URL(url).hostname);
}

/** The table says what is wrong: no lines of a log beside it. */
function quietWorld() {
  return { clock: systemClock, logger: createLogger('error', { role: 'doctor' }) };
}

async function connect<Server>(
  name: 'nats' | 'redis',
  connecting: (signal: AbortSignal) => Promise<Server>,
): Promise<Server | Finding> {
  const signal = AbortSignal.timeout(CONNECT_WITHIN_MS);
  try {
    return await connecting(signal);
  } catch (error) {
    if (error instanceof ShoalError)
      return bad(name, error.message, error.hint ?? 'look at its log');
    if (!signal.aborted) throw error;
    const advice = `is it running? look at ${name}.url with shoal config`;
    return bad(name, `does not answer within ${CONNECT_WITHIN_MS / 1_000} s`, advice);
  }
}

function isFinding(value: object): value is Finding {
  return 'state' in value && 'found' in value;
}
