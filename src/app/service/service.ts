import { randomBytes } from 'node:crypto';
import { linkSeal } from '../../adapters/node-crypto/seal.ts';
import { createLogger } from '../../adapters/pino/logger.ts';
import { createMetrics, metricsText } from '../../adapters/prom/metrics.ts';
import type { Definitions } from '../../compile/definitions.ts';
import { startGateway, type RunningGateway } from '../../roles/gateway/gateway.ts';
import type { TrackingSettings } from '../../roles/gateway/tracking/tracking.ts';
import type { Bus, Log } from '../../roles/ports/log.ts';
import type { Logger } from '../../roles/ports/logger.ts';
import type { Inbox } from '../../roles/ports/mail.ts';
import { readAssets } from '../dashboard-assets.ts';
import { chooseHttpServer } from '../http.ts';
import { letterParts } from '../letters/letter-parts.ts';
import { projectPath } from '../root.ts';
import type { Settings } from '../settings.ts';
import { systemClock } from '../system-clock.ts';
import { LateConsents } from './late-consents.ts';
import { connectLog } from './role-context.ts';
import { startThread, type RoleThread } from './thread.ts';

export type Role = 'gateway' | 'owner' | 'relay' | 'mailer';
export const ROLES: readonly Role[] = ['gateway', 'owner', 'relay', 'mailer'];

export interface ServiceOptions {
  readonly settings: Settings;
  readonly definitions: Definitions;
  readonly roles: readonly Role[];
  /** The letters that a built-in inbox has received, for its page. */
  readonly inbox?: Inbox | undefined;
  /** Aborted when the process is to stop while it still waits for servers. */
  readonly signal: AbortSignal;
  readonly onFailure: (error: unknown) => void;
}

export interface Service {
  /** Where the page is; undefined without a gateway. */
  readonly url: string | undefined;
  /** The main thread's connection. */
  readonly log: Log;
  readonly bus: Bus;
  /** Drains all roles, then closes what they stood on. */
  stop(): Promise<void>;
}

const BODY_BYTES_MAX = 1_000_000;
/** A browser that is so far behind misses frames; what changed meanwhile comes with a later one. */
const WAITING_BYTES_MAX = 1_000_000;

/**
 * Starts roles of Shoal in this process: the gateway on this thread, each other in its own. What it
 * has started is ended again when it fails.
 *
 * @throws ShoalError `cannot-listen`, `log-refused` (stop)
 * @throws the signal's reason when it is aborted
 */
export async function startService(options: ServiceOptions): Promise<Service> {
  const { settings, definitions, roles, signal, onFailure } = options;
  const logger = createLogger(settings.log.level, { role: 'gateway' });
  const nats = await connectLog(settings, logger, 'gateway', signal);
  const boot = randomBytes(9).toString('base64url');
  const threads = roles
    .flatMap((role) => (role === 'gateway' ? [] : [role]))
    .map((role) => startThread({ role, boot, settings, definitions }, onFailure));
  // Only the gateway has links of letters to answer, and only where they can be sealed.
  const secret = roles.includes('gateway') ? settings.mail.secret : undefined;
  const consents = secret === undefined ? undefined : new LateConsents(settings, logger);
  const stop = async (gateway?: RunningGateway): Promise<void> => {
    await Promise.all(threads.map((thread) => thread.stop()));
    await gateway?.close();
    await consents?.close();
    await nats.close();
  };
  try {
    const tracking =
      secret === undefined || consents === undefined
        ? undefined
        : trackingOf(options, { seal: linkSeal(secret), log: nats.log, consents, boot });
    const world = { bus: nats.bus, logger, threads, tracking };
    const gateway = roles.includes('gateway') ? await runGateway(options, world) : undefined;
    const url = gateway && `http://${settings.http.host}:${gateway.port}`;
    return { url, log: nats.log, bus: nats.bus, stop: () => stop(gateway) };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function runGateway(
  { settings, definitions, inbox }: ServiceOptions,
  world: {
    readonly bus: Bus;
    readonly logger: Logger;
    readonly threads: readonly RoleThread[];
    readonly tracking: TrackingSettings | undefined;
  },
): Promise<RunningGateway> {
  const { bus, logger, threads, tracking } = world;
  const metrics = createMetrics(true);
  return startGateway({
    http: await chooseHttpServer(settings.http.engine, logger),
    options: {
      host: settings.http.host,
      port: settings.http.port,
      bodyBytesMax: BODY_BYTES_MAX,
      waitingBytesMax: WAITING_BYTES_MAX,
    },
    bus,
    partitions: settings.partitions,
    segments: definitions.segments,
    assets: await readAssets(projectPath('dist/dashboard')),
    inbox,
    tracking,
    letters: await letterParts(settings, definitions),
    metrics,
    metricsText: async () => {
      const snapshots = threads.map((thread) => thread.metrics());
      return metricsText(await Promise.all([metrics.snapshot(), ...snapshots]));
    },
    logger,
    clock: systemClock,
  });
}

function trackingOf(
  { settings, definitions }: ServiceOptions,
  world: Pick<TrackingSettings, 'seal' | 'log' | 'consents' | 'boot'>,
): TrackingSettings {
  return { ...world, campaigns: definitions.campaigns, sender: settings.mail.from.name };
}
