import type { CustomerId, SegmentId } from '../../base/id.ts';
import type { EpochMs } from '../../base/time.ts';
import type { CustomerEvent } from '../../rules/event.ts';
import type { Effect, Passed } from '../effect.ts';
import type { Evaluator } from '../evaluator.ts';
import type { RunningMoment } from '../moment.ts';
import type { Parcel } from '../parcel.ts';
import type { Presence } from '../arrival/presence.ts';
import { takeOut } from '../forgetting/removal.ts';
import type { State } from '../state/state.ts';
import { belongingsOf, takeIn } from './belongings.ts';
import { noteGiven } from './given.ts';
import { readHandover, writeHandover } from './handover.ts';
import { packBelongings, unpackBelongings } from './packed-belongings.ts';
import { SeriesNames } from './series-names.ts';
import { slicesOf, type Slice } from './slices.ts';
import type { Supplements } from './supplements.ts';
import { Shares } from './shares.ts';
import type { Ways } from './ways.ts';

/*
 * Two customers become one (docs/decisions/0015-two-customers-become-one.md): one becomes an alias,
 * and what was kept of them is taken in by the other.
 *
 * 1. An id joins one customer only: the first who asks. Who is known joins by `alias` alone.
 * 2. Where both live in one partition it is done at once, as a part of the event that says so. Else
 *    the other one's partition is asked, once, and what is kept there comes in slices.
 * 3. Whoever joins leaves their segments quietly. Of the one that they join an entry is told as the
 *    event's if neither of them was a member; all other flips are those of a merge.
 * 4. What new definitions keep of those who had joined someone elsewhere is sent on behind the
 *    rest, and taken in once.
 */

export interface JoinsPlace {
  readonly state: State;
  readonly evaluator: Evaluator;
  readonly presence: Presence;
  readonly ways: Ways;
  readonly moment: Readonly<RunningMoment>;
  readonly emit: (effect: Effect) => void;
  /** Only of a rebuild. */
  readonly supplements: Supplements | undefined;
}

type MergePassed = Pick<Passed, 'customer' | 'to'> & { readonly parcel: Slice };

export class Joins {
  readonly #place: JoinsPlace;
  #names: SeriesNames | undefined;

  constructor(place: JoinsPlace) {
    this.#place = place;
  }

  /**
   * Whom an event asks to join its customer: the ordinal of one who lives here and may; others are
   * asked, or remembered, or stay what they are.
   */
  guestOf(event: CustomerEvent, at: EpochMs, isHistory: boolean): number | undefined {
    const { customer, anonymousId: id, type } = event;
    if (id === undefined || id === customer) return undefined;
    if (type !== 'identify' && type !== 'alias') return undefined;
    const isExplicit = type === 'alias';
    const { ways, state } = this.#place;
    if (ways.areNear(id, customer)) return this.#guest(id, customer, at, isExplicit);
    if (state.aliases.ask(id, customer, isExplicit)) {
      this.#pass(customer, id, at, { type: 'join', into: customer, isExplicit, isHistory }, []);
    }
    return undefined;
  }

  /** An id of which nothing is known becomes an alias at once. */
  #guest(id: CustomerId, into: CustomerId, at: EpochMs, isExplicit: boolean): number | undefined {
    const { state, presence, moment } = this.#place;
    const { aliases, marks, anonymous } = state;
    if (id === into || aliases.targetOf(id) !== undefined) return undefined;
    const ordinal = presence.find(id, at);
    if (ordinal !== undefined) return isExplicit || anonymous.has(ordinal) ? ordinal : undefined;
    if (!marks.has(id, moment.streamTime)) aliases.link(id, into);
    return undefined;
  }

  /**
   * Lets one customer join another, as of an instant to which both have been brought.
   *
   * @returns the segments of which they were a member
   */
  join(guest: number, ordinal: number, now: EpochMs): ReadonlySet<SegmentId> {
    const { state, evaluator } = this.#place;
    const [id, into] = [state.customers.idOf(guest), state.customers.idOf(ordinal)];
    const belongings = belongingsOf(state, guest, now);
    // Before they are taken out: a mailing without anybody in line would be over.
    takeIn(state, evaluator, ordinal, belongings, now);
    this.#turnIntoAlias(guest, into, now);
    this.#pass(id, into, now, { type: 'joined' }, []);
    return belongings.segments;
  }

  #turnIntoAlias(ordinal: number, into: CustomerId, now: EpochMs): void {
    const { state, ways, emit } = this.#place;
    const id = state.customers.idOf(ordinal);
    takeOut(state, ordinal, now, 'merge', emit);
    state.aliases.link(id, into);
    for (const { from, slices } of state.slices.takeAllFor(id)) {
      for (const slice of slices) {
        if (ways.areNear(id, into)) state.slices.take(from, into, slice);
        else this.#pass(from, into, now, slice, [id]);
      }
    }
  }

  /**
   * A customer elsewhere asks for one who lives here.
   *
   * @param takeOutId tells what follows from what followed another time
   */
  takeJoin(
    id: CustomerId,
    { into, isExplicit, isHistory }: Extract<Parcel, { type: 'join' }>,
    at: EpochMs,
    takeOutId: string,
  ): void {
    const { state, presence, supplements } = this.#place;
    const ordinal = this.#guest(id, into, at, isExplicit);
    if (ordinal === undefined) return;
    const now = presence.instantOf(ordinal, at);
    presence.wakeBefore(ordinal, now);
    const belongings = packBelongings(state, this.#seriesNames, belongingsOf(state, ordinal, now));
    this.#turnIntoAlias(ordinal, into, now);
    const why = isHistory ? 'import' : 'event';
    const out = { alias: id, into, takeOutId };
    noteGiven(state.aliases, out, belongings);
    const text = writeHandover({ takeOutId, why, belongings });
    for (const slice of slicesOf(takeOutId, text)) this.#pass(id, into, now, slice, [id]);
    supplements?.take(out, belongings);
  }

  /** What was kept of one who lived elsewhere has come for a customer who lives here. */
  takeMerge({ customer: alias, parcel, to: into }: MergePassed, at: EpochMs): void {
    const { state, evaluator, presence } = this.#place;
    const text = state.slices.take(alias, into, parcel);
    const handover = text === undefined ? undefined : readHandover(text);
    if (handover === undefined) return;
    const { takeOutId, why, belongings: packed } = handover;
    const known = presence.find(into, at);
    if (known === undefined && why === 'define') return;
    const shares = new Shares(state.aliases.takenOf(alias, into));
    const taken = shares.at(takeOutId);
    const belongings = unpackBelongings(state, this.#seriesNames, packed, taken);
    const ordinal = known ?? presence.add(into, belongings.heardAt);
    const now = presence.instantOf(ordinal, at);
    presence.wakeBefore(ordinal, now);
    takeIn(state, evaluator, ordinal, belongings, now);
    state.aliases.setTaken(alias, into, shares.toText());
    presence.wake(ordinal, now);
    evaluator.settle(ordinal, now, why, belongings.segments);
  }

  get #seriesNames(): SeriesNames {
    this.#names ??= new SeriesNames(this.#place.state.plan);
    return this.#names;
  }

  #pass(
    customer: CustomerId,
    to: CustomerId,
    at: EpochMs,
    parcel: Parcel,
    via: readonly CustomerId[],
  ): void {
    this.#place.emit({ kind: 'passed', at, customer, why: 'merge', to, via, parcel });
  }
}
