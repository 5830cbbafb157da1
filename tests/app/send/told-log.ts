import type { AppendOptions, Appended, Log } from '../../../src/roles/ports/log.ts';
import { decodeLogMessage } from '../../../src/wire/log-codec.ts';
import type { LogMessage } from '../../../src/wire/log-message.ts';

export interface Landed {
  readonly subject: string;
  readonly message: LogMessage;
}

/**
 * A log whose answers are told beforehand: what a broker does rarely, and never when a test waits
 * for it. Every append lands, also those whose answer is lost.
 */
export class ToldLog implements Pick<Log, 'append'> {
  readonly landed: Landed[] = [];
  readonly answers: Appended['kind'][] = [];
  underWayMax = 0;
  readonly #underWay = new Map<string, number>();

  async append(subject: string, body: Uint8Array, options?: AppendOptions): Promise<Appended> {
    const underWay = (this.#underWay.get(subject) ?? 0) + 1;
    this.#underWay.set(subject, underWay);
    this.underWayMax = Math.max(this.underWayMax, underWay);
    const message = decodeLogMessage(options?.headers ?? new Map(), body);
    await new Promise((resolve) => setImmediate(resolve));
    this.#underWay.set(subject, underWay - 1);
    this.landed.push({ subject, message });
    const kind = this.answers.shift() ?? 'stored';
    return kind === 'stored' ? { kind, sequence: this.landed.length } : { kind };
  }
}
