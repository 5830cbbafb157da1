import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { zoneOf } from '../../src/app/zone.ts';
import type { Zone } from '../../src/base/zone.ts';
import type { Effect } from '../../src/engine/effect.ts';
import type { Output } from '../../src/engine/numbering.ts';
import { Partition } from '../../src/engine/partition.ts';
import type { PartitionSettings } from '../../src/engine/protocol.ts';
import { arbitraryCase, caseText, type Case } from '../model/arbitrary.ts';
import { toInput } from '../model/command.ts';
import { Model } from '../model/model.ts';

const RUNS = Number(process.env['SHOAL_RUNS'] ?? 500);
const LENGTH = Number(process.env['SHOAL_COMMANDS'] ?? 60);
const SEED = process.env['SHOAL_SEED'];
const PARAMETERS = {
  numRuns: RUNS,
  ...(SEED === undefined ? {} : { seed: Number(SEED) }),
};
const AT = Date.parse('2026-06-01T00:00:00Z');

const zones = new Map<string, Zone>();

function zone(name: string): Zone {
  const known = zones.get(name) ?? zoneOf(name, AT);
  zones.set(name, known);
  return known;
}

function settingsOf({ clock, graceMs }: Case): PartitionSettings {
  return { clock, graceMs, dedupWindowMs: 600_000, dedupIdsMax: 10_000 };
}

function engineOf(run: Case): Partition {
  const { segments } = run;
  const definitions = { segments, campaigns: [], zone: zone(run.zone) };
  return Partition.withDefinitions(settingsOf(run), definitions);
}

function modelOf({ segments, zone: name, clock, graceMs }: Case): Model {
  return new Model(segments, name, { clock, graceMs });
}

function expectSameMembers(run: Case, step: number, engine: Partition, model: Model): void {
  for (const { id } of run.segments) {
    const [found, wanted] = [engine.members(id).toSorted(), [...model.members(id)].toSorted()];
    if (found.join() === wanted.join()) continue;
    expect(found, `segment ${id} after command ${step} of\n${caseText(run)}`).toEqual(wanted);
  }
}

/**
 * Of one event or timer, a segment flips once at most: nothing is seen of a half-applied instant.
 */
function expectNoFlicker(run: Case, step: number, outputs: readonly Output[]): void {
  const command = run.commands[step];
  if (command?.kind === 'message' && command.events.length > 1) return;
  const flips = outputs.map(({ effect }) => `${effect.customer} ${effect.at} ${nameOf(effect)}`);
  if (new Set(flips).size === flips.length) return;
  expect(flips, `command ${step} of\n${caseText(run)}`).toEqual([...new Set(flips)]);
}

/** What time alone does happens at its very millisecond: a millisecond before it was otherwise. */
function expectExactInstants(
  run: Case,
  step: number,
  outputs: readonly Output[],
  model: Model,
): void {
  if (run.commands[step]?.kind !== 'tick') return;
  for (const { effect } of outputs) {
    const { kind, customer, at } = effect;
    if (kind !== 'entry' && kind !== 'exit') continue;
    const found = [at - 1, at].map((each) => model.isMemberAt(effect.segment, customer, each));
    const wanted = kind === 'entry' ? [false, true] : [true, false];
    if (found.join() === wanted.join()) continue;
    const what = `${kind} of ${customer} into ${effect.segment} at ${at}, command ${step}`;
    expect(found, `${what} of\n${caseText(run)}`).toEqual(wanted);
  }
}

function nameOf(effect: Effect): string {
  return effect.kind === 'entry' || effect.kind === 'exit' ? effect.segment : effect.kind;
}

describe('the engine equals the naive recount after every command', () => {
  for (const nodes of ['core', 'whole'] as const) {
    test(nodes, { timeout: 0 }, () => {
      fc.assert(
        fc.property(arbitraryCase({ nodes, length: LENGTH }), (run) => {
          const [engine, model] = [engineOf(run), modelOf(run)];
          for (const [step, command] of run.commands.entries()) {
            const outputs = engine.apply(toInput(command));
            model.apply(command);
            expectSameMembers(run, step, engine, model);
            expectNoFlicker(run, step, outputs);
            expectExactInstants(run, step, outputs, model);
          }
        }),
        PARAMETERS,
      );
    });
  }
});
