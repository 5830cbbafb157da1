import { z } from 'zod';
import { parseDuration } from '../base/time.ts';
import { parseFrequencyCaps } from '../campaign/frequency-cap.ts';
import { parseQuietHours } from '../campaign/quiet-hours.ts';
import { parsePrivateNames } from '../rules/private/names.ts';

/*
 * The settings as they are written: in `config/shoal.yaml`, in SHOAL_* variables, in flags. Every
 * setting has a default, and `config/shoal.yaml` explains each; a test holds the two together.
 */

const duration = z
  .string()
  .refine((text) => parseDuration(text) !== undefined, 'is no duration such as 30s, 10m or 1d');

const durationOrNever = z
  .string()
  .refine(
    (text) => text === '' || (parseDuration(text) ?? 0) > 0,
    'is no duration above 0 such as 90d, and not empty',
  );

const port = z.number().int().min(0).max(65_535);

const timezone = z
  .string()
  .refine(
    (name) => name === 'UTC' || Intl.supportedValuesOf('timeZone').includes(name),
    'is no time zone of the IANA list, such as UTC or Europe/Berlin',
  );

/** Paths whose values are, or may hold, a secret: hidden when shown, readable from a file. */
export const SECRETS: readonly string[] = [
  'nats.url',
  'redis.url',
  'smtp.password',
  'mail.secret',
  'mail.dkim.privateKey',
  'privacy.secret',
];

/** Shorter ones could be guessed by trying. */
const SECRET_LENGTH_MIN = 16;

const quietHours = z
  .strictObject({ from: z.string().default(''), to: z.string().default('') })
  .refine(
    ({ from, to }) => from + to === '' || parseQuietHours(from, to) !== undefined,
    'is no pair of times such as { from: "21:00", to: "08:00" }',
  );

const dkim = z
  .strictObject({
    domain: z.string().default(''),
    selector: z.string().default(''),
    privateKey: z.string().default(''),
  })
  .refine(
    ({ domain, selector, privateKey }) =>
      domain + selector + privateKey === '' || ![domain, selector, privateKey].includes(''),
    'is wanting: domain, selector and privateKey are given together or not at all',
  );

const publicUrl = z
  .string()
  .refine(
    (text) => text === '' || /^https?:$/.test(URL.canParse(text) ? new URL(text).protocol : ''),
    'is no address such as https://mail.example.com',
  );

const secret = z
  .string()
  .refine(
    (text) => text === '' || text.length >= SECRET_LENGTH_MIN,
    `is shorter than ${SECRET_LENGTH_MIN} characters`,
  );

const privateAttributes = z
  .string()
  .refine(
    (text) => parsePrivateNames(text) !== undefined,
    'is no list of names such as email firstName: no paths, no wildcards, not timezone, at most 32',
  );

const mail = z.strictObject({
  from: z
    .strictObject({
      name: z.string().default('Shoal'),
      address: z.email('is no mail address').default('shoal@example.com'),
    })
    .prefault({}),
  quietHours: quietHours.prefault({}),
  caps: z
    .string()
    .refine(
      (text) => parseFrequencyCaps(text) !== undefined,
      'is no list of caps such as 3/7d 1/day',
    )
    .default(''),
  consent: z.enum(['opt-out', 'opt-in']).default('opt-out'),
  ratePerSecond: z.number().int().min(1).default(200),
  publicUrl: publicUrl.default(''),
  secret: secret.default(''),
  opens: z.boolean().default(false),
  dkim: dkim.prefault({}),
});

const ingest = z.strictObject({
  eventsPerSecond: z
    .strictObject({
      key: z.number().int().min(1).default(50_000),
      address: z.number().int().min(1).default(20_000),
      customer: z.number().int().min(1).default(500),
    })
    .prefault({}),
  trustProxy: z.number().int().min(0).max(10).default(0),
  eventBytesMax: z
    .number()
    .int()
    .min(1_024)
    .max(512 * 1_024)
    .default(32 * 1_024),
  batchBytesMax: z
    .number()
    .int()
    .min(1_024)
    .max(16 * 1_024 * 1_024)
    .default(512 * 1_024),
  waitingBytesMax: z.number().int().min(1_000_000).default(32_000_000),
});

