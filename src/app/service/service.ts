import { randomBytes, randomInt } from 'node:crypto';
import { linkSeal } from '../../adapters/node-crypto/seal.ts';
import { createLogger } from '../../adapters/pino/logger.ts';
import { createMetrics, metricsText } from '../../adapters/prom/metrics.ts';
import type { Definitions } from '../../compile/definitions.ts';
import {
  startGateway,
  type GatewayParts,
  type IngestSettings,
  type RunningGateway,
} from '../../roles/gateway/gateway.ts';
import type { Keyring } from '../../roles/gateway/keys/key.ts';
import type { TrackingSettings } from '../../roles/gateway/tracking/tracking.ts';
import type { Directory } from '../../roles/ports/directory.ts';
import type { Bus, Log } from '../../roles/ports/log.ts';
import type { Logger } from '../../roles/ports/logger.ts';
import type { Inbox } from '../../roles/ports/mail.ts';
import { readAssets } from '../dashboard-assets.ts';
import { chooseHttpServer } from '../http.ts';
import { letterParts } from '../letters/letter-parts.ts';
import { privateValuesOf } from '../private/values.ts';
import { projectPath } from '../root.ts';
import type { Settings } from '../settings.ts';
import { systemClock } from '../system-clock.ts';
import { gatewayKeys, type GatewayKeys } from './gateway-keys.ts';
import { marksOf, privateTraitsOf } from '../private/traits.ts';
import { LateRedis } from './late-redis.ts';
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
  /** Who may send events over HTTP; undefined: those of the file that the settings name. */
  readonly keyring?: Keyring | undefined;
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

/** A browser that is so far behind misses frames; what changed meanwhile comes with a later one. */
const WAITING_BYTES_MAX = 1_000_000;

/**
 * Starts roles of Shoal in this process: the gateway on this thread, each other in its own. What it
 * has started is ended again when it fails.
 *
 * @throws ShoalError `cannot-listen`, `log-refused`, `private-secret-missing` (stop)
 * @throws ShoalErrors `bad-keys` before anything is started
 * @throws the signal's reason when it is aborted
 */
export async function startService(options: ServiceOptions): Promise<Service> {
  const { settings, definitions, roles, signal, onFailure } = options;
  const logger = createLogger(settings.log.level, { role: 'gateway' });
  const keys = roles.includes('gateway')
    ? await gatewayKeys(settings, options.keyring, logger)
    : undefined;
  const mark = roles.includes('gateway') ? marksOf(settings) : undefined;
  const nats = await connectLog(settings, logger, 'gateway', signal);
  const boot = randomBytes(9).toString('base64url');
  const threads = roles
    .flatMap((role) => (role === 'gateway' ? [] : [role]))
    .map((role) => startThread({ role, boot, settings, definitions }, onFailure));
  // Only the gateway has links of letters to answer, and only where they can be sealed.
  const secret = roles.includes('gateway') ? settings.mail.secret : undefined;
  const redis = keys && new LateRedis(settings, logger);
  const consents = secret === undefined ? undefined : redis?.consents();
  const directory = mark && redis?.directory();
  const stop = async (gateway?: RunningGateway): Promise<void> => {
    await Promise.all(threads.map((thread) => thread.stop()));
    await gateway?.close();
    keys?.close();
    await redis?.close();
    await nats.close();
  };
  try {
    const tracking =
      secret === undefined || consents === undefined
        ? undefined
        : trackingOf(options, { seal: linkSeal(secret), log: nats.log, consents, boot });
    const privateTraits = privateTraitsOf(settings, mark, directory);
    const ingest = { ...ingestOf(settings, nats.log, boot), privateTraits };
    const forgetting = redis && { log: nats.log, salt: redis.salt(), directory };
    const world = { bus: nats.bus, logger, threads, tracking, ingest, directory, forgetting };
    const gateway = keys && (await runGateway(options, { ...world, keys }));
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
    readonly keys: GatewayKeys;
    readonly ingest: IngestSettings;
    readonly directory: Directory | undefined;
    readonly forgetting: GatewayParts['forgetting'];
  },
): Promise<RunningGateway> {
  const { bus, logger, threads, tracking, keys, ingest, directory, forgetting } = world;
  const metrics = createMetrics(true);
  return startGateway({
    http: await chooseHttpServer(settings.http.engine, logger),
    options: {
      host: settings.http.host,
      port: settings.http.port,
      bodyBytesMax: settings.ingest.batchBytesMax,
      waitingBytesMax: WAITING_BYTES_MAX,
    },
    bus,
    partitions: settings.partitions,
    segments: definitions.segments,
    assets: await readAssets(projectPath('dist/dashboard')),
    inbox,
    tracking,
    keys: keys.parts,
    ingest,
    forgetting,
    letters: await letterParts(
      settings,
      definitions,
      directory && privateValuesOf(settings, directory),
    ),
    metrics,
    metricsText: async () => {
      const snapshots = threads.map((thread) => thread.metrics());
      return metricsText(await Promise.all([metrics.snapshot(), ...snapshots]));
    },
    logger,
    clock: systemClock,
  });
}

function ingestOf({ ingest }: Settings, log: Log, boot: string): IngestSettings {
  const { eventBytesMax, batchBytesMax, waitingBytesMax, eventsPerSecond } = ingest;
  const eventsPerSecondOfCustomer = eventsPerSecond.customer;
  const limits = { eventBytesMax, batchBytesMax, waitingBytesMax, eventsPerSecondOfCustomer };
  return { ...limits, log, boot, salt: randomInt(2 ** 32) };
}

function trackingOf(
  { settings, definitions }: ServiceOptions,
  world: Pick<TrackingSettings, 'seal' | 'log' | 'consents' | 'boot'>,
): TrackingSettings {
  return { ...world, campaigns: definitions.campaigns, sender: settings.mail.from.name };
}
