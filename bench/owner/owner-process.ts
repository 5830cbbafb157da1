import { connectNats } from '../../src/adapters/nats/connect.ts';
import { createLogger } from '../../src/adapters/pino/logger.ts';
import { RedisCheckpointStore } from '../../src/adapters/redis/checkpoint-store.ts';
import { connectRedis } from '../../src/adapters/redis/connect.ts';
import { RedisLeases } from '../../src/adapters/redis/leases.ts';
import { RedisPendingErasures } from '../../src/adapters/redis/forgetting/pending-erasures.ts';
import { RedisStoreFile } from '../../src/adapters/redis/forgetting/store-file.ts';
import { RedisPositionStore } from '../../src/adapters/redis/position-store.ts';
import { RedisSeenStore } from '../../src/adapters/redis/seen-store.ts';
import { RedisSuspects } from '../../src/adapters/redis/suspects.ts';
import { systemClock } from '../../src/app/system-clock.ts';
import type { Definitions } from '../../src/compile/definitions.ts';
import { startOwner, type Owner } from '../../src/roles/owner/owner.ts';
import { RETENTION_EVERY_MS } from '../../src/roles/owner/protocol.ts';
import type { Clock } from '../../src/roles/ports/clock.ts';
import { Totals } from './figures.ts';
import { LoopPauses, type Pauses } from './loop-pauses.ts';

/*
 * An owner in a process of its own, as `shoal start --role owner` runs it in a thread of its own,
 * with two things added: its checkpoints can be switched off, and it tells what it has done.
 */

export interface OwnerOrder {
  readonly natsUrl: string;
  readonly redisUrl: string;
  readonly partitions: number;
  readonly definitions: Definitions;
  readonly checkpointEveryMs: number;
  readonly uploadBytesPerSecondMax: number;
}

export type OwnerRequest =
  | { readonly do: 'checkpoints'; readonly are: 'on' | 'off' }
  | { readonly do: 'figures' }
  /** Figures from here on: pauses before are forgotten. */
  | { readonly do: 'begin' };

export interface OwnerFigures {
  readonly isLive: boolean;
  readonly events: number;
  readonly published: number;
  readonly checkpoints: number;
  readonly checkpointBytes: number;
  /** Of the whole process since its start, ms; the garbage collector's threads are in it. */
  readonly cpuMs: number;
  /** Since `begin`. */
  readonly pauses: Pauses;
  /** The largest of all partitions: from the storing of a message to its application, ms. */
  readonly lagMs: number;
  readonly memoryBytes: number;
}

/** As in `config/shoal.yaml`. */
const ENGINE = {
  clock: 'broker',
  graceMs: 1_000,
  dedupWindowMs: 600_000,
  dedupIdsMax: 1_000_000,
  partitions: 1,
} as const;
const DAYS_400_MS = 400 * 86_400_000;

/** Time, but for the waits of one length: they last until checkpoints are on again. */
class Switch implements Clock {
  readonly #pauseMs: number;
  #isOn = true;

  constructor(pauseMs: number) {
    this.#pauseMs = pauseMs;
  }

  set(are: 'on' | 'off'): void {
    this.#isOn = are === 'on';
  }

  now(): number {
    return systemClock.now();
  }

  async sleep(ms: number, signal?: AbortSignal): Promise<void> {
    await systemClock.sleep(ms, signal);
    while (ms === this.#pauseMs && !this.#isOn) await systemClock.sleep(100, signal);
  }
}

async function start(order: OwnerOrder): Promise<(request: OwnerRequest) => OwnerFigures> {
  const pauses = new LoopPauses();
  const metrics = new Totals();
  const logger = createLogger('warn', { role: 'owner' });
  const clock = new Switch(order.checkpointEveryMs / order.partitions);
  const nats = await connectNats({ servers: [order.natsUrl], name: 'bench' }, { clock, logger });
  const redis = await connectRedis(order.redisUrl, { clock, logger });
  const boot = `bench-${process.pid}-${Date.now()}`;
  const world = {
    log: nats.log,
    bus: nats.bus,
    checkpoints: new RedisCheckpointStore(redis, 'bench'),
    leases: new RedisLeases(redis, 'bench'),
    suspects: new RedisSuspects(redis, 'bench'),
    seen: new RedisSeenStore(redis, 'bench'),
    erasing: {
      pending: new RedisPendingErasures(redis, 'bench'),
      positions: new RedisPositionStore(redis, 'bench'),
      stores: [],
      file: new RedisStoreFile(redis),
    },
    clock,
    logger,
    metrics,
  };
  const owner = startOwner(world, {
    ...order,
    partitions: Array.from({ length: order.partitions }, (_, partition) => partition),
    boot,
    holder: boot,
    isGone: () => true,
    engine: ENGINE,
    privateAttributes: new Set<string>(),
    historyMs: DAYS_400_MS,
    transitionsHistoryMs: DAYS_400_MS,
    erasureEveryMs: DAYS_400_MS,
    forgottenNoticeMs: 0,
    retentionEveryMs: RETENTION_EVERY_MS,
    acceptGap: false,
    onFailure: (error) => {
      throw error;
    },
  });
  return (request) => {
    if (request.do === 'checkpoints') clock.set(request.are);
    if (request.do === 'begin') pauses.forget();
    return figuresOf(owner, metrics, pauses);
  };
}

function figuresOf(owner: Owner, metrics: Totals, pauses: LoopPauses): OwnerFigures {
  const { user, system } = process.cpuUsage();
  const total = (name: string): number => metrics.total(`shoal_owner_${name}_total`);
  return {
    isLive: owner.isLive(),
    events: total('applied_events'),
    published: total('published_outputs'),
    checkpoints: total('written_checkpoints'),
    checkpointBytes: total('written_checkpoint_bytes'),
    cpuMs: (user + system) / 1_000,
    pauses: pauses.longest,
    lagMs: Math.max(0, ...metrics.values('shoal_owner_lag_ms')),
    memoryBytes: process.memoryUsage().rss,
  };
}

const [, , order = ''] = process.argv;
// Written by `house.ts`, and so are the requests.
const answer = await start(JSON.parse(order) as OwnerOrder);
process.on('message', (request) => process.send?.(answer(request as OwnerRequest)));
process.send?.('started');
