import { ShoalError } from '../../../base/error.ts';
import {
  chunksOf,
  encodeManifest,
  type Manifest,
  type ManifestSection,
  type OutboxChunk,
} from '../../../wire/checkpoint.ts';
import type { StoredCheckpoint } from '../../ports/store.ts';
import type { OwnerFigures } from '../figures.ts';
import type { Outbox } from '../publish/outbox.ts';
import { fenced } from '../publish/record-writer.ts';
import { untilAnswered } from '../retry.ts';
import { sha256 } from './chunks.ts';
import type { SectionCopy } from './state-copy.ts';
import { storedState, type StoredState } from './stored-state.ts';
import type { UploadLimit } from './upload-limit.ts';
import { SLICE_MS, type Turns } from '../turns.ts';
import type { OwnerWorld } from '../world.ts';

/*
 * Stores a partition's state (durability: "Checkpoints").
 *
 * 1. A manifest is committed only when TRANSITIONS has acknowledged all its outputs, and all its
 *    chunks are stored.
 * 2. Chunks that the store has are not sent again; those that neither the current nor the previous
 *    manifest names are dropped after the commit, also those of commits that never came.
 * 3. A commit whose outcome is unknown is repeated under its id until it is known.
 * 4. One write at a time, no faster than the upload limit.
 * 5. A store that was set back behind our back is written over: the fence of the transitions alone
 *    says whose the partition is.
 */

/** A partition's state at a message boundary; its bytes do not change any more. */
export interface Snapshot {
  readonly manifest: Omit<Manifest, 'sections' | 'transitionsSequence' | 'outbox'>;
  readonly sections: readonly SectionCopy[];
}

export interface WriterPlace {
  readonly world: OwnerWorld;
  readonly figures: OwnerFigures;
  readonly turns: Turns;
  readonly partition: number;
  readonly epoch: number;
  readonly boot: string;
  readonly outbox: Outbox;
  readonly limit: UploadLimit;
  /** Resolves with the last record's sequence when the number has been published. */
  readonly whenPublished: (n: number) => Promise<number>;
}

interface Chunk {
  readonly hash: string;
  readonly bytes: Uint8Array;
}

/** The first time that both manifests are of this owner. */
const SWEEP_AT_COMMIT = 2;
/** How many chunks are on their way at once: 2 MB at most. */
const PUTS_MAX = 8;
/** One, one after the store was set back, one after it had lost chunks. */
const UPLOADS_MAX = 3;

export class CheckpointWriter {
  readonly #place: WriterPlace;
  #stored: StoredState;
  #writes = 0;
  #commits = 0;

  constructor(place: WriterPlace, stored: StoredState) {
    this.#place = place;
    this.#stored = stored;
  }

