import type { CustomerId } from '../../base/id.ts';
import type { CustomerEvent } from '../../rules/event.ts';
import type { Effect, Passed } from '../effect.ts';
import type { Evaluator } from '../evaluator.ts';
import type { Forgetting } from '../forgetting/forgetting.ts';
import { AliasForgetting, markOf } from '../joining/alias-forgetting.ts';
import { Joins } from '../joining/joins.ts';
import type { Supplements } from '../joining/supplements.ts';
import { DIRECTLY, readdressed, Ways } from '../joining/ways.ts';
import type { RunningMoment } from '../moment.ts';
import type { Occasions } from '../occasions.ts';
import type { ForgetMark } from '../parcel.ts';
import { Presence } from './presence.ts';
import type { Repeats } from '../state/repeats.ts';
import type { State } from '../state/state.ts';

/*
 * What comes for customers: events, the wish to be forgotten, what other partitions pass on.
 *
 * 1. An event is applied together with all that is due at its instant; a messageId counts once for
 *    each id under which it comes.
 * 2. What comes for an alias counts for the customer whose alias it is. It is passed on where that
 *    one lives elsewhere, as of the stream time at which it came here.
 * 3. What comes for someone who was forgotten of late is dropped.
 */

/** Why an event does not count: its messageId has, or its customer was forgotten of late. */
export type Unheard = 'repeated-message' | 'forgotten' | 'event-too-large';

/** Characters of an event that is passed on: more may not fit into a message of NATS. */
const PASSED_LENGTH_MAX = 256 * 1024;

export interface ArrivalsPlace {
  readonly state: State;
  readonly partitions: number;
  readonly repeats: Repeats;
  readonly occasions: Occasions;
  readonly evaluator: Evaluator;
  readonly forgetting: Forgetting;
  readonly moment: RunningMoment;
  readonly emit: (effect: Effect) => void;
  /** Only of a rebuild. */
  readonly supplements: Supplements | undefined;
}

export class Arrivals {
  readonly #state: State;
  readonly #repeats: Repeats;
  readonly #occasions: Occasions;
  readonly #evaluator: Evaluator;
  readonly #forgetting: Forgetting;
  readonly #moment: RunningMoment;
  readonly #emit: (effect: Effect) => void;
  readonly #presence: Presence;
  readonly #ways: Ways;
  readonly #joins: Joins;
  readonly #aliasForgetting: AliasForgetting;

