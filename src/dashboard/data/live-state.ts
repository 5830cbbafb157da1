import type { CountsFrame } from '../../wire/live.ts';

export type Count = CountsFrame['counts'][string];

/** How the page stands with the gateway. */
export type Phase =
  | { readonly kind: 'connecting' }
  /** Connected; some partition has not told its counts yet. */
  | { readonly kind: 'waiting' }
  | { readonly kind: 'live' }
  | { readonly kind: 'lost'; readonly retryAtMs: number };

/** All that the gateway has told, the latest of each. */
export interface LiveState {
  readonly at: string | undefined;
  readonly lagMs: number | undefined;
  readonly totals: CountsFrame['totals'];
  readonly counts: ReadonlyMap<string, Count>;
}

export const UNKNOWN: LiveState = {
  at: undefined,
  lagMs: undefined,
  totals: undefined,
  counts: new Map(),
};

/**
 * A frame's counts are absolute and replace those of before; segments that it does not name stay.
 */
export function withFrame(state: LiveState, frame: CountsFrame): LiveState {
  const told = Object.entries(frame.counts);
  return {
    at: frame.at,
    lagMs: frame.lagMs,
    totals: frame.totals ?? state.totals,
    counts: told.length === 0 ? state.counts : new Map([...state.counts, ...told]),
  };
}
