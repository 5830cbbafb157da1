import { assert } from '../base/assert.ts';
import type { SegmentId } from '../base/id.ts';
import { murmur3 } from '../base/murmur.ts';
import { NEVER, type EpochMs } from '../base/time.ts';
import { Contribution } from '../compile/contribution.ts';
import { readDate } from '../compile/date.ts';
import type { Use } from '../compile/condition.ts';
import type { Facts } from '../compile/rule.ts';
import type { CustomerEvent } from '../rules/event.ts';
import type { JsonObject } from '../base/json.ts';
import type { Change } from './state/attributes.ts';
import type { Effect, Why } from './effect.ts';
import type { Behaviour, Taken } from './series/behaviour.ts';
import type { Cells } from './series/cells.ts';
import { keepDate } from './series/date.ts';
import type { Occasions } from './occasions.ts';
import type { State } from './state/state.ts';

/*
 * Takes in what happens to one customer at one instant, then settles what that means for segments.
 *
 * 1. Conditions that an event cannot match are not looked at: cost follows the matches.
 * 2. A segment is evaluated after everything that changed at this instant is in: no transition is
 *    made from a half-applied instant.
 * 3. Between two calls of `settle` there is one customer and one instant.
 */

/**
 * What one condition keeps of one customer at most, 8 MB: then events count no more in it until
 * time has made room. So one who buys without end, a robot or a test, costs no more than that.
 */
const CELLS_MAX = 2 ** 20;

/** At 4 there is at most one dead series to three that live, where as many come as go. */
const LOOKS_FOR_NEW_ROW = 4;

type Emit = (effect: Effect) => void;

export class Evaluator {
  readonly #state: State;
  readonly #emit: Emit;
  readonly #occasions: Occasions;
  readonly #facts: Facts;
  readonly #contribution = new Contribution();
  readonly #numberOf: (value: string) => number;
  /** How many rows are to be looked at in turn, for those that were added. */
  #looksDue = 0;
  #amountsTooLarge = 0;
  #refused = 0;
  /** Per first condition of a series: the truths of those that share it, for nothing. */
  readonly #truthsForNothing: readonly number[];

