/*
 * The pages that somebody comes to from a letter, as plain HTML without scripts, which work with
 * nothing but themselves: the style stands in the page, forms go to the page's own address, so that
 * a proxy may put the gateway anywhere.
 */
import { createHash } from 'node:crypto';
import { escapeHtml } from '../escape.ts';
import type { Choice, Wish } from './unsubscribe-form.ts';

/** What a letter's link tells of the letter, for people. */
export interface LetterWords {
  /** The campaign's name; undefined when it is gone. */
  readonly campaign: string | undefined;
  /** Who sent it. */
  readonly sender: string;
}

/** @param shownAt the instant, ms, which comes back with the form */
export function askingPage(words: LetterWords, shownAt: number): string {
  return page(
    'Unsubscribe',
    `<h1>Which letters do you no longer want?</h1>
${form(shownAt, [
  ['campaign', `Only “${escapeHtml(nameOf(words))}”`, 'first'],
  ['all', `All news and offers from ${escapeHtml(words.sender)}`, 'first'],
])}
<p class="soft">Nothing happens until you press a button. What you need for an order, such as a
receipt, still comes.</p>`,
  );
}

export function donePage(words: LetterWords, { state, isForAll }: Wish, shownAt: number): string {
  const what = isForAll
    ? `news and offers from ${escapeHtml(words.sender)}`
    : `“${escapeHtml(nameOf(words))}” from ${escapeHtml(words.sender)}`;
  if (state === 'given') {
    return page(
      'Subscribed again',
      `<h1>You are subscribed again</h1><p>You will get ${what}.</p>
${form(shownAt, [[isForAll ? 'all' : 'campaign', 'Unsubscribe', 'quiet']])}`,
    );
  }
  const again: Button = [isForAll ? 'again-all' : 'again-campaign', 'Subscribe again', 'quiet'];
  const all = `No more news and offers from ${escapeHtml(words.sender)} at all`;
  const buttons: readonly Button[] = isForAll ? [again] : [['all', all, 'quiet'], again];
  return page(
    'Unsubscribed',
    `<h1>You are unsubscribed</h1><p>You will get no more ${what}. A letter that is on its way
already may still come.</p>
${form(shownAt, buttons)}`,
  );
}

/** What was wished could not be written down; the same buttons try again. */
export function troublePage(words: LetterWords, shownAt: number): string {
  return page(
    'Please try again',
    `<h1>That did not work yet</h1><p role="alert">We could not write down what you want. Please try
again in a minute.</p>
${form(shownAt, [
  ['campaign', `No more “${escapeHtml(nameOf(words))}”`, 'first'],
  ['all', `No more news and offers from ${escapeHtml(words.sender)}`, 'first'],
])}`,
  );
}

export function unknownPage(): string {
  return page(
    'Unknown link',
    `<h1>We do not know this link</h1><p>It may have been cut off or changed on its way. Please open
it from the letter itself, or copy it whole.</p>`,
  );
}

/** What was sent was none of our forms. */
export function misreadPage(): string {
  return page(
    'Not understood',
    `<h1>We did not understand that</h1><p>Please open the link from the letter again and press one
of the buttons.</p>`,
  );
}

type Button = readonly [choice: Choice, label: string, style: 'first' | 'quiet'];

function form(shownAt: number, buttons: readonly Button[]): string {
  const made = buttons.map(
    ([choice, label, style]) =>
      `<button name="choice" value="${choice}" class="${style}">${label}</button>`,
  );
  return `<form method="post"><input type="hidden" name="shown" value="${shownAt}">
${made.join('\n')}</form>`;
}

function nameOf({ campaign }: LetterWords): string {
  return campaign ?? 'letters like this one';
}

function page(title: string, body: string): string {
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark"><meta name="robots" content="noindex">
<title>${title}</title><style>${CSS}</style></head>
<body><main>${body}</main></body></html>`;
}

const CSS = `
:root { color-scheme: light dark; --ground: #f5f7f7; --surface: #fff; --ink: #12211f;
  --soft: #566764; --line: #dfe6e4; --accent: #0b6e69; --on-accent: #fff; }
@media (prefers-color-scheme: dark) { :root { --ground: #0c1312; --surface: #131c1b; --ink: #e6eeec;
  --soft: #94a6a3; --line: #243130; --accent: #5fd0c5; --on-accent: #06201d; } }
* { box-sizing: border-box; }
body { margin: 0; min-height: 100vh; display: grid; place-items: center; padding: 1rem;
  background: var(--ground); color: var(--ink); font: 1.0625rem/1.5 system-ui, sans-serif; }
main { width: 100%; max-width: 32rem; padding: 1.5rem; background: var(--surface);
  border: 1px solid var(--line); border-radius: 14px; overflow-wrap: anywhere; }
h1 { font-size: 1.4rem; line-height: 1.25; margin: 0 0 1rem; }
form { display: grid; gap: .75rem; }
button { font: inherit; min-height: 3rem; padding: .6rem 1rem; border-radius: 10px; cursor: pointer;
  border: 1px solid var(--accent); overflow-wrap: anywhere; }
.first { background: var(--accent); color: var(--on-accent); font-weight: 600; }
.quiet { background: transparent; color: var(--accent); }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 3px; }
.soft { color: var(--soft); font-size: .9375rem; margin: 1.25rem 0 0; }
`;

/** Nothing but the page's own style, and forms to the page itself. */
export const PAGE_POLICY = [
  "default-src 'none'",
  `style-src 'sha256-${createHash('sha256').update(CSS).digest('base64')}'`,
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ');
