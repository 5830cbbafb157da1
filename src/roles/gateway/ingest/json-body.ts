import { isAscii } from 'node:buffer';
import { promisify } from 'node:util';
import { runInNewContext } from 'node:vm';
import { gunzip } from 'node:zlib';
import { ShoalError } from '../../../base/error.ts';
import type { Json } from '../../../base/json.ts';

const inflate = promisify(gunzip);

/**
 * V8 looks for an object's layout among those of all objects of its realm, and gives up layouts
 * when there are too many. In a realm of its own what comes in is looked for among its like, which
 * is a tenth quicker, and keys that somebody makes up spoil no object of the program.
 */
const parseApart = runInNewContext('(text) => JSON.parse(text)') as (text: string) => Json;

const utf8 = new TextDecoder('utf-8', { fatal: true });

/** What is kept of a body: most is ASCII, and is its text at once; of what is not, the bytes. */
export type Kept = string | Uint8Array;

/** @param body its memory may be taken back afterwards */
export function keptOf(body: Uint8Array): Kept {
  if (!isAscii(body)) return new Uint8Array(body);
  return Buffer.from(body.buffer, body.byteOffset, body.length).toString('latin1');
}

/**
 * A body as the text it bears.
 *
 * @throws ShoalError `body-too-large`, `body-unreadable` (refuse-input)
 */
export function textOf(body: Kept, bytesMax: number): string {
  if (body.length > bytesMax) throw tooLarge(bytesMax);
  if (typeof body === 'string') return body;
  try {
    return utf8.decode(body);
  } catch {
    throw unreadable('the body is no UTF-8');
  }
}

/** The same of a body in gzip. */
export async function inflatedText(body: Uint8Array, bytesMax: number): Promise<string> {
  return textOf(keptOf(await inflated(body, bytesMax)), bytesMax);
}

/**
 * What a body is labelled as does not matter: RudderStack's SDK calls gzip a form, and proxies
 * inflate without saying so. No JSON begins with these two.
 */
export function isGzip(body: Kept): body is Uint8Array {
  return typeof body !== 'string' && body[0] === 0x1f && body[1] === 0x8b;
}

/** @throws ShoalError `body-unreadable` (refuse-input) */
export function parseJson(text: string): Json {
  try {
    return parseApart(text);
  } catch {
    // The text of the engine's error quotes the body, which may be anybody's data.
    throw unreadable('the body is no JSON');
  }
}

async function inflated(body: Uint8Array, bytesMax: number): Promise<Uint8Array> {
  try {
    return await inflate(body, { maxOutputLength: bytesMax });
  } catch (error) {
    const isBomb = error instanceof RangeError;
    throw isBomb ? tooLarge(bytesMax) : unreadable('the body begins as gzip and is none');
  }
}

function tooLarge(bytesMax: number): ShoalError {
  return new ShoalError({
    code: 'body-too-large',
    remedy: 'refuse-input',
    message: `the body is longer than ${bytesMax} bytes`,
    hint: 'send it in several requests',
  });
}

function unreadable(message: string): ShoalError {
  return new ShoalError({
    code: 'body-unreadable',
    remedy: 'refuse-input',
    message,
    hint: 'send JSON in UTF-8, as it is or as gzip',
  });
}
