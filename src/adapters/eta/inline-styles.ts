import type { CheerioAPI } from 'cheerio';
import juice from 'juice';

/*
 * Styles go onto the elements, where mail programs keep them. That costs more than all the rest of
 * a letter, and comes out the same for all letters that differ in their words alone. So what was
 * found for one shape of page is kept.
 *
 * 1. The shape holds all that styles can hang on: the elements with their places, the names of
 *    their attributes, the values but those of links and words, and the style sheets.
 * 2. Where a style sheet looks at such a value, or at words, nothing is kept.
 */

const elementsOf = (document: CheerioAPI) =>
  document('*')
    .toArray()
    .filter((node) => 'attribs' in node);
type Elements = ReturnType<typeof elementsOf>;

/** What an element gets: attributes, or, for a style sheet, another text; undefined: it goes. */
type Finding =
  | { readonly attributes: Readonly<Record<string, string>> }
  | { readonly sheet: string }
  | undefined;

/** Their values are the letter's words and links, which differ from letter to letter. */
const WORDS = ['href', 'src', 'action', 'alt', 'title', 'content'] as const;
const LOOKS_AT_WORDS = new RegExp(
  String.raw`\[\s*(?:${WORDS.join('|')})|:empty|:contains|:has`,
  'i',
);

/** A few shapes a template: with an offer, without orders, … */
const SHAPES_MAX = 200;
const known = new Map<string, readonly Finding[]>();

/** Puts the page's styles onto its elements; sheets keep what only they can say. */
export function inlineStyles(document: CheerioAPI): void {
  const elements = elementsOf(document);
  const shape = shapeOf(document, elements);
  const found = shape === undefined ? undefined : known.get(shape);
  if (found !== undefined) return apply(document, elements, found);
  const before = elements.map((element) => ({ ...element.attribs }));
  juice.juiceDocument(document);
  if (shape === undefined) return;
  if (known.size >= SHAPES_MAX) known.clear();
  const findings = elements.map((element, i) => findingOf(document, element, before[i] ?? {}));
  known.set(shape, findings);
}

/** @returns undefined where what is found for one page may be wrong for another */
function shapeOf(document: CheerioAPI, elements: Elements): string | undefined {
  const places = new Map(elements.map((element, i) => [element as object, i]));
  const parts: string[] = [];
  for (const element of elements) {
    const parent = element.parent === null ? undefined : places.get(element.parent);
    parts.push(`${element.name} in ${parent ?? 'the page'}`);
    for (const [name, value] of Object.entries(element.attribs)) {
      parts.push(WORDS.some((word) => word === name) ? name : `${name}=${value}`);
    }
    if (element.name !== 'style') continue;
    const sheet = document(element).text();
    if (LOOKS_AT_WORDS.test(sheet)) return undefined;
    parts.push(sheet);
  }
  return parts.join('\n');
}

function findingOf(
  document: CheerioAPI,
  element: Elements[number],
  before: Readonly<Record<string, string>>,
): Finding {
  if (element.name === 'style') {
    return element.parent === null ? undefined : { sheet: document(element).text() };
  }
  const changed = Object.entries(element.attribs).filter(([name, value]) => before[name] !== value);
  return { attributes: Object.fromEntries(changed) };
}

function apply(document: CheerioAPI, elements: Elements, findings: readonly Finding[]): void {
  for (const [i, element] of elements.entries()) {
    const finding = findings[i];
    if (finding === undefined) document(element).remove();
    else if ('sheet' in finding) document(element).text(finding.sheet);
    else Object.assign(element.attribs, finding.attributes);
  }
}
