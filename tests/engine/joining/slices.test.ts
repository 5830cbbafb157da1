import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Slices, SLICE_LENGTH_MAX, slicesOf } from '../../../src/engine/joining/slices.ts';

const texts = fc
  .tuple(fc.constantFrom('a', 'é', '😀', 'a😀'), fc.nat({ max: 3 * SLICE_LENGTH_MAX }))
  .map(([sign, length]) => sign.repeat(Math.ceil(length / sign.length)));

function restored(slices: Slices): Slices {
  const sections = new Map(
    Array.from(slices.toSections(), ([name, pieces]) => [name, Buffer.concat([...pieces])]),
  );
  return Slices.fromSections((name) => new Uint8Array(sections.get(name) ?? new Uint8Array(0)));
}

test('a text in slices is the text, stored after each', () => {
  fc.assert(
    fc.property(texts, fc.boolean(), (text, isStored) => {
      let slices = new Slices();
      const parts = slicesOf('1.1', text);
      expect(Math.max(...parts.map((part) => part.text.length))).toBeLessThanOrEqual(
        SLICE_LENGTH_MAX,
      );
      // No character is cut in two.
      for (const part of parts) expect(Buffer.from(part.text).toString()).toBe(part.text);
      const found = parts.map((part) => {
        if (isStored) slices = restored(slices);
        return slices.take('phone', 'ann', part);
      });
      expect(found.at(-1)).toBe(text);
      expect(found.slice(0, -1).every((one) => one === undefined)).toBe(true);
    }),
    { numRuns: 60 },
  );
});

const [first, second, third] = slicesOf('1.1', 'a'.repeat(3 * SLICE_LENGTH_MAX));

test('what comes without what was before it is dropped, the first one begins anew', () => {
  if (first === undefined || second === undefined || third === undefined) throw new Error('few');
  const slices = new Slices();
  expect(slices.take('phone', 'ann', second)).toBeUndefined();
  expect(slices.take('phone', 'ann', first)).toBeUndefined();
  expect(slices.take('phone', 'ann', third)).toBeUndefined();
  expect(slices.take('phone', 'ann', { ...second, id: '1.2' })).toBeUndefined();
  expect(slices.take('phone', 'ann', first)).toBeUndefined();
  expect(slices.take('tablet', 'ann', second)).toBeUndefined();
  expect(slices.take('phone', 'ann', second)).toBeUndefined();
  expect(slices.take('phone', 'ann', third)).toHaveLength(3 * SLICE_LENGTH_MAX);
});

test('what has come can go on elsewhere', () => {
  if (first === undefined || second === undefined || third === undefined) throw new Error('few');
  const [here, there] = [new Slices(), new Slices()];
  here.take('phone', 'ann', first);
  here.take('phone', 'ann', second);
  here.take('tablet', 'annika', first);
  const [taken, ...others] = here.takeAllFor('ann');
  expect(others).toEqual([]);
  expect(taken).toEqual({ from: 'phone', slices: [first, second] });
  for (const slice of taken?.slices ?? []) there.take('phone', 'eve', slice);
  expect(there.take('phone', 'eve', third)).toHaveLength(3 * SLICE_LENGTH_MAX);
  expect(here.takeAllFor('ann')).toEqual([]);
});
