import { describe, expect, test } from 'vitest';
import { UTC } from '../../src/base/zone.ts';
import type { Campaign } from '../../src/campaign/campaign.ts';
import type { ExplainedRule } from '../../src/engine/explain/explanation.ts';
import { Partition } from '../../src/engine/partition.ts';
import type { CustomerEvent } from '../../src/rules/event.ts';
import { parseSegments } from '../../src/rules/folder.ts';
import { at, DAY, HOUR, identify, track } from '../model/story.ts';
import { campaignOf } from '../support/campaign.ts';

/*
 * What is said of one customer, in a few stories that a person can check.
 */

const START = at('2026-03-01T12:00');

/** An engine that knows these rules, by id, and these events of ann, up to `now`. */
function engineAt(
  now: number,
  rules: Readonly<Record<string, string>>,
  events: readonly CustomerEvent[],
  campaigns: readonly Campaign[] = [],
): Partition {
  const sources = Object.entries(rules).map(([id, rule]) => {
    return { name: `${id}.yaml`, text: `name: The ${id}\nrule: ${rule}\n` };
  });
  const settings = { graceMs: 0, dedupWindowMs: 0, dedupIdsMax: 0, partitions: 1 };
  const definitions = { segments: parseSegments(sources, ''), campaigns, zone: UTC };
  const engine = Partition.withDefinitions({ clock: 'sender', ...settings }, definitions);
  for (const event of events) {
    const body = { kind: 'events', events: [event], history: false } as const;
    engine.apply({ storedAt: event.at, sentAt: event.at, body });
  }
  engine.apply({ storedAt: now, sentAt: now, body: { kind: 'tick' } });
  return engine;
}

function leafOf(rule: string, now: number, events: readonly CustomerEvent[]): ExplainedRule {
  const explained = engineAt(now, { s: rule }, events).questions.explain('ann', 's')?.rule;
  if (explained === undefined) throw new Error('ann is not known');
  return explained;
}

const order = (when: number, total?: number): CustomerEvent =>
  track('Order Completed', when, total === undefined ? {} : { total });

describe('a segment', () => {
  test('says who, what, and when time alone will change it', () => {
    const rules = { s: '{ event: Order Completed, within: 30d }' };
    const explained = engineAt(START + DAY, rules, [order(START)]).questions.explain('ann', 's');
    const leavesAt = START + 30 * DAY;
    expect(explained).toEqual({
      customer: 'ann',
      segment: 's',
      name: 'The s',
      known: true,
      at: START + DAY,
      isMember: true,
      outlook: { next: { at: leavesAt, to: false } },
      rule: {
        kind: 'condition',
        asks: 'count of Order Completed in the last 30 days: at least 1',
        holds: true,
        next: { at: leavesAt, to: false },
        evidence: { kind: 'count', count: 1, orMore: true, firstAt: START, latestAt: START },
      },
    });
  });

  test('a customer nobody has heard of, and a segment that is not defined', () => {
    const { questions } = engineAt(START, { s: '{ event: A }' }, []);
    expect(questions.explain('ann', 's')).toMatchObject({ known: false, isMember: false });
    expect(questions.explain('ann', 'other')).toBeUndefined();
  });

  test('the abandoned cart: enters an hour after it was filled, leaves when the window ends', () => {
    const cart =
      '{ latest: Product Added, within: 7d, atLeastAgo: 1h, notFollowedBy: { event: Order Completed } }';
    const filled = [track('Product Added', START)];
    expect(leafOf(cart, START + 1, filled)).toMatchObject({
      holds: false,
      next: { at: START + HOUR, to: true },
      evidence: { kind: 'latest', at: START, passes: true },
    });
    expect(leafOf(cart, START + HOUR, filled)).toMatchObject({
      holds: true,
      next: { at: START + 7 * DAY, to: false },
    });
    const bought = leafOf(cart, START + HOUR, [...filled, order(START + 5)]);
    expect(bought).toMatchObject({ holds: false, evidence: { notFollowedAt: START + 5 } });
    expect(bought).not.toHaveProperty('next.at');
  });

  test('a segment in it is shown with its rule, once', () => {
    const rules = {
      inner: '{ event: Order Completed, within: 1h }',
      s: '{ any: [{ not: { segment: inner } }, { all: [{ segment: inner }, { event: A }] }] }',
    };
    const explained = engineAt(START, rules, [order(START)]).questions.explain('ann', 's');
    const next = { at: START + HOUR, to: false };
    expect(explained?.outlook).toEqual({ next: { at: START + HOUR, to: true } });
    expect(explained?.rule).toMatchObject({
      kind: 'any',
      holds: false,
      rules: [
        {
          kind: 'not',
          holds: false,
          rules: [{ kind: 'segment', segment: 'inner', holds: true, next, rule: { next } }],
        },
        { kind: 'all', rules: [{ kind: 'segment', rule: undefined }, { holds: false }] },
      ],
    });
  });

  test('an age goes on for ever: the look ahead ends, and says where', () => {
    const rules = { s: '{ attribute: born, age: { atLeast: 18 } }' };
    const events = [identify(START, { born: '1990-06-01' })];
    const explained = engineAt(START, rules, events).questions.explain('ann', 's');
    expect(explained?.outlook?.next).toBeUndefined();
    expect(explained?.outlook?.until).toBeGreaterThan(START + 99 * 365 * DAY);
  });
});

