import { describe, expect, test } from 'vitest';
import { UTC } from '../../src/base/zone.ts';
import type { Campaign } from '../../src/campaign/campaign.ts';
import type { CustomerEvent } from '../../src/rules/event.ts';
import type { Rule, Segment } from '../../src/rules/rule.ts';
import { DAY, event, HOUR, identify, not, of, track, within } from '../model/story.ts';
import { campaignOf } from '../support/campaign.ts';
import { OnePartition } from '../support/one-partition.ts';

/*
 * Whoever wants it is forgotten, and so are the anonymous of whom nothing is heard any more
 * (invariants of `forgetting.ts`, `removal.ts`, `state/marks.ts`).
 */

const SIXTY_DAYS = 60 * DAY;

function segmentOf(id: string, rule: Rule): Segment {
  return { id, name: id, rule };
}

const segments = [
  segmentOf('buyers', event('Order Completed')),
  segmentOf('idle', not(event('Order Completed', { window: within(HOUR) }))),
  segmentOf('again', { kind: 'segment', segment: 'buyers' }),
];

function order(customer: string, at: number): CustomerEvent {
  return of(customer, track('Order Completed', at, { order_id: `order of ${customer}` }));
}

/** Of one who has not logged in. */
function visit(customer: string, at: number): CustomerEvent {
  return { ...order(customer, at), anonymousId: customer };
}

const cart: Campaign = campaignOf({
  id: 'cart',
  when: { kind: 'event', events: ['Order Completed'], where: [] },
  wait: { kind: 'for', ms: HOUR },
  reentry: { kind: 'once' },
});

describe('whoever wants to be forgotten', () => {
  test('leaves every segment, by id, then is gone', () => {
    const house = houseOf();
    house.take(order('ann', 1), order('bob', 1));
    expect(house.forget(2, 'ann')).toEqual([
      '2 ann exit again (forget)',
      '2 ann exit buyers (forget)',
      '2 ann forgotten (forget)',
    ]);
    const { partition } = house;
    expect(partition.customerCount()).toBe(1);
    expect(partition.attributes('ann')).toBeUndefined();
    expect(partition.counts().get('buyers')).toEqual({ members: 1, entered: 2, exited: 1 });
    expect(house.tick(HOUR + 1)).toEqual([`${HOUR + 1} bob entry idle (time)`]);
  });

  test('is told of though nobody is known by that id', () => {
    expect(houseOf().forget(5, 'ann')).toEqual(['5 ann forgotten (forget)']);
  });

  test('gets no letter: waits end without a word', () => {
    const house = new OnePartition({ segments, campaigns: [cart] });
    house.take(order('ann', 1), order('bob', 1));
    house.forget(2, 'ann');
    expect(house.partition.questions.enrolments().get('cart')?.waiting).toBe(1);
    expect(house.tick(HOUR + 1)).toContain(`${HOUR + 1} bob due cart (time)`);
  });

  test('leaves no byte of an id or a value in a snapshot', () => {
    const house = new OnePartition({ segments, campaigns: [cart] });
    house.take(order('ann', 1), of('ann', identify(2, { city: 'Tula' })), order('bob', 2));
    const bytesOf = (): Buffer =>
      Buffer.concat(house.partition.snapshot().flatMap(({ bytes }) => bytes));
    for (const text of ['order of ann', 'Tula']) expect(bytesOf().includes(text)).toBe(true);
    house.forget(3, 'ann');
    for (const text of ['ann', 'Tula']) expect(bytesOf().includes(text)).toBe(false);
    expect(bytesOf().includes('order of bob')).toBe(true);
  });

  test('makes room for the next one, who starts clean', () => {
    const house = new OnePartition({ segments, campaigns: [cart] });
    house.take(order('ann', 1), of('ann', identify(2, { city: 'Tula' })));
    house.tick(HOUR + 1);
    house.forget(HOUR + 2, 'ann');
    const at = HOUR + 3;
    expect(house.take(of('eve', track('Product Viewed', at)))).toEqual([
      `${at} eve entry idle (event)`,
    ]);
    const { questions } = house.partition;
    expect(questions.attributes('eve')).toEqual({});
    expect(questions.recent('eve').orders).toEqual([]);
    expect(questions.explainCampaign('eve', 'cart')?.served).toBeUndefined();
    expect(house.partition.members('buyers')).toEqual([]);
  });

  test('the same messageId of the next one is another', () => {
    const house = houseOf();
    house.take({ ...order('ann', 1), messageId: 'm' });
    house.forget(2, 'ann');
    house.take({ ...order('eve', 3), messageId: 'm' });
    expect(house.partition.members('buyers')).toEqual(['eve']);
  });
});

describe('what still comes of someone forgotten', () => {
  test('is dropped and counted for 60 days', () => {
    const house = houseOf();
    house.take(order('ann', 1));
    house.forget(2, 'ann');
    expect(house.take(order('ann', 3), order('ann', SIXTY_DAYS + 1))).toEqual([]);
    expect(house.partition.skipped.get('forgotten')).toBe(2);
    expect(house.take(order('ann', SIXTY_DAYS + 2))).toHaveLength(2);
    expect(house.partition.customerCount()).toBe(1);
  });

  test('also by a mark that came alone, and after a restart', () => {
    const house = houseOf();
    house.mark(1, 'ann');
    house.restart();
    expect(house.take(order('ann', SIXTY_DAYS))).toEqual([]);
    house.mark(SIXTY_DAYS, 'ann');
    house.restart();
    expect(house.take(order('ann', SIXTY_DAYS + 1), order('bob', SIXTY_DAYS + 1))).toHaveLength(2);
    expect(house.partition.members('buyers')).toEqual(['bob']);
  });

  test('counts for whoever is known by that id again', () => {
    const house = houseOf();
    house.take(order('ann', 1));
    house.mark(2, 'ann');
    expect(house.take(of('ann', track('Order Completed', 3)))).toEqual([]);
    expect(house.partition.events).toBe(2);
  });
});

