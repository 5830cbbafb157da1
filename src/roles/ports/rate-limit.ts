/*
 * How much somebody may do in a second.
 *
 * Not promised: that what two processes count is added up; that a limit is kept to the event, since
 * whoever has anything left may use more, and waits the longer.
 */
export interface RateLimit {
  /** How long a name must wait, ms; undefined: it may go on. */
  waitMs(name: string): Promise<number | undefined>;
  /** Takes from what the name may have in this second, and in later ones if that is not enough. */
  charge(name: string, amount: number): Promise<void>;
}

/** Makes a limit. What is not used in a second is not saved up. */
export type RateLimiting = (perSecond: number) => RateLimit;
