import { describe, expect, test } from 'vitest';
import { BUGS } from './bugs.ts';
import { runSeed } from './run.ts';
import { Reached } from './sometimes.ts';

/*
 * The short form. `npm run sim` runs a thousand seeds, asks for everything that should come up
 * somewhere, and plants every bug.
 */

const SEEDS = Array.from({ length: 20 }, (_, i) => i + 1);

describe('owners and relays on simulated servers', () => {
  test('keeps its promise whatever goes wrong', async () => {
    const reached = new Reached();
    for (const seed of SEEDS) {
      const { violations, faults, reached: found } = await runSeed(seed);
      expect(violations, `seed ${seed}: ${faults.join(', ')}`).toEqual([]);
      expect(faults.length).toBeGreaterThanOrEqual(5);
      reached.add(found);
    }
    expect(reached.count('a replay held back numbers')).toBeGreaterThan(0);
    expect(reached.count('two owners ran at once')).toBeGreaterThan(0);
    expect(reached.count('a customer had joined another')).toBeGreaterThan(0);
    expect(reached.count('a parcel was carried twice')).toBeGreaterThan(0);
  });

  test('a seed decides everything', async () => {
    const [one, other] = [await runSeed(4), await runSeed(4)];
    expect(other.text()).toBe(one.text());
    expect({ ...other, text: undefined }).toEqual({ ...one, text: undefined });
  });

  test.each(BUGS)('finds who $name', async (bug) => {
    for (const seed of SEEDS) {
      const { violations } = await runSeed(seed, bug);
      if (violations.length > 0) return;
    }
    expect.fail('no seed finds it');
  });
});
