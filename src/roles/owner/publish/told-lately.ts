import { transitionsStream } from '../../../wire/subject.ts';
import { decodeRecord } from '../../../wire/transition-record.ts';
import { readTo } from '../apply/read-to.ts';
import type { LogView } from '../checkpoint/continuity.ts';
import { OUTBOX_MS } from '../protocol.ts';
import { firstStoredSince } from '../retention/first-stored.ts';
import { untilAnswered } from '../retry.ts';
import type { Outbox } from './outbox.ts';

/**
 * Puts into the outbox what was told of late and is not in it: where a replay does not repeat
 * numbers, it does not bring them back.
 *
 * @param toSequence of the transitions' last record
 * @throws ShoalError `log-changed` (retry) when that is not there any more
 */
export async function keepToldLately(
  view: LogView,
  outbox: Outbox,
  toSequence: number,
): Promise<void> {
  const { world, partition, signal } = view;
  const stream = transitionsStream(partition);
  const since = world.clock.now() - OUTBOX_MS;
  const find = (): Promise<number> => firstStoredSince(world.log, stream, since);
  const from = await untilAnswered(world, 'the log', find, signal);
  const { heldTo } = outbox;
  await readTo({ ...world, signal }, { stream, from, to: toSequence }, (messages) => {
    for (const { body, storedAt } of messages) {
      const record = decodeRecord(body);
      if (record.items.length > 0 && record.to > heldTo) outbox.add({ record, body }, storedAt);
    }
    return false;
  });
}
