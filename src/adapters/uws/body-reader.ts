import type { HttpResponse as UwsResponse } from 'uWebSockets.js';
import type { ByteBudget } from '../../base/byte-budget.ts';
import type { ShoalError } from '../../base/error.ts';
import {
  bodyTooLarge,
  bodyTooSlow,
  DISCARDED_BYTES_MAX,
  joined,
  requestAborted,
  settle,
  tooMuchHeld,
} from '../../roles/ports/http/body.ts';

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
  #isWhole = false;
  #failure: ShoalError | undefined;
  #held = 0;
  #bytes = 0;
  #isReleased = false;
  #asked: { read(body: Uint8Array): void; reject(error: ShoalError): void } | undefined;
  #end: () => void = () => undefined;

  constructor(response: UwsResponse, limits: BodyLimits) {
    this.#limits = limits;
    limits.coming.add(this);
    this.ended = new Promise((resolve) => {
      this.#end = resolve;
    });
    response.onAborted(() => this.#abort());
    response.onData((chunk, isLast) => {
      this.#take(chunk, isLast);
      if (!isLast) return;
      this.#isWhole = true;
      this.#answer();
      this.#finish();
    });
  }

  /** It is not kept: it may be asked for once. */
  body<Read>(read: (bytes: Uint8Array) => Read): Promise<Read> {
    return new Promise((resolve, reject) => {
      this.#asked = { read: (bytes) => settle(resolve, reject, () => read(bytes)), reject };
      this.#answer();
    });
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

  #take(chunk: ArrayBuffer, isLast: boolean): void {
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
    // The chunk's memory is taken back when the handler returns: what is read before needs no copy.
    const isReadAtOnce = isLast && this.#asked !== undefined;
    this.#chunks.push(new Uint8Array(isReadAtOnce ? chunk : chunk.slice(0)));
  }

  /** Answers whoever has asked, as soon as there is an answer. */
  #answer(): void {
    if (this.#asked === undefined || !(this.#isWhole || this.#failure !== undefined)) return;
    const [asked, chunks] = [this.#asked, this.#chunks];
    // Whoever is answered holds what they were given.
    this.#asked = undefined;
    this.#chunks = [];
    if (this.#failure === undefined) asked.read(joined(chunks));
    else asked.reject(this.#failure);
  }

  #fail(error: ShoalError): void {
    this.#failure ??= error;
    this.#answer();
  }

  #refuse(error: ShoalError): void {
    this.refused = true;
    this.#drop();
    this.#fail(error);
  }

  #abort(): void {
    this.aborted = true;
    this.#fail(requestAborted());
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
