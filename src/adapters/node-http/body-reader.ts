import type { IncomingMessage } from 'node:http';
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
  readonly withinMs: number;
  /** Of all that are held. */
  readonly budget: ByteBudget;
}

/** Reads a request's body, when somebody wants it. */
export class BodyReader {
  /** More came, or more slowly, than is allowed; the connection cannot be used again. */
  refused = false;
  /**
   * Resolves when no more of a refused body is to be waited for. Who closes a connection before
   * would have the peer's system throw away the answer.
   */
  readonly ended: Promise<void>;
  readonly #request: IncomingMessage;
  readonly #limits: BodyLimits;
  #held = 0;
  #end: () => void = () => undefined;

  constructor(request: IncomingMessage, limits: BodyLimits) {
    this.#request = request;
    this.#limits = limits;
    this.ended = new Promise((resolve) => {
      this.#end = resolve;
    });
  }

  /** Whoever wanted the body needs it no more. */
  release(): void {
    this.#limits.budget.giveBack(this.#held);
    this.#held = 0;
  }

  /** It is not kept: it may be asked for once. */
  body<Read>(read: (bytes: Uint8Array) => Read): Promise<Read> {
    const { bytesMax, withinMs, budget } = this.#limits;
    return new Promise((resolve, reject) => {
      let chunks: Buffer[] = [];
      let bytes = 0;
      const refuse = (error: ShoalError): void => {
        this.refused = true;
        chunks = [];
        this.release();
        reject(error);
      };
      const late = setTimeout(() => {
        if (!this.refused) refuse(bodyTooSlow());
        this.#end();
      }, withinMs);
      this.#request.on('data', (chunk: Buffer) => {
        bytes += chunk.length;
        if (this.refused) {
          if (bytes > DISCARDED_BYTES_MAX) this.#end();
          return;
        }
        if (bytes > bytesMax) return refuse(bodyTooLarge(bytesMax));
        if (!budget.take(chunk.length)) return refuse(tooMuchHeld());
        this.#held += chunk.length;
        chunks.push(chunk);
      });
      this.#request.once('end', () => {
        const bytes = joined(chunks);
        chunks = [];
        settle(resolve, reject, () => read(bytes));
      });
      this.#request.once('close', () => {
        clearTimeout(late);
        reject(requestAborted());
        this.#end();
      });
    });
  }
}
