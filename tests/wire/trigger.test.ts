import { expect, test } from 'vitest';
import { triggerSubject } from '../../src/wire/subject.ts';
import { triggerPlaceOf } from '../../src/wire/trigger.ts';

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
