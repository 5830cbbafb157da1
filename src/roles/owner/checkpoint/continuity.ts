import { ShoalError } from '../../../base/error.ts';
import type { Fingerprint } from '../../../wire/checkpoint.ts';
import { eventsStream } from '../../../wire/subject.ts';
import type { StoredMessage, StreamState } from '../../ports/log.ts';
import { firstCrc } from '../erasure/amendments.ts';
import type { MessagePlace } from '../publish/batch.ts';
import type { Told } from '../publish/claim.ts';
import { untilAnswered } from '../retry.ts';
import type { OwnerWorld } from '../world.ts';

/*
 * Whether a partition's log is still the one that a state stands on (durability: "Recovery", 3).
 *
 * 1. The broker re-uses sequence numbers after a lost tail, without a word: a sequence alone proves
 *    nothing, the time and the CRC of the message at it do.
 */

/** The place of a state in its log. */
export interface LogPlace extends Fingerprint {
  readonly streamCreatedAt: string;
}

export type Continuity =
  | { readonly kind: 'whole' }
  /** The stream was made anew, has lost its end, or has another message there. */
  | { readonly kind: 'regress'; readonly what: string }
  /** Messages behind the place are not there any more. */
  | { readonly kind: 'gap'; readonly from: number; readonly to: number };

export interface LogView {
  readonly world: OwnerWorld;
  readonly partition: number;
  readonly signal: AbortSignal;
}

export function streamState({ world, partition, signal }: LogView): Promise<StreamState> {
  const ask = (): Promise<StreamState> => world.log.state(eventsStream(partition));
  return untilAnswered(world, 'the log', ask, signal);
}

/** Compares a place with the log as it is now; sequence 0 stands for the log's beginning. */
export async function compareWithLog(
  view: LogView,
  state: StreamState,
  place: LogPlace,
): Promise<Continuity> {
  const { sequence } = place;
  const { firstSequence, lastSequence, createdAt } = state;
  if (firstSequence > sequence + 1 && sequence > 0)
    return { kind: 'gap', from: sequence + 1, to: firstSequence - 1 };
  if (createdAt !== place.streamCreatedAt)
    return { kind: 'regress', what: 'its stream was made anew' };
  if (lastSequence < sequence)
    return { kind: 'regress', what: `it ends at ${lastSequence}, applied was up to ${sequence}` };
  if (sequence < Math.max(1, firstSequence) || (await isThere(view, place)))
    return { kind: 'whole' };
  return { kind: 'regress', what: `at ${sequence} stands another message than was applied` };
}

/** The newest of these places that the log still has; undefined when it has none. */
export async function newestCommon(
  view: LogView,
  state: StreamState,
  fingerprints: readonly Fingerprint[],
): Promise<Fingerprint | undefined> {
  for (const fingerprint of fingerprints) {
    const { sequence } = fingerprint;
    if (sequence < state.firstSequence || sequence > state.lastSequence) continue;
    if (await isThere(view, fingerprint)) return fingerprint;
  }
  return undefined;
}

/**
 * How to know of a message of the log whether what follows from it has been told.
 *
 * @returns `isTold`, and whether the message that was told last is still there or was trimmed
 */
export async function toldIn(
  view: LogView,
  state: StreamState,
  { source, sourceAt }: Told,
): Promise<{
  readonly isWhole: boolean;
  readonly isTold: (from: MessagePlace) => boolean;
}> {
  if (await hasSource()) return { isWhole: true, isTold: ({ sequence }) => sequence <= source };
  // What the log has kept was stored before what it has lost, and what came since after that.
  return { isWhole: false, isTold: ({ storedAt }) => storedAt <= sourceAt };

  async function hasSource(): Promise<boolean> {
    if (source < Math.max(1, state.firstSequence)) return true;
    if (source > state.lastSequence) return false;
    const message = await messageAt(view, source);
    return message !== undefined && (sourceAt === 0 || message.storedAt === sourceAt);
  }
}

async function isThere(view: LogView, { sequence, storedAt, crc }: Fingerprint): Promise<boolean> {
  const message = await messageAt(view, sequence);
  return message !== undefined && message.storedAt === storedAt && firstCrc(message) === crc;
}

function messageAt(
  { world, partition, signal }: LogView,
  sequence: number,
): Promise<StoredMessage | undefined> {
  const get = (): Promise<StoredMessage | undefined> =>
    world.log.at(eventsStream(partition), sequence);
  return untilAnswered(world, 'the log', get, signal);
}

/** While it was read, the log became another one: the partition is to be recovered. */
export function logChanged(partition: number, what: string): ShoalError {
  return new ShoalError({
    code: 'log-changed',
    remedy: 'retry',
    message: `the log of partition ${partition} is not the one that was read: ${what}`,
    where: `partition ${partition}`,
    hint: 'the partition recovers by itself; find out why NATS has lost data',
  });
}
