import type { Counter, Gauge, Histogram, Metrics } from '../../ports/metrics.ts';

/** What is counted where events come in. */
export class Figures {
  /** Requests that say that they are not the first try. */
  readonly retried: Counter;
  readonly waiting: Gauge;
  readonly #requests: Counter;
  readonly #storedMs: Histogram;

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
    this.#storedMs = metrics.histogram(
      'shoal_ingest_stored_ms',
      'From the coming of a request to its events being stored.',
      [2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000],
    );
  }

  answered(status: number, tookMs: number): void {
    this.#requests.add(1, { status });
    if (status === 200) this.#storedMs.observe(tookMs);
  }
}
