import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { KeyEdit } from '../../../src/app/keys/key-edit.ts';
import { watchKeys } from '../../../src/app/keys/key-watch.ts';
import { ShoalErrors } from '../../../src/base/error.ts';
import { digestOf } from '../../../src/roles/gateway/keys/stored-keyring.ts';
import { RecordingLogger } from '../../support/world.ts';

function newFile(): string {
  const folder = mkdtempSync(join(tmpdir(), 'shoal-test-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return join(folder, 'keys.yaml');
}

const fileWith = (id: string): string => {
  const edit = new KeyEdit(undefined, 'keys.yaml');
  edit.add(id, { kind: 'server' }, Buffer.from(digestOf(`secret of ${id}`)).toString('hex'));
  return edit.toString();
};

test('a file is read again when it comes, changes and goes; a broken one changes nothing', async () => {
  const file = newFile();
  const logger = new RecordingLogger();
  const watched = await watchKeys(file, logger);
  onTestFinished(() => watched.close());
  const ids = (): readonly string[] => watched.keyring.all().map(({ id }) => id);
  const poll = { timeout: 20_000 };
  expect(ids()).toEqual([]);

  writeFileSync(file, fileWith('shop'));
  await expect.poll(ids, poll).toEqual(['shop']);
  writeFileSync(file, fileWith('another-shop'));
  await expect.poll(ids, poll).toEqual(['another-shop']);

  writeFileSync(file, 'shop: { kind: server, sha256: [sk_hidden] }\n');
  const isSaid = (): boolean =>
    logger.messages().includes('the file of keys is broken, those from before hold on');
  await expect.poll(isSaid, poll).toBe(true);
  expect(ids()).toEqual(['another-shop']);
  expect(JSON.stringify(logger.lines.map(({ fields }) => String(fields['error'])))).not.toContain(
    'sk_hidden',
  );

  rmSync(file);
  await expect.poll(ids, poll).toEqual([]);
});

test('a file that is broken from the beginning is refused', async () => {
  const file = newFile();
  writeFileSync(file, 'shop: 1\n');
  await expect(watchKeys(file, new RecordingLogger())).rejects.toThrow(ShoalErrors);
});
