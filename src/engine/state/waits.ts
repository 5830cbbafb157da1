import type { Json } from '../../base/json.ts';
import { NEVER, type EpochMs } from '../../base/time.ts';
import type { SeriesTable } from '../series/series-table.ts';
import { Bitmap } from '../store/bitmap.ts';
import type { Sections } from '../store/bytes.ts';
import { ByteStrings } from '../store/byte-strings.ts';
import type { Timers } from './timers.ts';

/*
 * Enrolments in campaigns, waiting for their due instant.
 *
 * 1. A customer has one enrolment in a campaign at most.
 * 2. An enrolment is a row of the series, numbered behind the conditions: cells are the trigger's
 *    instant and its text's handle; its timer is the due instant.
 * 3. Who waits is known per campaign too, so that an event that may end a wait finds at once that
 *    there is none. That is derived: a restore builds it anew from the rows.
 */

export interface Enrolment {
  readonly campaign: number;
  readonly ordinal: number;
  readonly triggeredAt: EpochMs;
  /** What the trigger was, for the letter. */
  readonly trigger: Json;
}

export interface Enrolled extends Enrolment {
  readonly dueAt: EpochMs;
}

/** One campaign's enrolments in one partition. */
export interface Waiting {
  readonly waiting: number;
  /** When the first of them is due; NEVER without one. */
  readonly nextDueAt: EpochMs;
}

const encoder = new TextEncoder();
const decoder = new TextDecoder();

export class Waits {
  readonly #firstNumber: number;
  readonly #series: SeriesTable;
  readonly #timers: Timers;
  /** Per campaign: who waits. */
  readonly #waiting: readonly Bitmap[];
  #triggers = new ByteStrings();

  /**
   * @param campaigns   how many there are
   * @param firstNumber how many conditions there are: the enrolments' rows are numbered behind them
   */
  constructor(campaigns: number, firstNumber: number, series: SeriesTable, timers: Timers) {
    this.#firstNumber = firstNumber;
    this.#series = series;
    this.#timers = timers;
    this.#waiting = Array.from({ length: campaigns }, () => new Bitmap());
  }

  isWait(row: number): boolean {
    return this.#waiting[this.#campaignOf(row)] !== undefined;
  }

  isWaiting(campaign: number, ordinal: number): boolean {
    return this.#waiting[campaign]?.has(ordinal) === true;
  }

  /** The customer must not wait in this campaign. */
  enrol({ campaign, ordinal, triggeredAt, trigger }: Enrolment, dueAt: EpochMs): void {
    const row = this.#series.add(this.#firstNumber + campaign, ordinal, 0);
    const handle = this.#triggers.put(encoder.encode(JSON.stringify(trigger)));
    const cells = this.#series.open(row);
    cells.push(triggeredAt);
    cells.push(handle);
    this.#series.store(row, cells);
    this.#timers.arm(row, dueAt);
    this.#waiting[campaign]?.add(ordinal);
  }

  /** Ends the enrolment of a row, such as one whose timer has rung. */
  end(row: number): Enrolment {
    const enrolment = this.#read(row);
    this.#triggers.free(this.#series.open(row).get(1));
    this.#timers.disarm(row);
    this.#series.remove(row);
    this.#waiting[enrolment.campaign]?.delete(enrolment.ordinal);
    return enrolment;
  }

  /** Ends a customer's enrolment before its due instant; undefined without one. */
  cancel(campaign: number, ordinal: number): Enrolment | undefined {
    if (!this.isWaiting(campaign, ordinal)) return undefined;
    const row = this.#series.find(this.#firstNumber + campaign, ordinal);
    return row === undefined ? undefined : this.end(row);
  }

  /** A customer's enrolment, and when it is due; undefined without one. */
  find(campaign: number, ordinal: number): Enrolled | undefined {
    if (!this.isWaiting(campaign, ordinal)) return undefined;
    const row = this.#series.find(this.#firstNumber + campaign, ordinal);
    if (row === undefined) return undefined;
    return { ...this.#read(row), dueAt: this.#timers.dueAt(row) };
  }

  /** Looks at every enrolment of the campaign: for figures, not for each event. */
  standing(campaign: number): Waiting {
    const waiting = this.#waiting[campaign] ?? new Bitmap();
    let nextDueAt = NEVER;
    for (const ordinal of waiting.ordinals()) {
      const row = this.#series.find(this.#firstNumber + campaign, ordinal);
      if (row !== undefined) nextDueAt = Math.min(nextDueAt, this.#timers.dueAt(row));
    }
    return { waiting: waiting.size, nextDueAt };
  }

  /**
   * Takes over what waited under other definitions, in the place of what waits here.
   *
   * @param campaignOf the number here of a campaign there; undefined: its enrolments are dropped
   * @param ordinalOf the ordinal here of a customer there; undefined: theirs are dropped
   */
  takeOver(
    before: Waits,
    campaignOf: (campaign: number) => number | undefined,
    ordinalOf: (ordinal: number) => number | undefined,
  ): void {
    for (const row of this.#rows()) this.end(row);
    for (const row of before.#rows()) {
      const enrolment = before.#read(row);
      const campaign = campaignOf(enrolment.campaign);
      const ordinal = ordinalOf(enrolment.ordinal);
      if (campaign === undefined || ordinal === undefined) continue;
      this.enrol({ ...enrolment, campaign, ordinal }, before.#timers.dueAt(row));
    }
  }

  #rows(): number[] {
    return Array.from(this.#series.rows()).filter((row) => this.isWait(row));
  }

  #read(row: number): Enrolment {
    const cells = this.#series.open(row);
    const [triggeredAt, handle] = [cells.get(0), cells.get(1)];
    return {
      campaign: this.#campaignOf(row),
      ordinal: this.#series.ordinal(row),
      triggeredAt,
      // What is read here was written by `enrol`.
      trigger: JSON.parse(decoder.decode(this.#triggers.get(handle))) as Json,
    };
  }

  #campaignOf(row: number): number {
    return this.#series.condition(row) - this.#firstNumber;
  }

  toSections(): Sections {
    return new Map([['waits.triggers', this.#triggers.toBytes()]]);
  }

  restore(section: (name: string) => Uint8Array): void {
    this.#triggers = ByteStrings.fromBytes(section('waits.triggers'));
    for (const row of this.#rows()) {
      this.#waiting[this.#campaignOf(row)]?.add(this.#series.ordinal(row));
    }
  }
}
