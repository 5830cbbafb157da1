import {
  LineCounter,
  isAlias,
  isMap,
  isScalar,
  parseDocument,
  visit,
  type Document,
  type YAMLError,
} from 'yaml';
import { placeOf, show, type Faults, type Place } from './fault.ts';

/** Longer than any definition that a person writes; beyond it reading would take too long. */
const TEXT_LENGTH_MAX = 250_000;

/**
 * Reads one YAML 1.2 document with the core schema: quoted text is text, there are no dates, no
 * merge keys, no other tags. A key that stands twice in one mapping is a fault.
 *
 * @returns plain values, or undefined when a fault was added
 */
export function readYaml(text: string, faults: Faults): unknown {
  if (text.length > TEXT_LENGTH_MAX) {
    return notYaml(faults, '', `the file is longer than ${TEXT_LENGTH_MAX} characters`);
  }
  try {
    return readDocument(text, faults);
  } catch {
    // The library gives up by throwing: on brackets stacked too high, on too many aliases.
    return notYaml(faults, '', 'the file is nested too deeply, or repeats its parts too often');
  }
}

function readDocument(text: string, faults: Faults): unknown {
  const lineCounter = new LineCounter();
  const document = parseDocument(text, {
    lineCounter,
    schema: 'core',
    version: '1.2',
    merge: false,
    resolveKnownTags: false,
    uniqueKeys: false, // its own check is quadratic; ours names the place
    prettyErrors: false, // they take long when there are many
    logLevel: 'error', // with 'silent' a second document would go unsaid
  });
  // The first only: the others are mostly what follows from it.
  const [problem] = [...document.errors, ...document.warnings];
  if (problem !== undefined) return addProblem(problem, lineCounter, faults);
  const before = faults.errors.length;
  checkAliases(document, faults);
  checkKeys(document, faults);
  return faults.errors.length > before ? undefined : document.toJS({ maxAliasCount: 100 });
}

function addProblem(
  { code, message, pos }: YAMLError,
  lineCounter: LineCounter,
  faults: Faults,
): undefined {
  const { line, col } = lineCounter.linePos(pos[0]);
  const what =
    code === 'MULTIPLE_DOCS' ? 'the file has a second document' : `this is no YAML: ${message}`;
  return notYaml(faults, `line ${line}, column ${col}`, what);
}

function notYaml(faults: Faults, place: Place, message: string): undefined {
  return faults.add(place, message, undefined, 'file-not-yaml');
}

/** An alias stands for something before it; one inside of what it stands for would have no end. */
function checkAliases(document: Document, faults: Faults): void {
  visit(document, {
    Alias(_key, alias, path) {
      const target = alias.resolve(document);
      const name = show(alias.source);
      if (target === undefined)
        notYaml(faults, '', `nothing before the alias ${name} has its name`);
      else if (path.includes(target)) {
        notYaml(faults, '', `the alias ${name} stands inside of what it stands for`);
      }
    },
  });
}

function checkKeys(document: Document, faults: Faults): void {
  visit(document, {
    Map(_key, map, path) {
      const seen = new Set<string>();
      for (const { key } of map.items) {
        const name = keyText(key);
        if (seen.has(name)) {
          const place = placeOf(placeIn([...path, map]), name);
          notYaml(faults, place, `the key ${show(name)} stands twice`);
        }
        seen.add(name);
      }
    },
  });
}

function keyText(key: unknown): string {
  if (isAlias(key)) return `*${key.source}`;
  return isScalar(key) ? String(key.value) : String(key);
}

/** The place of the last of some nodes, each of which holds the next. */
function placeIn(path: readonly unknown[]): Place {
  let place = '';
  path.forEach((node, i) => {
    const child = path[i + 1];
    if (child === undefined) return;
    if (isPairIn(node)) place = placeOf(place, keyText(node.key));
    else if (isItems(node)) place += `[${node.items.indexOf(child)}]`;
  });
  return place;
}

function isPairIn(node: unknown): node is { readonly key: unknown } {
  return typeof node === 'object' && node !== null && 'key' in node && 'value' in node;
}

function isItems(node: unknown): node is { readonly items: readonly unknown[] } {
  return typeof node === 'object' && node !== null && 'items' in node && !isMap(node);
}
