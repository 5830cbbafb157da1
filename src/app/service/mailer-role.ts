import { letterHtml } from '../../adapters/cheerio/letter-html.ts';
import { loadTemplates } from '../../adapters/eta/templates.ts';
import { linkSeal } from '../../adapters/node-crypto/seal.ts';
import { RedisDirectory } from '../../adapters/redis/directory/directory.ts';
import { RedisLedger } from '../../adapters/redis/ledger.ts';
import { RedisPositionStore } from '../../adapters/redis/position-store.ts';
import { RedisSuppressions } from '../../adapters/redis/suppressions.ts';
import { smtpPost } from '../../adapters/smtp/post.ts';
import type { DurationMs } from '../../base/time.ts';
import type { Zone } from '../../base/zone.ts';
import { zonesByName } from '../../base/zone-table.ts';
import type { Definitions } from '../../compile/definitions.ts';
import { Links } from '../../roles/mailer/links.ts';
import { startMailer } from '../../roles/mailer/mailer.ts';
import type { Post } from '../../roles/ports/mail.ts';
import { privateValuesOf } from '../private/values.ts';
import type { MailSettings, Settings } from '../settings.ts';
import { systemClock } from '../system-clock.ts';
import { zoneTable } from '../zone-table.ts';
import { connectServers, type RoleContext, type RunningRole } from './role-context.ts';

const CONNECT_TIMEOUT_MS: DurationMs = 10_000;
/**
 * RFC 5321, 4.5.3.2.6, asks for ten minutes after the final dot; letters would pile up behind one.
 */
const SILENCE_TIMEOUT_MS: DurationMs = 60_000;
/** A server may be slow at every stage, but not for ever. */
const LETTER_TIMEOUT_MS: DurationMs = 2 * SILENCE_TIMEOUT_MS;
/** Longer than a letter can take, by as much as clocks and processes may dawdle. */
const HOLD_MS: DurationMs = LETTER_TIMEOUT_MS + 30_000;
/** As many as mail servers take from one client without asking. */
const CONNECTIONS_MAX = 8;

/** Connects and runs a mailer of all campaigns. */
export async function runMailer(context: RoleContext): Promise<RunningRole> {
  const { settings, definitions, boot, logger, metrics, onFailure } = context;
  const { cluster, mail, partitions } = settings;
  const templates = await loadTemplates(settings.folders.templates);
  const { nats, redis, disconnect } = await connectServers(context);
  const post = postOf(settings);
  const mailer = startMailer({
    log: nats.log,
    bus: nats.bus,
    positions: new RedisPositionStore(redis, cluster),
    ledger: new RedisLedger(redis, cluster),
    suppressions: new RedisSuppressions(redis, cluster),
    privateValues: privateValuesOf(settings, new RedisDirectory(redis, cluster)),
    post,
    templates,
    links: linksOf(mail),
    campaigns: definitions.campaigns,
    segmentNames: new Map(definitions.segments.map(({ id, name }) => [id, name])),
    policy: mail,
    zoneOf: zonesFor(definitions, mail),
    partitions,
    boot,
    holdMs: HOLD_MS,
    connectionsMax: CONNECTIONS_MAX,
    ratePerSecond: mail.ratePerSecond,
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

function postOf({ smtp, mail }: Settings): Post {
  const { host, port, tls, user, password } = smtp;
  return smtpPost({
    host,
    port,
    tls,
    login: user === '' ? undefined : { user, password },
    dkim: mail.dkim,
    connectTimeoutMs: CONNECT_TIMEOUT_MS,
    silenceTimeoutMs: SILENCE_TIMEOUT_MS,
    letterTimeoutMs: LETTER_TIMEOUT_MS,
  });
}

/** Without an address of the gateway, or a secret, letters have no links of ours. */
function linksOf({ publicUrl, secret, opens }: MailSettings): Links | undefined {
  if (publicUrl === undefined || secret === undefined) return undefined;
  return new Links({ publicUrl, seal: linkSeal(secret), html: letterHtml, opens });
}

/** The zone of a recipient; the configured one for names that nobody knows. */
function zonesFor({ zone, zones }: Definitions, { caps }: MailSettings): (name: unknown) => Zone {
  const needsZones = zones === undefined && caps.some(({ kind }) => kind === 'calendar');
  const table = needsZones ? zoneTable(systemClock.now()) : (zones ?? []);
  const known = zonesByName(table);
  return (name) => (typeof name === 'string' ? known.get(name) : undefined) ?? zone;
}
