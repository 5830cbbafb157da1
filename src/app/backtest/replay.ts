import type { EpochMs } from '../../base/time.ts';
import type { EventArchive } from './event-archive.ts';
import type { Schedule } from './schedule.ts';
import type { VirtualEngine } from './virtual-engine.ts';

/** What follows a replay. Each may take its time: the replay waits. */
export interface ReplayWatcher {
  /** All events with t ≤ at are in, and all that is due by then has fired. */
  answer(at: EpochMs): Promise<void>;
  /** Called now and then, and at the end. */
  progress(events: number): Promise<void>;
}

const PROGRESS_EVENTS = 4_096;

/** Feeds all events in the order of their times, stops at each instant of the schedule. */
export async function replay(
  archive: EventArchive,
  engine: VirtualEngine,
  { answers, endAt }: Schedule,
  watcher: ReplayWatcher,
): Promise<void> {
  const order = archive.inOrder();
  const instants = answers[Symbol.iterator]();
  let next = instants.next();
  for (let place = 0; place < order.length; place++) {
    const n = order[place] ?? 0;
    for (; next.done !== true && next.value < archive.atOf(n); next = instants.next()) {
      engine.settle(next.value);
      await watcher.answer(next.value);
    }
    engine.take(archive.eventOf(n));
    if (place % PROGRESS_EVENTS === PROGRESS_EVENTS - 1) await watcher.progress(place + 1);
  }
  for (; next.done !== true; next = instants.next()) {
    engine.settle(next.value);
    await watcher.answer(next.value);
  }
  engine.settle(endAt);
  await watcher.progress(order.length);
}

/** The span of an archive's event times; undefined when it is empty. */
export function spanOf(
  archive: EventArchive,
): { readonly firstAt: EpochMs; readonly lastAt: EpochMs } | undefined {
  if (archive.count === 0) return undefined;
  let [firstAt, lastAt] = [archive.atOf(0), archive.atOf(0)];
  for (let n = 1; n < archive.count; n++) {
    firstAt = Math.min(firstAt, archive.atOf(n));
    lastAt = Math.max(lastAt, archive.atOf(n));
  }
  return { firstAt, lastAt };
}
