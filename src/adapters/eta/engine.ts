import { Eta, EtaError } from 'eta/core';
import { ShoalError } from '../../base/error.ts';
import { maybeIn, MissingField, strict, type Maybe } from './strict-data.ts';

/** Compiled files of `templates/`, by their names without ending: `course-welcome/html`. */
export interface Engine {
  /** @throws what eta throws on what is no template */
  load(name: string, text: string): void;
  /** @throws ShoalError `template-failed` (refuse-input) that names the field and the line */
  draw(name: string, data: object): string;
}

/** @param autoEscape whether what stands in `<%= %>` is escaped as in HTML */
export function createEngine(autoEscape: boolean): Engine {
  // Its own trimming would eat the line break after a tag, and so the paragraphs of a text.
  const options = { autoEscape, autoTrim: false, autoFilter: true } as const;
  const eta = new Eta({ ...options, filterFunction: printed, debug: true });
  const render = eta.render.bind(eta);
  // Layouts and what is included are rendered by this too: they are to be as strict, and known by
  // their own names.
  eta.render = (template, data, meta) => {
    const fields: object = { __blocks: {}, ...data };
    const place = typeof template === 'string' ? { filepath: placeOf(template) } : meta;
    return render(template, strict(fields, 'it'), place);
  };
  return {
    load: (name, text) => eta.loadTemplate(name, text),
    draw: (name, data) => {
      const maybe: Maybe = maybeIn(data);
      try {
        return eta.render(name, { ...data, maybe });
      } catch (error) {
        throw failure(name, error);
      }
    },
  };
}

/** Where people find a template: `templates/course-welcome/html.eta`. */
export function placeOf(name: string): string {
  return `templates/${name}.eta`;
}

/** Only text, numbers and truth values can stand in a letter. */
function printed(value: unknown): string {
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') {
    return String(value);
  }
  throw new Error(`a value that is ${value === null ? 'null' : typeof value} cannot be printed`);
}

function failure(name: string, error: unknown): ShoalError {
  const innermost = innermostOf(error);
  const [template = name] = name.split('/');
  const cause = innermost instanceof EtaError ? innermost.cause : undefined;
  const detail = { code: 'template-failed', remedy: 'refuse-input', cause: error } as const;
  // Eta puts the place, with its line, first.
  const where = cause === undefined ? placeOf(name) : firstLine(innermost);
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
  const message = `template "${template}" failed: ${firstLine(cause ?? innermost)}`;
  return new ShoalError({ ...detail, message, where });
}

/** An error in a layout is wrapped once more by the template that has the layout. */
function innermostOf(error: unknown): unknown {
  let inner = error;
  while (inner instanceof EtaError && inner.cause instanceof EtaError) inner = inner.cause;
  return inner;
}

export function firstLine(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text.split('\n', 1)[0] ?? '';
}
