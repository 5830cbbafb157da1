import type { Redis } from 'ioredis';
import { assert } from '../../base/assert.ts';
import type {
  CheckpointCommit,
  CheckpointStore,
  Committed,
  StoredCheckpoint,
} from '../../roles/ports/store.ts';
import { call } from './connect.ts';
import { chunkKey, manifestKey } from './key.ts';

/**
 * Checks, then writes once: an append-only file that is cut inside a transaction of several writes
 * swallows what comes after it. A commit that is there already, by its id, answers as it did.
 *
 * KEYS: the hash of the manifest, then the chunks. ARGV: epoch, expected generation, commit id,
 * manifest. Answers -2 fenced, -1 committed, else the index of a chunk that is missing.
 */
const COMMIT = `
local now = redis.call('HMGET', KEYS[1], 'epoch', 'gen', 'cid', 'man')
if now[3] == ARGV[3] then return -1 end
if tonumber(now[1] or '0') > tonumber(ARGV[1]) then return -2 end
if tonumber(now[2] or '0') ~= tonumber(ARGV[2]) then return -2 end
for i = 2, #KEYS do
  if redis.call('EXISTS', KEYS[i]) == 0 then return i - 2 end
end
redis.call('HSET', KEYS[1], 'epoch', ARGV[1], 'gen', tostring(tonumber(ARGV[2]) + 1),
  'cid', ARGV[3], 'man', ARGV[4], 'prev', now[4] or '')
return -1
`;

/** KEYS: the hash of the manifest. ARGV: epoch. Answers the highest epoch. */
const FENCE = `
local known = tonumber(redis.call('HGET', KEYS[1], 'epoch') or '0')
if known >= tonumber(ARGV[1]) then return known end
redis.call('HSET', KEYS[1], 'epoch', ARGV[1])
return tonumber(ARGV[1])
`;

/** Keys that are looked at with one call: others get their turn in between. */
const SCAN_COUNT = 1_000;

const COMMITTED = -1;
const FENCED = -2;

/** Checkpoints in Redis: a hash of the manifests, and chunks by their content's hash. */
export class RedisCheckpointStore implements CheckpointStore {
  readonly #redis: Redis;
  readonly #cluster: string;

  constructor(redis: Redis, cluster: string) {
    this.#redis = redis;
    this.#cluster = cluster;
  }

  async fence(partition: number, epoch: number): Promise<number> {
    const key = manifestKey(this.#cluster, partition);
    return Number(await call(this.#redis.eval(FENCE, 1, key, epoch)));
  }

  async load(partition: number): Promise<StoredCheckpoint | undefined> {
    const key = manifestKey(this.#cluster, partition);
    const fields = await call(this.#redis.hgetallBuffer(key));
    const { epoch, gen, man, prev } = fields;
    if (epoch === undefined || gen === undefined || man === undefined) return undefined;
    return {
      epoch: Number(epoch.toString()),
      generation: Number(gen.toString()),
      manifest: man,
      previous: prev === undefined || prev.length === 0 ? undefined : prev,
    };
  }

  async putChunk(partition: number, hash: string, bytes: Uint8Array): Promise<void> {
    await call(this.#redis.set(this.#chunk(partition, hash), bufferOf(bytes)));
  }

  async getChunk(partition: number, hash: string): Promise<Uint8Array | undefined> {
    return (await call(this.#redis.getBuffer(this.#chunk(partition, hash)))) ?? undefined;
  }

  async commit(commit: CheckpointCommit): Promise<Committed> {
    const { partition, epoch, generation, commitId, manifest, chunks } = commit;
    const keys = [
      manifestKey(this.#cluster, partition),
      ...chunks.map((hash) => this.#chunk(partition, hash)),
    ];
    const values = [epoch, generation, commitId, bufferOf(manifest)];
    const answer = await call(this.#redis.eval(COMMIT, keys.length, ...keys, ...values));
    if (answer === COMMITTED) return { kind: 'committed' };
    if (answer === FENCED) return { kind: 'fenced' };
    const chunk = chunks[Number(answer)];
    assert(chunk !== undefined, 'the script names a chunk of its own commit');
    return { kind: 'chunk-missing', chunk };
  }

  async dropChunks(partition: number, hashes: readonly string[]): Promise<void> {
    if (hashes.length === 0) return;
    await call(this.#redis.unlink(...hashes.map((hash) => this.#chunk(partition, hash))));
  }

  async chunks(partition: number): Promise<readonly string[]> {
    const prefix = this.#chunk(partition, '');
    const found = new Set<string>();
    let cursor = '0';
    do {
      // The braces of a key mean nothing in a pattern.
      const scan = this.#redis.scan(cursor, 'MATCH', `${prefix}*`, 'COUNT', SCAN_COUNT);
      const [next, keys] = await call(scan);
      for (const key of keys) found.add(key.slice(prefix.length));
      cursor = next;
    } while (cursor !== '0');
    return [...found];
  }

  #chunk(partition: number, hash: string): string {
    return chunkKey(this.#cluster, partition, hash);
  }
}

/** A view of the same bytes as the client wants them. */
function bufferOf(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
