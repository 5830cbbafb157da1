import { randomBytes } from 'node:crypto';
import type { Redis } from 'ioredis';
import type { ForgetSalt } from '../../../roles/ports/forgetting.ts';
import { call } from '../connect.ts';
import { forgetSaltKey } from '../key.ts';

/** 144 bits: nobody guesses it. */
const SALT_BYTES = 18;

/** One key: who asks first makes it. */
export class RedisForgetSalt implements ForgetSalt {
  readonly #redis: Redis;
  readonly #key: string;

  constructor(redis: Redis, cluster: string) {
    this.#redis = redis;
    this.#key = forgetSaltKey(cluster);
  }

  async salt(): Promise<string> {
    const made = randomBytes(SALT_BYTES).toString('base64url');
    await call(this.#redis.set(this.#key, made, 'NX'));
    return (await call(this.#redis.get(this.#key))) ?? made;
  }
}
