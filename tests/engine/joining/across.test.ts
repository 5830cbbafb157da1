import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { partitionOf } from '../../../src/base/hash.ts';
import type { CustomerId, SegmentId } from '../../../src/base/id.ts';
import type { EpochMs } from '../../../src/base/time.ts';
import type { Segment } from '../../../src/rules/rule.ts';
import { attributesOf } from '../../model/attribute.ts';
import { FOLK, arbitraryJoinHistory, type JoinHistory } from '../../model/arbitrary-joins.ts';
import { commandLines } from '../../model/command.ts';
import { isMember } from '../../model/holds.ts';
import type { KnownEvent } from '../../model/view.ts';
import { definitionsOf, PARAMETERS, settingsOf } from '../../support/case-run.ts';
import { ConnectedPartitions } from '../../support/connected.ts';

/*
 * Customers of several partitions become one. What is passed on comes late, in bursts, some of it
 * twice, and from several partitions in any order: when all has come, the members are those of a
 * naive recount of all that happened to the ids of each customer. So no order, no restore and no
 * change of definitions on the way makes a difference.
 */

const SETTING = { clock: 'broker', graceMs: 10 } as const;
const histories = arbitraryJoinHistory(70);

function play(run: JoinHistory): {
  readonly cluster: ConnectedPartitions;
  readonly endAt: EpochMs;
} {
  const { partitions, definitions, commands } = run;
  const plans = definitions.map((segments) => definitionsOf({ ...SETTING, ...run, segments }));
  const [first, ...later] = plans;
  if (first === undefined) throw new Error('there are no definitions');
  const cluster = new ConnectedPartitions(settingsOf({ ...SETTING, partitions }), first);
  const toCome = cluster.engines.map(() => [...later]);
  const define = (partition: number): void => {
    const next = toCome[partition]?.shift();
    if (next !== undefined) cluster.define(partition, next);
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
  for (const partition of cluster.engines.keys()) for (const _ of later) define(partition);
  cluster.carryAll();
  const endAt = (commands.at(-1)?.storedAt ?? 0) + run.endMs;
  const sentAt = endAt + SETTING.graceMs;
  cluster.apply({ kind: 'tick', storedAt: sentAt, sentAt });
  expect(cluster.carryAll(), 'time alone passes nothing on').toBe(0);
  return { cluster, endAt };
}

/** All events of each customer, whatever their id is, by the customer. */
function eventsOf(run: JoinHistory, cluster: ConnectedPartitions): Map<CustomerId, KnownEvent[]> {
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

type Members = Record<SegmentId, CustomerId[]>;

function recount(
  run: JoinHistory,
  events: ReadonlyMap<CustomerId, KnownEvent[]>,
  at: EpochMs,
): Members {
  const last = run.definitions.at(-1) ?? [];
  const segments = new Map<SegmentId, Segment>(last.map((one) => [one.id, one]));
  const membersOf = ({ rule }: Segment): CustomerId[] =>
    [...events].flatMap(([customer, theirs]) =>
      isMember(rule, { customer, events: theirs, at, segments, zone: run.zone }) ? customer : [],
    );
  return Object.fromEntries(last.map((one) => [one.id, membersOf(one).toSorted()]));
}

function membersOf(run: JoinHistory, cluster: ConnectedPartitions): Members {
  const last = run.definitions.at(-1) ?? [];
  const inAll = (id: SegmentId): CustomerId[] =>
    cluster.engines.flatMap((engine) => engine.members(id)).toSorted();
  return Object.fromEntries(last.map(({ id }) => [id, inAll(id)]));
}

/** Who the transitions of all partitions say are members. */
function toldMembers(run: JoinHistory, cluster: ConnectedPartitions): Members {
  const members = new Map((run.definitions.at(-1) ?? []).map(({ id }) => [id, new Set<string>()]));
  for (const effect of cluster.effects) {
    if (effect.kind === 'entry') members.get(effect.segment)?.add(effect.customer);
    if (effect.kind === 'exit') members.get(effect.segment)?.delete(effect.customer);
  }
  return Object.fromEntries(Array.from(members, ([id, theirs]) => [id, [...theirs].toSorted()]));
}

function textOf(run: JoinHistory): string {
  const { partitions, definitions, commands, zone, endMs } = run;
  const rules = definitions.flatMap((segments, i) =>
    segments.map(({ id, rule }) => `${i}: segment ${id} ${JSON.stringify(rule)}`),
  );
  const homes = FOLK.map((id) => `${id} in ${partitionOf(id, partitions)}`).join(', ');
  const beside = run.beside.flatMap((ones, i) => ones.map((one) => `${i}: ${JSON.stringify(one)}`));
  return [zone, homes, ...rules, commandLines(commands), ...beside, `end ${endMs}`].join('\n');
}

/** Writes the case out only where it fails: that takes longer than to run it. */
function expectSame(run: JoinHistory, found: unknown, wanted: unknown): void {
  if (isDeepStrictEqual(found, wanted)) return;
  expect(found, textOf(run)).toEqual(wanted);
}

test('when all has come, members and attributes are as of one log', { timeout: 0 }, () => {
  const seen = { joined: 0, members: 0 };
  fc.assert(
    fc.property(histories, (run) => {
      const { cluster, endAt } = play(run);
      const events = eventsOf(run, cluster);
      const found = membersOf(run, cluster);
      expectSame(run, found, recount(run, events, endAt));
      expectSame(run, toldMembers(run, cluster), found);
      const customers = cluster.engines.reduce((sum, engine) => sum + engine.customerCount(), 0);
      expectSame(run, customers, events.size);
      for (const [customer, theirs] of events) {
        const attributes = cluster.engineOf(customer).attributes(customer);
        expectSame(run, attributes, Object.fromEntries(attributesOf(theirs)));
      }
      seen.joined += FOLK.filter((id) => cluster.rootOf(id) !== id).length;
      seen.members += Object.values(found).flat().length;
    }),
    PARAMETERS,
  );
  expect(seen.joined).toBeGreaterThan(0);
  expect(seen.members).toBeGreaterThan(0);
});
