import type { CustomerId } from '../../../base/id.ts';
import type { Output } from '../../../engine/numbering.ts';
import type { LogMessage } from '../../../wire/log-message.ts';
import type { PendingErasure, PendingErasures } from '../../ports/forgetting.ts';

/*
 * Takes note of what is to be erased, while messages are applied.
 *
 * 1. What was noted is stored before a checkpoint that holds it is: so either a replay comes upon
 *    it again, or the store knows of it. To be told of it twice does no harm.
 * 2. Whoever is forgotten is known by name, and so are their aliases; what comes of them later, by
 *    its place alone.
 */

export interface NotesPlace {
  readonly pending: Pick<PendingErasures, 'put'>;
  readonly partition: number;
  /** Names this stretch of owning: no other has the same. */
  readonly boot: string;
}

/** As far as it is asked for here. */
interface Engine {
  readonly skipped: ReadonlyMap<string, number>;
}

interface Asked {
  readonly customers: Set<CustomerId>;
  to: number;
}

interface Stragglers {
  readonly from: number;
  to: number;
}

export class ErasureNotes {
  readonly #place: NotesPlace;
  #asked: Asked | undefined;
  #stragglers: Stragglers | undefined;
  #dropped = 0;
  #stored = 0;

  constructor(place: NotesPlace) {
    this.#place = place;
  }

  /**
   * To be told of every message when it has been applied, and of what it has put out.
   *
   * @returns whether something in it was dropped, since it is of someone who was forgotten
   */
  look(message: LogMessage, sequence: number, outputs: readonly Output[], engine: Engine): boolean {
    const customers = namedIn(message);
    if (customers.length > 0) {
      this.#asked ??= { customers: new Set(), to: sequence };
      this.#asked.to = sequence;
      for (const one of [...customers, ...outputs.flatMap(forgottenWith)])
        this.#asked.customers.add(one);
    }
    if (message.kind !== 'events' && message.kind !== 'passed') return false;
    const dropped = engine.skipped.get('forgotten') ?? 0;
    const isDropped = dropped > this.#dropped;
    if (isDropped) {
      this.#stragglers ??= { from: sequence, to: sequence };
      this.#stragglers.to = sequence;
    }
    this.#dropped = dropped;
    return isDropped;
  }

  /**
   * Stores what was noted.
   *
   * @throws ShoalError `store-away` (retry); then nothing is forgotten, and it is to be called
   *   again
   */
  async save(): Promise<void> {
    const [asked, stragglers] = [this.#asked, this.#stragglers];
    if (asked !== undefined) {
      const { to } = asked;
      const customers = [...asked.customers];
      await this.#put({ id: this.#newId(), kind: 'customers', customers, from: 1, to });
      // What came meanwhile has changed it.
      if (asked.to === to) this.#asked = undefined;
    }
    if (stragglers !== undefined) {
      const { from, to } = stragglers;
      await this.#put({ id: this.#newId(), kind: 'stragglers', from, to });
      if (stragglers.to === to) this.#stragglers = undefined;
    }
  }

  #put(pending: PendingErasure): Promise<void> {
    return this.#place.pending.put(this.#place.partition, pending);
  }

  #newId(): string {
    return `${this.#place.boot}-${++this.#stored}`;
  }
}

/** Who is to be forgotten; the log of an alias's partition names them, too. */
function namedIn(message: LogMessage): readonly CustomerId[] {
  if (message.kind === 'forget') return message.customer === undefined ? [] : [message.customer];
  if (message.kind !== 'passed') return [];
  return message.items.flatMap(({ passed: { customer, via, parcel } }) =>
    parcel.type === 'forget' ? [customer, ...via] : [],
  );
}

/** Who is forgotten with them: aliases, or, when an alias was named, whose alias it is. */
function forgottenWith({ effect }: Output): readonly CustomerId[] {
  if (effect.kind === 'forgotten') return [effect.customer];
  const isOfAlias =
    effect.kind === 'passed' && effect.parcel.type === 'forget' && effect.via.length > 0;
  return isOfAlias ? [effect.to] : [];
}
