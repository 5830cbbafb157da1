import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Dictionary } from '../../../src/engine/store/dictionary.ts';

function restored(dictionary: Dictionary): Dictionary {
  const sections = dictionary.toSections('d');
  return Dictionary.fromSections('d', (name) =>
    Uint8Array.from(Buffer.concat([...(sections.get(name) ?? [])])),
  );
}

/** The smallest number that nobody has. */
function freeIn(known: ReadonlyMap<string, number>): number {
  const taken = new Set(known.values());
  let number = 0;
  while (taken.has(number)) number++;
  return number;
}

test('numbers that were given back are given out first, smallest first, also when restored', () => {
  const texts = fc.constantFrom('ann', 'bob', 'zoë', '😀', '', 'a long text, longer than a cell');
  const step = fc.record({ text: texts, isRestored: fc.nat({ max: 5 }).map((n) => n === 0) });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      let dictionary = new Dictionary();
      const known = new Map<string, number>();
      for (const { text, isRestored } of steps) {
        if (isRestored) dictionary = restored(dictionary);
        const number = known.get(text);
        if (number === undefined) {
          known.set(text, freeIn(known));
          expect(dictionary.add(text)).toBe(known.get(text));
        } else {
          dictionary.remove(number);
          known.delete(text);
        }
        expect(dictionary.find(text)).toBe(known.get(text));
        expect(dictionary.count).toBe(known.size);
        const numbers = [...known.values()].toSorted((a, b) => a - b);
        expect([...dictionary.numbers().ordinals()]).toEqual(numbers);
        for (const [one, its] of known) expect(dictionary.textOf(its)).toBe(one);
      }
    }),
  );
});

test('tells by the bytes whether two have the same text under two numbers', () => {
  const [one, other] = [new Dictionary(), new Dictionary()];
  for (const text of ['ann', 'bob']) one.add(text);
  for (const text of ['bob', 'anna']) other.add(text);
  expect(one.isSame(1, other, 0)).toBe(true);
  expect(one.isSame(0, other, 1)).toBe(false);
  one.remove(1);
  expect(one.isSame(1, other, 0)).toBe(false);
  expect(other.isSame(0, one, 1)).toBe(false);
});
