import { assert } from '../base/assert.ts';
import { murmur3 } from '../base/murmur.ts';
import { NEVER, type EpochMs } from '../base/time.ts';
import { Contribution } from '../compile/contribution.ts';
import { readDate } from '../compile/date.ts';
import type { Use } from '../compile/condition.ts';
import type { Facts } from '../compile/rule.ts';
import type { CustomerEvent } from '../rules/event.ts';
import type { Json, JsonObject } from '../base/json.ts';
import type { Change } from './state/attributes.ts';
import type { Effect, Why } from './effect.ts';
import type { Flip } from './state/membership.ts';
import type { Taken } from './series/behaviour.ts';
import { keepDate } from './series/date.ts';
import type { State } from './state/state.ts';
import type { Ended } from './state/waits.ts';

/*
 * Takes in what happens to one customer at one instant, then looks once at all that it touched.
 *
 * 1. Conditions that an event cannot match are not looked at: cost follows the matches.
 * 2. A segment is evaluated after everything that changed at this instant is in: no transition is
 *    made from a half-applied instant.
 * 3. Between two calls of `settle` there is one customer and one instant.
 */

/** At 4 there is at most one dead series to three that live, where as many come as go. */
const LOOKS_FOR_NEW_ROW = 4;

type Emit = (effect: Effect) => void;

export class Evaluator {
  readonly #state: State;
  readonly #emit: Emit;
  readonly #facts: Facts;
  readonly #contribution = new Contribution();
  readonly #numberOf: (value: string) => number;
  /** Rows of series to look at. One may stand here twice: the second look finds nothing new. */
  #touched: number[] = [];
  /** How many rows are to be looked at in turn, for those that were added. */
  #looksDue = 0;
  /** What has ended and been triggered at this instant, told after the transitions. */
  #told: ((why: Why) => void)[] = [];
  #amountsTooLarge = 0;

