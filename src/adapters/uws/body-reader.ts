import type { HttpResponse as UwsResponse } from 'uWebSockets.js';
import { ShoalError } from '../../base/error.ts';

/**
 * Collects a request's body. It must be made before the request's handler returns, since the bytes
 * come whether anyone waits for them or not.
 */
export class BodyReader {
  readonly body: Promise<Uint8Array>;
  /** The peer has gone: the response must not be touched any more. */
  aborted = false;
  /** More came than is allowed; the connection cannot be used again. */
  refused = false;

  constructor(response: UwsResponse, bytesMax: number) {
    this.body = new Promise((resolve, reject) => {
      const chunks: Uint8Array[] = [];
      let bytes = 0;
      response.onAborted(() => {
        this.aborted = true;
        reject(requestAborted());
      });
      response.onData((chunk, isLast) => {
        bytes += chunk.byteLength;
        if (bytes > bytesMax) {
          this.refused = true;
          chunks.length = 0;
          return reject(bodyTooLarge(bytesMax));
        }
        // The chunk's memory is taken back when this function returns.
        chunks.push(new Uint8Array(chunk.slice(0)));
        if (isLast) resolve(chunks.length === 1 ? (chunks[0] ?? EMPTY) : Buffer.concat(chunks));
      });
    });
    // Nobody may be waiting; whoever asks for the body still gets the rejection.
    this.body.catch(() => undefined);
  }
}

const EMPTY = new Uint8Array(0);

function bodyTooLarge(bytesMax: number): ShoalError {
  return new ShoalError({
    code: 'body-too-large',
    remedy: 'refuse-input',
    message: `the body is longer than ${bytesMax} bytes`,
    hint: 'send it in several requests',
  });
}

function requestAborted(): ShoalError {
  return new ShoalError({
    code: 'request-aborted',
    remedy: 'refuse-input',
    message: 'the peer went before the end of its request',
  });
}
