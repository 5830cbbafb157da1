import type { Dirent } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ShoalError, ShoalErrors } from '../../base/error.ts';
import { ID_PATTERN } from '../../base/id.ts';
import { placeOf } from './engine.ts';

export const PARTS = ['subject', 'html', 'text'] as const;
export type Part = (typeof PARTS)[number];

export interface TemplateFile {
  /** `course-welcome/html`, `_layout/button`. */
  readonly name: string;
  readonly text: string;
}

export interface TemplateFiles {
  /** The folders that hold a template, sorted. */
  readonly names: readonly string[];
  /** Their files. */
  readonly parts: readonly TemplateFile[];
  /** The files of the folders that begin with `_`: layouts, and what templates include. */
  readonly partials: readonly TemplateFile[];
  /** Files that are wanted and not there. */
  readonly errors: readonly ShoalError[];
}

/** A partial's folder, and the name of a file in it. */
const PARTIAL_FOLDER = /^_[a-z0-9-]{0,63}$/;
const PARTIAL_FILE = /^[a-z0-9][a-z0-9-]{0,63}\.eta$/;

/** @throws ShoalErrors `folder-unreadable` */
export async function readTemplateFiles(folder: string): Promise<TemplateFiles> {
  const folders = (await entriesOf(folder)).filter((entry) => entry.isDirectory());
  const names = folders.map(({ name }) => name).toSorted();
  const errors: ShoalError[] = [];
  const parts: TemplateFile[] = [];
  const partials: TemplateFile[] = [];
  const templates = names.filter((name) => ID_PATTERN.test(name));
  for (const template of templates) {
    for (const part of PARTS) {
      const file = await readPart(folder, template, part);
      if (file instanceof ShoalError) errors.push(file);
      else if (file !== undefined) parts.push(file);
    }
  }
  for (const name of names.filter((each) => PARTIAL_FOLDER.test(each))) {
    for (const entry of await entriesOf(join(folder, name))) {
      if (!PARTIAL_FILE.test(entry.name)) continue;
      const text = await readFile(join(folder, name, entry.name), 'utf8');
      partials.push({ name: `${name}/${entry.name.slice(0, -'.eta'.length)}`, text });
    }
  }
  return { names: templates, parts, partials, errors };
}

async function entriesOf(folder: string): Promise<Dirent[]> {
  try {
    return await readdir(folder, { withFileTypes: true });
  } catch (cause) {
    const detail = { code: 'folder-unreadable', remedy: 'stop' } as const;
    const message = 'the folder of templates cannot be read';
    const hint = 'is the path right, and may this process read it?';
    throw new ShoalErrors([new ShoalError({ ...detail, message, where: folder, hint, cause })]);
  }
}

/** @returns undefined for a text that was not written: it is made of the HTML */
async function readPart(
  folder: string,
  template: string,
  part: Part,
): Promise<TemplateFile | ShoalError | undefined> {
  const name = `${template}/${part}`;
  try {
    return { name, text: await readFile(join(folder, template, `${part}.eta`), 'utf8') };
  } catch (cause) {
    if (part === 'text' && cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') {
      return undefined;
    }
    return new ShoalError({
      code: 'template-part-missing',
      remedy: 'refuse-input',
      message: `template "${template}" has no readable ${part}.eta`,
      where: placeOf(name),
      hint: 'a template is a folder with subject.eta, html.eta and, where it is wanted, text.eta',
      cause,
    });
  }
}
