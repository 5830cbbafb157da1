import { ShoalError, ShoalErrors } from '../../base/error.ts';
import type { Rendered, Templates } from '../../roles/ports/mail.ts';
import { createEngine, firstLine, placeOf, type Engine } from './engine.ts';
import { readTemplateFiles, type TemplateFile } from './template-files.ts';

export interface LoadedTemplates extends Templates {
  /** The folders that hold a template, sorted. */
  readonly names: readonly string[];
  render(template: string, data: Readonly<Record<string, unknown>>): CheckedLetter;
}

export interface CheckedLetter extends Rendered {
  /** Links that were taken out of the HTML, since they are neither http, https nor mailto. */
  readonly refusedLinks: readonly string[];
}

/**
 * Loads and compiles every template of a folder: `<name>/subject.eta`, `html.eta`, `text.eta`; and
 * what they stand in or include, the files of folders that begin with `_`. Afterwards no file is
 * read, so that no name can reach outside the folder.
 *
 * A template reads its data as `it.customer.course`; a field that is not there fails the rendering,
 * and `it.maybe('customer.first_name', …)` is undefined instead. What stands in `<%= %>` is escaped
 * in HTML, and only there.
 *
 * @throws ShoalErrors with all that is wrong: `template-part-missing`, `template-unreadable`,
 * `folder-unreadable`
 */
export async function loadTemplates(folder: string): Promise<LoadedTemplates> {
  const files = await readTemplateFiles(folder);
  // What it stands on takes a third of a second to load; commands without letters do not need it.
  const { finishedHtml, textOfHtml } = await import('./finished-html.ts');
  const html = createEngine(true);
  const plain = createEngine(false);
  const errors = [...files.errors];
  const load = (engine: Engine, file: TemplateFile): void => {
    const problem = problemOf(engine, file);
    if (problem !== undefined) errors.push(problem);
  };
  for (const file of files.parts) load(file.name.endsWith('/html') ? html : plain, file);
  for (const file of files.partials) {
    load(html, file);
    // It has been told what is wrong with it.
    problemOf(plain, file);
  }
  if (errors.length > 0) throw new ShoalErrors(errors);
  const written = new Set(files.parts.map(({ name }) => name));
  return {
    names: files.names,
    render: (template, data) => {
      // A line break in a subject would begin another header.
      const subject = plain.draw(`${template}/subject`, data).replace(/\s+/g, ' ').trim();
      const finished = finishedHtml(html.draw(`${template}/html`, data));
      const text = written.has(`${template}/text`)
        ? plain.draw(`${template}/text`, data)
        : `${textOfHtml(finished.html)}\n`;
      return { subject, text, ...finished };
    },
  };
}

function problemOf(engine: Engine, { name, text }: TemplateFile): ShoalError | undefined {
  try {
    engine.load(name, text);
    return undefined;
  } catch (cause) {
    const [template = '', part = ''] = name.split('/');
    return new ShoalError({
      code: 'template-unreadable',
      remedy: 'refuse-input',
      message: `template "${template}" is no valid ${part}: ${firstLine(cause)}`,
      where: placeOf(name),
      hint: 'each <% needs its %>, and between them stands JavaScript',
      cause,
    });
  }
}
