import { Presets, SingleBar } from 'cli-progress';
import type { LineReason } from '../send/line-tally.ts';
import type { ReadingWatcher } from './archive-files.ts';

/** What a person sees of a backtest beside its answers: bars, malformed lines, the figures. */
export class BacktestReport implements ReadingWatcher {
  malformedTotal = 0;
  readonly #out: NodeJS.WriteStream;
  readonly #isNamed: boolean;
  readonly #startedAtMs = performance.now();
  #bar: SingleBar | undefined;
  #phase = '';

  /**
   * @param out     standard error
   * @param isNamed whether there are several files, so that each line needs its file's name
   */
  constructor(out: NodeJS.WriteStream, isNamed: boolean) {
    this.#out = out;
    this.#isNamed = isNamed;
  }

  malformed(file: string, line: number, reason: LineReason, detail: string): void {
    this.malformedTotal++;
    const where = this.#isNamed ? `${file}: line ${line}` : `line ${line}`;
    // The bar owns the line that the cursor stands in.
    if (this.#bar !== undefined) this.#out.write('\r\u001B[K');
    this.#out.write(`${where}: ${reason}: ${detail}\n`);
  }

  read(bytes: number, totalBytes: number): void {
    this.#show('reading', bytes, totalBytes);
  }

  replayed(events: number, totalEvents: number): void {
    this.#show('replaying', events, totalEvents);
  }

  #show(phase: string, done: number, total: number): void {
    if (!this.#out.isTTY) return;
    if (phase !== this.#phase) {
      this.end();
      this.#phase = phase;
      const format = `${phase} {bar} {percentage}% · {eta_formatted}`;
      this.#bar = new SingleBar(
        { format, stream: this.#out, clearOnComplete: true },
        Presets.shades_classic,
      );
      this.#bar.start(total, 0);
    }
    this.#bar?.update(done);
  }

  /** Takes the bar away. */
  end(): void {
    this.#bar?.stop();
    this.#bar = undefined;
  }

  /** The line at the end. */
  summary(events: number, customers: number): void {
    const seconds = ((performance.now() - this.#startedAtMs) / 1_000).toFixed(1);
    const malformed = `${this.malformedTotal} malformed`;
    this.#out.write(`${events} events, ${customers} customers, ${malformed}, ${seconds} s\n`);
  }
}
