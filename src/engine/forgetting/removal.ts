import type { EpochMs } from '../../base/time.ts';
import type { Effect, Why } from '../effect.ts';
import type { State } from '../state/state.ts';

/*
 * Takes one customer out of all that is kept, as if nobody had ever heard of them.
 *
 * 1. Of every segment that they were a member of there is an exit: members stay entered − exited.
 * 2. Waits and turns in mailings end without a word: whoever goes gets no letter, and what remains
 *    of them elsewhere learns from the exits, or from `forgotten`, that they are gone.
 * 3. Everything then has of their ordinal what it has of one that was never given out: the next
 *    customer gets it, and starts clean.
 * 4. What is kept of no customer alone stays: values that `distinct` has met, and hashes of
 *    messageIds, by which a message that is sent twice counts once still.
 */

/**
 * @param ordinal of a customer for whom nothing waits to be settled; it is void afterwards
 * @param at an instant before which they have not been looked at
 * @param emit is told of the exits, by segment id
 */
export function takeOut(
  state: State,
  ordinal: number,
  at: EpochMs,
  why: Why,
  emit: (effect: Effect) => void,
): void {
  const { plan, customers, anonymous, attributes, truths, membership } = state;
  const customer = customers.idOf(ordinal);
  for (const { segment } of membership.takeOut(ordinal)) {
    const planned = plan.segments[segment];
    if (planned !== undefined) emit({ kind: 'exit', at, customer, why, segment: planned.id });
  }
  truths.clear(ordinal);
  takeOutOfCampaigns(state, ordinal);
  dropSeries(state, ordinal);
  attributes.remove(ordinal);
  state.recent?.remove(ordinal);
  anonymous.delete(ordinal);
  customers.remove(ordinal);
}

function takeOutOfCampaigns({ plan, waits, mailings, served }: State, ordinal: number): void {
  for (const campaign of plan.campaigns.keys()) {
    waits.cancel(campaign, ordinal);
    mailings.cancel(campaign, ordinal);
    served.remove(campaign, ordinal);
  }
}

function dropSeries({ behaviours, series, timers }: State, ordinal: number): void {
  for (const [condition, behaviour] of behaviours.entries()) {
    if (behaviour === undefined) continue;
    const row = series.find(condition, ordinal);
    if (row === undefined) continue;
    timers.disarm(row);
    series.remove(row);
  }
}
