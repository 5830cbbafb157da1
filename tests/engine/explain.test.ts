import fc from 'fast-check';
import { expect, test } from 'vitest';
import { DAY_MS } from '../../src/base/time.ts';
import type { Transition } from '../../src/engine/effect.ts';
import type { ExplainedRule, Explanation } from '../../src/engine/explain/explanation.ts';
import type { Partition } from '../../src/engine/partition.ts';
import { arbitraryCase, caseText, type Case } from '../model/arbitrary.ts';
import { CUSTOMERS } from '../model/arbitrary-world.ts';
import { engineOf, outputsOf, PARAMETERS, transitionsOf } from '../support/case-run.ts';

/*
 * What is said of a customer is what the engine does (invariants of `explain/`): the truth now, and
 * the instant at which time alone changes it.
 */

const cases = arbitraryCase({ nodes: 'whole', length: 40 });
/** Further than any look ahead. */
const FAR_MS = 101 * 366 * DAY_MS;

interface Said {
  readonly customer: string;
  readonly segment: string;
  readonly explanation: Explanation;
}

function explainAll({ segments }: Case, engine: Partition): Said[] {
  return segments.flatMap(({ id: segment }) =>
    CUSTOMERS.flatMap((customer) => {
      const explanation = engine.questions.explain(customer, segment);
      if (explanation === undefined) throw new Error(`segment ${segment} is not explained`);
      return explanation.known ? { customer, segment, explanation } : [];
    }),
  );
}

function nodesOf(rule: ExplainedRule): ExplainedRule[] {
  const inner = 'rules' in rule ? rule.rules : rule.kind === 'segment' ? rule.rule : undefined;
  return [rule, ...[inner ?? []].flat().flatMap(nodesOf)];
}

/** What an engine says when nothing happens any more. */
function quietFuture(run: Case, engine: Partition): Transition[] {
  const at = engine.streamTime + FAR_MS + run.graceMs;
  return transitionsOf(outputsOf(engine, [{ kind: 'tick', storedAt: at, sentAt: at }]));
}

test('the truth of a rule is the membership, and that of its nodes their own', () => {
  fc.assert(
    fc.property(cases, (run) => {
      const engine = engineOf(run);
      for (const command of run.commands) {
        outputsOf(engine, [command]);
        for (const { customer, segment, explanation } of explainAll(run, engine)) {
          const isMember = engine.members(segment).includes(customer);
          const found = [explanation.isMember, explanation.rule?.holds];
          if (found.join() === [isMember, isMember].join()) continue;
          expect(found, `${customer} in ${segment} of\n${caseText(run)}`).toEqual([
            isMember,
            isMember,
          ]);
        }
      }
    }),
    { ...PARAMETERS, numRuns: Math.ceil(PARAMETERS.numRuns / 10) },
  );
});

test('the next change of a membership is foretold to the millisecond', () => {
  let foretold = 0;
  fc.assert(
    fc.property(cases, (run) => {
      const engine = engineOf(run);
      outputsOf(engine, run.commands);
      const said = explainAll(run, engine);
      const future = quietFuture(run, engine);
      for (const { customer, segment, explanation } of said) {
        const { next, until = Infinity } = explanation.outlook ?? {};
        const first = future.find((one) => one.customer === customer && one.segment === segment);
        const seen = first && { at: first.at, to: first.kind === 'entry' };
        const wanted = seen === undefined || seen.at <= until ? seen : undefined;
        if (next !== undefined) foretold++;
        if (next?.at === wanted?.at && next?.to === wanted?.to) continue;
        expect(next, `${customer} in ${segment} of\n${caseText(run)}`).toEqual(wanted);
      }
    }),
    PARAMETERS,
  );
  expect(foretold).toBeGreaterThan(PARAMETERS.numRuns / 4);
});

test('an explanation changes nothing and is plain JSON', () => {
  fc.assert(
    fc.property(cases, (run) => {
      const [engine, twin] = [engineOf(run), engineOf(run)];
      for (const command of run.commands) {
        for (const { explanation } of explainAll(run, engine)) {
          const copy: unknown = JSON.parse(JSON.stringify(explanation));
          expect(copy).toEqual(explanation);
          for (const node of explanation.rule === undefined ? [] : nodesOf(explanation.rule)) {
            if ('next' in node && node.next !== undefined) expect(node.next.to).toBe(!node.holds);
          }
        }
        expect(outputsOf(engine, [command])).toEqual(outputsOf(twin, [command]));
      }
    }),
    { ...PARAMETERS, numRuns: Math.ceil(PARAMETERS.numRuns / 10) },
  );
});
