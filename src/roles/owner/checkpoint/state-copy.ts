import type { LiveSection } from '../../../engine/protocol.ts';
import { CHUNK_BYTES_MAX } from '../../../wire/checkpoint.ts';
import { SLICE_MS, type Turns } from '../turns.ts';
import type { OwnerWorld } from '../world.ts';

/*
 * Copies a partition's state, a little at a time, right into the chunks that are stored.
 *
 * 1. The pieces of a section are joined and cut every 256 KB: so a piece that changes in place
 *    changes one chunk or two, and all others keep their names.
 * 2. Memory is used again: a copy is as large as the state, and new memory costs more than copying.
 */

/** A section in memory of its own. */
export interface SectionCopy {
  readonly name: string;
  readonly format: number;
  /** Lengths of the pieces, bytes. */
  readonly pieces: readonly number[];
  /** Each but the last is full. */
  readonly chunks: readonly Uint8Array[];
}

export interface CopyPlace {
  readonly buffers: ChunkBuffers;
  readonly turns: Turns;
  readonly world: Pick<OwnerWorld, 'clock'>;
}

/** What is kept for the next copy: 160 MB, as much as a partition of a million customers in all. */
const FREE_MAX = 640;

/** Memory of one chunk each, for all copies of an owner. */
export class ChunkBuffers {
  readonly #free: Uint8Array[] = [];

  take(): Uint8Array {
    return this.#free.pop() ?? new Uint8Array(CHUNK_BYTES_MAX);
  }

  /** Nobody may look at the chunks any more. */
  giveBack(sections: readonly SectionCopy[]): void {
    for (const { chunks } of sections) {
      for (const { buffer } of chunks)
        if (this.#free.length < FREE_MAX) this.#free.push(new Uint8Array(buffer));
    }
  }
}

/** Copies one piece at each step. @returns all, at the last step */
export function* copyState(
  sections: Iterable<LiveSection>,
  buffers: ChunkBuffers,
): Generator<void, SectionCopy[]> {
  const copied: SectionCopy[] = [];
  for (const { name, format, pieces } of sections) {
    const section = new OpenSection(buffers);
    const lengths: number[] = [];
    for (const piece of pieces) {
      section.add(piece);
      lengths.push(piece.length);
      yield;
    }
    copied.push({ name, format, pieces: lengths, chunks: section.close() });
  }
  return copied;
}

/**
 * Copies a state and lets others have their turn meanwhile; until it answers, nothing must be
 * applied to it.
 *
 * @throws the signal's reason when it is aborted
 */
export async function copyInTurns(
  sections: Iterable<LiveSection>,
  { buffers, turns, world }: CopyPlace,
  signal: AbortSignal,
): Promise<readonly SectionCopy[]> {
  const copying = copyState(sections, buffers);
  let sliceEndsAt = world.clock.now() + SLICE_MS;
  for (let step = copying.next(); ; step = copying.next()) {
    if (step.done === true) return step.value;
    if (world.clock.now() < sliceEndsAt) continue;
    await turns.next();
    signal.throwIfAborted();
    sliceEndsAt = world.clock.now() + SLICE_MS;
  }
}

class OpenSection {
  readonly #buffers: ChunkBuffers;
  readonly #chunks: Uint8Array[] = [];
  /** How much of the last chunk is in use. */
  #used = CHUNK_BYTES_MAX;

  constructor(buffers: ChunkBuffers) {
    this.#buffers = buffers;
  }

  add(piece: Uint8Array): void {
    for (let at = 0; at < piece.length;) {
      if (this.#used === CHUNK_BYTES_MAX) {
        this.#chunks.push(this.#buffers.take());
        this.#used = 0;
      }
      const part = piece.subarray(at, at + CHUNK_BYTES_MAX - this.#used);
      this.#chunks.at(-1)?.set(part, this.#used);
      this.#used += part.length;
      at += part.length;
    }
  }

  close(): readonly Uint8Array[] {
    const last = this.#chunks.pop();
    if (last !== undefined) this.#chunks.push(last.subarray(0, this.#used));
    return this.#chunks;
  }
}
