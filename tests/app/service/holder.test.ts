import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { hostname } from 'node:os';
import { expect, test } from 'vitest';
import { holderName, isGone } from '../../../src/app/service/holder.ts';

test('a holder that runs is not gone, whatever it is', () => {
  expect(isGone(holderName('mine'), 'mine')).toBe(false);
  expect(isGone(`${hostname()} 1 other`, 'mine')).toBe(false);
});

test('one on another machine may run', () => {
  expect(isGone('elsewhere 1 other', 'mine')).toBe(false);
  expect(isGone('of another form', 'mine')).toBe(false);
});

test('one that bears our number and another boot was before us', () => {
  expect(isGone(holderName('before'), 'mine')).toBe(true);
});

test('one that has ended is gone', async () => {
  const child = spawn(process.execPath, ['--eval', '']);
  await once(child, 'exit');
  expect(isGone(`${hostname()} ${child.pid} other`, 'mine')).toBe(true);
});
