import { z } from 'zod';
import { INGEST_ROUTES, type IngestRoute } from '../ingest/ingest-route.ts';
import { batchBody, messageBody } from './message-body.ts';
import {
  NO_SUCH_KEY,
  refusalBody,
  refused,
  WAIT,
  type Answer,
  type Operation,
  type Shape,
} from './operation.ts';

const SUCCESS: Shape = { name: 'Success', schema: z.object({ success: z.literal(true) }) };

/** In strict mode: what is wrong with each message. */
const badEvents = refusalBody.extend({
  code: z.literal('bad-events'),
  rejected: z.array(
    z.object({
      index: z.number().int().min(0).describe('its place in the batch'),
      reason: z.string(),
      detail: z.string(),
    }),
  ),
});

const ANSWERS: Readonly<Record<number, Answer>> = {
  200: {
    means: 'all that is valid is stored; what is not is counted, and told of on `shoal.rejected.*`',
    shape: SUCCESS,
  },
  400: {
    means: 'the body is no JSON, or, with `X-Strict-Mode: 1`, a message is not valid',
    shape: { name: 'BadBody', schema: z.union([badEvents, refusalBody]) },
  },
  401: NO_SUCH_KEY,
  403: refused('the key may not be used from this origin, or not for this'),
  413: refused('the body, or what its gzip holds, is too long'),
  429: WAIT,
  503: { ...WAIT, means: 'NATS is away, or its log is full; send it again' },
};

const PARAMETERS = [
  {
    name: 'X-Strict-Mode',
    in: 'header',
    means: '`1`: nothing is stored when a message is not valid',
  },
] as const;

/** All paths at which events come in. */
export const INGEST_OPERATIONS: readonly Operation[] = Array.from(
  INGEST_ROUTES,
  ([path, route]): Operation => ({
    method: 'post',
    path,
    summary: summaryOf(route),
    details:
      'Whatever its content type says, the body is JSON in UTF-8, or the gzip of it. The key is ' +
      'the user of Basic authentication, or stands in `X-Write-Key` or in `writeKey` of the body.',
    tag: 'Events',
    access: route.kind === 'import' ? 'server-key' : 'key',
    parameters: PARAMETERS,
    body: route.kind === 'message' ? messageBody(route.type) : batchBody,
    answers: ANSWERS,
  }),
);

function summaryOf(route: IngestRoute): string {
  if (route.kind === 'message') return `Takes one ${route.type}`;
  if (route.kind === 'batch') return 'Takes many messages';
  return 'Takes history: it changes who is a member, and triggers nothing';
}

const SETTINGS_PATH = '/v1/projects/{key}/settings';

/** What analytics.js 2 reads of its settings: one destination, ourselves. */
const browserSettings = z.object({
  integrations: z.object({
    'Segment.io': z.object({
      apiKey: z.string(),
      protocol: z.enum(['http', 'https']),
      apiHost: z.string(),
      addBundledMetadata: z.literal(false),
    }),
  }),
  plan: z.object({}),
  enabledMiddleware: z.object({}),
  remotePlugins: z.array(z.never()),
  legacyVideoPluginsEnabled: z.literal(false),
  metrics: z.object({ sampleRate: z.number() }),
});

const BROWSER_SETTINGS: Shape = { name: 'BrowserSettings', schema: browserSettings };

/** What a page asks before it sends. */
export const BROWSER_OPERATIONS: readonly Operation[] = [
  {
    method: 'get',
    path: SETTINGS_PATH,
    summary: 'The settings of analytics.js, whose CDN this gateway stands in for',
    tag: 'Events',
    access: 'anybody',
    parameters: [{ name: 'key', in: 'path', means: 'the secret of a public key' }],
    answers: {
      200: { means: 'where it is to send to', shape: BROWSER_SETTINGS },
      401: NO_SUCH_KEY,
      403: refused('the key may not be used from this origin'),
      429: WAIT,
    },
  },
  ...[...INGEST_ROUTES.keys(), SETTINGS_PATH].map((path): Operation => ({
    method: 'options',
    path,
    summary: 'What pages of other origins may send (CORS)',
    tag: 'Events',
    access: 'anybody',
    parameters: path === SETTINGS_PATH ? [{ name: 'key', in: 'path', means: 'any' }] : [],
    answers: { 200: { means: 'the headers say so' } },
  })),
];
