import { randomUUID } from 'node:crypto';
import { onTestFinished } from 'vitest';
import { connectNats, type Nats } from '../../src/adapters/nats/connect.ts';
import { connectRedis } from '../../src/adapters/redis/connect.ts';
import { RedisPositionStore } from '../../src/adapters/redis/position-store.ts';
import type { Effect, Why } from '../../src/engine/effect.ts';
import { startRelay, type RelayOptions } from '../../src/roles/relay/relay.ts';
import type { Log } from '../../src/roles/ports/log.ts';
import type { PositionStore } from '../../src/roles/ports/store.ts';
import {
  eventsStream,
  eventsSubject,
  TRIGGERS_STREAM,
  transitionsStream,
  transitionsSubject,
} from '../../src/wire/subject.ts';
import { encodeRecord, RECORD_HEADERS } from '../../src/wire/transition-record.ts';
import { readTrigger } from '../../src/wire/trigger.ts';
import { startNats, startRedis, type RunningServer } from './servers.ts';
import { readStream } from './stream.ts';
import { eventually, RecordingLogger, RecordingMetrics, systemClock } from './world.ts';

/** Real servers with the transitions of some partitions, written by the test, and relays. */
export class RelayHouse {
  readonly nats: RunningServer;
  readonly redis: RunningServer;
  readonly link: Nats;
  readonly store: Awaited<ReturnType<typeof connectRedis>>;
  readonly cluster = `test-${randomUUID().slice(0, 8)}`;
  readonly partitions: number;
  /** How many effects each partition has told. */
  readonly told: number[];

  static async start(partitions: number): Promise<RelayHouse> {
    const [nats, redis] = await Promise.all([startNats(), startRedis()]);
    const world = { clock: systemClock, logger: new RecordingLogger() };
    const link = await connectNats({ servers: [nats.url], name: 'test' }, world);
    const store = await connectRedis(redis.url, world);
    const house = new RelayHouse({ nats, redis, link, store }, partitions);
    for (let p = 0; p < partitions; p++) {
      const transitions = { name: transitionsStream(p), subjects: [transitionsSubject(p)] };
      await link.log.ensureStream(transitions);
      await link.log.ensureStream({ name: eventsStream(p), subjects: [eventsSubject(p)] });
    }
    onTestFinished(() => house.#stop());
    return house;
  }

  private constructor(
    parts: Pick<RelayHouse, 'nats' | 'redis' | 'link' | 'store'>,
    partitions: number,
  ) {
    this.nats = parts.nats;
    this.redis = parts.redis;
    this.link = parts.link;
    this.store = parts.store;
    this.partitions = partitions;
    this.told = Array.from({ length: partitions }, () => 0);
  }

  get log(): Log {
    return this.link.log;
  }

  get positions(): RedisPositionStore {
    return new RedisPositionStore(this.store, this.cluster);
  }

  /** Starts a relay with a connection of its own, through which a test may see what it appends. */
  async relay(
    seenBy: (log: Log) => Log = (log) => log,
    more: Partial<Pick<RelayOptions, 'clock' | 'directory' | 'stores'>> = {},
  ) {
    const [logger, metrics] = [new RecordingLogger(), new RecordingMetrics()];
    const link = await connectNats(
      { servers: [this.nats.url], name: 'relay' },
      { clock: systemClock, logger },
    );
    const failures: unknown[] = [];
    let isDead = false;
    const relay = startRelay({
      log: seenBy(link.log),
      positions: this.#positionsWhile(() => !isDead),
      stores: [],
      cluster: this.cluster,
      boot: randomUUID(),
      partitions: this.partitions,
      clock: systemClock,
      logger,
      metrics,
      onFailure: (error) => failures.push(error),
      ...more,
    });
    let stopped: Promise<void> | undefined;
    const stop = (): Promise<void> => (stopped ??= relay.stop().then(() => link.close()));
    /** As a crash would end it: nothing more reaches NATS or the store. */
    const crash = async (): Promise<void> => {
      isDead = true;
      await link.close();
      void stop();
    };
    onTestFinished(stop);
    return { logger, metrics, failures, stop, crash };
  }

  /** As a process has them that may be dead: then nothing is written. */
  #positionsWhile(isAlive: () => boolean): PositionStore {
    const { positions } = this;
    return {
      position: (reader) => positions.position(reader),
      positions: (readers) => positions.positions(readers),
      savePosition: async (...saved) => (isAlive() ? positions.savePosition(...saved) : undefined),
      savePositions: async (saved) => (isAlive() ? positions.savePositions(saved) : undefined),
    };
  }

  /** Writes the next record of a partition. @returns its sequence */
  async tell(partition: number, items: readonly Effect[], from?: number): Promise<number> {
    const first = from ?? (this.told[partition] ?? 0) + 1;
    const to = first + items.length - 1;
    this.told[partition] = to;
    const numbers = { epoch: 1, from: first, to, source: 1, sourceAt: 0, sourceItems: to };
    const body = encodeRecord({ kind: 'batch', ...numbers, items, chain: '0'.repeat(16) });
    const subject = transitionsSubject(partition);
    const appended = await this.log.append(subject, body, { headers: RECORD_HEADERS });
    if (appended.kind !== 'stored') throw new Error(appended.kind);
    return appended.sequence;
  }

  /** All triggers that are stored, as `shoal triggers` shows them. */
  async triggers() {
    const messages = await readStream(this.log, TRIGGERS_STREAM);
    return messages.map((message) => ({ ...message, shown: readTrigger(message) }));
  }

  /** The ids in the order in which they are stored. */
  async ids(): Promise<string[]> {
    return (await this.triggers()).map(({ headers }) => headers.get('ce-id') ?? '');
  }

  /** Waits until all that was told has been relayed. */
  async relayed(): Promise<void> {
    const wanted = this.told.reduce((sum, n) => sum + n, 0);
    await eventually(
      `${wanted} triggers`,
      async () => (await this.log.lastSequence(TRIGGERS_STREAM).catch(() => 0)) >= wanted,
      60_000,
    );
  }

  /** The ids that should be there: every number of a partition, in its order. */
  wantedIds(partition: number): string[] {
    const numbers = Array.from({ length: this.told[partition] ?? 0 }, (_, i) => i + 1);
    return numbers.map((number) => `${this.cluster}/${partition}/${number}`);
  }

  async #stop(): Promise<void> {
    await this.link.close();
    this.store.disconnect();
    await Promise.all([this.nats.stop(), this.redis.stop()]);
  }
}

export function entry(customer: string, segment = 'vip', why: Why = 'event', at = 1_000): Effect {
  return { kind: 'entry', at, customer, why, segment };
}

/** So many entries of customers of their own. */
export function entries(count: number, why: Why = 'event'): Effect[] {
  return Array.from({ length: count }, (_, i) => entry(`c${i}`, 'vip', why, i));
}
