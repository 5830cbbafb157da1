import { readFile, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { ShoalError, ShoalErrors } from '../base/error.ts';
import { ID_PATTERN } from '../base/id.ts';
import { parseSegments } from '../rules/folder.ts';
import { parseSegment, type SourceFile } from '../rules/parse.ts';
import type { PrivateNames } from '../rules/private/names.ts';
import type { Segment } from '../rules/rule.ts';
import { readSources } from './definitions-folder.ts';

/** The text of a segment, from wherever it came. */
export interface SegmentText extends SourceFile {
  /** As people know it: a path, or a line of a story. */
  readonly shownAs: string;
}

/**
 * Reads the segments of some paths. Of a folder it reads every definition; of a file also its
 * neighbours, only as far as it refers to them, so that a draft can stand among unfinished ones.
 *
 * @throws ShoalErrors of code `folder-unreadable`
 */
export async function readSegmentTexts(paths: readonly string[]): Promise<readonly SegmentText[]> {
  const byPath = new Map<string, SegmentText>();
  for (const path of paths) {
    for (const text of await readPath(path)) byPath.set(text.shownAs, text);
  }
  return [...byPath.values()];
}

async function readPath(path: string): Promise<readonly SegmentText[]> {
  const kind = await stat(path).catch((cause: unknown) => {
    const hint = 'is the path right, and may this process read it?';
    throw new ShoalErrors([unreadable('there is no such file or folder', path, hint, cause)]);
  });
  if (!kind.isDirectory()) return readWithNeighbours(dirname(path), basename(path));
  const sources = await readSources(path);
  return sources.map((source) => ({ ...source, shownAs: join(path, source.name) }));
}

async function readWithNeighbours(folder: string, first: string): Promise<SegmentText[]> {
  const texts: SegmentText[] = [];
  const names = new Set([first]);
  // A set hands out what is added while it is walked.
  for (const name of names) {
    const shownAs = join(folder, name);
    const text = await readFile(shownAs, 'utf8').catch((cause: unknown) => {
      // That a neighbour is missing is said where it is referred to.
      if (name !== first && isMissing(cause)) return undefined;
      const hint = 'may this process read it?';
      throw new ShoalErrors([unreadable('the file cannot be read', shownAs, hint, cause)]);
    });
    if (text === undefined) continue;
    texts.push({ name, text, shownAs });
    for (const { segment } of parseSegment({ name, text }, folder).references) {
      if (ID_PATTERN.test(segment)) names.add(`${segment}.yaml`);
    }
  }
  return texts;
}

/**
 * Parses segments that may come from several places and refer to each other.
 *
 * @param privateNames of whose values no rule may ask
 * @returns sorted by id
 * @throws ShoalErrors everything that is wrong, each told where people can find it
 */
export function parseSegmentTexts(
  texts: readonly SegmentText[],
  privateNames: PrivateNames,
): readonly Segment[] {
  const shownAs = new Map<string, string>();
  const twice: ShoalError[] = [];
  for (const text of texts) {
    const other = shownAs.get(text.name);
    if (other === undefined) shownAs.set(text.name, text.shownAs);
    else twice.push(definedTwice(text, other));
  }
  if (twice.length > 0) throw new ShoalErrors(twice);
  try {
    return parseSegments(texts, '', privateNames);
  } catch (error) {
    if (!(error instanceof ShoalErrors)) throw error;
    throw new ShoalErrors(error.errors.map((one) => placed(one, shownAs)));
  }
}

function definedTwice({ name, shownAs }: SegmentText, other: string): ShoalError {
  return new ShoalError({
    code: 'segment-invalid',
    remedy: 'refuse-input',
    message: `segment "${basename(name, '.yaml')}" is defined twice`,
    where: shownAs,
    hint: `the other one is in ${other}`,
  });
}

/** An error at its place: the parser knows a file by its name alone. */
export function placed(error: ShoalError, shownAs: ReadonlyMap<string, string>): ShoalError {
  const { code, remedy, message, where = '', hint, cause } = error;
  const [name = '', ...place] = where.split(': ');
  const known = shownAs.get(name) ?? name;
  return new ShoalError({
    code,
    remedy,
    message,
    where: [known, ...place].join(': '),
    hint,
    cause,
  });
}

function isMissing(cause: unknown): boolean {
  return cause instanceof Error && 'code' in cause && cause.code === 'ENOENT';
}

function unreadable(message: string, where: string, hint: string, cause: unknown): ShoalError {
  return new ShoalError({ code: 'folder-unreadable', remedy: 'stop', message, where, hint, cause });
}
