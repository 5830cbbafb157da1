import type { CheckpointCommit, Committed, StoredCheckpoint } from '../../src/roles/ports/store.ts';
import { decodeManifest } from '../../src/wire/checkpoint.ts';

/** What Redis holds of one partition. */
export interface Content {
  /** The highest that is known; commits of lower ones are refused. */
  readonly epoch: number;
  readonly checkpoint: (StoredCheckpoint & { readonly commitId: string }) | undefined;
  readonly chunks: ReadonlyMap<string, Uint8Array>;
  readonly attempts: ReadonlyMap<string, number>;
}

const NOTHING: Content = {
  epoch: 0,
  checkpoint: undefined,
  chunks: new Map(),
  attempts: new Map(),
};

/** `mistaken`: another state than the one that is there under its id. */
export type CommitHow = 'new' | 'repeated' | 'mistaken';
export type OnCommitted = (commit: CheckpointCommit, how: CommitHow, by: string) => void;

/** The store behind all owners of a world, with what it held earlier: it may be set back. */
export class Shelf {
  readonly #now: () => number;
  readonly #onCommitted: OnCommitted;
  #epoch = 0;
  #lease: { readonly holder: string; readonly endsAt: number } | undefined;
  #chunks = new Map<string, Uint8Array>();
  #attempts = new Map<string, number>();
  #checkpoint: Content['checkpoint'];
  readonly #earlier: Content[] = [NOTHING];
  isAway = false;

  constructor(now: () => number, onCommitted: OnCommitted) {
    this.#now = now;
    this.#onCommitted = onCommitted;
  }

  get checkpoint(): Content['checkpoint'] {
    return this.#checkpoint;
  }

  get chunks(): ReadonlyMap<string, Uint8Array> {
    return this.#chunks;
  }

  /** How many commits it could be set back by. */
  get age(): number {
    return this.#earlier.length;
  }

  fence(epoch: number): number {
    this.#epoch = Math.max(this.#epoch, epoch);
    return this.#epoch;
  }

  load(): StoredCheckpoint | undefined {
    return this.#checkpoint === undefined ? undefined : { ...this.#checkpoint, epoch: this.#epoch };
  }

  hold(holder: string, ttlMs: number, instead: string | undefined): string {
    const now = this.#now();
    const known = this.#lease !== undefined && this.#lease.endsAt > now ? this.#lease : undefined;
    if (known !== undefined && known.holder !== holder && known.holder !== instead)
      return known.holder;
    this.#lease = { holder, endsAt: now + ttlMs };
    return holder;
  }

  release(holder: string): void {
    if (this.#lease?.holder === holder) this.#lease = undefined;
  }

  putChunk(hash: string, bytes: Uint8Array): void {
    this.#chunks.set(hash, Uint8Array.from(bytes));
  }

  getChunk(hash: string): Uint8Array | undefined {
    return this.#chunks.get(hash);
  }

  dropChunks(hashes: readonly string[]): void {
    for (const hash of hashes) this.#chunks.delete(hash);
  }

  attempts(): ReadonlyMap<string, number> {
    return new Map(this.#attempts);
  }

  addAttempts(message: string, times: number): number {
    const attempts = (this.#attempts.get(message) ?? 0) + times;
    this.#attempts.set(message, attempts);
    return attempts;
  }

  /** As the script in Redis does it. */
  commit(commit: CheckpointCommit, by: string): Committed {
    const now = this.#checkpoint;
    if (now?.commitId === commit.commitId) {
      const [a, b] = [decodeManifest(now.manifest), decodeManifest(commit.manifest)];
      const isSame = a.sequence === b.sequence && a.n === b.n && a.chain === b.chain;
      this.#onCommitted(commit, isSame ? 'repeated' : 'mistaken', by);
      return { kind: 'committed' };
    }
    if (this.#epoch > commit.epoch) return { kind: 'fenced' };
    if ((now?.generation ?? 0) !== commit.generation) return { kind: 'fenced' };
    const missing = commit.chunks.find((hash) => !this.#chunks.has(hash));
    if (missing !== undefined) return { kind: 'chunk-missing', chunk: missing };
    this.#earlier.push({
      epoch: this.#epoch,
      checkpoint: now,
      chunks: new Map(this.#chunks),
      attempts: new Map(this.#attempts),
    });
    this.#epoch = commit.epoch;
    this.#checkpoint = {
      epoch: commit.epoch,
      generation: commit.generation + 1,
      commitId: commit.commitId,
      manifest: Uint8Array.from(commit.manifest),
      previous: now?.manifest,
    };
    this.#onCommitted(commit, 'new', by);
    return { kind: 'committed' };
  }

  /** @param commits how many commits are forgotten; all when there were fewer */
  setBack(commits: number): void {
    const content = this.#earlier.at(-commits) ?? NOTHING;
    this.#epoch = content.epoch;
    this.#lease = undefined;
    this.#checkpoint = content.checkpoint;
    this.#chunks = new Map(content.chunks);
    this.#attempts = new Map(content.attempts);
  }

  loseChunk(hash: string): void {
    this.#chunks.delete(hash);
  }

  spoilChunk(hash: string): void {
    const bytes = this.#chunks.get(hash);
    if (bytes !== undefined)
      this.#chunks.set(
        hash,
        bytes.map((byte) => byte ^ 1),
      );
  }
}
