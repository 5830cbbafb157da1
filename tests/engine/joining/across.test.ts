import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { partitionOf } from '../../../src/base/hash.ts';
import type { CustomerId, SegmentId } from '../../../src/base/id.ts';
import type { EpochMs } from '../../../src/base/time.ts';
import type { CustomerEvent } from '../../../src/rules/event.ts';
import type { Segment } from '../../../src/rules/rule.ts';
import { attributesOf } from '../../model/attribute.ts';
import { arbitraryCommands } from '../../model/arbitrary-commands.ts';
import { arbitrarySegments } from '../../model/arbitrary-rule.ts';
import { DURATIONS_MS, WORLDS } from '../../model/arbitrary-world.ts';
import { commandLines, type Command } from '../../model/command.ts';
import { isMember } from '../../model/holds.ts';
import type { KnownEvent } from '../../model/view.ts';
import { definitionsOf, PARAMETERS, settingsOf } from '../../support/case-run.ts';
import { ConnectedPartitions } from '../../support/connected.ts';

/*
 * Customers of several partitions become one. What is passed on comes late, in bursts, some of it
 * twice, and from several partitions in any order: when all has come, the members are those of a
 * naive recount of all that happened to the ids of each customer.
 */

const FOLK = ['ann', 'bob', 'zoë', '7', 'phone', 'tablet'] as const;

interface Run {
  readonly zone: string;
  readonly clock: 'broker';
  readonly graceMs: number;
  readonly partitions: number;
  /** The definitions that come into force one after the other. */
  readonly definitions: readonly (readonly Segment[])[];
  readonly commands: readonly Command[];
  /** What happens beside each command. */
  readonly beside: readonly (readonly Beside[])[];
  readonly endMs: number;
}

type Beside =
  | {
      readonly kind: 'carry';
      readonly source: number;
      readonly target: number;
      readonly count: number;
      readonly again: number;
    }
  | { readonly kind: 'restore' | 'define'; readonly partition: number };

const LENGTH = 40;
const place = fc.nat({ max: 4 });

const beside: fc.Arbitrary<Beside> = fc.oneof(
  {
    weight: 12,
    arbitrary: fc.record({
      kind: fc.constant('carry'),
      source: place,
      target: place,
      count: fc.integer({ min: 1, max: 4 }),
      again: fc.nat({ max: 3 }),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('restore'), partition: place }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('define'), partition: place }) },
);

const runs: fc.Arbitrary<Run> = fc.constantFrom(...WORLDS).chain((world) => {
  const segments = arbitrarySegments({ nodes: 'whole', world }, 2);
  const history = { world, clock: 'broker', graceMs: 10, length: LENGTH } as const;
  return fc.record({
    zone: fc.constant(world.zone),
    clock: fc.constant('broker' as const),
    graceMs: fc.constant(10),
    partitions: fc.integer({ min: 2, max: 4 }),
    definitions: fc.oneof(
      fc.tuple(segments),
      fc.tuple(segments, segments),
      // What comes again had been there before.
      fc.tuple(segments, segments).map(([a, b]) => [a, b, [...a, ...renamed(b)]]),
    ),
    commands: arbitraryCommands({ ...history, customers: FOLK, joins: 'often' }).map(distinct),
    beside: fc.array(fc.array(beside, { maxLength: 4 }), { minLength: LENGTH, maxLength: LENGTH }),
    endMs: fc.constantFrom(...DURATIONS_MS),
  });
});

function renamed(segments: readonly Segment[]): Segment[] {
  return segments.flatMap(({ rule, ...segment }) =>
    JSON.stringify(rule).includes('"segment"') ? [] : { ...segment, rule, id: `${segment.id}-2` },
  );
}

/**
 * No two events bear the same instant: which of two of different ids comes first is not said. Each
 * counts, none is early, and nobody is forgotten.
 */
function distinct(commands: readonly Command[]): Command[] {
  const used = new Set<EpochMs>();
  return commands.flatMap((command): Command[] => {
    if (command.kind === 'tick') return [command];
    if (command.kind === 'forget') return [];
    const events = command.events.map((event): CustomerEvent => {
      let at = Math.min(event.at, command.storedAt);
      while (used.has(at)) at--;
      used.add(at);
      return { ...event, at, messageId: undefined };
    });
    return [{ kind: 'message', storedAt: command.storedAt, events }];
  });
}

