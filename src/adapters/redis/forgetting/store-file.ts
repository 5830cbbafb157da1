import { setTimeout as sleep } from 'node:timers/promises';
import type { Redis } from 'ioredis';
import type { Rewriting, StoreFile } from '../../../roles/ports/forgetting.ts';
import { call } from '../connect.ts';

const LOOK_EVERY_MS = 200;

/** The append-only file. */
export class RedisStoreFile implements StoreFile {
  readonly #redis: Redis;

  constructor(redis: Redis) {
    this.#redis = redis;
  }

  async rewrite(): Promise<Rewriting> {
    if (await this.#isWriting()) return 'busy';
    const isTaken = await this.#redis.bgrewriteaof().then(
      () => true,
      // Managed servers decide on it themselves.
      () => false,
    );
    if (!isTaken) return 'refused';
    while (await this.#isWriting()) await sleep(LOOK_EVERY_MS);
    return (await this.#told()).includes('aof_last_bgrewrite_status:ok') ? 'done' : 'busy';
  }

  async #isWriting(): Promise<boolean> {
    const busy = /^(?:aof_rewrite_in_progress|aof_rewrite_scheduled|rdb_bgsave_in_progress):1/m;
    return busy.test(await this.#told());
  }

  #told(): Promise<string> {
    return call(this.#redis.info('persistence'));
  }
}
