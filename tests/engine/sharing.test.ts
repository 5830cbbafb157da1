import fc from 'fast-check';
import { expect, test } from 'vitest';
import { UTC } from '../../src/base/zone.ts';
import type { Transition } from '../../src/engine/effect.ts';
import { Partition } from '../../src/engine/partition.ts';
import type { CustomerEvent } from '../../src/rules/event.ts';
import type { Comparison, EventCondition, Segment } from '../../src/rules/rule.ts';

/*
 * Counts of the same events in windows that end now have one series: each must be what it is alone.
 */

const START_AT = Date.UTC(2026, 0, 1);
const GRACE_MS = 5;

const counts = fc.nat({ max: 5 });

const comparisons: fc.Arbitrary<Comparison> = fc.oneof(
  fc.record({
    op: fc.constantFrom('atLeast', 'atMost', 'moreThan', 'lessThan', 'equals'),
    value: counts,
  }),
  fc.tuple(counts, counts).map(([a, b]): Comparison => {
    return { op: 'between', low: Math.min(a, b), high: Math.max(a, b) };
  }),
);

const conditions = fc.record({ fromMs: fc.integer({ min: 1, max: 40 }), comparison: comparisons });

interface Step {
  /** How much later the clock is than at the event before. */
  readonly afterMs: number;
  /** How late the event is. */
  readonly lateMs: number;
  readonly customer: string;
}

const steps: fc.Arbitrary<Step> = fc.record({
  afterMs: fc.nat({ max: 12 }),
  lateMs: fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, fc.nat({ max: 50 })),
  customer: fc.constantFrom('ann', 'bob'),
});

function segmentsOf(found: readonly { fromMs: number; comparison: Comparison }[]): Segment[] {
  return found.map(({ fromMs, comparison }, i) => {
    const rule: EventCondition = {
      kind: 'event',
      events: ['Viewed'],
      where: [],
      window: { kind: 'rolling', fromMs, toMs: 0 },
      measure: { of: 'count' },
      comparison,
    };
    const id = `s${String(i).padStart(2, '0')}`;
    return { id, name: id, rule };
  });
}

function eventOf(customer: string, at: number): CustomerEvent {
  return { type: 'track', event: 'Viewed', customer, at, properties: {}, context: {} };
}

function run(segments: readonly Segment[], found: readonly Step[]) {
  const settings = {
    clock: 'broker',
    graceMs: GRACE_MS,
    dedupWindowMs: 1,
    dedupIdsMax: 1,
  } as const;
  const definitions = { segments, campaigns: [], zone: UTC };
  const partition = new Partition({ ...settings, partitions: 1 }, definitions);
  const told: Transition[] = [];
  const take = (...input: Parameters<Partition['apply']>): void => {
    for (const { effect } of partition.apply(...input)) {
      if (effect.kind === 'entry' || effect.kind === 'exit') told.push(effect);
    }
  };
  let storedAt = START_AT;
  for (const { afterMs, lateMs, customer } of found) {
    storedAt += afterMs;
    const events = [eventOf(customer, storedAt - lateMs)];
    take({ storedAt, body: { kind: 'events', events, history: false } });
  }
  take({ storedAt: storedAt + 100, body: { kind: 'tick' } });
  return told;
}

function bySegment(told: readonly Transition[], segment: string): Transition[] {
  return told.filter((transition) => transition.segment === segment);
}

test('together they tell what each tells alone', () => {
  const some = fc.array(conditions, { minLength: 2, maxLength: 40 });
  fc.assert(
    fc.property(some, fc.array(steps, { minLength: 1, maxLength: 30 }), (found, history) => {
      const segments = segmentsOf(found);
      const told = run(segments, history);
      for (const segment of segments) {
        expect(bySegment(told, segment.id)).toEqual(run([segment], history));
      }
    }),
    { numRuns: 150 },
  );
});
