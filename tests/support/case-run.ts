import { zoneOf } from '../../src/app/zone.ts';
import type { Zone } from '../../src/base/zone.ts';
import type { Definitions } from '../../src/compile/definitions.ts';
import type { Transition } from '../../src/engine/effect.ts';
import type { Output } from '../../src/engine/numbering.ts';
import { Partition } from '../../src/engine/partition.ts';
import type { PartitionSettings } from '../../src/engine/protocol.ts';
import { toInput, type Command } from '../model/command.ts';
import { ZONES, type CampaignCase } from '../model/arbitrary-campaign.ts';
import type { Case } from '../model/arbitrary.ts';
import { Model } from '../model/model.ts';

/*
 * Random cases: how an engine is made for one, and what is compared.
 */

const RUNS = Number(process.env['SHOAL_RUNS'] ?? 200);
const SEED = process.env['SHOAL_SEED'];

/** `SHOAL_RUNS` histories; `SHOAL_SEED` replays those of a failure. */
export const PARAMETERS = {
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

/** A history with campaigns or without. */
type AnyCase = Case & Partial<CampaignCase>;

type Setting = Pick<AnyCase, 'clock' | 'graceMs' | 'partitions'>;

export function settingsOf({ clock, graceMs, partitions = 1 }: Setting): PartitionSettings {
  return { clock, graceMs, dedupWindowMs: 600_000, dedupIdsMax: 10_000, partitions };
}

export function definitionsOf(run: Omit<AnyCase, 'commands'>): Definitions {
  const { segments, campaigns = [], forgetAnonymousAfterMs } = run;
  const zones = ZONES.map((name) => ({ ...zone(name), names: [name] }));
  return { segments, campaigns, zone: zone(run.zone), zones, forgetAnonymousAfterMs };
}

export function engineOf(run: AnyCase, other: Partial<PartitionSettings> = {}): Partition {
  return Partition.withDefinitions({ ...settingsOf(run), ...other }, definitionsOf(run));
}

export function modelOf(run: Case): Model {
  return new Model(run.segments, run.zone, run);
}

/** All that an engine says to some commands. */
export function outputsOf(engine: Partition, commands: readonly Command[]): Output[] {
  return commands.flatMap((command) => engine.apply(toInput(command)));
}

/** Entries and exits, without their numbers. */
export function transitionsOf(outputs: readonly Output[]): Transition[] {
  return outputs.flatMap(({ effect }) =>
    effect.kind === 'entry' || effect.kind === 'exit' ? effect : [],
  );
}

/** Each segment's members, sorted. */
export function membersOf(run: Case, engine: Partition): Record<string, string[]> {
  return Object.fromEntries(run.segments.map(({ id }) => [id, engine.members(id).toSorted()]));
}

/** The same of the model. */
export function modelMembersOf(run: Case, model: Model): Record<string, string[]> {
  return Object.fromEntries(run.segments.map(({ id }) => [id, [...model.members(id)].toSorted()]));
}
