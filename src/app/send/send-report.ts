import { Presets, SingleBar } from 'cli-progress';
import type { EventLines } from './event-lines.ts';
import type { LineReason, LineTally } from './line-tally.ts';

/** Malformed lines that are shown one by one; those after them are only counted. */
const SHOWN_MAX = 20;

/** What a person sees of a sending: a bar, malformed lines, the figures at the end. */
export class SendReport {
  readonly #out: NodeJS.WriteStream;
  readonly #bar: SingleBar | undefined;
  readonly #startedAtMs = performance.now();
  #shown = 0;

  /** @param out standard error */
  constructor(out: NodeJS.WriteStream, size: EventLines['size']) {
    this.#out = out;
    if (!out.isTTY || size === undefined) return;
    const format = '{bar} {percentage}% · {events} events · {eta_formatted}';
    this.#bar = new SingleBar(
      { format, stream: out, clearOnComplete: true },
      Presets.shades_classic,
    );
    this.#bar.start(size.total, 0, { events: 0 });
  }

  malformed(line: number, reason: LineReason, detail: string): void {
    this.#shown++;
    if (this.#shown <= SHOWN_MAX) this.#say(`line ${line}: ${reason}: ${detail}`);
  }

  progress(size: EventLines['size'], events: number): void {
    this.#bar?.update(size?.read() ?? 0, { events });
  }

  /** Takes the bar away and says how many malformed lines were not shown. */
  end(malformed: ReadonlyMap<LineReason, number>): void {
    this.#bar?.stop();
    const unshown = this.#shown - SHOWN_MAX;
    if (unshown <= 0) return;
    const reasons = [...malformed].map(([reason, count]) => `${reason} ${count}`).join(', ');
    this.#say(`and ${unshown} more malformed lines; all by reason: ${reasons}`);
  }

  /** The line at the end. */
  summary(tally: LineTally, batches: number): string {
    const seconds = ((performance.now() - this.#startedAtMs) / 1_000).toFixed(1);
    const { events, malformedTotal } = tally;
    return `${events} events in ${batches} batches, ${malformedTotal} malformed, ${seconds} s`;
  }

  #say(text: string): void {
    // The bar owns the line that the cursor stands in.
    if (this.#bar !== undefined) this.#out.write('\r\u001B[K');
    this.#out.write(`${text}\n`);
  }
}
