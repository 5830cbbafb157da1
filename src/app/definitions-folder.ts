import { readFile, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { ShoalError, ShoalErrors } from '../base/error.ts';
import { parseSegments } from '../rules/folder.ts';
import type { SourceFile } from '../rules/parse.ts';
import type { PrivateNames } from '../rules/private/names.ts';
import type { Segment } from '../rules/rule.ts';

/**
 * Reads the segments of a folder, sorted by id.
 *
 * @param privateNames of whose values no rule may ask
 * @throws ShoalErrors everything that is wrong in the folder; `folder-unreadable` when it cannot be
 *                     read
 */
export async function loadSegments(
  folder: string,
  privateNames?: PrivateNames,
): Promise<readonly Segment[]> {
  return parseSegments(await readSources(folder), folder, privateNames);
}

/**
 * Reads the definition files of a folder. Hidden files and those of other kinds, such as a README,
 * are passed over; a subfolder and a `.yml` are errors, since somebody believes in them.
 *
 * @returns sorted by name
 * @throws ShoalErrors of code `folder-unreadable`
 */
export async function readSources(folder: string): Promise<readonly SourceFile[]> {
  const names = await namesIn(folder);
  const sources: SourceFile[] = [];
  const errors: ShoalError[] = [];
  for (const name of names.filter((visible) => !visible.startsWith('.')).toSorted()) {
    const source = await readSource(folder, name);
    if (source instanceof ShoalError) errors.push(source);
    else if (source !== undefined) sources.push(source);
  }
  if (errors.length > 0) throw new ShoalErrors(errors);
  return sources;
}

async function namesIn(folder: string): Promise<readonly string[]> {
  try {
    return await readdir(folder);
  } catch (cause) {
    const hint = 'is the path right, and may this process read it?';
    throw new ShoalErrors([unreadable('the folder cannot be read', folder, hint, cause)]);
  }
}

async function readSource(
  folder: string,
  name: string,
): Promise<SourceFile | ShoalError | undefined> {
  const path = join(folder, name);
  try {
    // Follows links, which mounted configuration is full of.
    const isFolder = (await stat(path)).isDirectory();
    if (isFolder) return unreadable('a subfolder is not read', path, 'move its files up');
    if (name.endsWith('.yml'))
      return unreadable('a ".yml" is not read', path, 'rename it to .yaml');
    return name.endsWith('.yaml') ? { name, text: await readFile(path, 'utf8') } : undefined;
  } catch (cause) {
    return unreadable('the file cannot be read', path, 'may this process read it?', cause);
  }
}

function unreadable(message: string, where: string, hint: string, cause?: unknown): ShoalError {
  return new ShoalError({ code: 'folder-unreadable', remedy: 'stop', message, where, hint, cause });
}
