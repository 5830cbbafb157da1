import { startInbox, type RunningInbox } from '../../adapters/smtp/inbox.ts';
import { startLocalNats } from '../local/local-nats.ts';
import { startLocalRedis } from '../local/local-redis.ts';

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
