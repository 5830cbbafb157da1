import { ShoalError } from '../../base/error.ts';
import type { CustomerEvent } from '../../rules/event.ts';
import { eventMessage } from '../../wire/event-message.ts';
import type { LetterEntry } from '../ports/ledger.ts';
import type { Log } from '../ports/log.ts';
import { bouncedEvent, decidedEvent, type Occurrence } from './decided-event.ts';
import type { Patience } from './flow/patience.ts';
import type { SteadyLedger } from './steady-ledger.ts';

/*
 * Tells how letters ended, in the log of their customers.
 *
 * 1. What is told is in the ledger before, so that it is never told otherwise later.
 * 2. Only when the log has stored it does the ledger call it told; what a restart finds untold is
 *    told then. The event is the same each time, its `messageId` too, so it counts once.
 */

export interface DecisionLogParts {
  readonly log: Log;
  readonly ledger: SteadyLedger;
  readonly patience: Patience;
}

export class DecisionLog {
  readonly #parts: DecisionLogParts;

  constructor(parts: DecisionLogParts) {
    this.#parts = parts;
  }

  /** Returns when it is told, or had been. @throws Stopped */
  async tell(partition: number, occurrence: Occurrence, entry: LetterEntry): Promise<void> {
    if (entry.isTold === true) return;
    // An event would make somebody known of whom there is nothing to tell.
    if (entry.reason !== 'unknown-customer') {
      if (entry.isBounce === true) await this.#append(partition, bouncedEvent(occurrence, entry));
      await this.#append(partition, decidedEvent(occurrence, entry));
    }
    const { ledger, patience } = this.#parts;
    const { customer, letter } = occurrence;
    const told = { ...entry, isTold: true, revision: entry.revision + 1 };
    await patience.until(() => ledger.put({ customer, letter, entry: told }));
  }

  async #append(partition: number, event: CustomerEvent): Promise<void> {
    const { log, patience } = this.#parts;
    const { subject, headers, body } = eventMessage(partition, event);
    await patience.until(async () => {
      const { kind } = await log.append(subject, body, { headers });
      if (kind !== 'stored') throw notStored(kind, partition);
    });
  }
}

function notStored(kind: string, partition: number): ShoalError {
  return new ShoalError({
    code: 'decision-not-stored',
    remedy: 'retry',
    message: `the log of partition ${partition} has not stored how a letter ended: ${kind}`,
    where: `partition ${partition}`,
    hint: 'is NATS there, and has it disk left?',
  });
}
