import type { CustomerEvent } from '../../rules/event.ts';
import type { Arrivals } from './arrivals.ts';
import type { Input } from '../protocol.ts';
import { Skipped } from '../skipped.ts';
import { Producers } from '../state/producers.ts';
import type { Sections } from '../store/bytes.ts';

type Stamp = Input['stamp'];

/**
 * Lets in what messages bring for customers: each message of a producer once, and each thing that
 * another partition passes on. Counts what is passed over.
 */
export class Intake {
  readonly #producers = new Producers();
  readonly #skipped = new Skipped();

  /** Whether a message has been let in before. */
  knows(stamp: Stamp): boolean {
    return stamp !== undefined && this.#producers.knows(stamp.producer, stamp.n);
  }

  /** @returns false for one that has been let in before */
  admits(stamp: Stamp): boolean {
    if (stamp === undefined || this.#producers.admit(stamp.producer, stamp.n)) return true;
    this.#skipped.add('repeated-batch');
    return false;
  }

  takeEvent(arrivals: Arrivals, event: CustomerEvent, isHistory: boolean): void {
    const unheard = arrivals.apply(event, isHistory);
    if (unheard !== undefined) this.#skipped.add(unheard);
  }

  takePassed(
    arrivals: Arrivals,
    { source, items }: Extract<Input['body'], { kind: 'passed' }>,
  ): void {
    for (const { n, passed } of items) {
      const isNew = this.#producers.admit(`from-${source}`, n);
      const unheard = isNew ? arrivals.take(passed, `${source}.${n}`) : 'repeated-parcel';
      if (unheard !== undefined) this.#skipped.add(unheard);
    }
  }

  /** What was passed over since the engine was made. @param elsewhere what others have counted */
  skippedWith(elsewhere: Parameters<Skipped['with']>[0]): ReadonlyMap<string, number> {
    return this.#skipped.with(elsewhere);
  }

  toSections(): Sections {
    return this.#producers.toSections();
  }

  restore(section: (name: string) => Uint8Array): void {
    this.#producers.restore(section);
  }
}
