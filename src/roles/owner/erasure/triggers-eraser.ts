import type { Names } from '../../../wire/amended/names.ts';
import { RELAY_SCANNED } from '../../ports/reader-name.ts';
import { TRIGGERS_STREAM } from '../../../wire/subject.ts';
import { readTrigger, triggerPlaceOf } from '../../../wire/trigger.ts';
import type { StoredMessage } from '../../ports/log.ts';
import { readBetween, type ErasurePlace } from './read-between.ts';

/*
 * Erases the triggers of customers who are forgotten.
 *
 * 1. The last message of the stream stays, and what the relay has not written down yet: else it
 *    would publish it again.
 * 2. That they are forgotten is left for those who listen, as long as it is asked for.
 */

export interface TriggersToErase {
  /** All of theirs. */
  readonly whole: Names;
  /** All but the word that they are forgotten. */
  readonly butNotice: Names;
}

/** @returns false when some must stay for now */
export async function eraseTriggers(
  place: ErasurePlace,
  toErase: TriggersToErase,
  onErased: () => void,
): Promise<boolean> {
  const { world, log, partition } = place;
  const { firstSequence, lastSequence } = await log.state(TRIGGERS_STREAM);
  const scanned = await world.erasing.positions.position(RELAY_SCANNED);
  let isClean = true;
  const look = async (message: StoredMessage): Promise<void> => {
    if (triggerPlaceOf(message.headers)?.partition !== partition) return;
    if (!isToErase(message, toErase)) return;
    if (message.sequence >= lastSequence || message.sequence > scanned) {
      isClean = false;
      return;
    }
    await log.erase(TRIGGERS_STREAM, message.sequence);
    onErased();
  };
  await readBetween(place, TRIGGERS_STREAM, [firstSequence, lastSequence], look);
  return isClean;
}

function isToErase(message: StoredMessage, { whole, butNotice }: TriggersToErase): boolean {
  const { body } = message;
  if (!whole.mayBeIn(body, true) && !butNotice.mayBeIn(body, true)) return false;
  const { customer, type, to, why } = readTrigger(message) ?? {};
  const isNotice = why === 'forget';
  return [customer, type === 'shoal.customer.passed' ? to : undefined].some(
    (id) => typeof id === 'string' && (whole.has(id) || (!isNotice && butNotice.has(id))),
  );
}
