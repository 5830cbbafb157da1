import { describe, expect, test } from 'vitest';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../src/base/time.ts';
import { UTC, type Zone } from '../../src/base/zone.ts';
import type { Campaign } from '../../src/campaign/campaign.ts';
import type { CountedLetter } from '../../src/campaign/cap-limit.ts';
import { decide } from '../../src/campaign/decide.ts';
import type { Situation } from '../../src/campaign/gates.ts';
import type { JsonObject } from '../../src/base/json.ts';
import { campaignOf } from '../support/campaign.ts';

/** A Sunday, noon in UTC. */
const NOW = Date.UTC(2026, 10, 22, 12);
/** An hour ahead of UTC. */
const AHEAD: Zone = { name: 'Ahead', fromAts: [0], offsetsMs: [HOUR_MS] };
const CONDITION: Campaign['condition'] = { kind: 'segment', segment: 'vip' };

function campaign(given: Partial<Campaign> = {}): Campaign {
  return campaignOf({ id: 'welcome', when: { kind: 'entered', segment: 'vip' }, ...given });
}

/** A letter that nothing bars, but for what is given. */
function situation(given: Partial<Situation> = {}): Situation {
  return {
    now: NOW,
    zone: UTC,
    customer: 'ann',
    campaign: campaign(),
    policy: { consent: 'opt-out', caps: [] },
    dueAt: NOW,
    letter: 'own',
    recipient: recipient(),
    letters: new Map(),
    consents: new Map(),
    ...given,
  };
}

function recipient(attributes: JsonObject = { email: 'ann@example.com' }, holds = true) {
  return { known: true, attributes, holds };
}

const sent = (at: number, change: Partial<CountedLetter> = {}): CountedLetter => ({
  state: 'sent',
  isMarketing: true,
  at,
  ...change,
});
const letters = (...all: CountedLetter[]) => new Map(all.map((each, i) => [`l${i}`, each]));
const consents = (all: Record<string, 'given' | 'withdrawn'>) =>
  new Map(Object.entries(all).map(([scope, state]) => [scope, { state }]));

const reasonOf = (given: Partial<Situation>): string => {
  const decision = decide(situation(given));
  return decision.kind === 'send' ? 'send' : decision.reason;
};

test('a private address is shown by no gate', () => {
  for (const email of [
    'ann@example.com',
    'ann@example.com, eve@example.com',
    ['ann@example.com'],
  ]) {
    const given = { recipient: recipient({ email }) };
    expect(JSON.stringify(decide(situation(given)).trace)).toContain('ann@example.com');
    const privately = decide(situation({ ...given, isAddressPrivate: true }));
    expect(JSON.stringify(privately.trace)).not.toContain('ann');
    expect(privately.kind).toBe(decide(situation(given)).kind);
  }
});

describe('the recipient', () => {
  test.each<[JsonObject, object]>([
    [{ email: 'ann@example.com', name: 'Ann Lee' }, { name: 'Ann Lee' }],
    [{ email: 'ann@example.com', first_name: 'Ann' }, { name: 'Ann' }],
    [
      { email: 'ann@example.com', name: 'A\r\nBcc: eve@example.com' },
      { name: 'A Bcc: eve@example.com' },
    ],
    [{ email: 'ann@example.com', name: 5 }, { name: '' }],
  ])('%j', (attributes, to) => {
    const decision = decide(situation({ recipient: recipient(attributes) }));
    expect(decision).toMatchObject({ kind: 'send', to: { address: 'ann@example.com', ...to } });
  });

  test.each<[JsonObject, string]>([
    [{ name: 'Ann' }, 'no-address'],
    [{ email: '' }, 'no-address'],
    [{ email: null }, 'no-address'],
    [{ email: ['ann@example.com'] }, 'bad-address'],
    [{ email: 'ann@example.com, eve@example.com' }, 'bad-address'],
    [{ email: 'ann@bob@example.com' }, 'bad-address'],
  ])('%j: %s', (attributes, reason) => {
    expect(reasonOf({ recipient: recipient(attributes) })).toBe(reason);
  });

  test('of whom nobody has heard', () => {
    const unknown = { known: false, attributes: {}, holds: false };
    expect(reasonOf({ recipient: unknown })).toBe('unknown-customer');
  });
});

