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

/** How many histories, and of how many commands; `SHOAL_SEED` replays those of a failure. */
const RUNS = { core: runs(500), whole: runs(2_000) };
const LENGTH = Number(process.env['SHOAL_COMMANDS'] ?? 100);
const SEED = process.env['SHOAL_SEED'];

function runs(usual: number): number {
  return Number(process.env['SHOAL_RUNS'] ?? usual);
}

const AT = Date.parse('2026-06-01T00:00:00Z');

const zones = new Map<string, Zone>();

function zone(name: string): Zone {
  const known = zones.get(name) ?? zoneOf(name, AT);
  zones.set(name, known);
  return known;
}

function settingsOf({ clock, graceMs }: Case): PartitionSettings {
  return { clock, graceMs, dedupWindowMs: 600_000, dedupIdsMax: 10_000, partitions: 1 };
}

function engineOf(run: Case): Partition {
  const { segments, forgetAnonymousAfterMs } = run;
  const inForce = { segments, campaigns: [], zone: zone(run.zone) };
  const definitions = { ...inForce, forgetAnonymousAfterMs };
  return Partition.withDefinitions(settingsOf(run), definitions);
}

function modelOf(run: Case): Model {
  return new Model(run.segments, run.zone, run);
}

function expectSameMembers(run: Case, step: number, engine: Partition, model: Model): void {
  for (const { id } of run.segments) {
    const [found, wanted] = [engine.members(id).toSorted(), [...model.members(id)].toSorted()];
    if (found.join() === wanted.join()) continue;
    expect(found, `segment ${id} after command ${step} of\n${caseText(run)}`).toEqual(wanted);
  }
}

/**
 * Of one event or timer, a segment flips once at most: nothing is seen of a half-applied instant. A
 * late event is told at an instant at which timers may have been told before it.
 */
function expectNoFlicker(run: Case, step: number, outputs: readonly Output[]): void {
  const command = run.commands[step];
  if (command?.kind === 'message') {
    const [event] = command.events;
    const isLate = outputs.some(
      ({ effect: { at, why } }) => why !== 'time' && at > (event?.at ?? at),
    );
    if (command.events.length > 1 || isLate) return;
  }
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
    if ((kind !== 'entry' && kind !== 'exit') || !model.knows(customer)) continue;
    const found = [at - 1, at].map((each) => model.isMemberAt(effect.segment, customer, each));
    const wanted = kind === 'entry' ? [false, true] : [true, false];
    if (found.join() === wanted.join()) continue;
    const what = `${kind} of ${customer} into ${effect.segment} at ${at}, command ${step}`;
    expect(found, `${what} of\n${caseText(run)}`).toEqual(wanted);
  }
}

/** When each customer is gone, by the model, unless something is heard of them. */
function goneAts(model: Model): Map<string, number> {
  return new Map(model.customers().map((customer) => [customer, model.goneAt(customer)]));
}

/** Who was silent for too long is gone at that very millisecond, and nobody else is. */
function expectExactFarewells(
  run: Case,
  step: number,
  outputs: readonly Output[],
  model: Model,
  wereGoneAt: ReadonlyMap<string, number>,
): void {
  if (run.commands[step]?.kind !== 'tick') return;
  const found = outputs.flatMap(({ effect: { kind, customer, at } }) =>
    kind === 'forgotten' ? [`${customer} ${at}`] : [],
  );
  const wanted = [...wereGoneAt].flatMap(([customer, at]) =>
    model.knows(customer) ? [] : [`${customer} ${at}`],
  );
  if (found.toSorted().join() === wanted.toSorted().join()) return;
  expect(found, `farewells of command ${step} of\n${caseText(run)}`).toEqual(wanted);
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
            const wereGoneAt = goneAts(model);
            const outputs = engine.apply(toInput(command));
            model.apply(command);
            expectSameMembers(run, step, engine, model);
            expectNoFlicker(run, step, outputs);
            expectExactInstants(run, step, outputs, model);
            expectExactFarewells(run, step, outputs, model, wereGoneAt);
          }
        }),
        { numRuns: RUNS[nodes], ...(SEED === undefined ? {} : { seed: Number(SEED) }) },
      );
    });
  }
});
