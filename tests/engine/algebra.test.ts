import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Transition } from '../../src/engine/effect.ts';
import type { Rule, Segment } from '../../src/rules/rule.ts';
import { arbitraryCase, type Case } from '../model/arbitrary.ts';
import { engineOf, membersOf, outputsOf, PARAMETERS, transitionsOf } from '../support/case-run.ts';

/*
 * What follows from the meaning of rules alone, whatever the rules are.
 */

const cases = arbitraryCase({ nodes: 'whole', length: 60 });

const SAME: Readonly<Record<string, (rule: Rule) => Rule>> = {
  'all: [p, p]': (rule) => ({ kind: 'all', rules: [rule, rule] }),
  'any: [p, p]': (rule) => ({ kind: 'any', rules: [rule, rule] }),
  'not: not: p': (rule) => ({ kind: 'not', rule: { kind: 'not', rule } }),
  'not: any: [not: p]': (rule) => ({
    kind: 'not',
    rule: { kind: 'any', rules: [{ kind: 'not', rule }] },
  }),
};

test.each(Object.keys(SAME))('%s is p', { timeout: 0 }, (name) => {
  fc.assert(
    fc.property(cases, (run) => {
      const twins = run.segments.map(({ id, rule }): Segment => {
        return { id: `${id}-twin`, name: id, rule: SAME[name]?.(rule) ?? rule };
      });
      const both: Case = { ...run, segments: [...run.segments, ...twins] };
      const transitions = transitionsOf(outputsOf(engineOf(both), run.commands));
      for (const { id } of run.segments) {
        expect(movesOf(`${id}-twin`, transitions)).toEqual(movesOf(id, transitions));
      }
    }),
    { ...PARAMETERS, numRuns: Math.ceil(PARAMETERS.numRuns / 3) },
  );
});

function movesOf(id: string, transitions: readonly Transition[]): Omit<Transition, 'segment'>[] {
  return transitions
    .filter(({ segment }) => segment === id)
    .map(({ kind, at, customer, why }) => ({ kind, at, customer, why }));
}

test('the members are what the transitions add up to, after every command', { timeout: 0 }, () => {
  fc.assert(
    fc.property(cases, (run) => {
      const engine = engineOf(run);
      const members = new Map(run.segments.map(({ id }) => [id, new Set<string>()]));
      const lastAts = new Map<string, number>();
      for (const command of run.commands) {
        for (const transition of transitionsOf(outputsOf(engine, [command]))) {
          const { kind, at, customer, segment } = transition;
          const set = members.get(segment) ?? new Set();
          // Nobody enters twice, or leaves where they have not been, or goes back in time.
          expect(set.has(customer)).toBe(kind === 'exit');
          expect(at).toBeGreaterThanOrEqual(lastAts.get(customer) ?? at);
          lastAts.set(customer, at);
          if (kind === 'entry') set.add(customer);
          else set.delete(customer);
        }
        const folded = [...members].map(([id, set]) => [id, [...set].toSorted()]);
        expect(membersOf(run, engine)).toEqual(Object.fromEntries(folded));
      }
    }),
    PARAMETERS,
  );
});

test('time flips a segment once at an instant: nothing is half-applied', { timeout: 0 }, () => {
  fc.assert(
    fc.property(cases, (run) => {
      const byTime = transitionsOf(outputsOf(engineOf(run), run.commands))
        .filter(({ why }) => why === 'time')
        .map(({ at, customer, segment }) => `${at} ${customer} ${segment}`);
      expect(byTime).toEqual([...new Set(byTime)]);
    }),
    PARAMETERS,
  );
});

test('effects are numbered from 1 without a gap', { timeout: 0 }, () => {
  fc.assert(
    fc.property(cases, (run) => {
      const outputs = outputsOf(engineOf(run), run.commands);
      expect(outputs.map(({ n }) => n)).toEqual(outputs.map((_, i) => i + 1));
    }),
    { ...PARAMETERS, numRuns: Math.ceil(PARAMETERS.numRuns / 3) },
  );
});
