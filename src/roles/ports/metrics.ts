/** Labels of one sample. Never a customer. */
export type Labels = Readonly<Record<string, string | number>>;

export interface Counter {
  add(value: number, labels?: Labels): void;
}

export interface Gauge {
  set(value: number, labels?: Labels): void;
}

/** How figures spread: how many are at most as much as each bound. */
export interface Histogram {
  observe(value: number): void;
}

/**
 * Figures that only grow, and figures that go up and down. Names are
 * `shoal_<thing>_<unit>[_total]`.
 */
export interface Metrics {
  counter(name: string, help: string, labelNames?: readonly string[]): Counter;
  gauge(name: string, help: string, labelNames?: readonly string[]): Gauge;
  /** @param bounds ascending */
  histogram(name: string, help: string, bounds: readonly number[]): Histogram;
}