  constructor(state: State, emit: Emit, occasions: Occasions) {
    this.#state = state;
    this.#emit = emit;
    this.#occasions = occasions;
    this.#numberOf = (value) => state.values.findOrAdd(value);
    const nothing = state.series.openNone();
    this.#truthsForNothing = state.behaviours.map(
      (behaviour) => behaviour?.truths(nothing, 0) ?? 0,
    );
    this.#facts = {
      holds: (condition, ordinal) => state.truths.holds(condition, ordinal),
      isMember: (segment, ordinal) => state.membership.isMember(segment, ordinal),
    };
  }

  /** Amounts that were left out because no sum can keep them. */
  get amountsTooLarge(): number {
    return this.#amountsTooLarge;
  }

  /** How often an event was not taken in, since the series had no room left. */
  get refused(): number {
    return this.#refused;
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
    const { series } = this.#state;
    const behaviour = this.#behaviourOf(condition);
    const known = series.find(condition, ordinal);
    const cells = known === undefined ? series.openNone() : series.open(known);
    if (cells.length >= CELLS_MAX) {
      this.#refused++;
      return;
    }
    if (!behaviour.take(cells, taken, part)) return;
    const row = known ?? this.#addRow(condition, ordinal);
    this.#look(row, behaviour, cells, taken.now);
  }

  /** Takes in what was kept of another customer, who becomes one with this one. */
  joinSeries(ordinal: number, condition: number, from: readonly number[], now: EpochMs): void {
    const { series } = this.#state;
    const behaviour = this.#behaviourOf(condition);
    const known = series.find(condition, ordinal);
    const cells = known === undefined ? series.openNone() : series.open(known);
    if (cells.length >= CELLS_MAX) {
      this.#refused++;
      return;
    }
    behaviour.join(cells, from, now);
    if (known === undefined && cells.length === 0) return;
    this.#look(known ?? this.#addRow(condition, ordinal), behaviour, cells, now);
  }

  #addRow(condition: number, ordinal: number): number {
    this.#looksDue += LOOKS_FOR_NEW_ROW;
    return this.#state.series.add(condition, ordinal, this.#truthsForNothing[condition] ?? 0);
  }

  #behaviourOf(condition: number): Behaviour {
    const behaviour = this.#state.behaviours[condition];
    assert(behaviour !== undefined, 'a condition with a series has a behaviour');
    return behaviour;
  }

  /** Attributes have changed: looks at the conditions that read them, and tells campaigns. */
  takeChanges(ordinal: number, changes: readonly Change[], at: EpochMs): void {
    this.lookAtAttributes(ordinal, changes, at);
    for (const change of changes) this.#occasions.takeChange(change);
  }

  /** The same without a word to campaigns. */
  lookAtAttributes(ordinal: number, changes: readonly Change[], at: EpochMs): void {
    const { plan, attributes } = this.#state;
    if (changes.length === 0) return;
    const conditions = new Set(changes.flatMap(({ name }) => plan.byAttribute.get(name) ?? []));
    const now = conditions.size === 0 ? {} : attributes.of(ordinal);
    for (const condition of conditions) this.#takeAttributes(condition, ordinal, now, at);
  }

  #takeAttributes(condition: number, ordinal: number, attributes: JsonObject, now: EpochMs): void {
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
    const kept = row ?? series.add(condition, ordinal, 0);
    const cells = series.open(kept);
    keepDate(cells, date);
    timers.disarm(kept);
    this.#look(kept, this.#behaviourOf(condition), cells, now);
  }

  /** Timers of one customer have rung. */
  wake(rows: readonly number[], now: EpochMs): void {
    const { waits, series } = this.#state;
    for (const row of rows) {
      if (waits.isWait(row)) this.#occasions.takeRung(row);
      else this.#look(row, this.#behaviourOf(series.condition(row)), series.open(row), now);
    }
  }

  /**
   * Looks at the segments of all that has changed, and tells what that changes.
   *
   * @param others where another customer has joined this one: the segments of which they were a
   *   member. Then only an entry into one that is none of them is more than the joining of two.
   */
  settle(ordinal: number, now: EpochMs, why: Why, others?: ReadonlySet<SegmentId>): void {
    const { membership, customers, plan } = this.#state;
    for (const { segment, isEntry } of membership.settle(this.#facts, ordinal)) {
      const id = plan.segments[segment]?.id;
      if (id === undefined) continue;
      const isMerge = others !== undefined && (!isEntry || others.has(id));
      this.#tellFlip(id, isEntry, ordinal, now, isMerge ? 'merge' : why);
    }
    customers.settle(ordinal, now);
    this.#occasions.settle(ordinal, now, why);
  }

  /**
   * What the cells of a row mean now. It may be looked at twice in an instant: no segment is in
   * between.
   */
  #look(row: number, behaviour: Behaviour, cells: Cells, now: EpochMs): void {
    const { series, timers } = this.#state;
    const truths = behaviour.truths(cells, now);
    const isEmpty = cells.length === 0;
    if (!isEmpty) {
      const nextAt = behaviour.nextAt(cells, now);
      assert(nextAt > now, 'what time changes next lies ahead');
      timers.armBy(row, nextAt);
      if (timers.dueAt(row) === NEVER && behaviour.deadFrom !== undefined) {
        series.setDeadFrom(row, behaviour.deadFrom(cells));
      }
    }
    series.store(row, cells);
    const flipped = truths ^ series.truths(row);
    if (flipped !== 0) {
      series.setTruths(row, truths);
      this.#setTruths(series.condition(row), series.ordinal(row), truths, flipped);
    }
    if (isEmpty) this.#drop(row);
  }

  #setTruths(firstCondition: number, ordinal: number, truths: number, flipped: number): void {
    for (let rest = flipped; rest !== 0; rest &= rest - 1) {
      const bit = 31 - Math.clz32(rest & -rest);
      this.#setTruth(firstCondition + bit, ordinal, ((truths >>> bit) & 1) === 1);
    }
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
    membership.touch(plan.dependents.ofCondition[condition] ?? [], truth);
  }

  #tellFlip(segment: SegmentId, isEntry: boolean, ordinal: number, at: EpochMs, why: Why): void {
    const kind = isEntry ? 'entry' : 'exit';
    this.#emit({ kind, at, customer: this.#state.customers.idOf(ordinal), why, segment });
    if (why !== 'merge') this.#occasions.takeFlip(segment, isEntry);
  }
}

function isNothing({ count, amounts, values }: Contribution): boolean {
  return count === 0 && amounts.length === 0 && values.length === 0;
}
