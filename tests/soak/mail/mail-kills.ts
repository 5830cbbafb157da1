import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { connectNats, type Nats } from '../../../src/adapters/nats/connect.ts';
import { connectRedis } from '../../../src/adapters/redis/connect.ts';
import { RedisLedger } from '../../../src/adapters/redis/ledger.ts';
import { RedisPositionStore } from '../../../src/adapters/redis/position-store.ts';
import { projectPath } from '../../../src/app/root.ts';
import { Random } from '../../../src/app/shop/random.ts';
import type { Effect } from '../../../src/engine/effect.ts';
import { mailId } from '../../../src/roles/mailer/mail-id.ts';
import type { LetterEntry } from '../../../src/roles/ports/ledger.ts';
import { decodeLogMessage } from '../../../src/wire/log-codec.ts';
import type { RecipientAnswer } from '../../../src/wire/questions/query.ts';
import {
  eventsStream,
  eventsSubject,
  querySubject,
  transitionsStream,
  transitionsSubject,
} from '../../../src/wire/subject.ts';
import { encodeRecord, RECORD_HEADERS } from '../../../src/wire/transition-record.ts';
import { campaignOf } from '../../support/campaign.ts';
import { startNats, startRedis } from '../../support/servers.ts';
import { readStream } from '../../support/stream.ts';
import { eventually, RecordingLogger, systemClock } from '../../support/world.ts';
import { startFailingServer } from './failing-server.ts';
import { judge, type Verdict } from './judge.ts';

/*
 * Letters to a mail server that fails at each of its stages, while the mailer is killed again and
 * again; afterwards the server's letters, the ledger and the log are held against each other.
 */

export interface MailKills {
  readonly letters: number;
  readonly kills: number;
  readonly seed: number;
  readonly onProgress?: ((text: string) => void) | undefined;
}

const CLUSTER = 'test';
const PARTITIONS = 4;
const PER_RECORD = 50;
const TIMES = { silenceMs: 1_000, holdMs: 3_000 };
const WITHIN_MS = 30 * 60_000;
const CAMPAIGN = campaignOf({
  id: 'course-welcome',
  when: { kind: 'changed', attribute: 'course' },
  template: 'course-welcome',
});
const MAILER = projectPath('tests/support/mailer-process.mjs');

export async function mailKills(given: MailKills): Promise<Verdict> {
  const { letters, kills, seed, onProgress } = given;
  const [natsServer, redisServer] = await Promise.all([startNats(), startRedis()]);
  const world = { clock: systemClock, logger: new RecordingLogger() };
  const nats = await connectNats({ servers: [natsServer.url], name: 'test' }, world);
  const redis = await connectRedis(redisServer.url, world);
  const server = await startFailingServer(seed);
  const order = { natsUrl: natsServer.url, redisUrl: redisServer.url, port: server.port };
  try {
    const due = await announce(nats, letters);
    const positions = new RedisPositionStore(redis, CLUSTER);
    const random = new Random(seed, 2);
    for (let kill = 0; kill < kills; kill++) {
      const mailer = await startProcess({ ...order, boot: `boot-${kill}` });
      const until = Math.floor(((kill + 1) * letters * 0.8) / kills);
      await eventually('letters go on', () => server.accepted().length >= until, WITHIN_MS);
      await systemClock.sleep(random.whole(0, 50));
      await end(mailer, 'SIGKILL');
      onProgress?.(`kill ${kill + 1}: ${server.accepted().length} letters are accepted`);
    }
    const mailer = await startProcess({ ...order, boot: 'last' });
    const ends = await Promise.all(
      partitions().map((p) => nats.log.lastSequence(transitionsStream(p))),
    );
    const isDone = async (): Promise<boolean> => {
      const reached = await Promise.all(partitions().map((p) => positions.position(`mailer-${p}`)));
      return reached.every((position, p) => position >= (ends[p] ?? 0));
    };
    await eventually('every letter has its end', isDone, WITHIN_MS);
    await end(mailer, 'SIGTERM');
    const entries = await entriesIn(new RedisLedger(redis, CLUSTER));
    return judge({ due, accepted: server.accepted().map(idOf), entries, told: await toldIn(nats) });
  } finally {
    await server.close();
    await nats.close();
    redis.disconnect();
    await Promise.all([natsServer.stop(), redisServer.stop()]);
  }
}

