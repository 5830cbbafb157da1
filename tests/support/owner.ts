import { randomBytes } from 'node:crypto';
import { connect } from 'nats';
import { connectNats, type Nats } from '../../src/adapters/nats/connect.ts';
import { RedisCheckpointStore } from '../../src/adapters/redis/checkpoint-store.ts';
import { RedisLeases } from '../../src/adapters/redis/leases.ts';
import { RedisMailPages } from '../../src/adapters/redis/forgetting/mail-pages.ts';
import { RedisPendingErasures } from '../../src/adapters/redis/forgetting/pending-erasures.ts';
import { RedisStoreFile } from '../../src/adapters/redis/forgetting/store-file.ts';
import { RedisPositionStore } from '../../src/adapters/redis/position-store.ts';
import { RedisSeenStore } from '../../src/adapters/redis/seen-store.ts';
import { RedisSuspects } from '../../src/adapters/redis/suspects.ts';
import { connectRedis } from '../../src/adapters/redis/connect.ts';
import { UTC } from '../../src/base/zone.ts';
import type { Definitions } from '../../src/compile/definitions.ts';
import type { Effect } from '../../src/engine/effect.ts';
import type { PartitionSettings } from '../../src/engine/protocol.ts';
import { startOwner, type Owner } from '../../src/roles/owner/owner.ts';
import { RETENTION_EVERY_MS } from '../../src/roles/owner/protocol.ts';
import { ensureStreams } from '../../src/roles/owner/streams.ts';
import type { OwnerWorld } from '../../src/roles/owner/world.ts';
import type { Clock } from '../../src/roles/ports/clock.ts';
import type { Log, StoredMessage } from '../../src/roles/ports/log.ts';
import type { CustomerEvent } from '../../src/rules/event.ts';
import { parseSegments } from '../../src/rules/folder.ts';
import { decodeManifest, encodeManifest } from '../../src/wire/checkpoint.ts';
import type { PartitionStatus } from '../../src/wire/live.ts';
import { encodeEvents } from '../../src/wire/log-codec.ts';
import type { Query } from '../../src/wire/questions/query.ts';
import { eventsSubject, querySubject, transitionsStream } from '../../src/wire/subject.ts';
import { decodeRecord, type TransitionRecord } from '../../src/wire/transition-record.ts';
import { startNats, startRedis, type RunningServer } from './servers.ts';
import { readStream } from './stream.ts';
import { eventually, RecordingLogger, RecordingMetrics, systemClock } from './world.ts';

/** Segments from the text of their files, by id. */
export function definitionsOf(rules: Readonly<Record<string, string>>): Definitions {
  const sources = Object.entries(rules).map(([id, rule]) => ({
    name: `${id}.yaml`,
    text: `name: ${id}\nrule: ${rule}\n`,
  }));
  return { segments: parseSegments(sources, ''), campaigns: [], zone: UTC };
}

export interface RunOptions {
  readonly partition: number;
  readonly definitions: Definitions;
  readonly clock?: PartitionSettings['clock'];
  readonly graceMs?: number;
  readonly checkpointEveryMs?: number;
  readonly historyMs?: number;
  readonly historyBytesMax?: number;
  readonly retentionEveryMs?: number;
  readonly transitionsHistoryMs?: number;
  readonly erasureEveryMs?: number;
  readonly forgottenNoticeMs?: number;
  /** The machine's clock where none is given. */
  readonly time?: Clock;
  readonly acceptGap?: boolean;
  readonly privateAttributes?: readonly string[];
  /** `apart`: this owner knows nothing of the leases of the others. */
  readonly leases?: 'shared' | 'apart';
}

/** An owner of one partition that runs, and what it said. */
export interface Run {
  readonly owner: Owner;
  readonly logger: RecordingLogger;
  readonly metrics: RecordingMetrics;
  readonly failures: unknown[];
}

/** Real servers, and owners on them. Tests keep apart by the partition that they use. */
export class OwnerHouse {
  readonly nats: RunningServer;
  readonly redis: RunningServer;
  readonly link: Nats;
  readonly store: Awaited<ReturnType<typeof connectRedis>>;
  readonly #owners: Owner[] = [];
  readonly #links: Nats[] = [];
  #partitions = 0;
  #batches = 0;

  static async start(): Promise<OwnerHouse> {
    const [nats, redis] = await Promise.all([startNats(), startRedis()]);
    const world = { clock: systemClock, logger: new RecordingLogger() };
    const link = await connectNats({ servers: [nats.url], name: 'test' }, world);
    return new OwnerHouse(nats, redis, link, await connectRedis(redis.url, world));
  }

