import type { CampaignId } from '../../base/id.ts';
import type { Campaign } from '../../campaign/campaign.ts';
import type { Due } from '../../engine/effect.ts';
import { transitionsStream } from '../../wire/subject.ts';
import { decodeRecord } from '../../wire/transition-record.ts';
import type { Clock } from '../ports/clock.ts';
import type { Bus, Log, Reader, StoredMessage } from '../ports/log.ts';
import type { Logger } from '../ports/logger.ts';
import type { Post, Templates } from '../ports/mail.ts';
import type { Metrics } from '../ports/metrics.ts';
import type { Ledger, PositionStore } from '../ports/store.ts';
import { Correspondence } from './correspondence.ts';
import { mailerFigures } from './figures.ts';
import { Handover } from './handover.ts';
import { Patience, Stopped } from './patience.ts';

/*
 * Reads TRANSITIONS and answers each wait that is over with a letter or with the reason for none.
 *
 * 1. A partition's records are dealt with in order, one after the other.
 * 2. A position is saved only when every letter up to it has its end in the ledger, so that a
 *    restart
 *    reads again what was under way; the ledger then says how far that came.
 * 3. What is quiet is never answered.
 * 4. While the store, the owner of a partition or the mail server is away, the partition waits.
 */

export interface MailerOptions {
  readonly log: Log;
  readonly bus: Bus;
  readonly positions: PositionStore;
  readonly ledger: Ledger;
  readonly post: Post;
  readonly templates: Templates;
  readonly campaigns: readonly Campaign[];
  /** How many partitions there are; all are read. */
  readonly partitions: number;
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
  const { clock, logger } = options;
  const abort = new AbortController();
  const patience = new Patience(clock, logger, abort.signal);
  const figures = mailerFigures(options.metrics);
  const handover = new Handover({ ...options, figures, patience });
  const campaigns = new Map<CampaignId, Campaign>(options.campaigns.map((each) => [each.id, each]));
  const correspondence = new Correspondence({ ...options, campaigns, figures, handover, patience });
  const readings = Array.from({ length: options.partitions }, (_, partition) =>
    startReading(options, partition, patience, correspondence),
  );
  logger.info('the mailer reads', { partitions: options.partitions, campaigns: campaigns.size });
  return {
    stop: async () => {
      abort.abort();
      const readers = await Promise.all(readings);
      await Promise.all(readers.map(async (reader) => reader?.stop()));
    },
  };
}

/** @returns undefined when the mailer stopped, or failed, before the reading began */
async function startReading(
  { log, positions, onFailure }: MailerOptions,
  partition: number,
  patience: Patience,
  correspondence: Correspondence,
): Promise<Reader | undefined> {
  const name = `mailer-${partition}`;
  const onMessages = async (messages: readonly StoredMessage[]): Promise<void> => {
    try {
      for (const { body } of messages) {
        for (const due of announced(body)) await correspondence.answer(partition, due);
      }
      const last = messages.at(-1);
      if (last === undefined) return;
      await patience.until(() => positions.savePosition(name, last.sequence));
    } catch (error) {
      if (!(error instanceof Stopped)) throw error;
    }
  };
  try {
    const position = await patience.until(() => positions.position(name));
    return log.read(transitionsStream(partition), position + 1, onMessages, onFailure);
  } catch (error) {
    if (!(error instanceof Stopped)) onFailure(error);
    return undefined;
  }
}

/** The waits of a record that are over and not quiet. */
function announced(record: Uint8Array): Due[] {
  return decodeRecord(record).items.filter(
    (effect): effect is Due =>
      effect.kind === 'due' && (effect.why === 'event' || effect.why === 'time'),
  );
}
