import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { runInProcess } from '../../support/in-process.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'shoal-test-'));
});
afterEach(() => rm(folder, { recursive: true }));

async function file(name: string, text: string): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, text);
  return path;
}

const GOOD = `use config/segments/lapsed.yaml
story  lapsed after 90 days
d1 10:00   ann  Order Completed
d91 10:00  tick                      // ann enters lapsed at 10:00
`;

test('stories that go as told end with 0', async () => {
  const { status, stdout } = await runInProcess(['test', await file('a.txt', GOOD)]);
  expect(stdout).toBe('ok     lapsed after 90 days\n1 story: fine\n');
  expect(status).toBe(0);
});

test('stories that do not end with 1, and show the difference by its line', async () => {
  const bad = await file('b.txt', GOOD.replace('d91 10:00', 'd91 09:59').replace(' at 10:00', ''));
  const { status, stdout, stderr } = await runInProcess(['test', await file('a.txt', GOOD), bad]);
  expect(status).toBe(1);
  expect(stdout).toContain(`FAILED lapsed after 90 days\n${bad}: line 4: d91 09:59`);
  expect(stdout).toContain('  expected: ann enters lapsed\n  happened: nothing\n');
  expect(stderr).toContain('1 of 2 stories go another way');
});

test('what is no story is told with its line', async () => {
  const { status, stderr } = await runInProcess(['test', await file('a.txt', 'so it goes')]);
  expect(stderr).toContain(`at ${join(folder, 'a.txt')}: line 1`);
  expect(status).toBe(1);
});

test('no file, or one that is not there', async () => {
  expect((await runInProcess(['test'])).status).toBe(2);
  expect((await runInProcess(['test', join(folder, 'none.txt')])).status).toBe(1);
});

test('stories may not ask for private values either', async () => {
  const story = await file('p.txt', 'define x { attribute: email, equals: a }\nd1 10:00 ann A\n');
  const { status, stderr } = await runInProcess([
    'test',
    story,
    '--set',
    'privateAttributes=email',
  ]);
  expect(status).toBe(78);
  expect(stderr).toContain('"equals" cannot be asked of the private attribute "email"');
  expect(stderr).toContain(`at ${story}: line 1: rule.equals`);
});
