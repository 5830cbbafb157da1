import { expect, test } from 'vitest';
import { Lane } from '../../../../src/roles/mailer/flow/lane.ts';

/** Letters that end when the test says so, by name. */
class Letters {
  readonly log: string[] = [];
  readonly ends = new Map<string, (error?: Error) => void>();

  begin(name: string): () => Promise<void> {
    return () => {
      this.log.push(name);
      return new Promise((resolve, reject) => {
        this.ends.set(name, (error) => (error === undefined ? resolve() : reject(error)));
      });
    };
  }

  async end(name: string, error?: Error): Promise<void> {
    this.ends.get(name)?.(error);
    for (let i = 0; i < 10; i++) await Promise.resolve();
  }
}

/** @param records the customers of each record's letters, which are named by customer and record */
async function laneWith(...records: readonly (readonly string[])[]) {
  const letters = new Letters();
  const positions: number[] = [];
  const failures: unknown[] = [];
  const lane: Lane = new Lane(
    10,
    () => positions.push(lane.position),
    (error) => failures.push(error),
  );
  for (const [i, customers] of records.entries()) {
    const { start, end } = lane.begin(11 + i);
    for (const customer of customers) await start(customer, letters.begin(`${customer}${i}`));
    end();
  }
  return { lane, letters, positions, failures };
}

test('invariant 1: letters of one customer one after the other, of others side by side', async () => {
  const { letters } = await laneWith(['ann', 'bob'], ['ann', 'eve']);
  await Promise.resolve();
  expect(letters.log).toEqual(['ann0', 'bob0', 'eve1']);
  await letters.end('ann0');
  expect(letters.log).toEqual(['ann0', 'bob0', 'eve1', 'ann1']);
});

test('invariant 2: the position is before the oldest record with a letter under way', async () => {
  const { lane, letters, positions } = await laneWith(['ann', 'bob'], ['eve'], []);
  await letters.end('eve1');
  await letters.end('ann0');
  expect(lane.position).toBe(10);
  await letters.end('bob0');
  expect(lane.position).toBe(13);
  expect(positions).toEqual([13]);
});

test('records without letters are dealt with at once', async () => {
  const { lane } = await laneWith([], []);
  expect(lane.position).toBe(12);
});

test('a letter that fails holds the position for good, and is told', async () => {
  const { lane, letters, failures } = await laneWith(['ann'], ['ann']);
  await letters.end('ann0', new Error('a bug'));
  await letters.end('ann1');
  expect(failures).toEqual([new Error('a bug')]);
  expect(lane.position).toBe(10);
  await lane.drained();
});

test('invariant 3: at most 256 letters are under way', async () => {
  const letters = new Letters();
  const lane = new Lane(
    0,
    () => undefined,
    () => undefined,
  );
  const { start } = lane.begin(1);
  let started = 0;
  const all = Array.from({ length: 300 }, (_, i) =>
    start(`c${i}`, letters.begin(`c${i}`)).then(() => (started += 1)),
  );
  for (let i = 0; i < 20; i++) await Promise.resolve();
  expect(started).toBe(256);
  for (let i = 0; i < 300; i++) await letters.end(`c${i}`);
  await Promise.all(all);
  expect(started).toBe(300);
});