describe('an anonymous customer', () => {
  const forgetAnonymousAfterMs = DAY;
  const quiet = (): OnePartition => new OnePartition({ segments, forgetAnonymousAfterMs });

  test('is gone at the very instant at which the silence is too long', () => {
    const house = quiet();
    house.take(visit('x', 1));
    expect(house.tick(DAY)).toEqual([`${HOUR + 1} x entry idle (time)`]);
    expect(house.partition.nextDueAt()).toBe(DAY + 1);
    expect(house.tick(3 * DAY)).toEqual([
      `${DAY + 1} x exit again (forget)`,
      `${DAY + 1} x exit buyers (forget)`,
      `${DAY + 1} x exit idle (forget)`,
      `${DAY + 1} x forgotten (forget)`,
    ]);
    expect(house.partition.customerCount()).toBe(0);
    expect(house.partition.nextDueAt()).toBe(Infinity);
  });

  test('stays when an event comes just then, and goes a millisecond later', () => {
    const house = quiet();
    house.take(visit('x', 0), visit('y', 0));
    house.take(visit('x', DAY), visit('y', DAY + 1));
    expect(house.partition.members('buyers')).toEqual(['x', 'y']);
    expect(house.partition.counts().get('buyers')).toEqual({ members: 2, entered: 3, exited: 1 });
  });

  test('is not anonymous any more once an event bore a userId', () => {
    const house = quiet();
    house.take(visit('x', 0), order('x', 1), visit('x', 2));
    expect(house.tick(9 * DAY)).toEqual([`${HOUR + 2} x entry idle (time)`]);
    expect(house.partition.customerCount()).toBe(1);
  });

  test('is known for ever where nothing else is said', () => {
    const house = houseOf();
    house.take(visit('x', 0));
    expect(house.tick(999 * DAY)).toEqual([`${HOUR} x entry idle (time)`]);
  });

  test('goes by the time that is in force, which needs no history', () => {
    const house = quiet();
    house.take(visit('x', 0), visit('y', 2 * HOUR));
    house.tick(5 * HOUR);
    const shorter = { forgetAnonymousAfterMs: 4 * HOUR };
    expect(house.partition.needsRebuild({ ...defined(), ...shorter })).toBe(false);
    expect(house.define(5 * HOUR + 1, shorter)).toEqual([]);
    // What is overdue is told as of the instant up to which all has been told.
    expect(house.tick(7 * HOUR).filter((line) => line.includes('forgotten'))).toEqual([
      `${5 * HOUR} x forgotten (forget)`,
      `${6 * HOUR} y forgotten (forget)`,
    ]);
  });
});

describe('changed definitions', () => {
  const fewer = { segments: segments.slice(0, 2) };

  test('find customers by their ids, whatever their ordinals', () => {
    const house = new OnePartition({ segments, campaigns: [cart] });
    house.take(order('ann', 1), order('bob', 2), order('eve', 3));
    house.forget(4, 'ann');
    house.take(order('dan', 5));
    house.clean('ann');
    expect(house.define(6, fewer)).toEqual([
      '6 bob exit again (define)',
      '6 eve exit again (define)',
      '6 dan exit again (define)',
    ]);
    expect(house.partition.members('buyers')).toEqual(['bob', 'eve', 'dan']);
    expect(house.partition.counts().get('buyers')).toEqual({ members: 3, entered: 4, exited: 1 });
    expect(house.tick(HOUR + 2)).toContain(`${HOUR + 2} bob due cart (time)`);
    expect(house.take(order('ann', 9))).toEqual([]);
  });

  test('bring nobody back who is gone', () => {
    const house = new OnePartition({ segments, forgetAnonymousAfterMs: DAY });
    house.take(visit('x', 0), order('ann', 1));
    house.tick(2 * DAY);
    expect(house.define(2 * DAY, { ...fewer, forgetAnonymousAfterMs: undefined })).toEqual([
      `${2 * DAY} ann exit again (define)`,
    ]);
    expect(house.partition.members('buyers')).toEqual(['ann']);
    expect(house.partition.counts().get('buyers')).toEqual({ members: 1, entered: 2, exited: 1 });
  });

  test('let those go whom they would have dropped', () => {
    const house = new OnePartition({ segments, forgetAnonymousAfterMs: DAY });
    house.take(visit('x', 0), visit('y', 4 * HOUR));
    house.tick(5 * HOUR);
    expect(house.define(5 * HOUR, { ...fewer, forgetAnonymousAfterMs: 4 * HOUR })).toEqual([
      `${5 * HOUR} x exit again (forget)`,
      `${5 * HOUR} x exit buyers (forget)`,
      `${5 * HOUR} x exit idle (forget)`,
      `${5 * HOUR} x forgotten (forget)`,
      `${5 * HOUR} y exit again (define)`,
    ]);
    expect(house.partition.customerCount()).toBe(1);
  });

  test('go on counting where everybody is gone', () => {
    const house = houseOf();
    house.take(order('ann', 1));
    house.forget(2, 'ann');
    expect(house.define(3, fewer)).toEqual([]);
    expect(house.partition.counts().get('buyers')).toEqual({ members: 0, entered: 1, exited: 1 });
    expect(house.take(order('ann', 4))).toEqual([]);
  });
});

function defined() {
  return { segments, campaigns: [], zone: UTC };
}

function houseOf(): OnePartition {
  return new OnePartition({ segments });
}