describe('consent', () => {
  const optIn = { consent: 'opt-in', caps: [] } as const;
  const optOut = { consent: 'opt-out', caps: [] } as const;
  test.each([
    [optOut, {}, 'send'],
    [optOut, { '*': 'withdrawn' }, 'unsubscribed'],
    [optOut, { welcome: 'withdrawn' }, 'unsubscribed'],
    [optOut, { '*': 'withdrawn', welcome: 'given' }, 'unsubscribed'],
    [optOut, { '*': 'given', welcome: 'withdrawn' }, 'unsubscribed'],
    [optOut, { other: 'withdrawn' }, 'send'],
    [optIn, {}, 'no-consent'],
    [optIn, { other: 'given' }, 'no-consent'],
    [optIn, { welcome: 'given' }, 'send'],
    [optIn, { '*': 'given' }, 'send'],
    [optIn, { '*': 'given', welcome: 'withdrawn' }, 'unsubscribed'],
  ] as const)('%j with %j: %s', (policy, given, reason) => {
    expect(reasonOf({ policy, consents: consents(given) })).toBe(reason);
  });

  test('a receipt needs none, but is not sent to a suppressed address', () => {
    const receipt = {
      campaign: campaign({ kind: 'transactional' }),
      consents: consents({ '*': 'withdrawn' }),
      policy: optIn,
    };
    expect(reasonOf(receipt)).toBe('send');
    const suppression = { reason: 'hard-bounce', at: 0 };
    expect(reasonOf({ ...receipt, suppression })).toBe('suppressed');
  });
});

test.each([
  [undefined, false, 'send'],
  [CONDITION, true, 'send'],
  [CONDITION, false, 'no-longer-true'],
])('the condition %j, which holds: %s', (condition, holds, reason) => {
  const given = { campaign: campaign({ condition }), recipient: recipient(undefined, holds) };
  expect(reasonOf(given)).toBe(reason);
});

describe('holdout', () => {
  const held = (holdoutPercent: number, id = 'welcome'): string[] =>
    Array.from({ length: 2_000 }, (_, i) => `c${i}`).filter(
      (customer) =>
        reasonOf({ customer, campaign: campaign({ id, holdoutPercent }) }) === 'holdout',
    );

  test('0 percent is nobody, 100 everybody', () => {
    expect(held(0)).toHaveLength(0);
    expect(held(100)).toHaveLength(2_000);
  });

  test('a share, the same each time, which grows with the percentage', () => {
    const tenth = held(10);
    expect(tenth.length).toBeGreaterThan(150);
    expect(tenth.length).toBeLessThan(250);
    expect(held(10)).toEqual(tenth);
    expect(held(20)).toEqual(expect.arrayContaining(tenth));
  });

  test('other customers for another campaign', () => {
    expect(held(10, 'other')).not.toEqual(held(10));
  });
});

