import { onTestFinished } from 'vitest';
import { loadTemplates } from '../../src/adapters/eta/templates.ts';
import { connectNats, type Nats } from '../../src/adapters/nats/connect.ts';
import { createMetrics, metricsText } from '../../src/adapters/prom/metrics.ts';
import { connectRedis } from '../../src/adapters/redis/connect.ts';
import { RedisConsents } from '../../src/adapters/redis/consents.ts';
import { RedisLedger } from '../../src/adapters/redis/ledger.ts';
import { RedisPositionStore } from '../../src/adapters/redis/position-store.ts';
import { RedisSuppressions } from '../../src/adapters/redis/suppressions.ts';
import { smtpPost } from '../../src/adapters/smtp/post.ts';
import { projectPath } from '../../src/app/root.ts';
import { systemClock } from '../../src/app/system-clock.ts';
import { ShoalError } from '../../src/base/error.ts';
import type { JsonObject } from '../../src/base/json.ts';
import { UTC } from '../../src/base/zone.ts';
import type { Effect, Why } from '../../src/engine/effect.ts';
import { startMailer, type MailerOptions } from '../../src/roles/mailer/mailer.ts';
import type { Logger } from '../../src/roles/ports/logger.ts';
import { decodeLogMessage } from '../../src/wire/log-codec.ts';
import type { RecipientAnswer } from '../../src/wire/questions/query.ts';
import {
  eventsStream,
  eventsSubject,
  querySubject,
  transitionsStream,
  transitionsSubject,
} from '../../src/wire/subject.ts';
import { encodeRecord, RECORD_HEADERS } from '../../src/wire/transition-record.ts';
import { campaignOf } from './campaign.ts';
import { startNats, startRedis, type RunningServer } from './servers.ts';
import { readStream } from './stream.ts';
import { eventually } from './world.ts';

export const WELCOME = campaignOf({
  id: 'course-welcome',
  name: 'Welcome to the course',
  when: { kind: 'changed', attribute: 'course' },
  template: 'course-welcome',
  from: { name: 'Shoal School', address: 'school@example.com' },
});

export const ANN = { email: 'ann@example.com', name: 'Ann Lee', course: 'Maths <for> all' };

const NOT_READY = new ShoalError({
  code: 'partition-not-live',
  remedy: 'retry',
  message: 'the partition is being restored',
});

/** Real servers for mailers, whose log and owner the test plays. */
export class MailHouse {
  readonly natsServer: RunningServer;
  readonly redisServer: RunningServer;
  readonly nats: Nats;
  readonly redis: Awaited<ReturnType<typeof connectRedis>>;
  /** Everything that was logged since the last `clear`, a line of JSON each. */
  readonly lines: string[] = [];
  #worlds = 0;

  static async start(): Promise<MailHouse> {
    const [natsServer, redisServer] = await Promise.all([startNats(), startRedis()]);
    const quiet = loggerInto(() => undefined);
    const world = { clock: systemClock, logger: quiet };
    const nats = await connectNats({ servers: [natsServer.url], name: 'test' }, world);
    const redis = await connectRedis(redisServer.url, world);
    for (const [name, subject] of [
      [transitionsStream(0), transitionsSubject(0)],
      [eventsStream(0), eventsSubject(0)],
    ] as const) {
      await nats.log.ensureStream({ name, subjects: [subject] });
    }
    return new MailHouse({ natsServer, redisServer, nats, redis });
  }

  private constructor(parts: Pick<MailHouse, 'natsServer' | 'redisServer' | 'nats' | 'redis'>) {
    this.natsServer = parts.natsServer;
    this.redisServer = parts.redisServer;
    this.nats = parts.nats;
    this.redis = parts.redis;
  }

  async stop(): Promise<void> {
    await this.nats.close();
    this.redis.disconnect();
    await Promise.all([this.natsServer.stop(), this.redisServer.stop()]);
  }

  /** A cluster of one partition, in which these customers are known. */
  async world(customers: Record<string, JsonObject>): Promise<MailWorld> {
    const { log } = this.nats;
    // Worlds share the streams: each begins at their ends, with a part of the store of its own.
    const cluster = `test-${this.#worlds++}`;
    const since = await log.lastSequence(eventsStream(0));
    const world = new MailWorld(this, cluster, since, customers);
    const before = await log.lastSequence(transitionsStream(0));
    await world.positions.savePosition('mailer-0', before);
    onTestFinished(this.nats.bus.serve(querySubject(0), (body) => world.answer(body)));
    return world;
  }
}

export class MailWorld {
  readonly house: MailHouse;
  readonly cluster: string;
  readonly customers: Record<string, JsonObject>;
  /** Customers for whom no campaign's condition holds. */
  readonly lapsed = new Set<string>();
  readonly ledger: RedisLedger;
  isOwnerReady = true;
  readonly #since: number;

