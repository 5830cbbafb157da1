import { expect, test } from 'vitest';
import { privateMarks } from '../../../src/adapters/node-crypto/private-marks.ts';
import type { Json } from '../../../src/base/json.ts';
import { isPrivateMark } from '../../../src/base/private-mark.ts';

const mark = privateMarks('a secret of a test, long enough');

test('the same value of the same attribute has the same mark, for ever', () => {
  // A mark stands in the log: what makes it must never change.
  expect(mark('email', 'ann@example.com')).toBe('private:HFy8BaoInAq7wt7gHVSiCA');
  const address = { street: 'Main 1', city: 'Springfield' };
  expect(mark('address', { city: 'Springfield', street: 'Main 1' })).toBe(mark('address', address));
});

test('another attribute, value or secret has another, and a mark tells nothing', () => {
  const values: Json[] = ['5', 5, true, ['5'], { a: '5' }, { b: '5' }, '', 'ann@example.com'];
  const other = privateMarks('another secret of a test, too');
  const marks = values.flatMap((value) => [
    mark('email', value),
    mark('name', value),
    other('email', value),
  ]);
  expect(new Set(marks).size).toBe(marks.length);
  for (const one of marks) expect(one).toMatch(/^private:[A-Za-z0-9_-]{22}$/);
  expect(marks.every(isPrivateMark)).toBe(true);
});

test.each([
  'private:',
  'private:short',
  'Private:AAAAAAAAAAAAAAAAAAAAAA',
  'ann@example.com',
  5,
  null,
])('%j is no mark', (value) => {
  expect(isPrivateMark(value)).toBe(false);
});
