import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { Cluster } from '../../support/cluster.ts';
import { systemClock } from '../../support/world.ts';
import { Arrivals } from './arrivals.ts';

/*
 * Sends a Shoal more than it can take, and looks whether it says so: nothing but 200, 429 and 503,
 * memory that does not grow with what is sent, and every event that was acknowledged in the log.
 */

export interface OverloadOptions {
  readonly engine: 'uws' | 'node-http';
  /** How long is measured what it can take, ms. */
  readonly measureMs: number;
  readonly overloadMs: number;
  /** How many times as much as it can take is sent. */
  readonly times: number;
  readonly onProgress?: ((text: string) => void) | undefined;
}

const told = z.object({
  capacityPerSecond: z.number(),
  offeredPerSecond: z.number(),
  atCapacity: z.record(z.string(), z.number()),
  statuses: z.record(z.string(), z.number()),
  failures: z.record(z.string(), z.number()),
  /** Batches that were answered with 200. */
  acknowledged: z.array(z.number()),
});
type Told = z.infer<typeof told>;

export interface OverloadResult extends Omit<Told, 'acknowledged'> {
  /** Events that were acknowledged. */
  readonly acknowledged: number;
  /** And of these, those that are in no log. */
  readonly missing: number;
  readonly bytesAtFirst: number;
  readonly bytesAtMost: number;
  /** Whether it answered as always when all was over. */
  readonly isWell: boolean;
}

const BATCH_EVENTS = 100;
const AT_ONCE_MAX = 800;
const LOOK_EVERY_MS = 250;
/** Less than is sent at once: then some has to be refused. */
const WAITING_BYTES_MAX = 1_000_000;
const PLENTY = 1_000_000_000;

export async function overload(options: OverloadOptions): Promise<OverloadResult> {
  const limits = ['key', 'address', 'customer'].map(
    (of) => `ingest.eventsPerSecond.${of}=${PLENTY}`,
  );
  const cluster = await Cluster.start({
    partitions: 4,
    segments: { viewers: 'rule: { event: Viewed, within: 1h }\n' },
    settings: [
      `http.engine=${options.engine}`,
      `ingest.waitingBytesMax=${WAITING_BYTES_MAX}`,
      ...limits,
    ],
  });
  try {
    await cluster.up();
    return await overloaded(cluster, options);
  } finally {
    await cluster.end();
  }
}

async function overloaded(cluster: Cluster, options: OverloadOptions): Promise<OverloadResult> {
  const memory = await Memory.watch(cluster);
  const sent = await send(cluster, options);
  const bytes = await memory.stop();
  options.onProgress?.(`sent: ${JSON.stringify(sent.statuses)}`);
  const isWell = (await postOne(cluster)) === 200;
  const arrivals = await Arrivals.read(cluster, BATCH_EVENTS);
  const missing = sent.acknowledged.map((batch) => BATCH_EVENTS - arrivals.of(batch));
  return {
    ...sent,
    ...bytes,
    acknowledged: sent.acknowledged.length * BATCH_EVENTS,
    missing: missing.reduce((sum, one) => sum + one, 0),
    isWell,
  };
}

async function send(cluster: Cluster, options: OverloadOptions): Promise<Told> {
  const { measureMs, overloadMs, times } = options;
  const order = {
    ...{ url: cluster.url, key: cluster.keys.server, run: 'run', measureMs, overloadMs, times },
    batchEvents: BATCH_EVENTS,
    atOnceMax: AT_ONCE_MAX,
  };
  const file = fileURLToPath(new URL('sender.mjs', import.meta.url));
  const child = fork(file, [JSON.stringify(order)]);
  const ended = once(child, 'exit').then(() => {
    throw new Error('the sender has ended and told nothing');
  });
  const [message]: unknown[] = await Promise.race([once(child, 'message'), ended]);
  ended.catch(() => undefined);
  return told.parse(message);
}

async function postOne({ url, keys }: Cluster): Promise<number> {
  const headers = { 'x-write-key': keys.server };
  const body = '{"userId":"last","event":"Viewed"}';
  return (await fetch(`${url}/v1/track`, { method: 'POST', headers, body })).status;
}

/** Looks at how much memory Shoal has, again and again. */
class Memory {
  readonly #cluster: Cluster;
  readonly #atFirst: number;
  readonly #looking: Promise<void>;
  #atMost: number;
  #isOver = false;

  static async watch(cluster: Cluster): Promise<Memory> {
    return new Memory(cluster, await bytesOf(cluster));
  }

  private constructor(cluster: Cluster, atFirst: number) {
    this.#cluster = cluster;
    this.#atFirst = atFirst;
    this.#atMost = atFirst;
    this.#looking = this.#look();
  }

  async stop(): Promise<{ readonly bytesAtFirst: number; readonly bytesAtMost: number }> {
    this.#isOver = true;
    await this.#looking;
    return { bytesAtFirst: this.#atFirst, bytesAtMost: this.#atMost };
  }

  async #look(): Promise<void> {
    while (!this.#isOver) {
      this.#atMost = Math.max(this.#atMost, await bytesOf(this.#cluster));
      await systemClock.sleep(LOOK_EVERY_MS);
    }
  }
}

function bytesOf(cluster: Cluster): Promise<number> {
  return cluster.figure('process_resident_memory_bytes');
}
