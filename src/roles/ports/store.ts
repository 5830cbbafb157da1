import type { CustomerId } from '../../base/id.ts';

/*
 * The store as the roles need it: checkpoints of partitions, positions.
 *
 * Not promised: that a write whose answer did not come has not landed; that the last second of
 * acknowledged writes survives a crash of the store.
 * Every call throws ShoalError `store-away` (retry) when the store cannot be reached.
 */

/** A checkpoint's commit: what it stands on, and the manifest that replaces the one before. */
export interface CheckpointCommit {
  readonly partition: number;
  readonly epoch: number;
  /** The generation that is expected to be there (0: none); the new one is one higher. */
  readonly generation: number;
  /** Names this commit, so that its repeat is known. */
  readonly commitId: string;
  readonly manifest: Uint8Array;
  /** The chunks that the manifest names; all must be stored. */
  readonly chunks: readonly string[];
}

export type Committed =
  | { readonly kind: 'committed' }
  /** A newer epoch, or another generation than expected, is there. */
  | { readonly kind: 'fenced' }
  | { readonly kind: 'chunk-missing'; readonly chunk: string };

export interface StoredCheckpoint {
  readonly epoch: number;
  readonly generation: number;
  readonly manifest: Uint8Array;
  /** The manifest before it, when there was one. */
  readonly previous: Uint8Array | undefined;
}

export interface CheckpointStore {
  /**
   * Makes an epoch known: commits of lower ones are refused from then on.
   *
   * @param epoch 0 to change nothing
   * @returns the highest that is known
   */
  fence(partition: number, epoch: number): Promise<number>;
  load(partition: number): Promise<StoredCheckpoint | undefined>;
  /**
   * @param hash  hex of the chunk's SHA-256, its name
   * @param bytes read before the call returns: its memory may then be used for something else
   */
  putChunk(partition: number, hash: string, bytes: Uint8Array): Promise<void>;
  getChunk(partition: number, hash: string): Promise<Uint8Array | undefined>;
  commit(commit: CheckpointCommit): Promise<Committed>;
  dropChunks(partition: number, hashes: readonly string[]): Promise<void>;
  /** The names of all chunks of a partition. Not promised: that it is quick. */
  chunks(partition: number): Promise<readonly string[]>;
}

/**
 * Who may run a partition. Not promised: that only one believes to hold a lease; the transitions'
 * fence alone keeps owners apart.
 */
export interface Leases {
  /**
   * Takes the lease, or renews it, unless another holder than `instead` has it.
   *
   * @param ttlMs without a renewal it ends after so long
   * @returns who holds it now
   */
  hold(partition: number, holder: string, ttlMs: number, instead?: string): Promise<string>;
  /** Ends the lease if it is this holder's. */
  release(partition: number, holder: string): Promise<void>;
}

/** Messages that could not be applied, by name, and how often. A lost answer may count twice. */
export interface Suspects {
  attempts(partition: number): Promise<ReadonlyMap<string, number>>;
  /** @returns how often in all, now */
  add(partition: number, message: string, times: number): Promise<number>;
}

/** What was seen of a partition's events. To lose it costs statistics alone. */
export interface SeenStore {
  load(partition: number): Promise<Uint8Array | undefined>;
  save(partition: number, bytes: Uint8Array): Promise<void>;
}

export interface PositionStore {
  /** The last sequence that a reader has dealt with; 0 when it never did. */
  position(reader: string): Promise<number>;
  savePosition(reader: string, sequence: number): Promise<void>;
  /** Those of several readers, as they stand at one moment. */
  positions(readers: readonly string[]): Promise<number[]>;
  /** All of these in one write, or none. */
  savePositions(sequences: ReadonlyMap<string, number>): Promise<void>;
}

/** What keeps something of customers outside the log. */
export interface CustomerStore {
  /** Drops all of theirs; again and again if need be. */
  forget(customer: CustomerId): Promise<void>;
}
