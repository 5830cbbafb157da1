import { expect, test } from 'vitest';
import { soak } from '../soak/soak.ts';

/* The short form of `npm run soak`: real servers and a real engine, killed at random by a seed. */

test('a minute of kills: nothing lost, nothing twice', { timeout: 600_000 }, async () => {
  const said: string[] = [];
  const result = await soak({
    lengthMs: 60_000,
    seed: 6,
    customers: 5_000,
    partitions: 4,
    rate: 500,
    checkpointEvery: '5s',
    onProgress: (text) => said.push(text),
  });
  expect(result.faults, said.join('\n')).toEqual([]);
  expect(result).toMatchObject({ events: 35_000, lost: 0, doubled: 0, isChainWhole: true });
  const { engine, nats, redis, connection } = result.kills;
  expect(engine + nats + redis + connection).toBeGreaterThanOrEqual(5);
  expect(Math.min(engine, nats, redis)).toBeGreaterThanOrEqual(1);
  expect(result.transitions).toBeGreaterThan(10_000);
  expect(result.recounts).toBeGreaterThan(1_000);
});