function partitions(): number[] {
  return Array.from({ length: PARTITIONS }, (_, p) => p);
}

/** Writes the records of all waits that are over, and plays the owners. @returns the letters' ids */
async function announce({ log, bus }: Nats, letters: number): Promise<string[]> {
  const triggeredAt = systemClock.now();
  const ids: string[] = [];
  for (const p of partitions()) {
    await log.ensureStream({ name: transitionsStream(p), subjects: [transitionsSubject(p)] });
    await log.ensureStream({ name: eventsStream(p), subjects: [eventsSubject(p)] });
    bus.serve(querySubject(p), async (body) => answerTo(body));
    const customers = Array.from({ length: letters }, (_, i) => i)
      .filter((i) => i % PARTITIONS === p)
      .map((i) => `c${i}`);
    for (let from = 0; from < customers.length; from += PER_RECORD) {
      const items = customers.slice(from, from + PER_RECORD).map((customer): Effect => ({
        kind: 'due',
        at: triggeredAt,
        customer,
        why: 'time',
        campaign: CAMPAIGN.id,
        triggeredAt,
        trigger: null,
      }));
      const numbers = { epoch: 1, from: from + 1, to: from + items.length };
      const source = { source: 1, sourceAt: 0, sourceItems: from + items.length };
      const record = {
        kind: 'batch',
        ...numbers,
        ...source,
        items,
        chain: '0'.repeat(16),
      } as const;
      await log.append(transitionsSubject(p), encodeRecord(record), { headers: RECORD_HEADERS });
    }
    ids.push(...customers.map((customer) => mailId(CAMPAIGN.id, customer, triggeredAt)));
  }
  return ids;
}

function answerTo(question: Uint8Array): Uint8Array {
  const { customer } = JSON.parse(new TextDecoder().decode(question));
  const attributes = { email: `${customer}@example.com`, name: 'Ann', course: 'Maths' };
  const none = { segments: [], orders: [], viewed: [] };
  const answer: RecipientAnswer = { known: true, holds: true, attributes, ...none };
  return new TextEncoder().encode(JSON.stringify(answer));
}

async function startProcess(order: object): Promise<ChildProcess> {
  const rest = { cluster: CLUSTER, partitions: PARTITIONS, campaign: CAMPAIGN, times: TIMES };
  const whole = JSON.stringify({ ...order, ...rest, ratePerSecond: 10_000 });
  const child = spawn(process.execPath, [MAILER, whole], { stdio: ['ignore', 'pipe', 'inherit'] });
  await once(child.stdout, 'data');
  return child;
}

async function end(child: ChildProcess, signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
  const exited = once(child, 'exit');
  child.kill(signal);
  await exited;
}

function idOf(letter: string): string {
  return /^Message-ID:\s*<([0-9a-f]+)@/im.exec(letter)?.[1] ?? 'none';
}

async function entriesIn(ledger: RedisLedger): Promise<ReadonlyMap<string, LetterEntry>> {
  const entries = new Map<string, LetterEntry>();
  for await (const { letter, entry } of ledger.letters()) entries.set(letter, entry);
  return entries;
}

/** What was told of each letter, however often: the engine counts a `messageId` once. */
async function toldIn({ log }: Nats): Promise<ReadonlyMap<string, ReadonlySet<string>>> {
  const told = new Map<string, Set<string>>();
  for (const p of partitions()) {
    for (const { headers, body } of await readStream(log, eventsStream(p))) {
      const message = decodeLogMessage(headers, body);
      for (const { event, properties } of message.kind === 'events' ? message.events : []) {
        const { letter_id: letter, decision } = properties;
        if (event !== 'Campaign Decided' || typeof letter !== 'string') continue;
        told.set(letter, (told.get(letter) ?? new Set()).add(JSON.stringify(decision)));
      }
    }
  }
  return told;
}