function play(run: Run): { readonly cluster: ConnectedPartitions; readonly endAt: EpochMs } {
  const { zone, partitions, definitions, commands } = run;
  const plans = definitions.map((segments) => definitionsOf({ ...run, segments }));
  const [first = definitionsOf({ ...run, segments: [] })] = plans;
  const cluster = new ConnectedPartitions(settingsOf(run), first);
  const inForce = cluster.engines.map(() => 0);
  const define = (partition: number): void => {
    const next = (inForce[partition] ?? 0) + 1;
    const plan = plans[next];
    if (plan === undefined) return;
    inForce[partition] = next;
    cluster.define(partition, plan);
  };
  for (const [step, command] of commands.entries()) {
    cluster.apply(command);
    for (const one of run.beside[step] ?? []) {
      if (one.kind === 'carry') {
        cluster.carry(one.source % partitions, one.target % partitions, one.count, one.again);
      } else if (one.kind === 'restore') cluster.restore(one.partition % partitions);
      else define(one.partition % partitions);
    }
  }
  for (const partition of cluster.engines.keys()) for (const _ of plans) define(partition);
  cluster.carryAll();
  const lastAt = commands.at(-1)?.storedAt ?? 0;
  const endAt = lastAt + run.endMs;
  const sentAt = endAt + run.graceMs;
  cluster.apply({ kind: 'tick', storedAt: sentAt, sentAt });
  expect(cluster.carryAll(), `time alone passes something on, ${zone}`).toBe(0);
  return { cluster, endAt };
}

/** All events of each customer, whatever their id is, by the customer. */
function eventsOf(run: Run, cluster: ConnectedPartitions): Map<CustomerId, KnownEvent[]> {
  const events = new Map<CustomerId, KnownEvent[]>();
  for (const command of run.commands) {
    if (command.kind !== 'message') continue;
    for (const event of command.events) {
      const root = cluster.rootOf(event.customer);
      events.set(root, [...(events.get(root) ?? []), { event, at: event.at }]);
    }
  }
  return events;
}

function recount(run: Run, events: ReadonlyMap<CustomerId, KnownEvent[]>, at: EpochMs) {
  const last = run.definitions.at(-1) ?? [];
  const segments = new Map<SegmentId, Segment>(last.map((one) => [one.id, one]));
  const membersOf = ({ rule }: Segment): CustomerId[] =>
    [...events].flatMap(([customer, theirs]) =>
      isMember(rule, { customer, events: theirs, at, segments, zone: run.zone }) ? customer : [],
    );
  return Object.fromEntries(last.map((one) => [one.id, membersOf(one).toSorted()]));
}

function textOf(run: Run): string {
  const { partitions, definitions, commands, zone, endMs } = run;
  const rules = definitions.map((segments, i) =>
    segments.map(({ id, rule }) => `${i}: segment ${id} ${JSON.stringify(rule)}`).join('\n'),
  );
  const homes = FOLK.map((id) => `${id} in ${partitionOf(id, partitions)}`).join(', ');
  const besides = run.beside.map((ones, i) => `${i}: ${ones.map((one) => JSON.stringify(one))}`);
  const lines = [zone, homes, ...rules, commandLines(commands), ...besides, `end ${endMs}`];
  return lines.join('\n');
}

/** Writes the case out only where it fails: that takes longer than to run it. */
function expectSame(run: Run, found: unknown, wanted: unknown): void {
  if (isDeepStrictEqual(found, wanted)) return;
  expect(found, textOf(run)).toEqual(wanted);
}

test('when all has come, members and attributes are as of one log', { timeout: 0 }, () => {
  let joined = 0;
  fc.assert(
    fc.property(runs, (run) => {
      const { cluster, endAt } = play(run);
      const events = eventsOf(run, cluster);
      joined += FOLK.filter((id) => cluster.rootOf(id) !== id).length;
      const last = run.definitions.at(-1) ?? [];
      const members = last.map(({ id }) => [
        id,
        cluster.engines.flatMap((engine) => engine.members(id)).toSorted(),
      ]);
      expectSame(run, Object.fromEntries(members), recount(run, events, endAt));
      const customers = cluster.engines.reduce((sum, engine) => sum + engine.customerCount(), 0);
      expectSame(run, customers, events.size);
      for (const [customer, theirs] of events) {
        const found = cluster.engineOf(customer).attributes(customer);
        expectSame(run, found, Object.fromEntries(attributesOf(theirs)));
      }
    }),
    PARAMETERS,
  );
  expect(joined).toBeGreaterThan(0);
});
