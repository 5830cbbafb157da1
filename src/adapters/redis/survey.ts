import type { Redis } from 'ioredis';
import { call } from './connect.ts';

/** What a Redis tells of itself; for a person, so what it does not tell is undefined. */
export interface StoreFacts {
  readonly version: string | undefined;
  readonly bytes: number;
  /** 0: no limit of its own. */
  readonly bytesMax: number;
  /** `ok` when the last write to the append-only file worked. */
  readonly lastWrite: string | undefined;
  /** Where it keeps its data, on its own machine; undefined where it may not be asked. */
  readonly folder: string | undefined;
}

/** @throws ShoalError `store-away` (retry) */
export async function surveyRedis(redis: Redis): Promise<StoreFacts> {
  const info = await call(redis.info());
  const field = (name: string): string | undefined =>
    new RegExp(`^${name}:(.*)\r?$`, 'm').exec(info)?.[1]?.trim();
  // Managed servers refuse CONFIG: then nobody can tell.
  const answer = await redis.config('GET', 'dir').catch(() => undefined);
  return {
    version: field('valkey_version') ?? field('redis_version'),
    bytes: Number(field('used_memory') ?? 0),
    bytesMax: Number(field('maxmemory') ?? 0),
    lastWrite: field('aof_last_write_status'),
    folder: Array.isArray(answer) ? answer[1] : undefined,
  };
}
