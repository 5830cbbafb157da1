import type { Counter, Gauge, Histogram, Labels, Metrics } from '../../src/roles/ports/metrics.ts';

/** Adds up counters over all labels, and keeps gauges by partition. */
export class Totals implements Metrics {
  readonly #totals = new Map<string, number>();
  readonly #gauges = new Map<string, Map<string | number, number>>();

  counter(name: string): Counter {
    return { add: (value) => this.#totals.set(name, this.total(name) + value) };
  }

  gauge(name: string): Gauge {
    const values = new Map<string | number, number>();
    this.#gauges.set(name, values);
    return {
      set: (value, labels: Labels = {}) => values.set(labels['partition'] ?? '', value),
    };
  }

  histogram(): Histogram {
    return { observe: () => undefined };
  }

  total(name: string): number {
    return this.#totals.get(name) ?? 0;
  }

  values(name: string): number[] {
    return [...(this.#gauges.get(name)?.values() ?? [])];
  }
}