  constructor(
    house: MailHouse,
    cluster: string,
    since: number,
    customers: Record<string, JsonObject>,
  ) {
    this.house = house;
    this.cluster = cluster;
    this.customers = customers;
    this.#since = since;
    this.ledger = new RedisLedger(house.redis, cluster);
  }

  get positions(): RedisPositionStore {
    return new RedisPositionStore(this.house.redis, this.cluster);
  }

  get consents(): RedisConsents {
    return new RedisConsents(this.house.redis, this.cluster);
  }

  get suppressions(): RedisSuppressions {
    return new RedisSuppressions(this.house.redis, this.cluster);
  }

  async answer(body: Uint8Array): Promise<Uint8Array> {
    if (!this.isOwnerReady) throw NOT_READY;
    const { customer } = JSON.parse(new TextDecoder().decode(body));
    const attributes = this.customers[customer];
    const answer: RecipientAnswer = {
      known: attributes !== undefined,
      attributes: attributes ?? {},
      holds: !this.lapsed.has(customer),
      segments: [],
      orders: [],
      viewed: [],
    };
    return new TextEncoder().encode(JSON.stringify(answer));
  }

  /** Starts a mailer, as `boot`, that hands its letters to the server at a port. */
  async mailer(port: number, given: Partial<MailerOptions> = {}, silenceTimeoutMs = 30_000) {
    const metrics = createMetrics(false);
    const failures: unknown[] = [];
    const post = smtpPost({
      host: '127.0.0.1',
      port,
      tls: false,
      connectTimeoutMs: 30_000,
      silenceTimeoutMs,
    });
    const mailer = startMailer({
      log: this.house.nats.log,
      bus: this.house.nats.bus,
      positions: this.positions,
      ledger: this.ledger,
      suppressions: this.suppressions,
      post,
      templates: await loadTemplates(projectPath('templates')),
      campaigns: [WELCOME],
      segmentNames: new Map(),
      policy: { consent: 'opt-out', caps: [] },
      zoneOf: () => UTC,
      partitions: 1,
      boot: `boot-${boots++}`,
      holdMs: 60_000,
      connectionsMax: 8,
      ratePerSecond: 10_000,
      clock: systemClock,
      logger: loggerInto((line) => this.house.lines.push(line)),
      metrics,
      onFailure: (error) => failures.push(error),
      ...given,
    });
    let stopped: Promise<void> | undefined;
    const stop = (): Promise<void> => (stopped ??= mailer.stop().then(() => post.close()));
    onTestFinished(stop);
    return { stop, failures, metrics: async () => metricsText([await metrics.snapshot()]) };
  }

  /** Writes a record of effects. @returns its sequence */
  async publish(...items: Effect[]): Promise<number> {
    const numbers = { epoch: 1, from: 1, to: items.length };
    const source = { source: 1, sourceAt: 0, sourceItems: items.length };
    const chain = '0'.repeat(16);
    const body = encodeRecord({ kind: 'batch', ...numbers, items, ...source, chain });
    const { log } = this.house.nats;
    const appended = await log.append(transitionsSubject(0), body, { headers: RECORD_HEADERS });
    if (appended.kind !== 'stored') throw new Error(appended.kind);
    return appended.sequence;
  }

  /** Resolves when a mailer has dealt with everything up to a record. */
  async done(sequence: number, withinMs = 30_000): Promise<void> {
    const reached = async (): Promise<boolean> =>
      (await this.positions.position('mailer-0').catch(() => 0)) >= sequence;
    await eventually(`the mailer is at ${sequence}`, reached, withinMs);
  }

  /** The events that the mailer has told of, in the order of the log. */
  async told() {
    const messages = await readStream(this.house.nats.log, eventsStream(0));
    const ours = messages.filter(({ sequence }) => sequence > this.#since);
    return ours.flatMap(({ headers, body }) => {
      const message = decodeLogMessage(headers, body);
      return message.kind === 'events' ? message.events : [];
    });
  }
}

let boots = 0;

export function due(customer: string, triggeredAt = Date.now(), why: Why = 'time'): Effect {
  const trigger = { attribute: 'course', from: null, to: 'Maths' };
  const campaign = WELCOME.id;
  return { kind: 'due', at: triggeredAt, customer, why, campaign, triggeredAt, trigger };
}

function loggerInto(write: (line: string) => void): Logger {
  const at = (level: string) => (message: string, fields?: object) =>
    write(JSON.stringify({ level, message, ...fields }));
  return { error: at('error'), warn: at('warn'), info: at('info'), debug: at('debug') };
}
