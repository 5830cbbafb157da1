import { setMaxListeners } from 'node:events';
import { Rejects } from './apply/rejects.ts';
import { pause } from '../ports/clock.ts';
import { ownerFigures } from './figures.ts';
import { failPartition, PartitionRunner, type RunnerPlace } from './partition-runner.ts';
import { untilAnswered } from './retry.ts';
import { ensureStreams } from './streams.ts';
import { Turns } from './turns.ts';
import type { OwnerSettings, OwnerWorld } from './world.ts';

/*
 * Runs partitions: starts them, lets them tick and tell, stores their checkpoints one after the
 * other, spread over the interval, and drains them at the end.
 */

const BEAT_MS = 50;
/** What has not been published or stored by then is replayed at the next start. */
const DRAIN_WITHIN_MS = 20_000;

export interface Owner {
  /** True when every partition has caught up with what its log held at the start. */
  isLive(): boolean;
  /** Publishes and stores what has been applied, then ends. */
  stop(): Promise<void>;
}

/**
 * Starts an owner; answers at once. What it waits for and what fails is logged, and failures are
 * told to `settings.onFailure`.
 */
export function startOwner(world: OwnerWorld, settings: OwnerSettings): Owner {
  return new RunningOwner(world, settings);
}

class RunningOwner implements Owner {
  readonly #world: OwnerWorld;
  readonly #settings: OwnerSettings;
  readonly #stopping = new AbortController();
  readonly #runners = new Map<number, PartitionRunner>();
  readonly #rejects: Rejects;
  readonly #starting: Promise<void>;
  readonly #loops: readonly Promise<void>[];

  constructor(world: OwnerWorld, settings: OwnerSettings) {
    this.#world = world;
    this.#settings = settings;
    // Every partition listens.
    setMaxListeners(0, this.#stopping.signal);
    const figures = ownerFigures(world.metrics);
    const turns = new Turns();
    this.#rejects = new Rejects(world, figures);
    const place = { world, settings, figures, turns, rejects: this.#rejects };
    this.#starting = this.#start(place);
    this.#loops = [this.#beat(), this.#checkpoint()];
  }

  isLive(): boolean {
    const { partitions } = this.#settings;
    return partitions.every((partition) => this.#runners.get(partition)?.isLive === true);
  }

  async stop(): Promise<void> {
    this.#stopping.abort(new DOMException('the owner stops', 'AbortError'));
    await this.#starting;
    const deadline = AbortSignal.timeout(DRAIN_WITHIN_MS);
    setMaxListeners(0, deadline);
    const drains = Array.from(this.#runners.values(), (runner) => runner.drain(deadline));
    await Promise.all([...this.#loops, ...drains]);
    await this.#rejects.drained();
    this.#world.logger.info('owner has stopped', { partitions: this.#runners.size });
  }

  async #start(place: Omit<RunnerPlace, 'partition'>): Promise<void> {
    const { partitions, historyBytesMax } = this.#settings;
    const ensure = (): Promise<void> => ensureStreams(this.#world.log, partitions, historyBytesMax);
    try {
      await untilAnswered(this.#world, 'the log', ensure, this.#stopping.signal);
    } catch (error) {
      if (this.#stopping.signal.aborted) return;
      for (const partition of partitions)
        failPartition({ ...place, partition }, new AbortController(), error);
      return;
    }
    await Promise.all(partitions.map((partition) => this.#startOne({ ...place, partition })));
  }

  async #startOne(place: RunnerPlace): Promise<void> {
    const abort = new AbortController();
    const { signal } = this.#stopping;
    const onStop = (): void => abort.abort(signal.reason);
    signal.addEventListener('abort', onStop, { once: true });
    try {
      const runner = await PartitionRunner.start(place, abort);
      this.#runners.set(place.partition, runner);
      if (signal.aborted) runner.stop();
    } catch (error) {
      failPartition(place, abort, error);
    } finally {
      // From here on the end of a partition is `drain`.
      signal.removeEventListener('abort', onStop);
    }
  }

  async #beat(): Promise<void> {
    while (await pause(this.#world.clock, BEAT_MS, this.#stopping.signal)) {
      for (const runner of this.#runners.values()) runner.beat();
    }
  }

  async #checkpoint(): Promise<void> {
    const { partitions, checkpointEveryMs } = this.#settings;
    const pauseMs = checkpointEveryMs / Math.max(1, partitions.length);
    const { signal } = this.#stopping;
    for (let turn = 0; await pause(this.#world.clock, pauseMs, signal); turn++) {
      const partition = partitions[turn % partitions.length];
      const runner = partition === undefined ? undefined : this.#runners.get(partition);
      await runner?.checkpoint();
    }
  }
}
