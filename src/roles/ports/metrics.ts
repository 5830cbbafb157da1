/** Labels of one sample. Never a customer. */
export type Labels = Readonly<Record<string, string | number>>;

export interface Counter {
  add(value: number, labels?: Labels): void;
}

export interface Gauge {
  set(value: number, labels?: Labels): void;
}

/**
 * Figures that only grow, and figures that go up and down. Names are
 * `shoal_<thing>_<unit>[_total]`.
 */
export interface Metrics {
  counter(name: string, help: string, labelNames?: readonly string[]): Counter;
  gauge(name: string, help: string, labelNames?: readonly string[]): Gauge;
}
