import { expect, test } from 'vitest';
import { Line } from '../../../../src/roles/mailer/flow/line.ts';

function lineAt(now = 1_000) {
  const time = { now };
  const line = new Line({ now: () => time.now, sleep: async () => undefined });
  const miss = (times = 1): number => {
    for (let i = 0; i < times; i++) line.note(false);
    return line.downMs;
  };
  return { line, time, miss };
}

test('a server that misses now and then is not away', () => {
  const { line, miss } = lineAt();
  expect(miss(2)).toBe(0);
  line.note(true);
  expect(miss(2)).toBe(0);
});

test('after three misses in a row nobody tries, for longer each time, up to 30 s', () => {
  const { line, time, miss } = lineAt();
  expect(miss(3)).toBe(1_000);
  // Those that were under way at that time.
  expect(miss()).toBe(1_000);
  time.now += 1_000;
  expect(line.downMs).toBe(0);
  expect(miss()).toBe(4_000);
  for (let i = 0; i < 10; i++) {
    time.now += 30_000;
    miss();
  }
  expect(line.downMs).toBe(30_000);
});

test('a greeting ends it', () => {
  const { line, time, miss } = lineAt();
  miss(9);
  time.now += 60_000;
  line.note(true);
  expect(miss(2)).toBe(0);
});
