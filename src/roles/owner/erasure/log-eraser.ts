import type { DurationMs } from '../../../base/time.ts';
import type { CustomerId } from '../../../base/id.ts';
import { Names } from '../../../wire/amended/names.ts';
import { withoutCustomers } from '../../../wire/amended/without.ts';
import { decodeLogMessage } from '../../../wire/log-codec.ts';
import { amendedStream, eventsStream } from '../../../wire/subject.ts';
import { Amendments, type AmendOutcome } from './amendments.ts';
import { readBetween, type ErasurePlace } from './read-between.ts';

/*
 * Takes customers out of a partition's log.
 *
 * 1. What is amended already is looked at first: an interruption may have left more than one
 *    message that stands for the same.
 * 2. It may be done again from the beginning after any interruption.
 */

const AGAIN_MS: DurationMs = 250;

export class LogEraser {
  readonly #place: ErasurePlace;
  readonly #amendments: Amendments;
  readonly #onErased: () => void;

  constructor(place: ErasurePlace, onErased: () => void) {
    this.#place = place;
    this.#amendments = new Amendments(place.log, place.partition);
    this.#onErased = onErased;
  }

  /** @param range of the log: the first and the last sequence that are looked at */
  async erase(names: Names, range: readonly [number, number]): Promise<void> {
    const { log, partition } = this.#place;
    const stream = amendedStream(partition);
    const { firstSequence, lastSequence } = await log.state(stream);
    await readBetween(this.#place, stream, [firstSequence, lastSequence], (message) =>
      this.#untilDone(() => this.#amendments.amendAgain(message, names)),
    );
    await readBetween(this.#place, eventsStream(partition), range, async (message) => {
      if (withoutCustomers(message, names) === undefined) return;
      await this.#untilDone(() => this.#amendments.amend(message.sequence, names));
    });
  }

  /**
   * Takes out whoever was forgotten of late.
   *
   * @returns who it was
   */
  async eraseStragglers(
    isForgotten: (customer: CustomerId) => boolean,
    range: readonly [number, number],
  ): Promise<ReadonlySet<CustomerId>> {
    const found = new Set<CustomerId>();
    const { partition } = this.#place;
    await readBetween(this.#place, eventsStream(partition), range, async (message) => {
      const customers = customersIn(message).filter((one) => isForgotten(one));
      if (customers.length === 0) return;
      for (const customer of customers) found.add(customer);
      const names = new Names(customers);
      await this.#untilDone(() => this.#amendments.amend(message.sequence, names));
    });
    return found;
  }

  async #untilDone(action: () => Promise<AmendOutcome>): Promise<void> {
    const { world, signal } = this.#place;
    for (;;) {
      const outcome = await action();
      if (outcome === 'done') this.#onErased();
      if (outcome !== 'again') return;
      await world.clock.sleep(AGAIN_MS, signal);
    }
  }
}

function customersIn({
  headers,
  body,
}: Parameters<typeof withoutCustomers>[0]): readonly CustomerId[] {
  const message = decodeLogMessage(headers, body);
  if (message.kind === 'events') return message.events.map(({ customer }) => customer);
  if (message.kind !== 'passed') return [];
  return message.items.flatMap(({ passed }) => [passed.customer, passed.to]);
}
