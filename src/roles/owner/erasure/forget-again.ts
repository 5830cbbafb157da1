import type { Partition } from '../../../engine/partition.ts';
import type { ForgetMark } from '../../../engine/parcel.ts';
import { decodeLogMessage } from '../../../wire/log-codec.ts';
import { eventsStream } from '../../../wire/subject.ts';
import { readTo } from '../apply/read-to.ts';
import type { LogPlace, LogView } from '../checkpoint/continuity.ts';
import { untilAnswered } from '../retry.ts';
import { Amendments } from './amendments.ts';

/*
 * A state that is older than an erasure knows who was erased: the store was set back. The log does
 * not name them any more, but it has their marks.
 *
 * 1. They are taken out of the state before anything is applied to it. What follows from that has
 *    been told long ago.
 */

/** @returns up to where messages of the log may have been erased; 0 when none has been */
export function amendedUpTo({ world, partition, signal }: LogView): Promise<number> {
  const ask = (): Promise<number> => new Amendments(world.log, partition).highest();
  return untilAnswered(world, 'the log', ask, signal);
}

/**
 * @param place of the state in the log
 * @returns how many were forgotten: then numbers do not go on from this state
 */
export async function forgetAgain(
  view: LogView,
  engine: Partition,
  { sequence, storedAt }: LogPlace,
): Promise<number> {
  const { world, partition } = view;
  const last = await untilAnswered(
    world,
    'the log',
    () => world.log.lastSequence(eventsStream(partition)),
    view.signal,
  );
  const to = Math.min(await amendedUpTo(view), last);
  if (to <= sequence) return 0;
  const marks = await marksBetween(view, sequence + 1, to);
  const known = engine.questions.markedBy(marks);
  for (const { customer, mark } of known) {
    // What it puts out was told when they were forgotten.
    engine.apply({ storedAt, body: { kind: 'forget', customer, mark } });
  }
  world.logger.warn('a state was older than who is forgotten, they are forgotten again', {
    partition,
    sequence,
    customers: known.length,
  });
  return known.length;
}

async function marksBetween(
  { world, partition, signal }: LogView,
  from: number,
  to: number,
): Promise<readonly ForgetMark[]> {
  const marks: ForgetMark[] = [];
  const stretch = { stream: eventsStream(partition), from, to };
  await readTo({ ...world, signal }, stretch, (messages) => {
    for (const { sequence, headers, body } of messages) {
      if (sequence > to || headers.get('Sh-K') !== 'c') continue;
      const message = decodeLogMessage(headers, body);
      if (message.kind === 'forget' && message.customer === undefined) marks.push(message.mark);
    }
    return false;
  });
  return marks;
}
