import type { PartitionSettings } from '../../src/engine/protocol.ts';
import type { PartitionStatus } from '../../src/wire/live.ts';
import { eventsStream, transitionsStream } from '../../src/wire/subject.ts';
import { NEVER } from '../../src/base/time.ts';
import { eventually } from '../support/world.ts';
import type { Audience } from './audience.ts';
import { Recount } from './recount.ts';
import { Told } from './told.ts';

/** All that is stored is read, and all timers of the last events have fired, within so long. */
const REST_WITHIN_MS = 180_000;

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
  const shares = heard.map((): Share => ({
    told: new Told(),
    recount: new Recount(settings, serials),
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
  return verdictOf(shares, serials, [...faults, ...audience.failures.map(String)]);
}

/** The engine has applied the whole log, no timer is left, and who listens has heard it all. */
async function comeToRest(
  audience: Audience,
  shares: readonly Share[],
  heard: readonly Told[],
): Promise<void> {
  for (const [partition, { recount, told }] of shares.entries()) {
    const isResting = async (): Promise<boolean> => {
      if (audience.failures.length > 0) throw audience.failures[0];
      const status = await audience.status(partition);
      return (
        recount.sequence >= (await audience.log.lastSequence(eventsStream(partition))) &&
        recount.engine.nextDueAt() === NEVER &&
        told.n === recount.engine.n &&
        heard[partition]?.n === told.n &&
        status?.events === recount.engine.events
      );
    };
    await eventually(`partition ${partition} rests`, isResting, REST_WITHIN_MS);
  }
}

function faultsOf({ told, recount }: Share, status: PartitionStatus | undefined): string[] {
  const { engine } = recount;
  const faults = [...recount.differences];
  const check = (what: string, found: unknown, wanted: unknown): void => {
    if (found !== wanted) faults.push(`${what}: ${String(found)}, should be ${String(wanted)}`);
  };
  check('last number', told.n, engine.n);
  check('chain', told.chain, engine.chain);
  check('events that a fresh engine applied', engine.events, recount.events);
  check('events that the engine applied', status?.events, recount.events);
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
