import type { Json } from '../../base/json.ts';
import type { CampaignId } from '../../base/id.ts';
import type { EpochMs } from '../../base/time.ts';
import type { PlannedCampaign } from '../../compile/plan.ts';
import type { SeriesTable } from '../series/series-table.ts';
import { ByteStrings } from '../store/byte-strings.ts';
import type { Timers } from './timers.ts';

/*
 * Enrolments in campaigns, waiting for their due instant.
 *
 * 1. A customer has one enrolment in a campaign at most: a new trigger takes the place of the one
 *    that waits, so one letter goes out, with the latest words.
 * 2. An enrolment is a row of the series, numbered behind the conditions: cells are the trigger's
 *    instant and its text's handle; its timer is the due instant.
 */

/** What a wait ends with. */
export interface Ended {
  readonly campaign: CampaignId;
  readonly triggeredAt: EpochMs;
  readonly trigger: Json;
}

const encoder = new TextEncoder();
const decoder = new TextDecoder();

export class Waits {
  readonly #campaigns: readonly PlannedCampaign[];
  readonly #firstNumber: number;
  readonly #series: SeriesTable;
  readonly #timers: Timers;
  #triggers = new ByteStrings();

  /**
   * @param firstNumber how many conditions there are: the enrolments' rows are numbered behind them
   */
  constructor(
    campaigns: readonly PlannedCampaign[],
    firstNumber: number,
    series: SeriesTable,
    timers: Timers,
  ) {
    this.#campaigns = campaigns;
    this.#firstNumber = firstNumber;
    this.#series = series;
    this.#timers = timers;
  }

  isWait(row: number): boolean {
    return this.#series.condition(row) >= this.#firstNumber;
  }

  /** @returns the enrolment's end when the campaign waits for nothing */
  enrol(campaign: number, ordinal: number, at: EpochMs, trigger: Json): Ended | undefined {
    const planned = this.#campaigns[campaign];
    if (planned === undefined) return undefined;
    if (planned.waitMs === 0) return { campaign: planned.id, triggeredAt: at, trigger };
    this.#cancel(campaign, ordinal);
    const row = this.#series.add(this.#firstNumber + campaign, ordinal, false);
    const cells = this.#series.open(row);
    cells.push(at);
    cells.push(this.#triggers.put(encoder.encode(JSON.stringify(trigger))));
    this.#series.store(row, cells);
    this.#timers.arm(row, at + planned.waitMs);
    return undefined;
  }

  /** Ends the enrolment of a row whose timer has rung. */
  end(row: number): Ended | undefined {
    const planned = this.#campaigns[this.#series.condition(row) - this.#firstNumber];
    const { triggeredAt, trigger } = this.#remove(row);
    return planned === undefined ? undefined : { campaign: planned.id, triggeredAt, trigger };
  }

  /** Cancels all that wait in these campaigns. */
  dropAll(isDropped: (campaign: CampaignId) => boolean): void {
    for (const row of [...this.#series.rows()]) {
      const planned = this.#campaigns[this.#series.condition(row) - this.#firstNumber];
      if (planned !== undefined && isDropped(planned.id)) this.#remove(row);
    }
  }

  #cancel(campaign: number, ordinal: number): void {
    const row = this.#series.find(this.#firstNumber + campaign, ordinal);
    if (row !== undefined) this.#remove(row);
  }

  #remove(row: number): { readonly triggeredAt: EpochMs; readonly trigger: Json } {
    const cells = this.#series.open(row);
    const triggeredAt = cells.get(0);
    const handle = cells.get(1);
    // What is read here was written by `enrol`.
    const trigger = JSON.parse(decoder.decode(this.#triggers.get(handle))) as Json;
    this.#triggers.free(handle);
    this.#timers.disarm(row);
    this.#series.remove(row);
    return { triggeredAt, trigger };
  }

  toSections(): Map<string, Uint8Array[]> {
    return new Map([['waits.triggers', this.#triggers.toBytes()]]);
  }

  restore(section: (name: string) => Uint8Array): void {
    this.#triggers = ByteStrings.fromBytes(section('waits.triggers'));
  }
}
