import { load } from 'cheerio';
import type { LetterHtml } from '../../roles/ports/letter-html.ts';

interface Place {
  readonly from: number;
  readonly to: number;
}

type Change = Place & { readonly text: string };

/** The parser that has written the letter: one that reads as browsers do takes far longer. */
const READING = { xml: { xmlMode: false, decodeEntities: true, withStartIndices: true } } as const;

/** An attribute behind a blank: its name, and its value as it is written. */
const ATTRIBUTE = /([\s/]+)([^\s=>/]+)(?:\s*=\s*("[^"]*"|'[^']*'|[^\s>]+))?/y;

/**
 * Finds links with a parser, and changes the text in their places. What is written anew as a whole
 * comes back different: conditional comments, spaces, entities.
 */
export const letterHtml: LetterHtml = {
  rewrite(html, targetOf, ending) {
    const document = load(html, READING);
    const changes: Change[] = [];
    for (const { name, attribs, startIndex } of document('a[href], area[href]').toArray()) {
      const { href = '' } = attribs;
      const target = targetOf({ href, isUntracked: Object.hasOwn(attribs, 'data-untracked') });
      const place = placeOfHref(html, (startIndex ?? html.length) + 1 + name.length);
      if (place === undefined || target === undefined) continue;
      changes.push({ ...place, text: `href="${escapeAttribute(target)}"` });
    }
    const end = html.search(/<\/body[\s>](?![^]*<\/body[\s>])/i);
    const endAt = end < 0 ? html.length : end;
    if (ending !== '') changes.push({ from: endAt, to: endAt, text: ending });
    return applied(html, changes);
  },
};

/** Reads a tag from behind its name; of two attributes of one name the first one counts. */
function placeOfHref(html: string, from: number): Place | undefined {
  ATTRIBUTE.lastIndex = from;
  for (let found = ATTRIBUTE.exec(html); found !== null; found = ATTRIBUTE.exec(html)) {
    const [whole, blank = '', name = ''] = found;
    const to = ATTRIBUTE.lastIndex;
    if (name.toLowerCase() === 'href') return { from: to - whole.length + blank.length, to };
  }
  return undefined;
}

function applied(html: string, changes: readonly Change[]): string {
  const parts: string[] = [];
  let at = 0;
  for (const { from, to, text } of changes.toSorted((a, b) => a.from - b.from)) {
    // Misnested markup makes the parser tell of one place twice.
    if (from < at) continue;
    parts.push(html.slice(at, from), text);
    at = to;
  }
  return [...parts, html.slice(at)].join('');
}

function escapeAttribute(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;');
}
