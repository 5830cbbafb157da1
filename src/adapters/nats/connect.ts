import type { Clock } from '../../roles/ports/clock.ts';
import type { Bus, Log } from '../../roles/ports/log.ts';
import type { Logger } from '../../roles/ports/logger.ts';
import { Answers } from './answers.ts';
import { openLink, type NatsOptions } from './link.ts';
import { NatsBus } from './nats-bus.ts';
import { NatsLog } from './nats-log.ts';
import { NatsSurvey } from './survey.ts';

/** One connection to NATS with what stands on it. */
export interface Nats {
  readonly log: Log;
  readonly bus: Bus;
  /** What the server tells of itself. */
  readonly survey: NatsSurvey;
  /** Whether the connection is there now. */
  isUp(): boolean;
  close(): Promise<void>;
}

/**
 * Connects to NATS. While no server is there it says so once a second and goes on waiting; a
 * connection that is lost later comes back by itself.
 *
 * @throws ShoalError `log-refused` (stop) when the server does not let us in
 * @throws the signal's reason when it is aborted
 */
export async function connectNats(
  options: NatsOptions,
  world: { readonly clock: Clock; readonly logger: Logger },
  signal?: AbortSignal,
): Promise<Nats> {
  const link = await openLink(options, world, signal);
  const answers = new Answers(link);
  return {
    log: new NatsLog(link, answers, world.logger),
    bus: new NatsBus(link, answers, world.logger),
    survey: new NatsSurvey(link, answers),
    isUp: () => link.isUp,
    close: async () => {
      answers.close();
      await link.close();
    },
  };
}
