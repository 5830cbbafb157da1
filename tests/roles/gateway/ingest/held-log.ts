import type { Appended, AppendOptions, Log } from '../../../../src/roles/ports/log.ts';
import type { CustomerEvent } from '../../../../src/rules/event.ts';
import { decodeLogMessage } from '../../../../src/wire/log-codec.ts';
import type { LogMessage } from '../../../../src/wire/log-message.ts';

export interface Held {
  readonly subject: string;
  readonly message: LogMessage;
  readonly answer: (kind: Appended['kind']) => void;
}

/** A log that answers when the test says so. */
export class HeldLog implements Pick<Log, 'append'> {
  /** What has been appended, in order; repeats are in it. */
  readonly appended: Held[] = [];
  /** Answers at once with this, if the test has set it. */
  always: Appended['kind'] | undefined;

  append(subject: string, body: Uint8Array, options?: AppendOptions): Promise<Appended> {
    return new Promise((resolve) => {
      const answer = (kind: Appended['kind']): void =>
        resolve(kind === 'stored' ? { kind, sequence: this.appended.length } : { kind });
      const message = decodeLogMessage(options?.headers ?? new Map(), body);
      this.appended.push({ subject, message, answer });
      if (this.always !== undefined) answer(this.always);
    });
  }

  /** All events that have been appended. */
  get events(): CustomerEvent[] {
    return this.appended.flatMap(({ message }) =>
      message.kind === 'events' ? message.events : [],
    );
  }
}

export function event(customer: string, more: Partial<CustomerEvent> = {}): CustomerEvent {
  const what = { type: 'track', event: 'Seen', at: 1_000, properties: {}, context: {} } as const;
  return { ...what, anonymousId: undefined, messageId: undefined, customer, ...more };
}
