import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { runInProcess } from '../../support/in-process.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'shoal-validate-'));
});
afterEach(() => rm(folder, { recursive: true }));

test('what ships with Shoal is fine', async () => {
  const { status, stdout } = await runInProcess(['validate']);
  expect(stdout).toMatch(/^\d+ segments, \d+ campaigns?: fine\n$/);
  expect(status).toBe(0);
});

test('a folder of segments, or the folder around it', async () => {
  await mkdir(join(folder, 'segments'));
  await writeFile(join(folder, 'segments', 'a.yaml'), 'rule: { event: A }');
  const fine = { status: 0, stdout: '1 segment, 0 campaigns: fine\n' };
  expect(await runInProcess(['validate', join(folder, 'segments')])).toMatchObject(fine);
  expect(await runInProcess(['validate', folder])).toMatchObject(fine);
  expect(await runInProcess(['validate', join(folder, 'segments', 'a.yaml')])).toMatchObject(fine);
});

test('every error at once, with what, where and hint', async () => {
  await writeFile(join(folder, 'a.yaml'), 'rule: { evnt: A }');
  await writeFile(join(folder, 'b.yaml'), 'rule: { event: A, within: 1y }');
  const { status, stdout, stderr } = await runInProcess(['validate', folder]);
  expect([status, stdout]).toEqual([78, '']);
  expect(stderr).toContain(`at ${join(folder, 'a.yaml')}: rule`);
  expect(stderr).toContain(`"1y" is no duration\n  at ${join(folder, 'b.yaml')}: rule.within`);
});

test('segments, campaigns and templates together, from the settings', async () => {
  const [segments, campaigns] = [join(folder, 'segments'), join(folder, 'campaigns')];
  await Promise.all([mkdir(segments), mkdir(campaigns)]);
  await writeFile(join(segments, 'a.yaml'), 'rule: { evnt: A }');
  await writeFile(join(campaigns, 'c.yaml'), 'nonsense: true');
  const folders = ['segments', 'campaigns', 'templates'].flatMap((name) => {
    return ['--set', `folders.${name}=${join(folder, name)}`];
  });
  const { status, stderr } = await runInProcess(['validate', ...folders]);
  expect(status).toBe(78);
  for (const place of ['segments/a.yaml', 'campaigns/c.yaml', 'templates']) {
    expect(stderr).toContain(`at ${join(folder, place)}`);
  }
});

test('what asks for a private value', async () => {
  const [segments, campaigns] = [join(folder, 'segments'), join(folder, 'campaigns')];
  await Promise.all([mkdir(segments), mkdir(campaigns)]);
  await writeFile(join(segments, 'a.yaml'), 'rule: { attribute: email, endsWith: .com }');
  const campaign = 'when: { attribute: email, to: x }\ntemplate: course-welcome\n';
  await writeFile(join(campaigns, 'c.yaml'), campaign);
  const folders = ['segments', 'campaigns'].flatMap((name) => {
    return ['--set', `folders.${name}=${join(folder, name)}`];
  });
  expect((await runInProcess(['validate', ...folders])).stderr).not.toContain('private');
  const privately = ['--set', 'privateAttributes=email'];
  const all = await runInProcess(['validate', ...folders, ...privately]);
  expect(all.status).toBe(78);
  for (const place of ['segments/a.yaml: rule.endsWith', 'campaigns/c.yaml: when.to']) {
    expect(all.stderr).toContain(`at ${join(folder, place)}`);
  }
  const alone = await runInProcess(['validate', segments, ...privately]);
  expect(alone.stderr).toContain('"endsWith" cannot be asked of the private attribute "email"');
});