describe('the evidence', () => {
  const two = [order(START, 10.5), order(START + HOUR, 30)];

  test.each([
    ['sum: total, atLeast: 1, within: 1d', { kind: 'sum', value: '40.5', count: 2 }],
    ['sum: total, atLeast: 1', { kind: 'sum', value: '40.5', count: 2 }],
    ['average: total, atLeast: 1, within: 1d', { kind: 'average', value: '20.25', count: 2 }],
    ['min: total, atLeast: 1, within: 1d', { kind: 'min', value: '10.5' }],
    ['max: total, atLeast: 1, within: 1d', { kind: 'max', value: '30' }],
    ['max: total, atLeast: 1', { kind: 'max', value: '30' }],
    ['distinct: total, atLeast: 3, within: 1d', { kind: 'distinct', count: 2, orMore: false }],
    ['distinct: total, atLeast: 2', { kind: 'distinct', count: 2, orMore: true }],
    ['atLeast: 5', { kind: 'count', count: 2, orMore: false }],
    [
      'atLeast: 5, within: { from: 3h, to: 1h }',
      { kind: 'count', count: 1, orMore: false, firstAt: START, latestAt: START },
    ],
  ])('of %s', (measure, evidence) => {
    const rule = `{ event: Order Completed, ${measure} }`;
    expect(leafOf(rule, START + HOUR + 1, two)).toMatchObject({ evidence });
  });

  test('of nothing', () => {
    const rule = '{ event: A, average: total, atLeast: 1, within: 1d }';
    const leaf = leafOf(rule, START, [order(START)]);
    expect(leaf).toMatchObject({ holds: false, evidence: { kind: 'average', count: 0 } });
    expect(leaf).not.toHaveProperty('evidence.value', expect.anything());
  });

  test('of an attribute: its value, since when, and a date', () => {
    const events = [identify(START, { 'a.b': 5, born: '2000-03-01' })];
    expect(leafOf('{ attribute: a.b, equals: 5 }', START, events)).toMatchObject({
      holds: true,
      evidence: { kind: 'attribute', name: 'a.b', value: 5, setAt: START },
    });
    const born = '{ attribute: born, age: { between: [18, 35] } }';
    expect(leafOf(born, START, events)).toMatchObject({
      next: { at: at('2036-03-01'), to: false },
      evidence: { value: '2000-03-01', date: { at: at('2000-03-01'), years: 26 } },
    });
    const gone = [...events, identify(START + 5, { born: null })];
    expect(leafOf(born, START + 5, gone)).toMatchObject({ evidence: { setAt: START + 5 } });
  });

  test('of the first, and of a sample', () => {
    const first = leafOf('{ first: Order Completed, within: 1d }', START + HOUR, two);
    expect(first).toMatchObject({ evidence: { kind: 'first', at: START } });
    const sample = leafOf('{ sample: { percent: 50, salt: x } }', START, two);
    if (sample.kind !== 'condition' || sample.evidence.kind !== 'sample') throw new Error('none');
    expect(sample.holds).toBe(sample.evidence.share < 50);
  });
});

describe('a campaign', () => {
  const letter = campaignOf({
    id: 'letter',
    when: { kind: 'entered', segment: 'buyers' },
    wait: { kind: 'for', ms: 2 * HOUR },
    reentry: { kind: 'span', ms: DAY },
    condition: { kind: 'segment', segment: 'buyers' },
  });
  const rules = { buyers: '{ event: Order Completed, within: 1h }' };

  test('tells of the wait, and when its condition will hold no more', () => {
    const engine = engineAt(START + 1, rules, [order(START)], [letter]);
    expect(engine.questions.explainCampaign('ann', 'letter')).toMatchObject({
      known: true,
      occasion: 'when the customer enters buyers, after 2 hours, at most once in 1 day',
      wait: { triggeredAt: START, dueAt: START + 2 * HOUR },
      served: undefined,
      rule: { kind: 'segment', holds: true },
      outlook: { next: { at: START + HOUR, to: false } },
    });
  });

  test('and that it is over', () => {
    const engine = engineAt(START + 2 * HOUR, rules, [order(START)], [letter]);
    expect(engine.questions.explainCampaign('ann', 'letter')).toMatchObject({
      wait: undefined,
      served: { triggeredAt: START },
      rule: { holds: false },
    });
  });

  test('a customer nobody has heard of, and a campaign that is not defined', () => {
    const { questions } = engineAt(START, rules, [], [letter]);
    expect(questions.explainCampaign('ann', 'letter')).toMatchObject({ known: false });
    expect(questions.explainCampaign('ann', 'other')).toBeUndefined();
  });
});
