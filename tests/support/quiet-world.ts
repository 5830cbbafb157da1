import { setTimeout as after } from 'node:timers/promises';
import type { Clock } from '../../src/roles/ports/clock.ts';
import type { Logger } from '../../src/roles/ports/logger.ts';

/** For tests that look at something else than the log lines. */
export const SILENT_LOGGER: Logger = {
  error: () => undefined,
  warn: () => undefined,
  info: () => undefined,
  debug: () => undefined,
};

export const REAL_CLOCK: Clock = {
  now: () => Date.now(),
  // The promise rejects when the signal is aborted; the port resolves.
  sleep: (ms, signal) => after(ms, undefined, { signal }).catch(() => undefined),
};
