import { ShoalError } from '../../../base/error.ts';
import type { Section } from '../../../engine/protocol.ts';
import {
  chunksOf,
  encodeManifest,
  type Manifest,
  type ManifestSection,
} from '../../../wire/checkpoint.ts';
import { cut, sha256 } from './chunks.ts';
import type { OwnerFigures } from '../figures.ts';
import { fenced } from '../publish/publish-lane.ts';
import { untilAnswered } from '../retry.ts';
import { SLICE_MS, type Turns } from '../turns.ts';
import type { OwnerWorld } from '../world.ts';

/*
 * Stores a partition's state (durability: "Checkpoints").
 *
 * 1. A manifest is committed only when TRANSITIONS has acknowledged all its outputs, and all its
 *    chunks are stored.
 * 2. Chunks that the store has are not sent again; those that neither the current nor the previous
 *    manifest names are dropped, after the commit.
 * 3. A commit whose outcome is unknown is repeated under its id until it is known.
 * 4. One write at a time.
 */

/** A partition's state at a message boundary; its bytes do not change any more. */
export interface Snapshot {
  readonly manifest: Omit<Manifest, 'sections' | 'transitionsSequence'>;
  readonly sections: readonly Section[];
}

/** What the store has of a partition. */
export interface StoredState {
  readonly generation: number;
  /** The chunks of the current manifest, and of the one before it. */
  readonly current: ReadonlySet<string>;
  readonly previous: ReadonlySet<string>;
}

export const NOTHING_STORED: StoredState = {
  generation: 0,
  current: new Set(),
  previous: new Set(),
};

export interface WriterPlace {
  readonly world: OwnerWorld;
  readonly figures: OwnerFigures;
  readonly turns: Turns;
  readonly partition: number;
  readonly epoch: number;
  readonly boot: string;
  /** Resolves with the last record's sequence when the number has been published. */
  readonly whenPublished: (n: number) => Promise<number>;
}

const UPLOADS_MAX = 2;

export class CheckpointWriter {
  readonly #place: WriterPlace;
  #stored: StoredState;
  #writes = 0;

  constructor(place: WriterPlace, stored: StoredState) {
    this.#place = place;
    this.#stored = stored;
  }

  /**
   * @throws ShoalError `fenced` (stop) when another owner has committed
   * @throws the signal's reason when it is aborted; nothing is committed then, or it is known later
   */
  async write(snapshot: Snapshot, signal: AbortSignal): Promise<void> {
    const commitId = `${this.#place.boot}-${this.#place.partition}-${++this.#writes}`;
    const known = new Set([...this.#stored.current, ...this.#stored.previous]);
    for (let tries = 0; tries < UPLOADS_MAX; tries++) {
      const sections = await this.#upload(snapshot.sections, known, signal);
      const transitionsSequence = await this.#place.whenPublished(snapshot.manifest.n);
      const manifest = { ...snapshot.manifest, transitionsSequence, sections };
      if (await this.#commit(commitId, manifest, signal)) return;
      // The store has lost what it had: all is sent again.
      known.clear();
    }
    this.#place.world.logger.error('redis loses chunks', { partition: this.#place.partition });
  }

  async #upload(
    sections: readonly Section[],
    known: Set<string>,
    signal: AbortSignal,
  ): Promise<ManifestSection[]> {
    const { world, turns, partition, figures } = this.#place;
    const uploaded: ManifestSection[] = [];
    let sliceEndsAt = world.clock.now() + SLICE_MS;
    for (const section of sections) {
      const chunks: string[] = [];
      for (const bytes of cut(section)) {
        const hash = sha256(bytes);
        chunks.push(hash);
        if (!known.has(hash)) {
          const put = (): Promise<void> => world.checkpoints.putChunk(partition, hash, bytes);
          await untilAnswered(world, 'redis, to store a checkpoint', put, signal);
          figures.checkpointBytes.add(bytes.length, { partition });
          known.add(hash);
        }
        if (world.clock.now() < sliceEndsAt) continue;
        await turns.next();
        sliceEndsAt = world.clock.now() + SLICE_MS;
      }
      const { name, format, bytes } = section;
      uploaded.push({ name, format, pieces: bytes.map((piece) => piece.length), chunks });
    }
    return uploaded;
  }

  /** @returns false when a chunk is missing */
  async #commit(commitId: string, manifest: Manifest, signal: AbortSignal): Promise<boolean> {
    const { world, partition, epoch, figures } = this.#place;
    const { generation, current, previous } = this.#stored;
    const chunks = chunksOf(manifest);
    const commit = {
      partition,
      epoch,
      generation,
      commitId,
      manifest: encodeManifest(manifest),
      chunks: [...chunks],
    };
    const outcome = await untilAnswered(
      world,
      'redis, to commit a checkpoint',
      () => world.checkpoints.commit(commit),
      signal,
    );
    if (outcome.kind === 'chunk-missing') {
      world.logger.warn('a chunk is missing in redis', { partition, chunk: outcome.chunk });
      return false;
    }
    if (outcome.kind === 'fenced') throw fenced(partition, 'it has stored a checkpoint');
    this.#stored = { generation: generation + 1, current: chunks, previous: current };
    figures.checkpoints.add(1, { partition });
    await this.#drop([...previous].filter((hash) => !chunks.has(hash) && !current.has(hash)));
    return true;
  }

  async #drop(hashes: readonly string[]): Promise<void> {
    const { world, partition } = this.#place;
    try {
      await world.checkpoints.dropChunks(partition, hashes);
    } catch (error) {
      if (!(error instanceof ShoalError)) throw error;
      // They only take room; the checkpoint stands.
      world.logger.warn('old chunks were not dropped', { partition, chunks: hashes.length });
    }
  }
}
