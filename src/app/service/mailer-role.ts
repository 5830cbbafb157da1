import { loadTemplates } from '../../adapters/eta/templates.ts';
import { RedisLedger } from '../../adapters/redis/ledger.ts';
import { RedisPositionStore } from '../../adapters/redis/position-store.ts';
import { smtpPost } from '../../adapters/smtp/post.ts';
import { startMailer } from '../../roles/mailer/mailer.ts';
import { systemClock } from '../system-clock.ts';
import { connectServers, type RoleContext, type RunningRole } from './role-context.ts';

const CONNECT_TIMEOUT_MS = 10_000;
/**
 * RFC 5321, 4.5.3.2.6, asks for ten minutes after the final dot; letters would pile up behind one.
 */
const SILENCE_TIMEOUT_MS = 60_000;

/** Connects and runs a mailer of all campaigns. */
export async function runMailer(context: RoleContext): Promise<RunningRole> {
  const { settings, definitions, logger, metrics, onFailure } = context;
  const templates = await loadTemplates(settings.folders.templates);
  const { nats, redis, disconnect } = await connectServers(context);
  const { host, port, tls, user, password } = settings.smtp;
  const post = smtpPost({
    host,
    port,
    tls,
    login: user === '' ? undefined : { user, password },
    connectTimeoutMs: CONNECT_TIMEOUT_MS,
    silenceTimeoutMs: SILENCE_TIMEOUT_MS,
  });
  const mailer = startMailer({
    log: nats.log,
    bus: nats.bus,
    positions: new RedisPositionStore(redis, settings.cluster),
    ledger: new RedisLedger(redis, settings.cluster),
    post,
    templates,
    campaigns: definitions.campaigns,
    partitions: settings.partitions,
    clock: systemClock,
    logger,
    metrics,
    onFailure,
  });
  return {
    stop: async () => {
      await mailer.stop();
      post.close();
      await disconnect();
    },
  };
}