  private constructor(
    nats: RunningServer,
    redis: RunningServer,
    link: Nats,
    store: Awaited<ReturnType<typeof connectRedis>>,
  ) {
    this.nats = nats;
    this.redis = redis;
    this.link = link;
    this.store = store;
  }

  get log(): Log {
    return this.link.log;
  }

  get stores(): Pick<OwnerWorld, 'checkpoints' | 'leases' | 'suspects' | 'seen' | 'erasing'> {
    return {
      checkpoints: new RedisCheckpointStore(this.store, 'test'),
      leases: new RedisLeases(this.store, 'test'),
      suspects: new RedisSuspects(this.store, 'test'),
      seen: new RedisSeenStore(this.store, 'test'),
      erasing: {
        pending: new RedisPendingErasures(this.store, 'test'),
        positions: new RedisPositionStore(this.store, 'test'),
        stores: [new RedisMailPages(this.store, 'test')],
        file: new RedisStoreFile(this.store),
      },
    };
  }

  async stop(): Promise<void> {
    await Promise.all(this.#owners.map((owner) => owner.stop()));
    await Promise.all([...this.#links, this.link].map((link) => link.close()));
    this.store.disconnect();
    await Promise.all([this.nats.stop(), this.redis.stop()]);
  }

  /** A partition that no other test uses. */
  reservePartition(): number {
    return this.#partitions++;
  }

  /** A partition that no other test uses, with its streams. */
  async newPartition(): Promise<number> {
    const partition = this.reservePartition();
    await this.ensureStreams(partition);
    return partition;
  }

  ensureStreams(partition: number): Promise<void> {
    return ensureStreams(this.log, [partition]);
  }

  async run(options: RunOptions): Promise<Run> {
    const { partition, definitions } = options;
    const run = { logger: new RecordingLogger(), metrics: new RecordingMetrics(), failures: [] };
    const { logger, metrics } = run;
    const failures: unknown[] = run.failures;
    const link = await connectNats(
      { servers: [this.nats.url], name: 'owner' },
      { clock: systemClock, logger },
    );
    this.#links.push(link);
    const boot = randomBytes(6).toString('hex');
    const { leases: shared, ...stores } = this.stores;
    const leases = options.leases === 'apart' ? new RedisLeases(this.store, boot) : shared;
    const clock = options.time ?? systemClock;
    const world = { ...link, ...stores, leases, clock, logger, metrics };
    const owner = startOwner(world, {
      partitions: [partition],
      boot,
      holder: boot,
      isGone: () => false,
      engine: {
        clock: options.clock ?? 'broker',
        graceMs: options.graceMs ?? 100,
        dedupWindowMs: 600_000,
        dedupIdsMax: 10_000,
        partitions: 1,
      },
      privateAttributes: new Set(options.privateAttributes),
      definitions,
      checkpointEveryMs: options.checkpointEveryMs ?? 3_600_000,
      uploadBytesPerSecondMax: 20_000_000,
      historyMs: options.historyMs ?? 3_600_000,
      historyBytesMax: options.historyBytesMax,
      transitionsHistoryMs: options.transitionsHistoryMs ?? 3_600_000,
      erasureEveryMs: options.erasureEveryMs ?? 3_600_000,
      forgottenNoticeMs: options.forgottenNoticeMs ?? 0,
      retentionEveryMs: options.retentionEveryMs ?? RETENTION_EVERY_MS,
      acceptGap: options.acceptGap ?? false,
      onFailure: (error) => failures.push(error),
    });
    this.#owners.push(owner);
    return { ...run, owner };
  }

  /** Ends the connections of all owners, whatever is under way on them. */
  async cutLinks(): Promise<void> {
    await Promise.all(this.#links.splice(0).map((link) => link.close()));
  }

  /** Runs an owner and waits until it has caught up and its definitions are in force. */
  async runLive(options: RunOptions): Promise<Run> {
    const run = await this.run(options);
    await eventually('the owner is live', () => {
      if (run.failures.length > 0) throw run.failures[0];
      return run.owner.isLive();
    });
    const wanted = options.definitions.segments.map(({ id }) => id).join();
    await eventually('the definitions are in force', async () => {
      // That it answers questions may not have reached the server yet.
      const status = await this.status(options.partition).catch(() => undefined);
      return (
        Object.keys(status?.counts ?? {})
          .toSorted()
          .join() === wanted
      );
    });
    return run;
  }

  /** Appends one batch of a producer of its own. @returns its sequence */
  async send(
    partition: number,
    events: readonly CustomerEvent[],
    sentAt = Date.now(),
  ): Promise<number> {
    const stamp = { producer: 'test', n: ++this.#batches };
    const { headers, body } = encodeEvents(events, { stamp, sentAt });
    for (;;) {
      const outcome = await this.log.append(eventsSubject(partition), body, { headers });
      if (outcome.kind === 'stored') return outcome.sequence;
    }
  }

  async status(partition: number): Promise<PartitionStatus> {
    return (await this.ask(partition, { type: 'status' })) as PartitionStatus; // what `status` answers
  }

  async ask(partition: number, query: Query): Promise<unknown> {
    const body = Buffer.from(JSON.stringify(query));
    const answer = await this.link.bus.request(querySubject(partition), body, 5_000);
    return JSON.parse(Buffer.from(answer).toString());
  }

  /** Waits until this many events have been applied, and answers with the figures then. */
  async applied(partition: number, events: number): Promise<PartitionStatus> {
    await eventually(`${events} events`, async () => {
      const { events: now } = await this.status(partition);
      return now >= events;
    });
    return this.status(partition);
  }

  /** All records of a partition's transitions that are there now. */
  async records(partition: number): Promise<TransitionRecord[]> {
    const messages = await this.readAll(transitionsStream(partition));
    return messages.map((message) => decodeRecord(message.body));
  }

  /** What the store holds of a partition now, to be put back later. */
  async checkpointOf(partition: number): Promise<{ putBack(): Promise<void> }> {
    const keys = await this.store.keys(`shoal:test:{${partition}}:*`);
    const dumps = await Promise.all(
      keys.map(async (key) => [key, await this.store.dumpBuffer(key)] as const),
    );
    return {
      putBack: async () => {
        const now = await this.store.keys(`shoal:test:{${partition}}:*`);
        if (now.length > 0) await this.store.del(...now);
        for (const [key, dump] of dumps) await this.store.restore(key, 0, dump);
      },
    };
  }

  /** Makes the checkpoint of a partition one without an outbox. */
  async forgetOutbox(partition: number): Promise<void> {
    const key = `shoal:test:{${partition}}:m`;
    const manifest = decodeManifest((await this.store.hgetBuffer(key, 'man')) ?? Buffer.of());
    const without = encodeManifest({ ...manifest, outbox: [] });
    await this.store.hset(key, 'man', Buffer.from(without));
  }

  async deleteStream(stream: string): Promise<void> {
    const connection = await connect({ servers: this.nats.url });
    await connection.request(`$JS.API.STREAM.DELETE.${stream}`);
    await connection.close();
  }

  readAll(stream: string): Promise<StoredMessage[]> {
    return readStream(this.log, stream);
  }
}

/** The items of records, with their numbers; fails when a number is missing or doubled. */
export function itemsOf(records: readonly TransitionRecord[]): Effect[] {
  const items: Effect[] = [];
  for (const record of records) {
    if (record.from !== items.length + 1) {
      throw new Error(`a record begins with ${record.from}, expected was ${items.length + 1}`);
    }
    items.push(...record.items);
  }
  return items;
}

/** `ann+vip` for an entry, `ann-vip` for an exit. */
export function brief(effect: Effect): string {
  switch (effect.kind) {
    case 'entry':
      return `${effect.customer}+${effect.segment}`;
    case 'exit':
      return `${effect.customer}-${effect.segment}`;
    case 'changed':
      return `${effect.customer}~${effect.attribute}`;
    case 'due':
      return `${effect.customer}!${effect.campaign}`;
    case 'cancelled':
      return `${effect.customer}/${effect.campaign}`;
    case 'happened':
      return `${effect.customer}:${effect.event}`;
    case 'passed':
      return `${effect.customer}>${effect.to} ${effect.parcel.type}`;
    case 'forgotten':
      return `${effect.customer} forgotten`;
  }
}

/** A track of an event. */
export function track(customer: string, event: string, at = Date.now()): CustomerEvent {
  return { type: 'track', customer, at, event, properties: {}, context: {} };
}

export function identify(customer: string, traits: CustomerEvent['properties']): CustomerEvent {
  const at = Date.now();
  return { type: 'identify', customer, at, event: '$identify', properties: traits, context: {} };
}
