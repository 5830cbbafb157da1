import { ShoalError } from '../../../base/error.ts';

/*
 * What every adapter of HTTP throws where a body does not come as it should, and how much it lets
 * pass before it closes a connection.
 */

/**
 * So much of what is refused is read and thrown away before the answer: a peer that is still
 * sending would not read it.
 */
export const DISCARDED_BYTES_MAX = 32_000_000;

export function bodyTooLarge(bytesMax: number): ShoalError {
  return new ShoalError({
    code: 'body-too-large',
    remedy: 'refuse-input',
    message: `the body is longer than ${bytesMax} bytes`,
    hint: 'send it in several requests',
  });
}

export function bodyTooSlow(): ShoalError {
  return new ShoalError({
    code: 'body-too-slow',
    remedy: 'retry',
    message: 'the body does not come in time',
    hint: 'send it in several requests',
  });
}

/** All bodies together are more than the server may hold. */
export function tooMuchHeld(): ShoalError {
  return new ShoalError({
    code: 'too-much-held',
    remedy: 'retry',
    message: 'more is being sent to this gateway than it can hold',
    hint: 'send it again in a second',
  });
}

export function requestAborted(): ShoalError {
  return new ShoalError({
    code: 'request-aborted',
    remedy: 'refuse-input',
    message: 'the peer went before the end of its request',
  });
}

const NOTHING = new Uint8Array(0);

/** The chunks of a body as one. */
export function joined(chunks: readonly Uint8Array[]): Uint8Array {
  return chunks.length > 1 ? Buffer.concat(chunks) : (chunks[0] ?? NOTHING);
}

/** Resolves with what is made, or rejects with what is thrown on the way. */
export function settle<Made>(
  resolve: (made: Made) => void,
  reject: (error: unknown) => void,
  make: () => Made,
): void {
  try {
    resolve(make());
  } catch (error) {
    reject(error);
  }
}
