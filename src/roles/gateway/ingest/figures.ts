import type { Counter, Gauge, Metrics } from '../../ports/metrics.ts';

/** What is counted where events come in. */
export class Figures {
  /** Requests that say that they are not the first try. */
  readonly retried: Counter;
  readonly waiting: Gauge;
  readonly #requests: Counter;
  readonly #storedMs: Counter;

  constructor(metrics: Metrics) {
    this.#requests = metrics.counter(
      'shoal_ingest_requests_total',
      'Requests that bring events, by the status of their answer.',
      ['status'],
    );
    this.retried = metrics.counter(
      'shoal_ingest_retried_requests_total',
      'Requests that bring events and say that they have been tried before.',
    );
    this.waiting = metrics.gauge(
      'shoal_ingest_waiting_bytes',
      'Bytes of requests that are being dealt with.',
    );
    this.#storedMs = metrics.counter(
      'shoal_ingest_stored_requests_total',
      'Requests whose events are stored, by the most milliseconds that it took (le).',
      ['le'],
    );
  }

  answered(status: number, tookMs: number): void {
    this.#requests.add(1, { status });
    if (status === 200) this.#storedMs.add(1, { le: bucketOf(tookMs) });
  }
}

const BUCKETS_MS = [2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000] as const;

function bucketOf(tookMs: number): string {
  return String(BUCKETS_MS.find((most) => tookMs <= most) ?? '+Inf');
}
