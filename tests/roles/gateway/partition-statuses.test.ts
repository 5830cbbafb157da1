import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PartitionStatuses, SILENT_MS } from '../../../src/roles/gateway/partition-statuses.ts';
import { count, status } from './status.ts';

function statuses(partitions: number): PartitionStatuses {
  return new PartitionStatuses(partitions);
}

describe('sums', () => {
  it('are over the partitions, of the latest of each (1)', () => {
    const all = statuses(2);
    all.take(status({ counts: { vip: count(3) } }), 0);
    all.take(status({ partition: 1, counts: { vip: count(4, 9, 5) } }), 0);
    all.take(status({ sequence: 2, full: false, counts: { vip: count(2, 3, 1) } }), 0);
    expect(all.count('vip')).toEqual(count(6, 12, 6));
  });

  it('of a segment that nobody named are 0', () => {
    expect(statuses(1).count('vip')).toEqual(count(0));
  });

  it('forget a segment that a later full status does not name', () => {
    const all = statuses(1);
    all.take(status({ counts: { vip: count(3), old: count(2) } }), 0);
    all.take(status({ sequence: 2, counts: { vip: count(3) } }), 0);
    expect(all.count('old')).toEqual(count(0));
  });

  it('equal the sum of the last full ones, whatever came before', () => {
    const members = fc.nat(100);
    const told = fc.record({
      partition: fc.nat(2),
      boot: fc.constantFrom('first', 'second'),
      sequence: fc.nat(5),
      full: fc.boolean(),
      counts: fc.dictionary(fc.constantFrom('a', 'b'), members.map(count)),
    });
    fc.assert(
      fc.property(
        fc.array(told),
        fc.array(members, { minLength: 3, maxLength: 3 }),
        (some, last) => {
          const all = statuses(3);
          for (const each of some) all.take(status(each), 0);
          for (const [partition, a] of last.entries()) {
            all.take(status({ partition, boot: 'third', counts: { a: count(a) } }), 0);
          }
          expect(all.count('a').members).toBe(last.reduce((sum, a) => sum + a, 0));
          expect(all.count('b').members).toBe(0);
          expect(all.wanted(0)).toEqual([]);
        },
      ),
    );
  });
});

describe('order (2)', () => {
  it('wants a full status of each partition at first, and of one whose delta came alone', () => {
    const all = statuses(2);
    all.take(status({ full: false, counts: { vip: count(3) } }), 0);
    expect([all.wanted(0), all.complete(), all.count('vip').members]).toEqual([[0, 1], false, 0]);
  });

  it('passes over what is older and what was seen', () => {
    const all = statuses(1);
    all.take(status({ sequence: 5, counts: { vip: count(3) } }), 0);
    for (const sequence of [4, 5]) {
      all.take(status({ sequence, full: false, counts: { vip: count(99) } }), 0);
    }
    expect([all.count('vip').members, all.wanted(0)]).toEqual([3, []]);
  });

  it.each([
    ['after a gap', { sequence: 3 }],
    ['at a new boot', { boot: 'second', sequence: 2 }],
  ])('is behind %s until a full one comes, with its old counts', (_, delta) => {
    const all = statuses(1);
    all.take(status({ counts: { vip: count(3) } }), 0);
    all.take(status({ ...delta, full: false, counts: { vip: count(7) } }), 0);
    expect([all.wanted(0), all.count('vip').members]).toEqual([[0], 3]);
    all.take(status({ ...delta, counts: { vip: count(8) } }), 0);
    expect([all.wanted(0), all.count('vip').members]).toEqual([[], 8]);
  });

  it('stays behind when the full one is older than what came while it was on its way', () => {
    const all = statuses(1);
    all.take(status({ sequence: 8, full: false, counts: { vip: count(8) } }), 0);
    all.take(status({ sequence: 7, counts: { vip: count(7) } }), 0);
    expect([all.complete(), all.count('vip').members, all.wanted(0)]).toEqual([true, 7, [0]]);
    all.take(status({ sequence: 8, counts: { vip: count(8) } }), 0);
    expect([all.count('vip').members, all.wanted(0)]).toEqual([8, []]);
  });

  it('ignores partitions that do not exist', () => {
    const all = statuses(1);
    all.take(status({ partition: 1, counts: { vip: count(3) } }), 0);
    expect([all.count('vip').members, all.complete()]).toEqual([0, false]);
  });
});

describe('the summary', () => {
  it('has the latest stream time, the worst lag, all events and customers', () => {
    const all = statuses(2);
    all.take(status({ atMs: 5, lagMs: 9, events: 1, customers: 2 }), 0);
    all.take(status({ partition: 1, atMs: 7, lagMs: 3, events: 10, customers: 20 }), 0);
    expect(all.summary(0)).toEqual({ atMs: 7, lagMs: 9, events: 11, customers: 22 });
  });

  it('counts silence as lag, and asks before it does (3)', () => {
    const all = statuses(1);
    all.take(status({ lagMs: 2 }), 1_000);
    expect(all.summary(1_000 + SILENT_MS).lagMs).toBe(2);
    expect(all.wanted(1_000 + SILENT_MS)).toEqual([0]);
    expect(all.summary(1_001 + SILENT_MS).lagMs).toBe(SILENT_MS + 1);
  });

  it('tells once what changed', () => {
    const all = statuses(1);
    all.take(status({ counts: { vip: count(3) } }), 0);
    expect([...all.takeChanged()]).toEqual(['vip']);
    expect([...all.takeChanged()]).toEqual([]);
  });
});
