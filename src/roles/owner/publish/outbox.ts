import { CHUNK_BYTES_MAX, type OutboxChunk } from '../../../wire/checkpoint.ts';
import { encodeOutbox } from '../../../wire/outbox.ts';
import { sha256 } from '../checkpoint/chunks.ts';
import { OUTBOX_BYTES_MAX, OUTBOX_MS } from '../protocol.ts';
import type { Batch } from './batch.ts';

/*
 * What has been published lately, for the checkpoint: the broker may lose what it has not synced.
 *
 * 1. A chunk that is sealed never changes, so that each is sent to the store once.
 * 2. What is older than OUTBOX_MS is dropped, and so is the oldest of what is more than fits.
 */

/** A sealed chunk; without bytes when the store has it from an earlier owner. */
export interface SealedChunk extends OutboxChunk {
  readonly bytes: Uint8Array | undefined;
}

export class Outbox {
  #sealed: SealedChunk[];
  #open: Batch[] = [];
  #openBytes = 0;
  #openedTo = 0;

  /** @param before what the last checkpoint held, oldest first */
  constructor(before: readonly OutboxChunk[]) {
    this.#sealed = before.map((chunk) => ({ ...chunk, bytes: undefined }));
  }

  /** The last number that it holds; 0: none. */
  get heldTo(): number {
    return this.#open.at(-1)?.record.to ?? this.#sealed.at(-1)?.to ?? 0;
  }

  /** @param now ms since the epoch */
  add(batch: Batch, now: number): void {
    this.#open.push(batch);
    this.#openBytes += batch.body.length;
    this.#openedTo = now;
    if (this.#openBytes >= CHUNK_BYTES_MAX / 2) this.#seal(now);
  }

  /** All that it holds, oldest first. */
  chunks(now: number): readonly SealedChunk[] {
    this.#seal(now);
    return this.#sealed;
  }

  #seal(now: number): void {
    if (this.#open.length > 0) {
      const bytes = encodeOutbox(this.#open.map(({ body }) => body));
      const [from, to] = [this.#open[0]?.record.from ?? 0, this.#open.at(-1)?.record.to ?? 0];
      const chunk = { hash: sha256(bytes), length: bytes.length, from, to, at: this.#openedTo };
      this.#sealed = [...this.#sealed, { ...chunk, bytes }];
      this.#open = [];
      this.#openBytes = 0;
    }
    let total = 0;
    const kept = this.#sealed.toReversed().filter(({ at, length }) => {
      total += length;
      return at > now - OUTBOX_MS && total <= OUTBOX_BYTES_MAX;
    });
    if (kept.length < this.#sealed.length) this.#sealed = kept.toReversed();
  }
}