  /**
   * @returns false when the store did not keep what it had acknowledged
   * @throws ShoalError `fenced` (stop) when another owner has committed
   * @throws the signal's reason when it is aborted; nothing is committed then, or it is known later
   */
  async write(snapshot: Snapshot, signal: AbortSignal): Promise<boolean> {
    const commitId = `${this.#place.boot}-${this.#place.partition}-${++this.#writes}`;
    const known = new Set([...this.#stored.current, ...this.#stored.previous]);
    for (let tries = 0; tries < UPLOADS_MAX; tries++) {
      const sections = await this.#upload(snapshot.sections, known, signal);
      const transitionsSequence = await this.#place.whenPublished(snapshot.manifest.n);
      const outbox = await this.#uploadOutbox(known, signal);
      const manifest = { ...snapshot.manifest, transitionsSequence, outbox, sections };
      if (await this.#commit(commitId, manifest, signal)) return true;
      // The store has lost what it had: all is sent again.
      known.clear();
    }
    this.#place.world.logger.error('redis loses chunks', { partition: this.#place.partition });
    return false;
  }

  async #upload(
    sections: readonly SectionCopy[],
    known: Set<string>,
    signal: AbortSignal,
  ): Promise<ManifestSection[]> {
    const { world, turns } = this.#place;
    const uploaded: ManifestSection[] = [];
    const missing: Chunk[] = [];
    let sliceEndsAt = world.clock.now() + SLICE_MS;
    for (const { name, format, pieces, chunks: contents } of sections) {
      const chunks: string[] = [];
      for (const bytes of contents) {
        const hash = sha256(bytes);
        chunks.push(hash);
        if (!known.has(hash)) missing.push({ hash, bytes });
        if (missing.length === PUTS_MAX) await this.#putAll(missing.splice(0), known, signal);
        else if (world.clock.now() < sliceEndsAt) continue;
        else await turns.next();
        sliceEndsAt = world.clock.now() + SLICE_MS;
      }
      uploaded.push({ name, format, pieces, chunks });
    }
    await this.#putAll(missing, known, signal);
    return uploaded;
  }

  async #uploadOutbox(known: Set<string>, signal: AbortSignal): Promise<OutboxChunk[]> {
    const { world, outbox } = this.#place;
    const uploaded: OutboxChunk[] = [];
    const missing: Chunk[] = [];
    for (const { bytes, ...chunk } of outbox.chunks(world.clock.now())) {
      if (!known.has(chunk.hash)) {
        // One of an earlier owner that the store has lost.
        if (bytes === undefined) continue;
        missing.push({ hash: chunk.hash, bytes });
      }
      uploaded.push(chunk);
    }
    while (missing.length > 0) await this.#putAll(missing.splice(0, PUTS_MAX), known, signal);
    return uploaded;
  }

  /** Sends some chunks at once: one after the other, each would wait for a turn of the loop. */
  async #putAll(chunks: readonly Chunk[], known: Set<string>, signal: AbortSignal): Promise<void> {
    const { world, partition, figures, limit } = this.#place;
    const total = chunks.reduce((sum, { bytes }) => sum + bytes.length, 0);
    await limit.take(total, signal);
    const putAll = (): Promise<unknown> =>
      Promise.all(
        chunks.map(({ hash, bytes }) => world.checkpoints.putChunk(partition, hash, bytes)),
      );
    await untilAnswered(world, 'redis, to store a checkpoint', putAll, signal);
    figures.checkpointBytes.add(total, { partition });
    for (const { hash } of chunks) known.add(hash);
  }

  /** @returns false when a chunk is missing, or the store was set back */
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
    if (outcome.kind === 'fenced') {
      await this.#lookAgain(signal);
      return false;
    }
    this.#stored = { generation: generation + 1, current: chunks, previous: current };
    figures.checkpoints.add(1, { partition });
    this.#commits++;
    await this.#drop(previous);
    return true;
  }

  /** @throws ShoalError `fenced` (stop) when the store knows of a higher epoch */
  async #lookAgain(signal: AbortSignal): Promise<void> {
    const { world, partition, epoch } = this.#place;
    const what = 'redis, to commit a checkpoint';
    const fence = (): Promise<number> => world.checkpoints.fence(partition, epoch);
    if ((await untilAnswered(world, what, fence, signal)) > epoch)
      throw fenced(partition, 'it has stored a checkpoint');
    const load = (): Promise<StoredCheckpoint | undefined> => world.checkpoints.load(partition);
    this.#stored = storedState(await untilAnswered(world, what, load, signal));
    const { generation } = this.#stored;
    world.logger.error('redis was set back, storing the checkpoint anew', {
      partition,
      generation,
    });
  }

  /** @param before what the manifest named that has just gone */
  async #drop(before: ReadonlySet<string>): Promise<void> {
    const { world, partition } = this.#place;
    const { current, previous } = this.#stored;
    try {
      // Once both manifests are ours, we know of all that is named.
      const isOurs = this.#commits === SWEEP_AT_COMMIT;
      const candidates = isOurs ? await world.checkpoints.chunks(partition) : [...before];
      const unnamed = candidates.filter((hash) => !current.has(hash) && !previous.has(hash));
      await world.checkpoints.dropChunks(partition, unnamed);
    } catch (error) {
      if (!(error instanceof ShoalError)) throw error;
      // They only take room; the checkpoint stands.
      world.logger.warn('old chunks were not dropped', { partition, code: error.code });
    }
  }
}
