import { ShoalError } from '../../base/error.ts';
import type { DurationMs } from '../../base/time.ts';
import { pause } from '../ports/clock.ts';
import type { Metrics } from '../ports/metrics.ts';
import { relayFigures } from './figures.ts';
import { runSession, type SessionEnd, type SessionParts } from './session.ts';

/*
 * Turns TRANSITIONS into one message for each effect on `shoal-triggers` (docs/triggers.md), and
 * carries what partitions pass on to one another.
 *
 * 1. A partition's effects are stored in the order of their numbers, each once.
 * 2. After any doubt it looks at what is stored before it goes on.
 * 3. Several relays may run: one is as far as the other, and only one of two appends succeeds.
 * 4. Each parcel arrives, possibly twice, behind all that its partition passed to that one before:
 *    the engine drops what it has seen.
 */

export interface RelayOptions extends Omit<SessionParts, 'figures' | 'name'> {
  /** Names this boot: no other boot of any relay has the same. */
  readonly boot: string;
  readonly metrics: Metrics;
  /** Told what ended the relay for good. */
  readonly onFailure: (error: unknown) => void;
}

export interface Relay {
  /** Resolves when nothing is under way any more. */
  stop(): Promise<void>;
}

/** After a doubt an answer or a message may still be under way; a full stream needs time. */
const PAUSE_MS: DurationMs = 500;

export function startRelay(options: RelayOptions): Relay {
  const stopping = new AbortController();
  const running = run(options, stopping.signal).catch(options.onFailure);
  return {
    stop: async () => {
      stopping.abort();
      await running;
    },
  };
}

async function run(options: RelayOptions, signal: AbortSignal): Promise<void> {
  const { clock, logger } = options;
  const figures = relayFigures(options.metrics);
  let end: SessionEnd = 'doubt';
  let sessions = 0;
  do {
    const name = `${options.boot}-${++sessions}`;
    try {
      end = await runSession({ ...options, name, figures }, end !== 'gap', signal);
      if (end !== 'stopped') figures.restarts.add(1, { reason: end });
    } catch (error) {
      if (signal.aborted) return;
      if (!(error instanceof ShoalError) || error.remedy !== 'retry') throw error;
      logger.warn('the relay waits', { code: error.code, where: error.where });
    }
  } while (end !== 'stopped' && (await pause(clock, PAUSE_MS, signal)));
}
