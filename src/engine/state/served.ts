import { NEVER, type EpochMs } from '../../base/time.ts';
import type { PlannedCampaign } from '../../compile/campaign.ts';
import type { SeriesTable } from '../series/series-table.ts';
import { Bitmap } from '../store/bitmap.ts';
import type { Sections } from '../store/bytes.ts';
import { bitmapsFromBytes, bitmapsToBytes } from './truths.ts';

/*
 * Whose wait in a campaign has come to its end, as far as the campaign's re-entry asks for it.
 *
 * 1. `always`: nothing is kept. `once`: a bit for each customer. `span`: a row of the series,
 *    numbered behind the enrolments, with the trigger's instant in its cell; the sweep of dead
 *    series takes it when no trigger is asked about any more that the span could exclude.
 * 2. A trigger may be asked about that is older than its span: a mailing has turns long after its
 *    begin, and who joins another brings along what they wait for.
 * 3. What was cancelled is not noted.
 */

export class Served {
  readonly #campaigns: readonly PlannedCampaign[];
  readonly #firstNumber: number;
  readonly #series: SeriesTable;
  readonly #once: Bitmap[];

  /** @param firstNumber of the rows of the first campaign */
  constructor(campaigns: readonly PlannedCampaign[], firstNumber: number, series: SeriesTable) {
    this.#campaigns = campaigns;
    this.#firstNumber = firstNumber;
    this.#series = series;
    this.#once = campaigns.map(() => new Bitmap());
  }

  /** Whether a trigger at an instant may enrol a customer who does not wait. */
  admits(campaign: number, ordinal: number, at: EpochMs): boolean {
    const reentry = this.#campaigns[campaign]?.reentry;
    switch (reentry?.kind) {
      case 'once':
        return this.#once[campaign]?.has(ordinal) !== true;
      case 'span': {
        const row = this.#series.find(this.#firstNumber + campaign, ordinal);
        return row === undefined || at - this.#triggeredAt(row) >= reentry.ms;
      }
      case 'always':
      case undefined:
        return true;
    }
  }

  /**
   * The trigger of the last enrolment whose wait has come to its end, as far as it is kept; NEVER
   * where only is known that there was one.
   */
  lastOf(campaign: number, ordinal: number): EpochMs | undefined {
    if (this.#once[campaign]?.has(ordinal) === true) return NEVER;
    const row = this.#series.find(this.#firstNumber + campaign, ordinal);
    return row === undefined ? undefined : this.#triggeredAt(row);
  }

  /** The wait of an enrolment of that trigger is over. */
  note(campaign: number, ordinal: number, triggeredAt: EpochMs): void {
    const reentry = this.#campaigns[campaign]?.reentry;
    if (reentry?.kind === 'once') this.#once[campaign]?.add(ordinal);
    if (reentry?.kind !== 'span') return;
    const number = this.#firstNumber + campaign;
    const row = this.#series.find(number, ordinal) ?? this.#series.add(number, ordinal, 0);
    const cells = this.#series.open(row);
    if (cells.length === 0) cells.push(triggeredAt);
    else cells.set(0, triggeredAt);
    this.#series.store(row, cells);
    this.#series.setDeadFrom(row, this.#deadFrom(campaign, triggeredAt));
  }

  /** Forgets that a customer's wait has come to its end. */
  remove(campaign: number, ordinal: number): void {
    this.#once[campaign]?.delete(ordinal);
    const row = this.#series.find(this.#firstNumber + campaign, ordinal);
    if (row !== undefined) this.#series.remove(row);
  }

  /**
   * Takes over what was kept under other definitions, in the place of what is kept here. Where
   * `once` has become a span, that begins now: when it was is not known.
   *
   * @param campaignOf the number here of a campaign there; undefined: it is forgotten
   * @param ordinalOf the ordinal here of a customer there; undefined: theirs is forgotten
   */
  takeOver(
    before: Served,
    campaignOf: (campaign: number) => number | undefined,
    ordinalOf: (ordinal: number) => number | undefined,
    at: EpochMs,
  ): void {
    for (const row of this.#rows()) this.#series.remove(row);
    for (const place of this.#once.keys()) this.#once[place] = new Bitmap();
    for (const [old, bitmap] of before.#once.entries()) {
      const campaign = campaignOf(old);
      if (campaign === undefined) continue;
      for (const there of bitmap.ordinals()) {
        const ordinal = ordinalOf(there);
        if (ordinal !== undefined) this.note(campaign, ordinal, at);
      }
    }
    for (const row of before.#rows()) {
      const old = before.#campaignOf(row);
      const campaign = campaignOf(old);
      const there = before.#series.ordinal(row);
      const ordinal = ordinalOf(there);
      if (campaign === undefined || ordinal === undefined) continue;
      const triggeredAt = before.#triggeredAt(row);
      // What is dead may have been swept or not: here it is gone.
      if (before.#deadFrom(old, triggeredAt) > at) this.note(campaign, ordinal, triggeredAt);
    }
  }

  /** From when on nobody is asked about whom a note could exclude. */
  #deadFrom(campaign: number, triggeredAt: EpochMs): EpochMs {
    const planned = this.#campaigns[campaign];
    if (planned?.reentry.kind !== 'span') return triggeredAt;
    return triggeredAt + planned.reentry.ms + planned.enrolmentMsMax;
  }

  #rows(): number[] {
    return Array.from(this.#series.rows()).filter((row) => this.#campaignOf(row) >= 0);
  }

  #campaignOf(row: number): number {
    return this.#series.condition(row) - this.#firstNumber;
  }

  #triggeredAt(row: number): EpochMs {
    return this.#series.open(row).get(0);
  }

  bytesUsed(): number {
    return this.#once.reduce((sum, bitmap) => sum + bitmap.bytesUsed(), 0);
  }

  toSections(): Sections {
    return new Map([['served', bitmapsToBytes(this.#once)]]);
  }

  restore(section: (name: string) => Uint8Array): void {
    for (const [campaign, bitmap] of bitmapsFromBytes(section('served'))) {
      this.#once[campaign] = bitmap;
    }
  }
}
