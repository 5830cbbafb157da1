import type { PartitionSettings } from '../../src/engine/protocol.ts';
import type { PartitionStatus } from '../../src/wire/live.ts';
import { eventsStream, transitionsStream } from '../../src/wire/subject.ts';
import { DAY_MS } from '../../src/base/time.ts';
import { eventually, systemClock } from '../support/world.ts';
import type { Audience } from './audience.ts';
import { Recount } from './recount.ts';
import { Told } from './told.ts';
import { Travels } from './travels.ts';

/** All that is stored is read, and all timers of the last events have fired, within so long. */
const REST_WITHIN_MS = 180_000;
/** What is due later is that a visitor is forgotten, after months without an event. */
const SOON_MS = DAY_MS;

export interface Verdict {
  readonly events: number;
  readonly transitions: number;
  readonly lost: number;
  readonly doubled: number;
  readonly isChainWhole: boolean;
  /** Batches that the producer sent again although they had been stored. */
  readonly repeatedBatches: number;
  /** How often a customer was recounted by the naive model. */
  readonly recounts: number;
  /** Records of transitions by kind. */
  readonly records: Readonly<Record<string, number>>;
  readonly faults: readonly string[];
}

interface Share {
  readonly told: Told;
  readonly recount: Recount;
}

/**
 * Reads all that is stored, from its start, when nobody sends any more, waits until everything has
 * come to rest, and compares.
 *
 * @param sent   how many events were acknowledged; their serials are 0, 1, …
 * @param heard  what a reader heard of each partition's transitions while it all went on
 */
export async function judge(
  audience: Audience,
  settings: PartitionSettings,
  sent: number,
  heard: readonly Told[],
): Promise<Verdict> {
  const serials = new Uint8Array(sent);
  const travels = new Travels();
  const shares = heard.map((): Share => ({
    told: new Told(),
    recount: new Recount(settings, serials, travels),
  }));
  const streams = (nameOf: (partition: number) => string): string[] =>
    shares.map((_, partition) => nameOf(partition));
  audience.listen(streams(eventsStream), (message, partition) =>
    shares[partition]?.recount.take(message),
  );
  audience.listen(streams(transitionsStream), (message, partition) =>
    shares[partition]?.told.take(message),
  );
  const faults: string[] = [];
  await comeToRest(audience, shares, heard).catch((error: unknown) => faults.push(String(error)));
  for (const [partition, share] of shares.entries()) {
    share.recount.compare();
    const status = await audience.status(partition);
    const found = [...faultsOf(share, status), ...faultsHeard(share.told, heard[partition])];
    faults.push(...found.map((what) => `partition ${partition}: ${what}`));
  }
  faults.push(...faultsOfTravels(shares, travels), ...audience.failures.map(String));
  return verdictOf(shares, serials, faults);
}

/**
 * The engine has applied the whole log, no timer is left, nothing is on its way between partitions,
 * and who listens has heard it all.
 */
async function comeToRest(
  audience: Audience,
  shares: readonly Share[],
  heard: readonly Told[],
): Promise<void> {
  const isResting = async ({ recount, told }: Share, partition: number): Promise<boolean> => {
    if (audience.failures.length > 0) throw audience.failures[0];
    const status = await audience.status(partition);
    return (
      recount.sequence >= (await audience.log.lastSequence(eventsStream(partition))) &&
      recount.engine.nextDueAt() > systemClock.now() + SOON_MS &&
      told.n === recount.engine.n &&
      heard[partition]?.n === told.n &&
      status?.events === recount.engine.events
    );
  };
  const areResting = async (): Promise<boolean> => {
    for (const [partition, share] of shares.entries()) {
      if (!(await isResting(share, partition))) return false;
    }
    return parcelsUnderWay(shares) === 0;
  };
  await eventually('all partitions rest', areResting, REST_WITHIN_MS);
}

function parcelsUnderWay(shares: readonly Share[]): number {
  return shares.reduce((left, { told, recount }) => left + told.parcels - recount.parcels.size, 0);
}

/** Whoever has become one with a visitor has seen what the visitor saw, in whichever partition. */
function faultsOfTravels(shares: readonly Share[], travels: Travels): string[] {
  const told = shares.flatMap((share) => [...(share.told.members.get('regulars') ?? [])]);
  const sum = (of: (share: Share) => number): number =>
    shares.reduce((total, share) => total + of(share), 0);
  const [applied, events] = [
    sum(({ recount }) => recount.engine.events),
    sum((one) => one.recount.events),
  ];
  const faults = travels.differences(new Set(told));
  if (applied !== events) faults.push(`fresh engines applied ${applied} of ${events} events`);
  if (travels.joined === 0) faults.push('nobody has logged in');
  return faults;
}

function faultsOf({ told, recount }: Share, status: PartitionStatus | undefined): string[] {
  const { engine } = recount;
  const faults = [...recount.differences];
  const check = (what: string, found: unknown, wanted: unknown): void => {
    if (found !== wanted) faults.push(`${what}: ${String(found)}, should be ${String(wanted)}`);
  };
  check('last number', told.n, engine.n);
  check('chain', told.chain, engine.chain);
  // Events of an alias count in another partition.
  check('events that the engine applied', status?.events, engine.events);
  for (const [segment, { members }] of engine.counts()) {
    const all = engine.members(segment);
    const known = told.members.get(segment) ?? new Set();
    const missing = all.filter((customer) => !known.has(customer));
    check(`members of ${segment} that nobody was told of`, missing.join(), '');
    check(`members of ${segment} as told`, known.size, members);
    check(`members of ${segment} as the engine says`, status?.counts[segment]?.members, members);
  }
  return faults;
}

function faultsHeard(told: Told, heard: Told | undefined): string[] {
  if (heard === undefined) return ['nobody listened'];
  const { lost, doubled, broken } = heard;
  const isSame = heard.n === told.n && heard.chain === told.chain;
  if (isSame && lost + doubled + broken === 0) return [];
  return [
    `a live reader heard otherwise: ${JSON.stringify({ n: heard.n, lost, doubled, broken })}`,
  ];
}

function verdictOf(
  shares: readonly Share[],
  serials: Uint8Array,
  faults: readonly string[],
): Verdict {
  const sum = (figure: (share: Share) => number): number =>
    shares.reduce((total, share) => total + figure(share), 0);
  const records: Record<string, number> = {};
  for (const { told } of shares)
    for (const [kind, count] of told.kinds) records[kind] = (records[kind] ?? 0) + count;
  return {
    events: sum(({ recount }) => recount.events),
    transitions: sum(({ told }) => told.n),
    lost: serials.filter((times) => times === 0).length + sum(({ told }) => told.lost),
    doubled: serials.filter((times) => times > 1).length + sum(({ told }) => told.doubled),
    isChainWhole: shares.every(({ told }) => told.broken === 0),
    repeatedBatches: sum(({ recount }) => recount.repeatedBatches),
    recounts: sum(({ recount }) => recount.comparisons),
    records,
    faults,
  };
}
