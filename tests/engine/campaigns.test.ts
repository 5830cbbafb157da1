import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Effect } from '../../src/engine/effect.ts';
import { Partition } from '../../src/engine/partition.ts';
import type { Section } from '../../src/engine/protocol.ts';
import { CampaignModel } from '../model/campaign-model.ts';
import {
  arbitraryCampaignCase,
  campaignCaseText,
  ZONES,
  type CampaignCase,
} from '../model/arbitrary-campaign.ts';
import { toInput } from '../model/command.ts';
import { engineOf, PARAMETERS, settingsOf } from '../support/case-run.ts';

/*
 * The engine and the naive model say the same of campaigns, after every command.
 */

function modelOf(run: CampaignCase): CampaignModel {
  return new CampaignModel(run.segments, run.zone, { ...run, zones: ZONES });
}

/** Customers are told of in any order, but of each in that of what happened. */
function byCustomer(effects: readonly Effect[]): readonly Effect[] {
  return effects.toSorted((a, b) =>
    a.customer < b.customer ? -1 : Number(a.customer > b.customer),
  );
}

function stored(sections: readonly Section[]): Section[] {
  return sections.map(({ name, format, bytes }) => {
    return { name, format, bytes: [new Uint8Array(Buffer.concat(bytes))] };
  });
}

/** Writes the case out only where it fails: that takes longer than to run it. */
function expectSame(run: CampaignCase, step: number, found: unknown, wanted: unknown): void {
  if (isDeepStrictEqual(found, wanted)) return;
  expect(found, `command ${step} of\n${campaignCaseText(run)}`).toEqual(wanted);
}

const cases = arbitraryCampaignCase(60);

test('engine and model are of one mind, restored anywhere', { timeout: 0 }, () => {
  const places = fc.array(fc.nat({ max: 59 }), { maxLength: 3 });
  const told = new Map<string, number>();
  fc.assert(
    fc.property(cases, places, (run, restoredAt) => {
      let engine = engineOf(run);
      const model = modelOf(run);
      for (const [step, command] of run.commands.entries()) {
        if (restoredAt.includes(step)) {
          engine = Partition.restore(settingsOf(run), stored(engine.snapshot()));
        }
        const found = engine.apply(toInput(command)).map(({ effect }) => effect);
        const wanted = model.apply(command);
        for (const { kind } of found) told.set(kind, (told.get(kind) ?? 0) + 1);
        expectSame(run, step, byCustomer(found), byCustomer(wanted));
        const waiting = run.campaigns.map(({ id }) => model.waiting(id));
        const enrolled = Array.from(engine.questions.enrolments().values(), (one) => one.waiting);
        expectSame(run, step, enrolled, waiting);
      }
    }),
    PARAMETERS,
  );
  for (const kind of ['entry', 'exit', 'changed', 'happened', 'due', 'cancelled', 'passed']) {
    expect(told.get(kind), kind).toBeGreaterThan(0);
  }
});
