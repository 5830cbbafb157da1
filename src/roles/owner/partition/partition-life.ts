import { ShoalError } from '../../../base/error.ts';
import { pause } from '../../ports/clock.ts';
import { Lease } from './lease.ts';
import { PartitionRunner } from './partition-runner.ts';
import { RETRY_MS } from '../retry.ts';
import type { RunnerPlace } from './takeover.ts';

/*
 * Runs one partition for as long as the owner runs: waits for its lease, runs it, and begins again
 * when another owner took it or its log became another one.
 *
 * 1. There is at most one runner at a time, and it runs only while the lease is believed to be
 *    ours.
 * 2. What does not pass by beginning again fails once, and then the partition stays stopped.
 */

const STOPPING = new DOMException('the owner stops', 'AbortError');

export class PartitionLife {
  readonly #place: RunnerPlace;
  readonly #stopping = new AbortController();
  readonly #living: Promise<void>;
  #abort = new AbortController();
  #runner: PartitionRunner | undefined;
  #hasFailed = false;

  /** @param ready what has to be there before the first start */
  constructor(place: RunnerPlace, ready: Promise<void>) {
    this.#place = place;
    this.#living = this.#live(ready);
  }

  get isLive(): boolean {
    return this.#runner?.isLive === true;
  }

  beat(): void {
    this.#runner?.beat();
  }

  async checkpoint(): Promise<void> {
    await this.#runner?.checkpoint();
  }

  /** Drains what runs, and ends. */
  async stop(deadline: AbortSignal): Promise<void> {
    this.#stopping.abort(STOPPING);
    if (this.#runner === undefined) this.#abort.abort(STOPPING);
    else await this.#runner.drain(deadline);
    await this.#living;
  }

  async #live(ready: Promise<void>): Promise<void> {
    const { signal } = this.#stopping;
    try {
      await ready;
      while (!signal.aborted && !this.#hasFailed) {
        await this.#once();
        if (!this.#hasFailed) await pause(this.#place.world.clock, RETRY_MS, signal);
      }
    } catch (error) {
      this.#fail(error);
    }
  }

  /** From the taking of the lease to its loss, the end of the runner, or a failure. */
  async #once(): Promise<void> {
    const abort = new AbortController();
    this.#abort = abort;
    if (this.#stopping.signal.aborted) return;
    let lease: Lease | undefined;
    try {
      lease = await Lease.take(this.#place, abort.signal, (error) => abort.abort(error));
      this.#runner = await PartitionRunner.start(this.#place, abort);
      if (this.#stopping.signal.aborted) this.#runner.stop();
      await whenAborted(abort.signal);
    } catch (error) {
      abort.abort(error);
    }
    this.#runner = undefined;
    await this.#ended(abort.signal.reason, lease);
    await lease?.release();
  }

  async #ended(error: unknown, lease: Lease | undefined): Promise<void> {
    if (this.#stopping.signal.aborted && isAbort(error)) return;
    const code = error instanceof ShoalError ? error.code : undefined;
    // Fenced off by an owner that holds the lease is what a lost lease looks like from here.
    const isLost =
      code === 'lease-lost' || (code === 'fenced' && (await lease?.isMine()) === false);
    if (!isLost && code !== 'log-changed') return this.#fail(error);
    const { world, partition } = this.#place;
    // Where the log has changed something is lost, and somebody must find out why.
    const level = code === 'log-changed' ? 'error' : 'warn';
    world.logger[level]('a partition begins again', { partition, error });
  }

  #fail(error: unknown): void {
    this.#hasFailed = true;
    if (this.#stopping.signal.aborted && isAbort(error)) return;
    const { world, settings, partition } = this.#place;
    world.logger.error('a partition has stopped', { partition, error });
    settings.onFailure(error, partition);
  }
}

function isAbort(error: unknown): boolean {
  return error instanceof DOMException && error.name === 'AbortError';
}

function whenAborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
