import type {
  CheckpointCommit,
  CheckpointStore,
  Committed,
  Leases,
  StoredCheckpoint,
  Suspects,
} from '../../src/roles/ports/store.ts';
import type { EffectName } from './fate.ts';
import { away, type SimProcess } from './process.ts';
import type { Shelf } from './shelf.ts';
import type { Watcher } from './watcher.ts';

const PATIENCE_MS = 500;

/** A process's way to the simulated store. It has one partition. */
export class SimStore implements CheckpointStore, Leases, Suspects {
  readonly #shelf: Shelf;
  readonly #process: SimProcess;
  readonly #watcher: Watcher;

  constructor(shelf: Shelf, process: SimProcess, watcher: Watcher) {
    this.#shelf = shelf;
    this.#process = process;
    this.#watcher = watcher;
  }

  fence(_partition: number, epoch: number): Promise<number> {
    return this.#ask('fence', () => this.#shelf.fence(epoch));
  }

  async load(_partition: number): Promise<StoredCheckpoint | undefined> {
    const checkpoint = await this.#ask('load', () => this.#shelf.load());
    this.#watcher.onLoaded(this.#process.name, checkpoint);
    return checkpoint;
  }

  putChunk(_partition: number, hash: string, bytes: Uint8Array): Promise<void> {
    const copy = Uint8Array.from(bytes);
    return this.#ask('putChunk', () => this.#shelf.putChunk(hash, copy));
  }

  async getChunk(_partition: number, hash: string): Promise<Uint8Array | undefined> {
    const bytes = await this.#ask('getChunk', () => this.#shelf.getChunk(hash));
    this.#watcher.onChunk(this.#process.name, hash, bytes);
    return bytes;
  }

  commit(commit: CheckpointCommit): Promise<Committed> {
    return this.#ask('commit', () => {
      const outcome = this.#shelf.commit(commit, this.#process.name);
      const { reached } = this.#process.place;
      if (outcome.kind === 'fenced') reached.mark('a commit was fenced off');
      if (outcome.kind === 'chunk-missing') reached.mark('a chunk was missing at a commit');
      return outcome;
    });
  }

  dropChunks(_partition: number, hashes: readonly string[]): Promise<void> {
    if (hashes.length === 0) return Promise.resolve();
    return this.#ask('dropChunks', () => this.#shelf.dropChunks(hashes));
  }

  async chunks(_partition: number): Promise<readonly string[]> {
    return this.#ask('chunks', () => [...this.#shelf.chunks.keys()]);
  }

  hold(_partition: number, holder: string, ttlMs: number, instead?: string): Promise<string> {
    return this.#ask('hold', () => this.#shelf.hold(holder, ttlMs, instead));
  }

  release(_partition: number, holder: string): Promise<void> {
    return this.#ask('release', () => this.#shelf.release(holder));
  }

  attempts(_partition: number): Promise<ReadonlyMap<string, number>> {
    return this.#ask('attempts', () => this.#shelf.attempts());
  }

  add(_partition: number, message: string, times: number): Promise<number> {
    return this.#ask('add', () => this.#shelf.addAttempts(message, times));
  }

  #ask<Result>(effect: EffectName, act: () => Result): Promise<Result> {
    return this.#process.call({
      effect,
      act,
      isAway: () => this.#shelf.isAway,
      unanswered: () => {
        throw away('store-away');
      },
      patienceMs: PATIENCE_MS,
    });
  }
}
