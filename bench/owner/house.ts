import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { startLocalNats } from '../../src/app/local/local-nats.ts';
import { startLocalRedis } from '../../src/app/local/local-redis.ts';
import type { LocalServer } from '../../src/app/local/local-server.ts';
import type { OwnerFigures, OwnerOrder, OwnerRequest } from './owner-process.ts';

const PROGRAM = fileURLToPath(new URL('owner-process.js', import.meta.url));

/** One owner process, and what it answers. */
export class OwnerProcess {
  readonly startedAt = performance.now();
  readonly #child: ChildProcess;
  /** Questions are asked one after the other. */
  #last: Promise<unknown> = Promise.resolve();

  private constructor(child: ChildProcess) {
    this.#child = child;
  }

  static async start(order: OwnerOrder): Promise<OwnerProcess> {
    const child = fork(PROGRAM, [JSON.stringify(order)], { execArgv: process.execArgv });
    const process_ = new OwnerProcess(child);
    await once(child, 'message');
    return process_;
  }

  figures(): Promise<OwnerFigures> {
    return this.#ask({ do: 'figures' });
  }

  /** Figures at the beginning of what is measured. */
  begin(): Promise<OwnerFigures> {
    return this.#ask({ do: 'begin' });
  }

  checkpoints(are: 'on' | 'off'): Promise<OwnerFigures> {
    return this.#ask({ do: 'checkpoints', are });
  }

  /** Waits until figures are as they are wanted. */
  async until(holds: (figures: OwnerFigures) => boolean): Promise<OwnerFigures> {
    for (;;) {
      const figures = await this.figures();
      if (holds(figures)) return figures;
      await sleep(20);
    }
  }

  async kill(): Promise<void> {
    const exited = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await exited;
  }

  #ask(request: OwnerRequest): Promise<OwnerFigures> {
    const answered = this.#last.then(async () => {
      if (this.#child.exitCode !== null) throw new Error('the owner has ended');
      const message = once(this.#child, 'message');
      this.#child.send(request);
      const [answer]: unknown[] = await message;
      return answer as OwnerFigures; // what `owner-process.ts` answers
    });
    this.#last = answered;
    return answered;
  }
}

/** Real servers with the project's own configuration. */
export interface House {
  readonly nats: LocalServer;
  readonly redis: LocalServer;
  stop(): Promise<void>;
}

export async function openHouse(): Promise<House> {
  const [nats, redis] = await Promise.all([startLocalNats(), startLocalRedis()]);
  const stop = async (): Promise<void> => {
    await Promise.all([nats.stop(), redis.stop()]);
  };
  return { nats, redis, stop };
}
