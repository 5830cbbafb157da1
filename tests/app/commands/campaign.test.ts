import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, onTestFinished, test } from 'vitest';
import { startInbox } from '../../../src/adapters/smtp/inbox.ts';
import { runInProcess } from '../../support/in-process.ts';

let out: string;
beforeEach(async () => {
  out = await mkdtemp(join(tmpdir(), 'shoal-preview-'));
});
afterEach(() => rm(out, { recursive: true }));

function preview(...args: readonly string[]) {
  return runInProcess(['campaign', 'preview', ...args, '--out', out]);
}

test('the sample letter is written, and it is said where', async () => {
  const { status, stdout, stderr } = await preview('abandoned-cart', '--sample');
  expect(stderr).toBe('');
  expect(status).toBe(0);
  const [html, text] = ['html', 'txt'].map((ending) => join(out, `abandoned-cart.${ending}`));
  expect(stdout).toBe(
    `subject  Still thinking about First circuit kit?\nhtml     ${html}\ntext     ${text}\n`,
  );
  expect(await readFile(html ?? '', 'utf8')).toMatch(/^<!doctype html>/);
  expect(await readFile(text ?? '', 'utf8')).toContain('Times-table lotto');
});

test('a test letter goes to the address that was given, marked', async () => {
  const inbox = await startInbox({ host: '127.0.0.1', port: 0, keepMax: 10 });
  onTestFinished(() => inbox.close());
  const to = ['--send-to', 'me@example.com', '--set', `smtp.port=${inbox.port}`];
  const { status, stdout } = await preview('course-welcome', '--sample', ...to);
  expect(status).toBe(0);
  expect(stdout).toContain('sent to  me@example.com\n');
  expect(inbox.letters()).toMatchObject([
    {
      to: 'me@example.com',
      from: 'Shoal School <school@example.com>',
      subject: '[test] Ann, your course “Mathematics” is ready',
    },
  ]);
});

test('a server that is not there fails the test letter, with its stage', async () => {
  const inbox = await startInbox({ host: '127.0.0.1', port: 0, keepMax: 1 });
  await inbox.close();
  const to = ['--send-to', 'me@example.com', '--set', `smtp.port=${inbox.port}`];
  const { status, stderr } = await preview('course-welcome', '--sample', ...to);
  expect(status).toBe(1);
  expect(stderr).toContain('the test letter was refused at stage "connect"');
});

test.each([
  ['neither customer nor sample', ['course-welcome'], 2, 'of one customer, or of the sample'],
  ['both', ['course-welcome', '--sample', '--customer', 'a'], 2, 'of one customer, or of the'],
  ['no campaign', ['--sample'], 2, "missing required argument 'campaign'"],
  ['a bad address', ['course-welcome', '--sample', '--send-to', 'a@b@c'], 2, 'is no mail address'],
  ['an unknown campaign', ['cours-welcome', '--sample'], 1, 'did you mean "course-welcome"?'],
])('%s', async (_name, args, expected, said) => {
  const { status, stderr } = await preview(...args);
  expect(stderr).toContain(said);
  expect(status).toBe(expected);
});
