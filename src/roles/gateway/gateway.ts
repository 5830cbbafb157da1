/*
 * The gateway: live counts, the page, the inbox and what operators ask. It keeps no state of its
 * own: all it shows was told by the owners of the partitions.
 */
import type { Clock } from '../ports/clock.ts';
import type { HttpOptions, HttpServer } from '../ports/http.ts';
import type { Bus } from '../ports/log.ts';
import type { Logger } from '../ports/logger.ts';
import type { Inbox } from '../ports/mail.ts';
import type { Metrics } from '../ports/metrics.ts';
import { CustomerDesk } from './customers/customer-desk.ts';
import { Forgetting, type ForgettingParts } from './customers/forgetting.ts';
import type { Desk } from './desk.ts';
import { Ingest, type IngestParts } from './ingest/ingest.ts';
import { BrowserDesk } from './keys/browser-desk.ts';
import { Gatekeeper, type GatekeeperParts } from './keys/gatekeeper.ts';
import { LetterPreview, type LetterPreviewParts } from './letter-preview.ts';
import { LiveFeed } from './live-feed.ts';
import { OpenApiDesk } from './openapi/openapi-desk.ts';
import { PartitionStatuses } from './partition-statuses.ts';
import { Routes, type Asset, type SegmentTitle } from './routes.ts';
import { SchemaDesk } from './schema/schema-desk.ts';
import { StatusFollower } from './status-follower.ts';
import { Tracking, type TrackingSettings } from './tracking/tracking.ts';

export interface GatewayParts {
  readonly http: HttpServer;
  readonly options: HttpOptions;
  readonly bus: Bus;
  readonly partitions: number;
  readonly segments: readonly SegmentTitle[];
  readonly assets: ReadonlyMap<string, Asset>;
  readonly inbox?: Inbox | undefined;
  /** What the links of letters need; without it there are none. */
  readonly tracking?: TrackingSettings | undefined;
  /** Who may send events; without it nobody may. */
  readonly keys?: Omit<GatekeeperParts, 'metrics'> | undefined;
  /** What forgetting customers needs; without it, or without keys, nobody is. */
  readonly forgetting?: Omit<ForgettingParts, 'partitions'> | undefined;
  /** What taking events needs; without it, or without keys, none are taken. */
  readonly ingest?: IngestSettings | undefined;
  /** What showing a letter needs; without it none is shown. */
  readonly letters?: Omit<LetterPreviewParts, 'bus' | 'partitions'> | undefined;
  readonly metrics: Metrics;
  readonly metricsText: () => Promise<string>;
  readonly logger: Logger;
  readonly clock: Clock;
}

export type IngestSettings = Omit<
  IngestParts,
  'gatekeeper' | 'keyring' | 'partitions' | 'clock' | 'metrics' | 'logger'
>;

export interface RunningGateway {
  readonly port: number;
  /** Which adapter of HTTP serves. */
  readonly engine: string;
  /** Ends all connections; must have resolved before the process ends. */
  close(): Promise<void>;
}

/** @throws ShoalError `cannot-listen` (stop) */
export async function startGateway(parts: GatewayParts): Promise<RunningGateway> {
  const { metrics, logger } = parts;
  const statuses = new PartitionStatuses(parts.partitions);
  const feed = liveFeed(parts, statuses);
  const requests = metrics.counter(
    'shoal_http_requests_total',
    'Requests by status and, where they were refused, by the code of the refusal.',
    ['status', 'code'],
  );
  const refused = metrics.counter(
    'shoal_http_refused_connections_total',
    'Connections that were closed at once, since there were too many.',
  );
  const preview = parts.letters && new LetterPreview({ ...parts, ...parts.letters });
  const { desks, ingest } = desksOf(parts);
  const routes = new Routes({ ...parts, desks, preview, statuses, requests });
  const server = await parts.http(parts.options, {
    request: (request) => routes.answer(request),
    sockets: feed,
    refused: () => refused.add(1),
  });
  metrics
    .gauge('shoal_http_engine_info', 'Which server of HTTP runs.', ['engine'])
    .set(1, { engine: server.engine });
  logger.info('gateway listens', { port: server.port, engine: server.engine });

  const ending = new AbortController();
  const running = Promise.all([
    follower(parts, statuses).run(ending.signal),
    feed.run(ending.signal),
  ]);
  return {
    port: server.port,
    engine: server.engine,
    close: async () => {
      ending.abort();
      await running;
      await ingest?.close();
      await server.close();
      logger.info('gateway closed');
    },
  };
}

/** The parts of the API, as far as there is what they need. */
function desksOf(parts: GatewayParts): {
  readonly desks: readonly Desk[];
  readonly ingest: Ingest | undefined;
} {
  const { metrics, keys, logger } = parts;
  const tracking = parts.tracking && new Tracking({ ...parts, ...parts.tracking });
  const gatekeeper = keys && new Gatekeeper({ ...keys, metrics });
  const browsers = gatekeeper && new BrowserDesk({ ...keys, gatekeeper });
  const schema = gatekeeper && new SchemaDesk({ ...parts, gatekeeper });
  const ingest =
    gatekeeper && parts.ingest && new Ingest({ ...parts, ...keys, ...parts.ingest, gatekeeper });
  const forgetting = parts.forgetting && new Forgetting({ ...parts, ...parts.forgetting });
  const customers =
    gatekeeper && forgetting && new CustomerDesk({ gatekeeper, logger, forgetting });
  const desks = [browsers, ingest, tracking, schema, customers, new OpenApiDesk()];
  return { desks: desks.filter((desk) => desk !== undefined), ingest };
}

function liveFeed(
  { metrics, segments, clock }: GatewayParts,
  statuses: PartitionStatuses,
): LiveFeed {
  return new LiveFeed({
    statuses,
    segments: new Set(segments.map(({ id }) => id)),
    clock,
    sockets: metrics.gauge('shoal_live_sockets', 'Sockets that are open on the live feed.'),
    frames: metrics.counter('shoal_live_frames_total', 'Frames sent on the live feed.'),
    delayed: metrics.counter(
      'shoal_live_frames_delayed_total',
      'Frames not sent since the socket did not read; their changes go out with a later one.',
    ),
  });
}

function follower(parts: GatewayParts, statuses: PartitionStatuses): StatusFollower {
  const unreadable = parts.metrics.counter(
    'shoal_live_statuses_unreadable_total',
    'Statuses of partitions that could not be read.',
  );
  return new StatusFollower({ ...parts, statuses, unreadable });
}