  constructor(state: State, emit: Emit) {
    this.#state = state;
    this.#emit = emit;
    this.#numberOf = (value) => state.values.findOrAdd(value);
    this.#facts = {
      holds: (condition, ordinal) => state.truths.holds(condition, ordinal),
      isMember: (segment, ordinal) => state.membership.isMember(segment, ordinal),
    };
  }

  /** Amounts that were left out because no sum can keep them. */
  get amountsTooLarge(): number {
    return this.#amountsTooLarge;
  }

  /** A customer has just become known. */
  introduce(ordinal: number): void {
    const { plan, customers, membership } = this.#state;
    membership.introduce(plan.holdForNothing);
    for (const condition of plan.samples) {
      const shape = plan.conditions[condition]?.shape;
      assert(shape?.kind === 'sample', 'samples are samples');
      const share = murmur3(`${shape.salt}\n${customers.idOf(ordinal)}`);
      if (share < (shape.percent / 100) * 2 ** 32) this.#setTruth(condition, ordinal, true);
    }
  }

  takeEvent(ordinal: number, event: CustomerEvent, at: EpochMs, place: number, now: EpochMs): void {
    const contribution = this.#contribution;
    const taken = { event, at, place, now, contribution, numberOf: this.#numberOf };
    this.#state.plan.routes.find(event, (use) => {
      if (!use.passes(event.properties, event.context)) return;
      contribution.clear();
      use.contribute(event, contribution);
      if (!isNothing(contribution)) this.#takeInto(use, ordinal, taken);
    });
    this.#amountsTooLarge += contribution.takeTooLarge();
  }

  #takeInto({ condition, part }: Use, ordinal: number, taken: Taken): void {
    const { series, behaviours } = this.#state;
    const row = series.find(condition, ordinal);
    const cells = row === undefined ? series.openNone() : series.open(row);
    if (behaviours[condition]?.take(cells, taken, part) !== true) return;
    const kept = row ?? series.add(condition, ordinal, this.#holdsForNothing(condition));
    if (row === undefined) this.#looksDue += LOOKS_FOR_NEW_ROW;
    series.store(kept, cells);
    this.#touched.push(kept);
  }

  /** Attributes have changed: looks at the conditions that read them, tells of those watched. */
  takeChanges(ordinal: number, changes: readonly Change[], at: EpochMs): void {
    const { plan, attributes } = this.#state;
    if (changes.length === 0) return;
    const conditions = new Set(changes.flatMap(({ name }) => plan.byAttribute.get(name) ?? []));
    const now = conditions.size === 0 ? {} : attributes.of(ordinal);
    for (const condition of conditions) this.#takeAttributes(condition, ordinal, now);
    for (const change of changes) this.#watch(ordinal, change, at);
  }

  #takeAttributes(condition: number, ordinal: number, attributes: JsonObject): void {
    const { plan, series, timers } = this.#state;
    const shape = plan.conditions[condition]?.shape;
    if (shape?.kind === 'value') {
      this.#setTruth(condition, ordinal, shape.test(shape.read(attributes)));
      return;
    }
    assert(shape?.kind === 'date', 'a condition on attributes reads a value or a date');
    const date = readDate(shape.read(attributes), plan.zone);
    const row = series.find(condition, ordinal);
    if (date === undefined) {
      if (row !== undefined) this.#drop(row);
      this.#setTruth(condition, ordinal, false);
      return;
    }
    const kept = row ?? series.add(condition, ordinal, false);
    const cells = series.open(kept);
    keepDate(cells, date);
    series.store(kept, cells);
    timers.disarm(kept);
    this.#touched.push(kept);
  }

  #watch(ordinal: number, { name, from, to }: Change, at: EpochMs): void {
    const { plan, customers } = this.#state;
    const campaigns = plan.byChange.get(name);
    if (campaigns === undefined || to === null) return;
    this.#told.push((why) => {
      if (!isAnnounced(why)) return;
      const customer = customers.idOf(ordinal);
      this.#emit({ kind: 'changed', at, customer, why, attribute: name, from, to });
      for (const campaign of campaigns) {
        this.#enrol(campaign, ordinal, at, { attribute: name, from, to });
      }
    });
  }

  /** Timers of one customer have rung. */
  wake(ordinal: number, rows: readonly number[], at: EpochMs): void {
    const { waits } = this.#state;
    for (const row of rows) {
      if (waits.isWait(row)) {
        const ended = waits.end(row);
        if (ended !== undefined) this.#told.push(() => this.#tellDue(ordinal, ended, at, 'time'));
      } else this.#touched.push(row);
    }
  }

  /** Looks at all that was touched, and tells what has changed. */
  settle(ordinal: number, now: EpochMs, why: Why): void {
    const { membership, customers, series } = this.#state;
    if (this.#touched.length > 0) {
      for (const row of this.#touched) if (series.isThere(row)) this.#look(row, ordinal, now);
      this.#touched = [];
    }
    for (const flip of membership.settle(this.#facts, ordinal)) {
      this.#tellFlip(flip, ordinal, now, why);
    }
    customers.settle(ordinal, now);
    if (this.#told.length === 0) return;
    const told = this.#told;
    this.#told = [];
    for (const tell of told) tell(why);
  }

  #look(row: number, ordinal: number, now: EpochMs): void {
    const { series, timers, behaviours } = this.#state;
    const condition = series.condition(row);
    const behaviour = behaviours[condition];
    assert(behaviour !== undefined, 'a condition with a series has a behaviour');
    const cells = series.open(row);
    const truth = behaviour.holds(cells, now);
    const isEmpty = cells.length === 0;
    if (!isEmpty) {
      const nextAt = behaviour.nextAt(cells, now);
      assert(nextAt > now, 'what time changes next lies ahead');
      timers.armBy(row, nextAt);
      const isDying = nextAt === NEVER && behaviour.deadFrom !== undefined;
      series.setDeadFrom(row, isDying ? behaviour.deadFrom(cells) : NEVER);
    }
    series.store(row, cells);
    if (truth !== series.truth(row)) {
      series.setTruth(row, truth);
      this.#setTruth(condition, ordinal, truth);
    }
    if (isEmpty) this.#drop(row);
  }

  /**
   * Drops series from which time has taken all without a flip, so that no timer tells of it. Every
   * new row pays for a look at a few others, in turn: so what is dead stays a part of what lives.
   *
   * @param now an instant before which no customer is ever looked at again
   */
  sweep(now: EpochMs): void {
    const { series } = this.#state;
    for (; this.#looksDue > 0; this.#looksDue--) {
      const row = series.nextInTurn();
      if (row !== undefined && series.isDead(row, now)) this.#drop(row);
    }
  }

  #drop(row: number): void {
    const { series, timers } = this.#state;
    timers.disarm(row);
    series.remove(row);
  }

  #setTruth(condition: number, ordinal: number, truth: boolean): void {
    const { truths, membership, plan } = this.#state;
    if (!truths.set(condition, ordinal, truth)) return;
    membership.touch(plan.dependents.ofCondition[condition] ?? []);
  }

  #holdsForNothing(condition: number): boolean {
    return this.#state.plan.conditions[condition]?.holdsForNothing === true;
  }

  #tellFlip({ segment, isEntry }: Flip, ordinal: number, at: EpochMs, why: Why): void {
    const { plan, customers } = this.#state;
    const planned = plan.segments[segment];
    if (planned === undefined) return;
    const kind = isEntry ? 'entry' : 'exit';
    const { id, onEntry, onExit } = planned;
    this.#emit({ kind, at, customer: customers.idOf(ordinal), why, segment: id });
    if (!isAnnounced(why)) return;
    for (const campaign of isEntry ? onEntry : onExit) {
      this.#told.push(() => this.#enrol(campaign, ordinal, at, { segment: id, kind }));
    }
  }

  #enrol(campaign: number, ordinal: number, at: EpochMs, trigger: Json): void {
    const ended = this.#state.waits.enrol(campaign, ordinal, at, trigger);
    if (ended !== undefined) this.#tellDue(ordinal, ended, at, 'event');
  }

  #tellDue(ordinal: number, ended: Ended, at: EpochMs, why: Why): void {
    const customer = this.#state.customers.idOf(ordinal);
    this.#emit({ kind: 'due', at, customer, why, ...ended });
  }
}

function isNothing({ count, amounts, values }: Contribution): boolean {
  return count === 0 && amounts.length === 0 && values.length === 0;
}

function isAnnounced(why: Why): boolean {
  return why === 'event' || why === 'time';
}
