import { setMaxListeners } from 'node:events';
import type { CampaignId } from '../../base/id.ts';
import type { DurationMs } from '../../base/time.ts';
import type { Zone } from '../../base/zone.ts';
import type { Campaign } from '../../campaign/campaign.ts';
import type { MailPolicy } from '../../campaign/gates.ts';
import type { LetterExtras } from '../../campaign/letter-data.ts';
import type { Clock } from '../ports/clock.ts';
import type { PrivateValues } from '../ports/directory.ts';
import type { Ledger, Suppressions } from '../ports/ledger.ts';
import type { Bus, Log } from '../ports/log.ts';
import type { Logger } from '../ports/logger.ts';
import type { Post, Templates } from '../ports/mail.ts';
import type { Metrics } from '../ports/metrics.ts';
import type { PositionStore } from '../ports/store.ts';
import { Correspondence } from './correspondence.ts';
import { DecisionLog } from './decision-log.ts';
import { mailerFigures } from './figures.ts';
import { Handover } from './handover.ts';
import type { Links } from './links.ts';
import { Line } from './flow/line.ts';
import { Patience } from './flow/patience.ts';
import { pruneLedger } from './pruning.ts';
import { Reading } from './reading.ts';
import { Pace, Slots } from './flow/slots.ts';
import { SteadyLedger } from './steady-ledger.ts';
import { Writer } from './writer.ts';

/*
 * Reads TRANSITIONS and answers each wait that has ended with a letter or with the reason for none.
 * Several may run at once, on several machines: the ledger keeps them apart.
 *
 * 1. A partition's position is saved only when every letter up to it has its end in the ledger and
 *    in the log, so that a restart reads again what was under way; the ledger then says how far
 *    that came.
 * 2. A letter that waits, for its server or for its next try, holds up no letter of another
 *    customer.
 * 3. While the store, the owner of a partition or the mail server is away, what needs it waits.
 */

export interface MailerOptions {
  readonly log: Log;
  readonly bus: Bus;
  readonly positions: PositionStore;
  readonly ledger: Ledger;
  readonly suppressions: Suppressions;
  /** Undefined: no attribute is private. */
  readonly privateValues?: PrivateValues | undefined;
  readonly post: Post;
  readonly templates: Templates;
  /** Undefined: letters have no links of ours. */
  readonly links?: Links | undefined;
  readonly campaigns: readonly Campaign[];
  readonly segmentNames: LetterExtras['segmentNames'];
  readonly policy: MailPolicy;
  /** The time zone of that name; the configured one where there is none. */
  readonly zoneOf: (name: unknown) => Zone;
  /** How many partitions there are; all are read. */
  readonly partitions: number;
  /** Names this boot: no other mailer has the same. */
  readonly boot: string;
  /** How long an intent is ours, ms: longer than the post needs for a letter in the worst case. */
  readonly holdMs: DurationMs;
  /** Letters that are handed over at the same time. */
  readonly connectionsMax: number;
  readonly ratePerSecond: number;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: Metrics;
  /** Told when a partition's reading has ended for good: the process should end. */
  readonly onFailure: (error: unknown) => void;
}

export interface Mailer {
  /** Resolves when nothing is under way any more; what waits is done after the next start. */
  stop(): Promise<void>;
}

export function startMailer(options: MailerOptions): Mailer {
  const { clock, logger, partitions, onFailure } = options;
  const abort = new AbortController();
  // Every letter that waits listens to it.
  setMaxListeners(0, abort.signal);
  const patience = new Patience(clock, logger, abort.signal);
  const figures = mailerFigures(options.metrics);
  const ledger = new SteadyLedger(options.ledger, clock);
  const campaigns = new Map<CampaignId, Campaign>(options.campaigns.map((each) => [each.id, each]));
  const line = new Line(clock);
  const parts = { ...options, campaigns, ledger, figures, patience, line };
  const correspondence = new Correspondence({
    ...parts,
    writer: new Writer(parts),
    handover: new Handover(parts),
    decisions: new DecisionLog(parts),
    connections: new Slots(options.connectionsMax),
    pace: new Pace(clock, patience, options.ratePerSecond),
  });
  const needs = { ...options, patience, correspondence };
  const readings = Array.from({ length: partitions }, (_, p) => Reading.begin(p, needs));
  const pruning = pruneLedger({ ...options, patience }).catch(onFailure);
  logger.info('the mailer reads', { partitions, campaigns: campaigns.size });
  return {
    stop: async () => {
      abort.abort();
      await Promise.all(readings.map(async (reading) => (await reading)?.stop()));
      await pruning;
    },
  };
}
