import { ShoalError } from '../../src/base/error.ts';
import type { Logger } from '../../src/roles/ports/logger.ts';
import type { Metrics } from '../../src/roles/ports/metrics.ts';

export interface Line {
  readonly at: number;
  readonly by: string;
  readonly level: keyof Logger;
  readonly message: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

/** Keeps what all processes have logged, in virtual time. */
export class SimLogger {
  readonly lines: Line[] = [];
  readonly #now: () => number;
  readonly #onError: (code: string) => void;

  /** @param onError told of the code of every error that a line bears */
  constructor(now: () => number, onError: (code: string) => void) {
    this.#now = now;
    this.#onError = onError;
  }

  of(by: string): Logger {
    const keep =
      (level: keyof Logger) =>
      (message: string, fields: Readonly<Record<string, unknown>> = {}): void => {
        this.lines.push({ at: this.#now(), by, level, message, fields });
        const code = codeOf(fields['error']);
        if (code !== undefined) this.#onError(code);
      };
    return { error: keep('error'), warn: keep('warn'), info: keep('info'), debug: keep('debug') };
  }

  /** As text, each line with its virtual time. */
  text(): string {
    return this.lines.map(lineText).join('\n');
  }
}

function codeOf(error: unknown): string | undefined {
  return error instanceof ShoalError ? error.code : undefined;
}

function lineText({ at, by, level, message, fields }: Line): string {
  const rest = Object.entries(fields).map(([key, value]) => `${key}=${String(value)}`);
  return [new Date(at).toISOString().slice(11, 23), by, level, message, ...rest].join(' ');
}

/** Figures that nobody reads. */
export const silentMetrics: Metrics = {
  counter: () => ({ add: () => undefined }),
  gauge: () => ({ set: () => undefined }),
  histogram: () => ({ observe: () => undefined }),
};
