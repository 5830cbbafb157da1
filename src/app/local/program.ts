import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { ShoalError } from '../../base/error.ts';

/** Where Debian and others put servers, although an ordinary user's PATH may lack it. */
const MORE_FOLDERS = [
  '/usr/local/bin',
  '/usr/bin',
  '/usr/local/sbin',
  '/usr/sbin',
  '/opt/homebrew/bin',
];

/**
 * Finds the first of these programs on the PATH, else in the usual folders.
 *
 * @throws ShoalError `program-missing` (stop)
 */
export function findProgram(names: readonly string[], hint: string): string {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), ...MORE_FOLDERS];
  for (const name of names) {
    for (const folder of folders) {
      if (folder !== '' && isProgram(join(folder, name))) return join(folder, name);
    }
  }
  throw new ShoalError({
    code: 'program-missing',
    remedy: 'stop',
    message: `found no program "${names.join('" or "')}"`,
    hint,
  });
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
