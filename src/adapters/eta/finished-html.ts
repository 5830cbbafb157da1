import { load } from 'cheerio';
import { compile } from 'html-to-text';
import { inlineStyles } from './inline-styles.ts';

/** Links that were taken out, since they are none for a letter. */
export interface FinishedHtml {
  readonly html: string;
  readonly refusedLinks: readonly string[];
}

/** Entities are read, so that no scheme hides in one; only those that are needed are written. */
const READING = {
  xml: { xmlMode: false, decodeEntities: true, encodeEntities: 'utf8', emptyAttrs: true },
} as const;

/** Where a link leads and where a picture is from, by attribute. */
const LINK_SCHEMES = {
  href: /^(?:https?:\/\/|mailto:)/i,
  src: /^(?:https?:\/\/|data:image\/|cid:)/i,
  action: /^https?:\/\//i,
} as const;

/**
 * Makes a page a letter: styles go onto the elements, where mail programs keep them, save those of
 * media queries; a link of any scheme but http, https and mailto loses its target. Nothing is
 * fetched.
 */
export function finishedHtml(page: string): FinishedHtml {
  const document = load(page, READING);
  const refusedLinks: string[] = [];
  for (const [attribute, schemes] of Object.entries(LINK_SCHEMES)) {
    for (const element of document(`[${attribute}]`).toArray()) {
      // A browser reads a scheme without the spaces and control characters around and in it.
      const link = (document(element).attr(attribute) ?? '').replace(/[\p{Cc}\s]/gu, '');
      if (schemes.test(link) || link.startsWith('#')) continue;
      refusedLinks.push(link);
      document(element).removeAttr(attribute);
    }
  }
  inlineStyles(document);
  return { html: document.html(), refusedLinks };
}

const COLUMNS_MAX = 78;

/** The text of a letter that has only HTML. `.preheader` is for lists of letters alone. */
export const textOfHtml: (html: string) => string = compile({
  wordwrap: COLUMNS_MAX,
  formatters: {
    cell: (element, walk, builder) => {
      walk(element.children, builder);
      builder.addInline(' ');
    },
  },
  selectors: [
    { selector: 'a', options: { hideLinkHrefIfSameAsText: true } },
    { selector: 'img', format: 'skip' },
    { selector: '.preheader', format: 'skip' },
    // Tables lay a letter out: each row is a line, and its cells are words of it.
    { selector: 'td', format: 'cell' },
    { selector: 'tr', format: 'block', options: { leadingLineBreaks: 1, trailingLineBreaks: 1 } },
    ...[1, 2, 3, 4, 5, 6].map((level) => ({
      selector: `h${level}`,
      options: { uppercase: false },
    })),
  ],
});
