import { setMaxListeners } from 'node:events';
import { Rejects } from './apply/rejects.ts';
import { ChunkBuffers } from './checkpoint/state-copy.ts';
import { UploadLimit } from './checkpoint/upload-limit.ts';
import { deadlineAfter, pause } from '../ports/clock.ts';
import { AmendedLog } from './erasure/amended-log.ts';
import { FileRewriting } from './erasure/file-rewriting.ts';
import { ownerFigures } from './figures.ts';
import { PartitionLife } from './partition/partition-life.ts';
import { untilAnswered } from './retry.ts';
import { Sampler } from './seen/sampler.ts';
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
  readonly #lives: readonly PartitionLife[];
  readonly #rejects: Rejects;
  readonly #loops: readonly Promise<void>[];

  constructor(world: OwnerWorld, settings: OwnerSettings) {
    this.#world = world;
    this.#settings = settings;
    const figures = ownerFigures(world.metrics);
    const turns = new Turns();
    const limit = new UploadLimit(world.clock, settings.uploadBytesPerSecondMax);
    this.#rejects = new Rejects(world, figures);
    const buffers = new ChunkBuffers();
    const sampler = new Sampler();
    const parts = { figures, turns, limit, buffers, sampler, rejects: this.#rejects };
    const rewriting = new FileRewriting(world.erasing.file, world, settings.erasureEveryMs);
    // Who replays a partition finds in it what stands in the place of what was erased.
    const reading = { ...world, log: new AmendedLog(world) };
    const place = { world: reading, log: world.log, settings, rewriting, ...parts };
    const ready = this.#ensureStreams();
    this.#lives = settings.partitions.map(
      (partition) => new PartitionLife({ ...place, partition }, ready),
    );
    this.#loops = [this.#beat(), this.#checkpoint()];
  }

  isLive(): boolean {
    return this.#lives.every((life) => life.isLive);
  }

  async stop(): Promise<void> {
    this.#stopping.abort(new DOMException('the owner stops', 'AbortError'));
    const drained = new AbortController();
    const deadline = deadlineAfter(this.#world.clock, DRAIN_WITHIN_MS, drained.signal);
    // Every partition listens.
    setMaxListeners(0, deadline);
    const drains = this.#lives.map((life) => life.stop(deadline));
    await Promise.all([...this.#loops, ...drains]);
    drained.abort();
    await this.#rejects.drained();
    this.#world.logger.info('owner has stopped', { partitions: this.#lives.length });
  }

  async #ensureStreams(): Promise<void> {
    const { partitions, historyBytesMax } = this.#settings;
    const ensure = (): Promise<void> => ensureStreams(this.#world.log, partitions, historyBytesMax);
    await untilAnswered(this.#world, 'the log', ensure, this.#stopping.signal);
  }

  async #beat(): Promise<void> {
    while (await pause(this.#world.clock, BEAT_MS, this.#stopping.signal)) {
      for (const life of this.#lives) life.beat();
    }
  }

  async #checkpoint(): Promise<void> {
    const { partitions, checkpointEveryMs } = this.#settings;
    const pauseMs = checkpointEveryMs / Math.max(1, partitions.length);
    const { signal } = this.#stopping;
    for (let turn = 0; await pause(this.#world.clock, pauseMs, signal); turn++) {
      await this.#lives[turn % this.#lives.length]?.checkpoint();
    }
  }
}
