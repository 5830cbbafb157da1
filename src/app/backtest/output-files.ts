import { mkdir, open, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ShoalError } from '../../base/error.ts';
import type { CustomerId, SegmentId } from '../../base/id.ts';
import { formatInstant, type EpochMs } from '../../base/time.ts';

/** Text that is written bit by bit. */
export interface OutputFile {
  write(text: string): Promise<void>;
  close(): Promise<void>;
}

/** @throws ShoalError `output-unwritable` (stop), also later, from `write` */
export async function openOutputFile(file: string): Promise<OutputFile> {
  const handle = await writing(file, () => open(file, 'w'));
  return {
    write: (text) => writing(file, () => handle.appendFile(text)),
    close: () => handle.close(),
  };
}

/** @throws ShoalError `output-unwritable` (stop) */
export async function makeFolder(folder: string): Promise<void> {
  await writing(folder, () => mkdir(folder, { recursive: true }));
}

/**
 * Writes the members of a segment at an instant into a file of their own, an id a line.
 *
 * @throws ShoalError `output-unwritable` (stop)
 */
export async function writeMembers(
  folder: string,
  segment: SegmentId,
  at: EpochMs,
  ids: readonly CustomerId[],
): Promise<void> {
  const file = join(folder, `${segment}@${formatInstant(at)}.txt`);
  await writing(file, () => writeFile(file, ids.map((id) => `${id}\n`).join('')));
}

async function writing<T>(path: string, write: () => Promise<T>): Promise<T> {
  try {
    return await write();
  } catch (cause) {
    throw new ShoalError({
      code: 'output-unwritable',
      remedy: 'stop',
      message: `"${path}" cannot be written: ${cause instanceof Error ? cause.message : 'unknown'}`,
      hint: 'is the path right, may this process write there, and is there room on the disk?',
      cause,
    });
  }
}
