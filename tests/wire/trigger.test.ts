import { expect, test } from 'vitest';
import { triggerSubject } from '../../src/wire/subject.ts';
import type { Why } from '../../src/engine/effect.ts';
import { encodeTrigger, isQuiet, readTrigger, triggerPlaceOf } from '../../src/wire/trigger.ts';

test.each([
  [['vip', 'entered'], 'shoal.triggers.vip.entered'],
  [['attribute', 'a.b'], 'shoal.triggers.attribute.a%2Eb'],
  [['attribute', '* >\r\n'], 'shoal.triggers.attribute.%2A%20%3E%0D%0A'],
  [['attribute', 'größe'], 'shoal.triggers.attribute.gr%C3%B6%C3%9Fe'],
])('%j stands in a subject as %s', (names, subject) => {
  expect(triggerSubject(false, names)).toBe(subject);
});

test.each([
  ['shoal/3/17', { cluster: 'shoal', partition: 3, number: 17 }],
  ['shoal-eu/0/1', { cluster: 'shoal-eu', partition: 0, number: 1 }],
  ['shoal/3', undefined],
  ['shoal/3/17/1', undefined],
  ['shoal/x/17', undefined],
  ['', undefined],
])('the id %j is read as %j', (id, place) => {
  expect(triggerPlaceOf(new Map([['ce-id', id]]))).toEqual(place);
});

test('a message without an id is none of ours', () => {
  expect(triggerPlaceOf(new Map())).toBeUndefined();
});

test.each<Why>(['event', 'time', 'import', 'merge', 'forget'])(
  'what partitions tell one another is quiet, also when the reason is %s',
  (why) => {
    const head = { at: 5, customer: 'ann', why };
    const parcel = { type: 'merge', id: '1', slice: 0, slices: 1, text: 'secret' } as const;
    const passed = { ...head, kind: 'passed', to: 'bob', via: [], parcel } as const;
    const forgotten = { ...head, kind: 'forgotten' } as const;
    expect([isQuiet(passed), isQuiet(forgotten)]).toEqual([true, true]);
    const place = { cluster: 'shoal', partition: 0, number: 1 };
    const triggers = [passed, forgotten].map((effect) => encodeTrigger(place, effect));
    const subjects = triggers.map(({ subject }) => subject);
    expect(subjects).toEqual(['shoal.quiet.customer.passed', 'shoal.quiet.customer.forgotten']);
    expect(triggers.map(readTrigger)).toMatchObject([
      { type: 'shoal.customer.passed', quiet: true, customer: 'ann', to: 'bob', parcel: 'merge' },
      { type: 'shoal.customer.forgotten', quiet: true, customer: 'ann' },
    ]);
  },
);