export const settingsSchema = z.strictObject({
  cluster: z
    .string()
    .regex(/^[a-z0-9][a-z0-9-]{0,31}$/, 'is not of a to z, 0 to 9 and -, at most 32 characters')
    .default('shoal'),
  partitions: z.number().int().min(1).max(1_024).default(16),
  clock: z.enum(['broker', 'sender']).default('broker'),
  grace: duration.default('1s'),
  timezone: timezone.default('UTC'),
  allowVolatileRedis: z.boolean().default(false),
  nats: z.strictObject({ url: z.string().default('nats://127.0.0.1:4222') }).prefault({}),
  redis: z.strictObject({ url: z.string().default('redis://127.0.0.1:6379') }).prefault({}),
  http: z
    .strictObject({
      host: z.string().default('127.0.0.1'),
      port: port.default(8686),
      engine: z.enum(['auto', 'uws', 'node-http']).default('auto'),
    })
    .prefault({}),
  log: z
    .strictObject({ level: z.enum(['error', 'warn', 'info', 'debug']).default('info') })
    .prefault({}),
  checkpoint: z
    .strictObject({
      interval: duration.default('30s'),
      bytesPerSecondMax: z.number().int().min(100_000).default(8_000_000),
    })
    .prefault({}),
  history: duration.default('400d'),
  historyBytesMax: z.number().int().min(0).default(0),
  transitionsHistory: duration.default('30d'),
  erasure: z
    .strictObject({ interval: duration.default('1h'), notice: duration.default('72h') })
    .prefault({}),
  acceptGap: z.boolean().default(false),
  dedup: z
    .strictObject({
      window: duration.default('10m'),
      ids: z.number().int().min(1).default(1_000_000),
    })
    .prefault({}),
  forgetAnonymousAfter: durationOrNever.default('90d'),
  ingest: ingest.prefault({}),
  smtp: z
    .strictObject({
      host: z.string().default('127.0.0.1'),
      port: port.default(1025),
      tls: z.boolean().default(false),
      user: z.string().default(''),
      password: z.string().default(''),
    })
    .prefault({}),
  mail: mail.prefault({}),
  privateAttributes: privateAttributes.default(''),
  privacy: z.strictObject({ secret: secret.default('') }).prefault({}),
  files: z.strictObject({ keys: z.string().default('config/keys.yaml') }).prefault({}),
  folders: z
    .strictObject({
      segments: z.string().default('config/segments'),
      campaigns: z.string().default('config/campaigns'),
      templates: z.string().default('templates'),
    })
    .prefault({}),
});

/** All settings in the form in which they are written, defaults filled in. */
export type WrittenSettings = z.infer<typeof settingsSchema>;

export type LeafKind = 'text' | 'number' | 'truth';

/** Every setting by its dotted path (`http.port`), with the kind of value it takes. */
export function settingPaths(): ReadonlyMap<string, LeafKind> {
  const paths = new Map<string, LeafKind>();
  collect(settingsSchema, '', paths);
  return paths;
}

function collect(schema: z.core.$ZodType, path: string, into: Map<string, LeafKind>): void {
  if (schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault) {
    collect(schema.def.innerType, path, into);
  } else if (schema instanceof z.ZodObject) {
    for (const [key, inner] of Object.entries(schema.def.shape)) {
      collect(inner, path === '' ? key : `${path}.${key}`, into);
    }
  } else if (schema instanceof z.ZodNumber) {
    into.set(path, 'number');
  } else {
    into.set(path, schema instanceof z.ZodBoolean ? 'truth' : 'text');
  }
}
