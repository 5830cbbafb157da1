import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { ShoalError } from '../../base/error.ts';

/** Text that arrives in chunks, as lines. */
export interface EventLines {
  /** Of a file: bytes as they lie there. Standard input has no end that is known. */
  readonly size: { readonly total: number; read(): number } | undefined;
  /** Lines without their ends, in arrays as they come; the file is never held whole. */
  lines(): AsyncGenerator<readonly string[]>;
}

/** Longer lines are no events, and are not kept in memory: what comes out is their beginning. */
export const LINE_CHARS_MAX = 256 * 1024;

/** @throws ShoalError `file-unreadable` (refuse-input), also later, from `lines` */
export async function openEventFile(file: string): Promise<EventLines> {
  const total = await stat(file).then(
    ({ size }) => size,
    (cause: unknown) => {
      throw unreadable(file, cause);
    },
  );
  const source = createReadStream(file, { highWaterMark: 256 * 1024 });
  return { size: { total, read: () => source.bytesRead }, lines: () => linesOf(file, source) };
}

/** Standard input, or whatever else flows. */
export function eventStream(source: Readable): EventLines {
  return { size: undefined, lines: () => linesOf('standard input', source) };
}

async function* linesOf(name: string, source: Readable): AsyncGenerator<readonly string[]> {
  const utf8 = new TextDecoder();
  let rest = '';
  try {
    for await (const chunk of name.endsWith('.gz') ? unzipped(source) : source) {
      const text = utf8.decode(chunk, { stream: true });
      const lines = (rest + text).split('\n');
      rest = (lines.pop() ?? '').slice(0, LINE_CHARS_MAX + 1);
      if (lines.length > 0) yield lines;
    }
  } catch (cause) {
    throw unreadable(name, cause);
  } finally {
    source.destroy();
  }
  if (rest !== '') yield [rest];
}

/** What fails before the unzipping, fails the unzipping. */
function unzipped(source: Readable): Readable {
  const gunzip = createGunzip();
  source.on('error', (error) => gunzip.destroy(error));
  return source.pipe(gunzip);
}

function unreadable(name: string, cause: unknown): ShoalError {
  return new ShoalError({
    code: 'file-unreadable',
    remedy: 'refuse-input',
    message: `"${name}" cannot be read: ${cause instanceof Error ? cause.message : String(cause)}`,
    hint: 'is it there, and may it be read? a name that ends in .gz must be gzip',
    cause,
  });
}