  constructor(place: ArrivalsPlace) {
    const { state, evaluator, forgetting, moment, emit, supplements } = place;
    this.#state = state;
    this.#repeats = place.repeats;
    this.#occasions = place.occasions;
    this.#evaluator = evaluator;
    this.#forgetting = forgetting;
    this.#moment = moment;
    this.#emit = emit;
    this.#presence = new Presence(state, evaluator, forgetting, moment);
    this.#ways = new Ways(state.aliases, place.partitions);
    const [presence, ways] = [this.#presence, this.#ways];
    this.#joins = new Joins({ state, evaluator, presence, ways, moment, emit, supplements });
    this.#aliasForgetting = new AliasForgetting(state, forgetting, supplements, emit);
  }

  /**
   * @param via who has passed it on before, oldest first
   * @returns why it does not count; undefined where it does
   */
  apply(event: CustomerEvent, isHistory: boolean, via = DIRECTLY): Unheard | undefined {
    const { customers, marks, aliases } = this.#state;
    const { streamTime } = this.#moment;
    const { customer, messageId } = event;
    const known = customers.find(customer);
    if (known === undefined && marks.has(customer, streamTime)) return 'forgotten';
    if (messageId !== undefined && !via.includes(customer)) {
      if (!this.#repeats.admit(customer, messageId, streamTime)) return 'repeated-message';
    }
    if (known === undefined && aliases.count > 0) {
      const next = this.#ways.next(customer, via);
      if (next !== undefined) return this.#applyFor(next, event, isHistory, [...via, customer]);
    }
    this.#applyHere(event, known, isHistory);
    return undefined;
  }

  /** An event of an alias. */
  #applyFor(
    to: CustomerId,
    event: CustomerEvent,
    isHistory: boolean,
    via: readonly CustomerId[],
  ): Unheard | undefined {
    const { customer } = event;
    const at = Math.min(event.at, this.#moment.streamTime);
    const theirs = readdressed(event, to, at);
    if (this.#ways.areNear(customer, to)) return this.apply(theirs, isHistory, via);
    const parcel = { type: 'event', event: theirs, isHistory } as const;
    if (JSON.stringify(parcel).length > PASSED_LENGTH_MAX) return 'event-too-large';
    this.#emit({ kind: 'passed', at, customer, why: 'merge', to, via, parcel });
    return undefined;
  }

  #applyHere(event: CustomerEvent, found: number | undefined, isHistory: boolean): void {
    const { attributes, recent } = this.#state;
    const [evaluator, presence] = [this.#evaluator, this.#presence];
    const at = Math.min(event.at, this.#moment.streamTime);
    const known = found !== undefined && presence.stays(found, at) ? found : undefined;
    const guest = this.#joins.guestOf(event, at, isHistory);
    const now = presence.instantOf(guest, presence.instantOf(known, at));
    presence.wakeBefore(known, now);
    presence.wakeBefore(guest, now);
    const ordinal = this.#hear(event, known);
    const others = guest === undefined ? undefined : this.#joins.join(guest, ordinal, now);
    presence.wake(ordinal, now);
    evaluator.takeEvent(ordinal, event, at, ++this.#moment.place, now);
    recent?.take(ordinal, event, at);
    if (event.type === 'identify') {
      evaluator.takeChanges(ordinal, attributes.merge(ordinal, event.properties, at), now);
    }
    this.#occasions.takeEvent(event);
    evaluator.settle(ordinal, now, isHistory ? 'import' : 'event', others);
    evaluator.sweep(this.#moment.firedTo);
  }

  /** Makes a customer known, or keeps them so. @returns their ordinal */
  #hear({ customer, anonymousId }: CustomerEvent, known: number | undefined): number {
    const isAnonymous = anonymousId === customer;
    const { streamTime } = this.#moment;
    if (known === undefined)
      return this.#presence.add(customer, isAnonymous ? streamTime : undefined);
    this.#state.anonymous.hear(known, isAnonymous, streamTime);
    return known;
  }

  /** Takes a customer out who wants it, and keeps the mark by which they are recognised. */
  forget(customer: CustomerId | undefined, mark: ForgetMark): void {
    const { customers, marks, aliases } = this.#state;
    const { streamTime } = this.#moment;
    const target = customer === undefined ? undefined : aliases.targetOf(customer);
    if (customer === undefined) marks.add(mark, streamTime);
    else if (target !== undefined) this.#forgetWithAlias(customer, target, mark);
    else {
      const ordinal = customers.find(customer);
      marks.add(mark, streamTime);
      if (ordinal !== undefined) this.#forgetting.forget(ordinal, streamTime);
      // Whoever is not known here may have left something elsewhere.
      else this.#forgetting.tell(customer, streamTime);
      this.#aliasForgetting.forgetAllOf(customer, mark.salt, streamTime);
    }
  }

  /** Whoever names an alias means the customer whose alias it is. */
  #forgetWithAlias(alias: CustomerId, target: CustomerId, mark: ForgetMark): void {
    const { streamTime } = this.#moment;
    this.#state.aliases.unlink(alias);
    this.#aliasForgetting.forgetAlias(alias, mark, streamTime);
    if (this.#ways.areNear(alias, target)) this.forget(target, markOf(target, mark.salt));
    else this.#aliasForgetting.pass(alias, target, mark.salt, streamTime, [alias]);
  }

  /** What another partition passes on. @param id the same for it alone, and whenever it comes */
  take(passed: Passed, id: string): Unheard | undefined {
    const { customer, to, via, parcel } = passed;
    const { marks, aliases } = this.#state;
    const at = Math.min(passed.at, this.#moment.streamTime);
    switch (parcel.type) {
      case 'event':
        return this.apply({ ...parcel.event, customer: to }, parcel.isHistory, via);
      case 'join':
        this.#joins.takeJoin(to, parcel, at, id);
        return undefined;
      case 'forget':
        if (aliases.targetOf(to) === customer) {
          aliases.unlink(to);
          this.#aliasForgetting.forgetAlias(to, parcel.mark, this.#moment.streamTime);
        } else if (aliases.hasAsked(customer, to)) this.forget(to, parcel.mark);
        return undefined;
      case 'merge': {
        const way = this.#ways.follow(to, via);
        if (!this.#ways.areNear(to, way.to)) this.#emit({ ...passed, at, ...way });
        else if (marks.has(way.to, this.#moment.streamTime)) return 'forgotten';
        else {
          this.#joins.takeMerge({ ...passed, to: way.to, parcel }, at);
          this.#evaluator.sweep(this.#moment.firedTo);
        }
        return undefined;
      }
      case 'joined':
        return undefined;
    }
  }
}
