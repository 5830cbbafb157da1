import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createHash } from 'node:crypto';
import { beforeEach, expect, onTestFinished, test } from 'vitest';
import { readKeyFile } from '../../../src/app/keys/key-file.ts';
import { StoredKeyring } from '../../../src/roles/gateway/keys/stored-keyring.ts';
import { runInProcess } from '../../support/in-process.ts';
import type { Finished } from '../../support/program.ts';

let file: string;

beforeEach(() => {
  const folder = mkdtempSync(join(tmpdir(), 'shoal-test-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  file = join(folder, 'keys.yaml');
});

const keys = (...args: readonly string[]): Promise<Finished> =>
  runInProcess(['keys', ...args, '--set', `files.keys=${file}`]);

async function secretOf(...args: readonly string[]): Promise<string> {
  const { status, stdout, stderr } = await keys(...args);
  expect(status, stderr).toBe(0);
  expect(stdout).toMatch(/^[ps]k_[\w-]{43}\n$/);
  return stdout.trimEnd();
}

const ring = async (): Promise<StoredKeyring> => new StoredKeyring(await readKeyFile(file));

test('a key from its beginning to its end', async () => {
  const first = await secretOf('add', 'shop');
  expect(first).toMatch(/^sk_/);
  const text = readFileSync(file, 'utf8');
  expect(text).not.toContain(first);
  expect(text).toContain(createHash('sha256').update(first).digest('hex'));

  const second = await secretOf('rotate', 'shop');
  const both = await ring();
  expect([first, second].map((secret) => both.find(secret)?.id)).toEqual(['shop', 'shop']);

  expect(await keys('retire', 'shop')).toMatchObject({ status: 0, stdout: '' });
  const one = await ring();
  expect([first, second].map((secret) => one.find(secret)?.id)).toEqual([undefined, 'shop']);

  expect(await keys('remove', 'shop')).toMatchObject({ status: 0, stdout: '' });
  expect((await ring()).all()).toEqual([]);
});

test('a public key with its bounds, in the list', async () => {
  const bounds = ['--events', 'Product Viewed', 'Order Completed', '--rate', '50'];
  const secret = await secretOf('add', 'web', '--public', ...bounds);
  expect(secret).toMatch(/^pk_/);
  await secretOf('add', 'shop');
  const { stdout } = await keys('list');
  expect(stdout).toBe(
    'web\tpublic\t1 secret\tevents Product Viewed, Order Completed\t50 events/s\n' +
      'shop\tserver\t1 secret\n',
  );
});

test.each([
  ['bounds of a server key', ['add', 'shop', '--events', 'A'], 'are of public keys'],
  ['a rate of nothing', ['add', 'shop', '--rate', '0'], 'whole number above 0'],
  ['a key that is not there', ['retire', 'shop'], 'there is no key "shop"'],
])('wrong usage: %s', async (_, args, said) => {
  const { status, stdout, stderr } = await keys(...args);
  expect([status, stdout]).toEqual([2, '']);
  expect(stderr).toContain(said);
});

test('a folder that cannot be written', async () => {
  file = join(file, 'nowhere', 'keys.yaml');
  const { status, stdout, stderr } = await keys('add', 'shop');
  expect([status, stdout]).toEqual([1, '']);
  expect(stderr).toContain('cannot be written');
});
