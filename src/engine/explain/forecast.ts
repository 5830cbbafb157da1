import { NEVER, type EpochMs } from '../../base/time.ts';
import type { Facts } from '../../compile/rule.ts';
import type { Behaviour, Kept } from '../series/behaviour.ts';
import { Cells } from '../series/cells.ts';
import { goneAt } from '../forgetting/forgetting.ts';
import type { State } from '../state/state.ts';

/*
 * Plays forward what time alone does to the conditions and segments of one customer.
 *
 * 1. Nothing of the state changes: it works on copies of the cells.
 * 2. As in the engine, all that is due at one instant is applied together, then looked at once.
 * 3. It stops only between two instants: what it has said up to `now` is complete.
 * 4. When the customer is gone, nothing holds any more.
 */

interface Played {
  readonly behaviour: Behaviour;
  /** Which of the conditions that have the series. */
  readonly place: number;
  readonly cells: Cells;
  truth: boolean;
  nextAt: EpochMs;
}

export class Forecast {
  readonly #state: State;
  readonly #ordinal: number;
  /** By condition; those that time does not move are not among them. */
  readonly #played = new Map<number, Played>();
  /** Ascending: a segment comes after those that it names. */
  readonly #segments: readonly number[];
  readonly #members = new Set<number>();
  readonly #facts: Facts;
  readonly #goneAt: EpochMs;
  #now: EpochMs;

  /**
   * @param segments all that are asked for, with all that they name
   * @param now an instant up to which the customer has been settled
   */
  constructor(
    state: State,
    ordinal: number,
    conditions: Iterable<number>,
    segments: Iterable<number>,
    now: EpochMs,
  ) {
    this.#state = state;
    this.#ordinal = ordinal;
    this.#segments = [...segments].toSorted((a, b) => a - b);
    this.#now = now;
    this.#goneAt = goneAt(state, ordinal);
    this.#facts = {
      holds: (condition) => this.holds(condition),
      isMember: (segment) => this.isMember(segment),
    };
    for (const condition of conditions) this.#play(condition);
    this.#settle();
  }

  #play(condition: number): void {
    const { series, behaviours, plan } = this.#state;
    const first = plan.conditions[condition]?.first ?? condition;
    const behaviour = behaviours[first];
    if (behaviour === undefined) return;
    const row = series.find(first, this.#ordinal);
    const cells = new Cells();
    if (row !== undefined) {
      const kept = series.open(row);
      for (let i = 0; i < kept.length; i++) cells.push(kept.get(i));
    }
    const played = { behaviour, place: condition - first, cells, truth: false, nextAt: NEVER };
    this.#played.set(condition, played);
    this.#look(played);
  }

  get now(): EpochMs {
    return this.#now;
  }

  get facts(): Facts {
    return this.#facts;
  }

  /** The customer is not known any more. */
  get isOver(): boolean {
    return this.#now >= this.#goneAt;
  }

  holds(condition: number): boolean {
    if (this.isOver) return false;
    return this.#played.get(condition)?.truth ?? this.#state.truths.holds(condition, this.#ordinal);
  }

  isMember(segment: number): boolean {
    return this.#members.has(segment);
  }

  /** What is kept of a condition now; undefined for one that hangs on a value or the id alone. */
  kept(condition: number): Kept | undefined {
    const played = this.#played.get(condition);
    return played?.behaviour.kept(played.cells, this.#now, played.place);
  }

  /** The next instant at which time may change something; NEVER without one. */
  nextAt(): EpochMs {
    if (this.isOver) return NEVER;
    let nextAt = this.#goneAt;
    for (const played of this.#played.values()) nextAt = Math.min(nextAt, played.nextAt);
    return nextAt;
  }

  /** Goes on to `nextAt()`, which must not be NEVER. */
  advance(): void {
    this.#now = this.nextAt();
    if (this.isOver) this.#members.clear();
    if (this.isOver) return;
    for (const played of this.#played.values()) {
      if (played.nextAt === this.#now) this.#look(played);
    }
    this.#settle();
  }

  #look(played: Played): void {
    const { behaviour, place, cells } = played;
    played.truth = ((behaviour.truths(cells, this.#now) >>> place) & 1) === 1;
    played.nextAt = cells.length === 0 ? NEVER : behaviour.nextAt(cells, this.#now);
  }

  #settle(): void {
    const { segments } = this.#state.plan;
    for (const segment of this.#segments) {
      if (segments[segment]?.rule(this.#facts, this.#ordinal) === true) this.#members.add(segment);
      else this.#members.delete(segment);
    }
  }
}
