/*
 * The pages of a built-in inbox, as plain HTML without scripts. All that stands in a letter is
 * foreign: its fields are escaped, its HTML is shown in a frame that may do nothing.
 */
import { formatInstant } from '../../base/time.ts';
import type { ReceivedLetter } from '../ports/mail.ts';
import { escapeHtml } from './escape.ts';

/** The list, newest first; asks for itself again every few seconds. */
export function inboxPage(letters: readonly ReceivedLetter[]): string {
  const refresh = '<meta http-equiv="refresh" content="3">';
  const count = letters.length === 1 ? '1 letter' : `${letters.length} letters`;
  const body =
    letters.length === 0
      ? '<p class="empty">No letter has come yet. This page looks again every three seconds.</p>'
      : `<ol class="letters">${letters.map(listItem).join('')}</ol>`;
  return shell('Inbox', refresh, `<h1>Inbox <small>${count}</small></h1>${body}`);
}

function listItem(letter: ReceivedLetter): string {
  return `<li><a href="${pathOf(letter)}">
<span class="to">${escapeHtml(letter.to)}</span>
<span class="subject">${escapeHtml(letter.subject)}</span>
${time(letter)}</a></li>`;
}

export function letterPage(letter: ReceivedLetter): string {
  const shown =
    letter.html === ''
      ? `<pre>${escapeHtml(letter.text)}</pre>`
      : `<iframe sandbox title="The letter" src="${pathOf(letter)}/body"></iframe>`;
  return shell(
    letter.subject,
    '',
    `<p><a href="/inbox">All letters</a></p>
<h1>${escapeHtml(letter.subject)}</h1>
<dl><dt>From</dt><dd>${escapeHtml(letter.from)}</dd><dt>To</dt><dd>${escapeHtml(letter.to)}</dd>
<dt>Received</dt><dd>${time(letter)}</dd></dl>
${shown}
<details><summary>As plain text</summary><pre>${escapeHtml(letter.text)}</pre></details>
<details><summary>The whole message</summary><pre>${escapeHtml(letter.raw)}</pre></details>`,
  );
}

function pathOf(letter: ReceivedLetter): string {
  return `/inbox/${encodeURIComponent(letter.id)}`;
}

function time({ receivedAt }: ReceivedLetter): string {
  const instant = formatInstant(receivedAt);
  return `<time datetime="${instant}">${instant.slice(0, 10)} ${instant.slice(11, 19)} UTC</time>`;
}

/** A page of ours without scripts: its head's and its body's HTML. */
export function shell(title: string, head: string, body: string): string {
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">${head}
<title>${escapeHtml(title)} · Shoal</title><link rel="stylesheet" href="/inbox.css">
<link rel="icon" type="image/svg+xml" href="/mark.svg"></head>
<body><header><a href="/">Shoal</a></header><main>${body}</main></body></html>`;
}

export const INBOX_CSS = `
:root { color-scheme: light dark; --ground: #f5f7f7; --surface: #fff; --ink: #12211f;
  --soft: #566764; --line: #dfe6e4; --accent: #0b6e69; }
@media (prefers-color-scheme: dark) { :root { --ground: #0c1312; --surface: #131c1b; --ink: #e6eeec;
  --soft: #94a6a3; --line: #243130; --accent: #5fd0c5; } }
body { margin: 0; background: var(--ground); color: var(--ink);
  font: 16px/1.5 system-ui, sans-serif; }
header, main { max-width: 52rem; margin: 0 auto; padding: 1rem 1.25rem; }
header a { font-weight: 650; color: inherit; text-decoration: none; }
a { color: var(--accent); }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
h1 { font-size: 1.5rem; line-height: 1.25; margin: .5rem 0 1rem; overflow-wrap: anywhere; }
h1 small { font-size: 1rem; font-weight: 400; color: var(--soft); margin-left: .5rem; }
.empty, time, dt { color: var(--soft); }
time { font-variant-numeric: tabular-nums; }
.letters { list-style: none; margin: 0; padding: 0; border: 1px solid var(--line);
  border-radius: 10px; background: var(--surface); overflow: hidden; }
.letters li + li { border-top: 1px solid var(--line); }
.letters a { display: grid; grid-template-columns: 1fr auto; gap: .1rem 1rem; padding: .8rem 1rem;
  color: inherit; text-decoration: none; }
.letters a:hover { background: color-mix(in srgb, var(--accent) 7%, transparent); }
.letters a:focus-visible { outline-offset: -2px; }
.to { color: var(--soft); overflow-wrap: anywhere; }
.subject { grid-column: 1 / -1; grid-row: 2; font-weight: 550; overflow-wrap: anywhere; }
dl { display: grid; grid-template-columns: auto 1fr; gap: .15rem 1rem; margin: 0 0 1rem; }
dd { margin: 0; overflow-wrap: anywhere; }
iframe { width: 100%; height: 46rem; border: 1px solid var(--line); border-radius: 10px;
  background: #fff; }
details { margin-top: .75rem; }
summary { cursor: pointer; }
pre { white-space: pre-wrap; overflow-wrap: anywhere; font-size: .85rem; }
`;
