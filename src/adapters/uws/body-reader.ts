import type { HttpResponse as UwsResponse } from 'uWebSockets.js';
import type { ByteBudget } from '../../base/byte-budget.ts';
import type { ShoalError } from '../../base/error.ts';
import {
  bodyTooLarge,
  bodyTooSlow,
  DISCARDED_BYTES_MAX,
  requestAborted,
  tooMuchHeld,
} from '../../roles/ports/http-body.ts';

/** What all bodies of a server share. */
export interface BodyLimits {
  readonly bytesMax: number;
  /** Of all that are held. */
  readonly budget: ByteBudget;
  /** Those that are still coming. */
  readonly coming: Set<BodyReader>;
}

/**
 * Collects a request's body. It must be made before the request's handler returns, since the bytes
 * come whether anyone waits for them or not.
 */
export class BodyReader {
  readonly body: Promise<Uint8Array>;
  /**
   * Resolves when no more of it is to be waited for. Who closes a connection before would have the
   * peer's system throw away the answer.
   */
  readonly ended: Promise<void>;
  /** The peer has gone: the response must not be touched any more. */
  aborted = false;
  /** The connection cannot be used again. */
  refused = false;
  readonly startedAt = performance.now();
  readonly #limits: BodyLimits;
  #chunks: Uint8Array[] = [];
  #held = 0;
  #bytes = 0;
  #isReleased = false;
  #reject: (error: ShoalError) => void = () => undefined;
  #end: () => void = () => undefined;

  constructor(response: UwsResponse, limits: BodyLimits) {
    this.#limits = limits;
    limits.coming.add(this);
    this.ended = new Promise((resolve) => {
      this.#end = resolve;
    });
    this.body = new Promise((resolve, reject) => {
      this.#reject = reject;
      response.onAborted(() => this.#abort());
      response.onData((chunk, isLast) => {
        this.#take(chunk);
        if (!isLast) return;
        if (!this.refused) resolve(joined(this.#chunks));
        this.#finish();
      });
    });
    // Nobody may be waiting; whoever asks for the body still gets the rejection.
    this.body.catch(() => undefined);
  }

  /** It has taken too long. */
  giveUp(): void {
    this.#refuse(bodyTooSlow());
    this.#finish();
  }

  /** Whoever wanted the body needs it no more. */
  release(): void {
    this.#isReleased = true;
    this.#limits.coming.delete(this);
    this.#drop();
  }

  #take(chunk: ArrayBuffer): void {
    if (this.#isReleased) return;
    const { bytesMax, budget } = this.#limits;
    this.#bytes += chunk.byteLength;
    if (this.refused) {
      if (this.#bytes > DISCARDED_BYTES_MAX) this.#finish();
      return;
    }
    if (this.#bytes > bytesMax) return this.#refuse(bodyTooLarge(bytesMax));
    if (!budget.take(chunk.byteLength)) return this.#refuse(tooMuchHeld());
    this.#held += chunk.byteLength;
    // The chunk's memory is taken back when this function returns.
    this.#chunks.push(new Uint8Array(chunk.slice(0)));
  }

  #refuse(error: ShoalError): void {
    this.refused = true;
    this.#drop();
    this.#reject(error);
  }

  #abort(): void {
    this.aborted = true;
    this.#reject(requestAborted());
    this.#finish();
  }

  #finish(): void {
    this.#limits.coming.delete(this);
    this.#end();
  }

  #drop(): void {
    this.#chunks = [];
    this.#limits.budget.giveBack(this.#held);
    this.#held = 0;
  }
}

const EMPTY = new Uint8Array(0);

function joined(chunks: readonly Uint8Array[]): Uint8Array {
  return chunks.length === 1 ? (chunks[0] ?? EMPTY) : Buffer.concat(chunks);
}
