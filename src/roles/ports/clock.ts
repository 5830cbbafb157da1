/** Time as the roles read it. Not promised: that it never jumps. */
export interface Clock {
  /** Ms since the epoch. */
  now(): number;
  /** Rejects with the signal's reason as soon as that is aborted. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/**
 * Sleeps, unless the signal ends it.
 *
 * @returns false when the signal is aborted
 */
export async function pause(clock: Clock, ms: number, signal: AbortSignal): Promise<boolean> {
  await clock.sleep(ms, signal).catch((error: unknown) => {
    if (!signal.aborted) throw error;
  });
  return !signal.aborted;
}

/**
 * A signal that is aborted after so long.
 *
 * @param isOver ends the waiting: what had the deadline is done
 */
export function deadlineAfter(clock: Clock, ms: number, isOver: AbortSignal): AbortSignal {
  const deadline = new AbortController();
  void pause(clock, ms, isOver).then((hasPassed) => {
    if (hasPassed) deadline.abort(new DOMException('it took too long', 'TimeoutError'));
  });
  return deadline.signal;
}
