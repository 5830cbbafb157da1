import type { Dirent } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Eta, EtaError } from 'eta/core';
import { ShoalError, ShoalErrors } from '../../base/error.ts';
import { ID_PATTERN } from '../../base/id.ts';
import type { Rendered, Templates } from '../../roles/ports/mail.ts';
import { maybe, MissingField, strict } from './strict-data.ts';

const PARTS = ['subject', 'html', 'text'] as const;
type Part = (typeof PARTS)[number];

export interface LoadedTemplates extends Templates {
  /** The folders that hold a template, sorted. */
  readonly names: readonly string[];
}

/**
 * Loads and compiles every template of a folder: `<name>/subject.eta`, `html.eta`, `text.eta`.
 * Afterwards no file is read, so that no name can reach outside the folder.
 *
 * A template reads its data as `it.customer.course`; a field that is not there fails the rendering,
 * and `it.maybe('customer.first_name', …)` is undefined instead. What stands in `<%= %>` is escaped
 * in HTML, and only there.
 *
 * @throws ShoalErrors with all that is wrong: `template-part-missing`, `template-unreadable`,
 * `folder-unreadable`
 */
export async function loadTemplates(folder: string): Promise<LoadedTemplates> {
  const engines = { html: engine(true), plain: engine(false) };
  const errors: ShoalError[] = [];
  const names: string[] = [];
  for (const entry of await entriesOf(folder)) {
    if (!entry.isDirectory() || !ID_PATTERN.test(entry.name)) continue;
    names.push(entry.name);
    for (const part of PARTS) {
      const problem = await loadPart(engineOf(engines, part), folder, entry.name, part);
      if (problem !== undefined) errors.push(problem);
    }
  }
  if (errors.length > 0) throw new ShoalErrors(errors);
  return {
    names: names.toSorted(),
    render: (template, data) => {
      const draw = (part: Part) => renderPart(engineOf(engines, part), template, part, data);
      // A line break in a subject would begin another header.
      const subject = draw('subject').replace(/\s+/g, ' ').trim();
      return { subject, html: draw('html'), text: draw('text') } satisfies Rendered;
    },
  };
}

async function entriesOf(folder: string): Promise<Dirent[]> {
  try {
    return await readdir(folder, { withFileTypes: true });
  } catch (cause) {
    const message = 'the folder of templates cannot be read';
    const hint = 'is the path right, and may this process read it?';
    throw new ShoalErrors([
      new ShoalError({
        code: 'folder-unreadable',
        remedy: 'stop',
        message,
        where: folder,
        hint,
        cause,
      }),
    ]);
  }
}

interface Engines {
  readonly html: Eta;
  readonly plain: Eta;
}

function engineOf(engines: Engines, part: Part): Eta {
  return part === 'html' ? engines.html : engines.plain;
}

function engine(autoEscape: boolean): Eta {
  // Its own trimming would eat the line break after a tag, and so the paragraphs of a text.
  const options = { autoEscape, autoTrim: false, autoFilter: true } as const;
  return new Eta({ ...options, filterFunction: printed, debug: true });
}

/** Only text, numbers and truth values can stand in a letter. */
function printed(value: unknown): string {
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') {
    return String(value);
  }
  throw new Error(`a value that is ${value === null ? 'null' : typeof value} cannot be printed`);
}

/** Names that begin with @ are Eta's for templates in memory. */
function nameOf(template: string, part: Part): string {
  return `@${template}/${part}`;
}

function placeOf(template: string, part: Part): string {
  return `templates/${template}/${part}.eta`;
}

async function loadPart(
  eta: Eta,
  folder: string,
  template: string,
  part: Part,
): Promise<ShoalError | undefined> {
  let text: string;
  try {
    text = await readFile(join(folder, template, `${part}.eta`), 'utf8');
  } catch (cause) {
    return new ShoalError({
      code: 'template-part-missing',
      remedy: 'refuse-input',
      message: `template "${template}" has no readable ${part}.eta`,
      where: placeOf(template, part),
      hint: `a template is a folder with ${PARTS.map((name) => `${name}.eta`).join(', ')}`,
      cause,
    });
  }
  try {
    eta.loadTemplate(nameOf(template, part), text);
    return undefined;
  } catch (cause) {
    return new ShoalError({
      code: 'template-unreadable',
      remedy: 'refuse-input',
      message: `template "${template}" is no valid ${part}: ${firstLine(cause)}`,
      where: placeOf(template, part),
      hint: 'each <% needs its %>, and between them stands JavaScript',
      cause,
    });
  }
}

function renderPart(eta: Eta, template: string, part: Part, data: object): string {
  const place = placeOf(template, part);
  const it = strict({ ...data, maybe: (...paths: string[]) => maybe(data, paths) }, 'it');
  try {
    return eta.render(nameOf(template, part), it, { filepath: place });
  } catch (error) {
    throw failure(template, place, error);
  }
}

function failure(template: string, place: string, error: unknown): ShoalError {
  const cause = error instanceof EtaError ? error.cause : undefined;
  const detail = { code: 'template-failed', remedy: 'refuse-input', cause: error } as const;
  // Eta puts the place, with its line, first.
  const where = cause === undefined ? place : firstLine(error);
  if (cause instanceof MissingField) {
    const parent = cause.field.replace(/(\.[^.]*|\[\d+\])$/, '');
    return new ShoalError({
      ...detail,
      message: `template "${template}" reads ${cause.field}, which is missing`,
      where,
      hint:
        `${parent} has ${cause.siblings.join(', ') || 'no fields'}; ` +
        "for what may be missing: it.maybe('…') ?? 'something else'",
    });
  }
  return new ShoalError({
    ...detail,
    message: `template "${template}" failed: ${firstLine(cause ?? error)}`,
    where,
  });
}

function firstLine(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text.split('\n', 1)[0] ?? '';
}
