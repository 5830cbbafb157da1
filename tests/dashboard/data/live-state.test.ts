import { expect, it } from 'vitest';
import { readFrame } from '../../../src/dashboard/data/frames.ts';
import { UNKNOWN, withFrame } from '../../../src/dashboard/data/live-state.ts';

const AT = '2026-01-01T00:00:00.000Z';
const count = { members: 1, entered: 2, exited: 1 };

it('keeps what a later frame does not name', () => {
  const first = withFrame(UNKNOWN, {
    type: 'counts',
    at: AT,
    lagMs: 5,
    counts: { vip: count, lapsed: count },
    totals: { events: 1, customers: 2 },
  });
  const more = { ...count, members: 9 };
  const second = withFrame(first, { type: 'counts', at: AT, lagMs: 6, counts: { vip: more } });
  expect(second.lagMs).toBe(6);
  expect(second.totals).toEqual({ events: 1, customers: 2 });
  expect([...second.counts]).toEqual([
    ['vip', more],
    ['lapsed', count],
  ]);
  expect(first.counts.get('vip')).toEqual(count);
});

it.each(['', 'null', '[]', '{}', '{"type":"another"}', '{"type":'])('does not know %j', (text) => {
  expect(readFrame(text)).toBeUndefined();
});

it('knows counts and errors', () => {
  expect(readFrame('{"type":"counts"}')).toMatchObject({ type: 'counts' });
  expect(readFrame('{"type":"error"}')).toMatchObject({ type: 'error' });
});
