import fc from 'fast-check';
import { expect, test } from 'vitest';
import { compareUtf8 } from '../../../src/base/id.ts';
import { Aliases } from '../../../src/engine/joining/aliases.ts';

/*
 * Held against maps, after every step; and nothing is left of an id that nothing is said of.
 */

const IDS = ['ann', 'bob', 'zoë', 'a-very-long-id-of-someone', '7', '😀'];
const id = fc.constantFrom(...IDS);

const steps = fc.array(
  fc.oneof(
    fc.record({ kind: fc.constant('link'), id, to: id }),
    fc.record({ kind: fc.constant('unlink'), id, to: id }),
    fc.record({ kind: fc.constant('ask'), id, to: id, isExplicit: fc.boolean() }),
    fc.record({ kind: fc.constant('take'), id, to: id, text: fc.string({ minLength: 1 }) }),
    fc.record({ kind: fc.constant('drop'), id, to: id }),
    fc.record({ kind: fc.constant('restore'), id, to: id }),
  ),
  { maxLength: 60 },
);

interface Said {
  isAlias: boolean;
  asked: 'never' | 'plainly' | 'explicitly';
  taken: string;
}

function restored(aliases: Aliases): Aliases {
  const sections = new Map(
    Array.from(aliases.toSections(), ([name, pieces]) => [name, Buffer.concat([...pieces])]),
  );
  return Aliases.fromSections((name) => new Uint8Array(sections.get(name) ?? new Uint8Array(0)));
}

function textOf(aliases: Aliases): string {
  return [...aliases.toSections().values()]
    .map((pieces) => Buffer.concat([...pieces]).toString('latin1'))
    .join('\n');
}

test('says what maps would say', () => {
  fc.assert(
    fc.property(steps, (found) => {
      let aliases = new Aliases();
      const said = new Map<string, Said>();
      const of = (from: string, to: string): Said => {
        const key = `${from}\n${to}`;
        const known = said.get(key) ?? { isAlias: false, asked: 'never', taken: '' };
        said.set(key, known);
        return known;
      };
      const targetOf = (from: string): string | undefined => IDS.find((to) => of(from, to).isAlias);
      for (const step of found) {
        const { id: from, to } = step;
        const target = targetOf(from);
        if (step.kind === 'link' && target === undefined) {
          aliases.link(from, to);
          of(from, to).isAlias = true;
        } else if (step.kind === 'unlink') {
          aliases.unlink(from);
          if (target !== undefined) of(from, target).isAlias = false;
        } else if (step.kind === 'ask') {
          const before = of(from, to);
          const isNew = before.asked === 'never' || (step.isExplicit && before.asked === 'plainly');
          expect(aliases.ask(from, to, step.isExplicit)).toBe(isNew);
          if (isNew) before.asked = step.isExplicit ? 'explicitly' : 'plainly';
        } else if (step.kind === 'take') {
          aliases.setTaken(from, to, step.text);
          of(from, to).taken = step.text;
        } else if (step.kind === 'drop') {
          aliases.dropAllOf(to);
          for (const each of IDS) said.delete(`${each}\n${to}`);
        } else aliases = restored(aliases);
        for (const each of IDS) expect(aliases.targetOf(each)).toBe(targetOf(each));
        expect(aliases.count).toBe(IDS.filter((each) => targetOf(each) !== undefined).length);
        for (const each of IDS) {
          const wanted = IDS.filter((other) => {
            const { isAlias, asked, taken } = of(other, each);
            return isAlias || asked !== 'never' || taken !== '';
          });
          expect(aliases.linkedTo(each)).toEqual(
            wanted.toSorted(compareUtf8).map((other) => {
              const { isAlias, asked } = of(other, each);
              return { id: other, isAlias, isAsked: asked !== 'never' };
            }),
          );
          for (const other of IDS) expect(aliases.takenOf(other, each)).toBe(of(other, each).taken);
        }
      }
    }),
    { numRuns: 200 },
  );
});

test('of an id that nothing is said of no byte is left', () => {
  const aliases = new Aliases();
  aliases.link('phone-of-ann', 'customer-ann');
  aliases.ask('tablet-of-ann', 'customer-ann', true);
  aliases.setTaken('tablet-of-ann', 'customer-ann', 'what was taken');
  aliases.ask('tablet-of-ann', 'customer-bob', false);
  aliases.dropAllOf('customer-ann');
  for (const gone of ['phone', 'customer-ann', 'what was taken']) {
    expect(textOf(aliases)).not.toContain(gone);
  }
  expect(textOf(aliases)).toContain('tablet-of-ann');
  expect(aliases.hasAsked('tablet-of-ann', 'customer-bob')).toBe(true);
});

test('of one id there is what was passed on, and what of it came back', () => {
  let aliases = new Aliases();
  aliases.setGiven('ann', 'what was given');
  expect([aliases.givenOf('ann'), aliases.takenOf('ann', 'ann')]).toEqual(['what was given', '']);
  expect(aliases.linkedTo('ann')).toEqual([]);
  aliases.setTaken('ann', 'ann', 'what was taken');
  aliases.setGiven('phone', 'more');
  aliases = restored(aliases);
  expect([...aliases.given()].toSorted(compareUtf8)).toEqual(['ann', 'phone']);
  expect(aliases.givenOf('ann')).toBe('what was given');
  expect(aliases.takenOf('ann', 'ann')).toBe('what was taken');
  aliases.dropAllOf('ann');
  expect([aliases.givenOf('ann'), aliases.takenOf('ann', 'ann')]).toEqual(['', '']);
  expect([...aliases.given()]).toEqual(['phone']);
});

test('learns all but what was taken in', () => {
  const [there, here] = [new Aliases(), new Aliases()];
  there.link('phone', 'ann');
  there.ask('tablet', 'ann', true);
  there.setTaken('tablet', 'ann', 'much');
  here.learnFrom(there);
  expect(here.targetOf('phone')).toBe('ann');
  expect(here.ask('tablet', 'ann', true)).toBe(false);
  expect(here.takenOf('tablet', 'ann')).toBe('');
});
