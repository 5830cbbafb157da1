/** What was passed over, by reason; counted since an engine was made, and no part of its state. */
export class Skipped {
  readonly #counts = new Map<string, number>();

  add(reason: SkipReason): void {
    this.#counts.set(reason, (this.#counts.get(reason) ?? 0) + 1);
  }

  /** @param elsewhere what others have counted */
  with(elsewhere: Readonly<Partial<Record<SkipReason, number>>>): ReadonlyMap<string, number> {
    const counted = Object.entries(elsewhere).filter(([, count]) => count > 0);
    return counted.length === 0 ? this.#counts : new Map([...this.#counts, ...counted]);
  }
}

export type SkipReason =
  /** A message of a producer that has been applied. */
  | 'repeated-batch'
  /** An event whose messageId has counted for its customer. */
  | 'repeated-message'
  /** What another partition passes on, and has passed on before. */
  | 'repeated-parcel'
  /** An event of someone who was forgotten of late. */
  | 'forgotten'
  /** An event of an alias that no message could bear to where it belongs. */
  | 'event-too-large'
  /** An amount that no sum can keep. */
  | 'amount-too-large'
  /** An event that a series had no room for. */
  | 'series-full';
