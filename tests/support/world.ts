import { setTimeout as sleep } from 'node:timers/promises';
import type { Clock } from '../../src/roles/ports/clock.ts';
import type { Logger } from '../../src/roles/ports/logger.ts';
import type { Counter, Gauge, Histogram, Labels, Metrics } from '../../src/roles/ports/metrics.ts';

/** The machine's clock. */
export const systemClock: Clock = {
  now: () => Date.now(),
  sleep: async (ms, signal) => {
    await sleep(ms, undefined, signal === undefined ? {} : { signal });
  },
};

export interface LogLine {
  readonly level: keyof Logger;
  readonly message: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

/** Keeps what was logged. */
export class RecordingLogger implements Logger {
  readonly lines: LogLine[] = [];

  error(message: string, fields = {}): void {
    this.lines.push({ level: 'error', message, fields });
  }

  warn(message: string, fields = {}): void {
    this.lines.push({ level: 'warn', message, fields });
  }

  info(message: string, fields = {}): void {
    this.lines.push({ level: 'info', message, fields });
  }

  debug(message: string, fields = {}): void {
    this.lines.push({ level: 'debug', message, fields });
  }

  messages(): string[] {
    return this.lines.map((line) => line.message);
  }
}

/** Keeps the figures; `total` adds up what bears these labels. */
export class RecordingMetrics implements Metrics {
  readonly #samples = new Map<string, Map<string, number>>();

  counter(name: string): Counter {
    return { add: (value, labels) => this.#put(name, labels, (old) => old + value) };
  }

  gauge(name: string): Gauge {
    return { set: (value, labels) => this.#put(name, labels, () => value) };
  }

  /** Kept as how many there were. */
  histogram(name: string): Histogram {
    return { observe: () => this.#put(name, {}, (old) => old + 1) };
  }

  total(name: string, labels: Labels = {}): number {
    let total = 0;
    for (const [key, value] of this.#samples.get(name) ?? []) {
      const has = new Map(JSON.parse(key) as [string, string | number][]); // `#put` wrote it
      if (Object.entries(labels).every(([label, wanted]) => has.get(label) === wanted))
        total += value;
    }
    return total;
  }

  #put(name: string, labels: Labels = {}, change: (old: number) => number): void {
    const samples = this.#samples.get(name) ?? new Map<string, number>();
    this.#samples.set(name, samples);
    const key = JSON.stringify(Object.entries(labels).toSorted(([a], [b]) => (a < b ? -1 : 1)));
    samples.set(key, change(samples.get(key) ?? 0));
  }
}

/** Waits until something holds; fails with its name when it does not in time. */
export async function eventually(
  what: string,
  holds: () => boolean | Promise<boolean>,
  withinMs = 45_000,
): Promise<void> {
  const giveUpAt = performance.now() + withinMs;
  while (!(await holds())) {
    if (performance.now() > giveUpAt) throw new Error(`not in time: ${what}`);
    await sleep(10);
  }
}
