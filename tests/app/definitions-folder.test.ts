import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { loadSegments, readSources } from '../../src/app/definitions-folder.ts';
import { ShoalErrors } from '../../src/base/error.ts';

let folder = '';

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'shoal-segments-'));
});

afterEach(() => {
  rmSync(folder, { recursive: true });
});

function write(name: string, text: string): void {
  writeFileSync(join(folder, name), text);
}

it('reads the .yaml files of a folder, through links too, and passes the others over', async () => {
  write('b.yaml', 'rule: { event: B }');
  write('.hidden.yaml', 'broken');
  write('README.md', 'About these segments');
  symlinkSync(join(folder, 'b.yaml'), join(folder, 'a.yaml'));
  expect(await readSources(folder)).toEqual([
    { name: 'a.yaml', text: 'rule: { event: B }' },
    { name: 'b.yaml', text: 'rule: { event: B }' },
  ]);
  expect((await loadSegments(folder)).map(({ id }) => id)).toEqual(['a', 'b']);
});

it('refuses what somebody might believe in', async () => {
  mkdirSync(join(folder, 'old'));
  write('b.yml', 'rule: { event: B }');
  await expect(readSources(folder)).rejects.toMatchObject({
    errors: [
      { code: 'folder-unreadable', message: 'a ".yml" is not read', where: join(folder, 'b.yml') },
      { code: 'folder-unreadable', message: 'a subfolder is not read', where: join(folder, 'old') },
    ],
  });
});

it('says where an error is by the path that the user gave', async () => {
  write('vip.yaml', 'rule: { event: A, witin: 3d }');
  await expect(loadSegments(folder)).rejects.toMatchObject({
    errors: [{ code: 'segment-invalid', where: `${folder}/vip.yaml: rule.witin` }],
  });
});

it('says which folder is not there', async () => {
  const absent = join(folder, 'absent');
  await expect(loadSegments(absent)).rejects.toBeInstanceOf(ShoalErrors);
  await expect(loadSegments(absent)).rejects.toMatchObject({
    errors: [{ code: 'folder-unreadable', where: absent }],
  });
});
