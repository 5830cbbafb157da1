import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { parse } from 'yaml';
import { projectPath } from '../../../src/app/root.ts';

const folder = mkdtempSync(join(tmpdir(), 'shoal-test-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Runs the program as a user does, from a folder of the user's own. */
function shoal(args: readonly string[], environment: Readonly<Record<string, string>> = {}) {
  return spawnSync(process.execPath, [projectPath('bin/shoal.mjs'), ...args], {
    cwd: folder,
    env: { PATH: process.env['PATH'], HOME: folder, ...environment },
    encoding: 'utf8',
  });
}

test('shoal config prints what is in force, and nothing else', () => {
  const { status, stdout } = shoal(['--set', 'http.port=9', 'config', '--set', 'grace=3s'], {
    SHOAL_NATS_URL: 'nats://ann:hunter2@127.0.0.1:4222',
  });
  expect(status).toBe(0);
  expect(parse(stdout)).toMatchObject({
    grace: '3s',
    http: { port: 9 },
    nats: { url: 'nats://ann:****************@127.0.0.1:4222' },
  });
});

test.each([
  ['help', ['--help'], 0, ''],
  ['an unknown command', ['confg'], 2, "unknown command 'confg'\n(Did you mean config?)"],
  ['an unknown flag', ['config', '--loud'], 2, "unknown option '--loud'"],
  ['a flag without its value', ['config', '--set', 'x'], 2, '"x" is not of the form key=value'],
  ['no command', [], 2, 'Usage: shoal'],
  ['a bad setting', ['config', '--set', 'clock=sundial'], 78, 'setting "clock" is wrong'],
])('%s: %o ends with %i', (_name, args, expected, said) => {
  const { status, stderr } = shoal(args);
  expect(stderr).toContain(said);
  expect(status).toBe(expected);
});
