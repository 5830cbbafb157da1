import { DAY_MS, HOUR_MS, type DurationMs } from '../../base/time.ts';
import type { MailPolicy } from '../../campaign/gates.ts';
import type { Clock } from '../ports/clock.ts';
import type { Ledger } from '../ports/ledger.ts';
import type { Logger } from '../ports/logger.ts';
import { Stopped, type Patience } from './flow/patience.ts';

/** As long as the log is kept by default: of what is older nothing else is known either. */
const KEPT_MS: DurationMs = 400 * DAY_MS;
/** Not at the start, when letters may wait. */
const EVERY_MS: DurationMs = 6 * HOUR_MS;

export interface PruningParts {
  readonly ledger: Ledger;
  readonly policy: MailPolicy;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly patience: Patience;
}

/** Drops letters from the ledger that no cap counts any more, now and then, until the stop. */
export async function pruneLedger(parts: PruningParts): Promise<void> {
  const { ledger, policy, clock, logger, patience } = parts;
  const spansMs = policy.caps.map((cap) => (cap.kind === 'rolling' ? cap.withinMs : 0));
  const keptMs = Math.max(KEPT_MS, ...spansMs);
  try {
    for (;;) {
      await patience.sleep(EVERY_MS);
      const letters = await patience.until(() => ledger.prune(clock.now() - keptMs));
      if (letters > 0) logger.info('old letters are dropped from the ledger', { letters });
    }
  } catch (error) {
    if (!(error instanceof Stopped)) throw error;
  }
}
