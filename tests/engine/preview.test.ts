import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Segment } from '../../src/rules/rule.ts';
import { arbitraryCase, type Case } from '../model/arbitrary.ts';
import { engineOf, outputsOf, PARAMETERS } from '../support/case-run.ts';

const cases = arbitraryCase({ nodes: 'whole', length: 30 });

test('a composed rule is counted as the segment that it would define', { timeout: 0 }, () => {
  fc.assert(
    fc.property(cases, (run) => {
      const [first, second] = run.segments;
      if (first === undefined || second === undefined) return;
      const not = { kind: 'not', rule: second.rule } as const;
      const rules = [
        { kind: 'all', rules: [first.rule, not] },
        { kind: 'any', rules: [not, { kind: 'segment', segment: first.id }] },
      ] as const;
      const named = rules.map((rule, i): Segment => ({ id: `zz-${i}`, name: 'composed', rule }));
      const both: Case = { ...run, segments: [...run.segments, ...named] };
      const [plain, whole] = [engineOf(run), engineOf(both)];
      for (const engine of [plain, whole]) outputsOf(engine, run.commands);
      for (const { id, rule } of named) {
        expect(plain.questions.countOf(rule)).toBe(whole.members(id).length);
      }
    }),
    PARAMETERS,
  );
});

test('a rule with a condition that nobody has defined is not counted', () => {
  fc.assert(
    fc.property(cases, (run) => {
      const unknown = { kind: 'sample', percent: 1.5, salt: 'nobody uses this' } as const;
      const engine = engineOf(run);
      expect(engine.questions.countOf({ kind: 'not', rule: unknown })).toBeUndefined();
      expect(
        engine.questions.countOf({ kind: 'segment', segment: 'nobody-has-it' }),
      ).toBeUndefined();
    }),
    { numRuns: 5 },
  );
});
