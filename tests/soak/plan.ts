import { Random } from '../../src/app/shop/random.ts';
import type { DurationMs } from '../../src/base/time.ts';

/**
 * What is killed. `emptied`: Redis, which then loses all its data while the engine runs on;
 * `rebuild`: the same, and the engine with it; `all`: both servers and the engine at once.
 */
export type Strike = 'engine' | 'nats' | 'redis' | 'connection' | 'emptied' | 'rebuild' | 'all';

export interface Step {
  /** From the beginning of the soak, ms. */
  readonly atMs: DurationMs;
  readonly strike: Strike;
  /** What was killed stays away for so long, each of them by itself. */
  readonly awayMs: Readonly<Record<'engine' | 'nats' | 'redis', DurationMs>>;
}

/** In each round every kind comes up, however the seed falls. */
const ROUND: readonly Strike[] = [
  ...(['engine', 'engine', 'engine', 'engine', 'engine', 'engine'] as const),
  ...(['nats', 'nats', 'nats', 'nats', 'nats'] as const),
  ...(['redis', 'redis', 'redis', 'redis'] as const),
  ...(['connection', 'connection', 'all', 'emptied', 'rebuild'] as const),
];
const FIRST_MS = 2_000;
/** Some come on top of each other, some leave the time to come back. */
const GAP_MS = [1_000, 11_000] as const;

/** All that will be killed in so long a soak, by instant. */
export function plannedSteps(seed: number, lengthMs: DurationMs): Step[] {
  const random = new Random(seed, 2);
  const steps: Step[] = [];
  let round: Strike[] = [];
  for (let atMs = FIRST_MS; atMs < lengthMs; atMs += random.whole(...GAP_MS)) {
    if (round.length === 0) round = shuffled(ROUND, random);
    const strike = round.pop() ?? 'engine';
    const awayMs = {
      engine: random.chance(0.5) ? 0 : random.whole(0, 2_000),
      nats: random.whole(0, 2_500),
      redis: random.whole(0, 4_000),
    };
    steps.push({ atMs, strike, awayMs });
  }
  return steps;
}

function shuffled(list: readonly Strike[], random: Random): Strike[] {
  return list
    .map((strike) => ({ strike, place: random.next() }))
    .toSorted((a, b) => a.place - b.place)
    .map(({ strike }) => strike);
}
