import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { projectPath } from '../../src/app/root.ts';
import { compareFile } from './data/comparison.ts';
import { segmentsOf } from './data/data-set.ts';
import { NODES, nodesOf } from './data/nodes.ts';
import { HILLSTROM, STARBUCKS } from './data/rules-mail.ts';
import { CDNOW, COMPLETE_JOURNEY, ONLINE_RETAIL } from './data/rules-shops.ts';

/*
 * Engine and naive model agree on real events, for rules that together use the whole language.
 */

const SETS = [ONLINE_RETAIL, COMPLETE_JOURNEY, CDNOW, STARBUCKS, HILLSTROM];
const DATA = process.env['SHOAL_DATA'] ?? '';

const samples = [ONLINE_RETAIL, COMPLETE_JOURNEY].map((set) => ({
  what: `samples/${set.name}`,
  set,
  folder: projectPath('samples'),
}));
const whole = SETS.map((set) => ({ what: `the whole ${set.name}`, set, folder: DATA }));
if (DATA === '') console.log('SHOAL_DATA is not set: only the samples are compared');

describe('the engine is the naive recount', () => {
  test.each([...samples, ...(DATA === '' ? [] : whole)])(
    'for $what',
    { timeout: 240_000 },
    async ({ what, set, folder }) => {
      const compared = await compareFile(set, join(folder, `${set.name}.ndjson.gz`));
      const { events, customers, instants, compared: some, shares } = compared;
      console.log(
        `${what}: ${events} events, ${shares.size} rules, ${instants} instants, ` +
          `${some} of ${customers} customers, all of them at the last event`,
      );
      expect(instants).toBeGreaterThanOrEqual(50);
      const lopsided = [...shares].filter(([, share]) => share < 5 || share > 95);
      expect(lopsided, 'each rule holds for 5 to 95 % of the customers').toEqual([]);
    },
  );
});

test('the rules use every node', () => {
  const used = new Set(SETS.flatMap((set) => segmentsOf(set).flatMap(({ rule }) => nodesOf(rule))));
  expect(NODES.filter((node) => !used.has(node))).toEqual([]);
});
