import { load } from 'cheerio';
import { isObject, own, type Json } from '../../base/json.ts';
import type { LetterHtml } from '../../roles/ports/letter-html.ts';

interface Place {
  readonly from: number;
  readonly to: number;
}

type Change = Place & { readonly text: string };

/**
 * Finds links with a parser that reads as browsers do, and changes the text in their places. What
 * is written anew as a whole comes back different: conditional comments, spaces, entities.
 */
export const letterHtml: LetterHtml = {
  rewrite(html, targetOf, ending) {
    const document = load(html, { sourceCodeLocationInfo: true });
    const changes: Change[] = [];
    for (const element of document('a[href], area[href]').toArray()) {
      const place = placeOfHref(element.sourceCodeLocation);
      const { href = '' } = element.attribs;
      const isUntracked = Object.hasOwn(element.attribs, 'data-untracked');
      const target = targetOf({ href, isUntracked });
      if (place === undefined || target === undefined) continue;
      changes.push({ ...place, text: `href="${escapeAttribute(target)}"` });
    }
    const end = document('body').get(0)?.sourceCodeLocation?.endTag?.startOffset ?? html.length;
    if (ending !== '') changes.push({ from: end, to: end, text: ending });
    return applied(html, changes);
  },
};

/** The parser tells where an element's attributes stand, which its types leave out. */
function placeOfHref(location: unknown): Place | undefined {
  const attributes = isObject(location) ? own(location, 'attrs') : undefined;
  const place: Json | undefined = isObject(attributes) ? attributes['href'] : undefined;
  const { startOffset: from, endOffset: to } = isObject(place) ? place : {};
  return typeof from === 'number' && typeof to === 'number' ? { from, to } : undefined;
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
