import { ShoalError } from '../../../base/error.ts';
import { partitionOf, saltedHash } from '../../../base/hash.ts';
import type { CustomerId } from '../../../base/id.ts';
import { FORGOTTEN_FOR_MS } from '../../../engine/forgetting/marks.ts';
import { encodeForget } from '../../../wire/log-codec.ts';
import { eventsSubject } from '../../../wire/subject.ts';
import type { Directory } from '../../ports/directory.ts';
import type { ForgetSalt } from '../../ports/forgetting.ts';
import type { Log } from '../../ports/log.ts';

export interface ForgettingParts {
  readonly log: Log;
  readonly salt: ForgetSalt;
  /** Takes nothing of who is forgotten, as engines do not; undefined: no attribute is private. */
  readonly directory?: Pick<Directory, 'forget'> | undefined;
  readonly partitions: number;
}

/** Writes into the logs who is to be forgotten. */
export class Forgetting {
  readonly #parts: ForgettingParts;

  constructor(parts: ForgettingParts) {
    this.#parts = parts;
  }

  /**
   * Answers when it is stored: from then on it happens, whatever ends meanwhile. Whoever is
   * forgotten twice is forgotten.
   *
   * @throws ShoalError `store-away`, `log-away`, `log-full` (retry): it may be stored or not
   */
  async ask(customer: CustomerId): Promise<void> {
    const { log, salt: secret, directory, partitions } = this.#parts;
    const salt = await secret.salt();
    const mark = { salt, hash: saltedHash(salt, customer) };
    const { headers, body } = encodeForget({ customer, mark });
    const partition = partitionOf(customer, partitions);
    const { kind } = await log.append(eventsSubject(partition), body, { headers });
    if (kind !== 'stored') throw notStored(partition, kind === 'full');
    await directory?.forget(customer, FORGOTTEN_FOR_MS);
  }
}

function notStored(partition: number, isFull: boolean): ShoalError {
  if (isFull) {
    return new ShoalError({
      code: 'log-full',
      remedy: 'retry',
      message: `the log of partition ${partition} is full`,
      hint: 'start owners for all partitions, then ask again',
    });
  }
  return new ShoalError({
    code: 'log-away',
    remedy: 'retry',
    message: `NATS has not said that it has stored who is to be forgotten`,
    where: `partition ${partition}`,
    hint: 'ask again: to be forgotten twice does no harm',
  });
}