describe('a rolling cap of two letters within a day', () => {
  const policy = {
    consent: 'opt-out',
    caps: [{ kind: 'rolling', max: 2, withinMs: DAY_MS }],
  } as const;
  test.each([
    ['none before', [], 'send'],
    ['one before', [sent(NOW - 1)], 'send'],
    ['two before', [sent(NOW - 1), sent(NOW - 2)], 'frequency-cap'],
    ['one that leaves just now', [sent(NOW - 1), sent(NOW - DAY_MS)], 'send'],
    ['one that leaves next', [sent(NOW - 1), sent(NOW - DAY_MS + 1)], 'frequency-cap'],
    ['receipts', [sent(NOW - 1), sent(NOW - 2, { isMarketing: false })], 'send'],
    [
      'an intent and an unknown one',
      ['intent', 'unknown'].map((state) => sent(NOW, { state })),
      'frequency-cap',
    ],
    [
      'what was not sent',
      ['failed', 'skipped', 'waiting'].map((state) => sent(NOW, { state })),
      'send',
    ],
  ])('%s', (_what, all, reason) => {
    expect(reasonOf({ policy, letters: letters(...all) })).toBe(reason);
  });

  test('the letter itself is none of those before', () => {
    const all = new Map([...letters(sent(NOW - 1)), ['own', sent(NOW - 2, { state: 'intent' })]]);
    expect(reasonOf({ policy, letters: all })).toBe('send');
  });

  test('a receipt counts for none', () => {
    const all = letters(sent(NOW), sent(NOW));
    const receipt = campaign({ kind: 'transactional' });
    expect(reasonOf({ policy, letters: all, campaign: receipt })).toBe('send');
  });
});

test('every cap must let pass', () => {
  const caps = [
    { kind: 'rolling', max: 3, withinMs: 7 * DAY_MS },
    { kind: 'calendar', max: 1, per: 'day' },
  ] as const;
  const policy = { consent: 'opt-out', caps } as const;
  expect(reasonOf({ policy, letters: letters(sent(NOW - 2 * DAY_MS)) })).toBe('send');
  expect(reasonOf({ policy, letters: letters(sent(NOW)) })).toBe('frequency-cap');
});

describe('quiet hours', () => {
  const at = (hour: number, minute = 0): number => Date.UTC(2026, 10, 22, hour, minute);
  const night = { fromMinute: 21 * 60, toMinute: 8 * 60 };
  const noon = { fromMinute: 12 * 60, toMinute: 13 * 60 };
  test.each([
    [night, at(20, 59) + MINUTE_MS - 1, UTC, 'send'],
    [night, at(21), UTC, 'quiet-hours'],
    [night, at(0), UTC, 'quiet-hours'],
    [night, at(8) - 1, UTC, 'quiet-hours'],
    [night, at(8), UTC, 'send'],
    [noon, at(12), UTC, 'quiet-hours'],
    [noon, at(13), UTC, 'send'],
    [noon, at(12), AHEAD, 'send'],
    [noon, at(11), AHEAD, 'quiet-hours'],
  ])('%j at %s', (quietHours, now, zone, reason) => {
    expect(reasonOf({ campaign: campaign({ quietHours }), now, dueAt: now, zone })).toBe(reason);
  });
});

test.each([
  [HOUR_MS, 'send'],
  [HOUR_MS + 1, 'too-old'],
  [-HOUR_MS, 'send'],
])('due %s ms ago', (ago, reason) => {
  expect(reasonOf({ dueAt: NOW - ago })).toBe(reason);
});

test('the first gate in the order that bars gives the reason, and the trace ends there', () => {
  const decision = decide(
    situation({
      suppression: { reason: 'complaint', at: NOW },
      consents: consents({ '*': 'withdrawn' }),
      dueAt: 0,
    }),
  );
  expect(decision).toEqual({
    kind: 'skip',
    reason: 'suppressed',
    trace: [
      { gate: 'address', passes: true, words: 'the address is ann@example.com' },
      {
        gate: 'suppression',
        passes: false,
        words: 'the address is suppressed: complaint, 2026-11-22T12:00:00.000Z',
      },
    ],
  });
});

test('who passes has passed every gate', () => {
  const { trace } = decide(situation());
  expect(trace.map(({ gate }) => gate)).toEqual([
    'address',
    'suppression',
    'consent',
    'condition',
    'holdout',
    'frequency cap',
    'quiet hours',
    'age',
  ]);
  expect(trace.every(({ passes, words }) => passes && words !== '')).toBe(true);
});
