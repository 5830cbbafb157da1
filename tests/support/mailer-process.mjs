// A mailer as `shoal start --role mailer` runs it, which a test can kill with SIGKILL; with shorter
// times, so that nobody waits for what it leaves. Says "reads" when it does.
import { letterHtml } from '../../dist/adapters/cheerio/letter-html.js';
import { loadTemplates } from '../../dist/adapters/eta/templates.js';
import { connectNats } from '../../dist/adapters/nats/connect.js';
import { linkSeal } from '../../dist/adapters/node-crypto/seal.js';
import { createLogger } from '../../dist/adapters/pino/logger.js';
import { createMetrics } from '../../dist/adapters/prom/metrics.js';
import { connectRedis } from '../../dist/adapters/redis/connect.js';
import { RedisLedger } from '../../dist/adapters/redis/ledger.js';
import { RedisPositionStore } from '../../dist/adapters/redis/position-store.js';
import { RedisSuppressions } from '../../dist/adapters/redis/suppressions.js';
import { smtpPost } from '../../dist/adapters/smtp/post.js';
import { projectPath } from '../../dist/app/root.js';
import { systemClock } from '../../dist/app/system-clock.js';
import { UTC } from '../../dist/base/zone.js';
import { Links } from '../../dist/roles/mailer/links.js';
import { startMailer } from '../../dist/roles/mailer/mailer.js';

const { natsUrl, redisUrl, port, cluster, partitions, boot, campaign, times, ratePerSecond } =
  JSON.parse(process.argv[2]);
const logger = createLogger('error', { role: 'mailer' });
const world = { clock: systemClock, logger };
const nats = await connectNats({ servers: [natsUrl], name: 'mailer' }, world);
const redis = await connectRedis(redisUrl, world);
startMailer({
  log: nats.log,
  bus: nats.bus,
  positions: new RedisPositionStore(redis, cluster),
  ledger: new RedisLedger(redis, cluster),
  suppressions: new RedisSuppressions(redis, cluster),
  post: smtpPost({
    host: '127.0.0.1',
    port,
    tls: false,
    connectTimeoutMs: times.silenceMs,
    silenceTimeoutMs: times.silenceMs,
  }),
  templates: await loadTemplates(projectPath('templates')),
  links: new Links({
    publicUrl: 'http://127.0.0.1:8686',
    seal: linkSeal('a secret for tests alone'),
    html: letterHtml,
    opens: false,
  }),
  campaigns: [campaign],
  segmentNames: new Map(),
  policy: { consent: 'opt-out', caps: [] },
  zoneOf: () => UTC,
  partitions,
  boot,
  holdMs: times.holdMs,
  connectionsMax: 8,
  ratePerSecond,
  clock: systemClock,
  logger,
  metrics: createMetrics(false),
  onFailure: (error) => {
    throw error;
  },
});
process.stdout.write('reads\n');
