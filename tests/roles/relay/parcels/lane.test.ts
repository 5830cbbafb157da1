import { expect, test } from 'vitest';
import { ParcelLane } from '../../../../src/roles/relay/parcels/lane.ts';

/** A lane whose deliveries end when the test says so. */
function lane(itemsMax: number) {
  const asked: number[][] = [];
  const arrived: number[] = [];
  const failures: unknown[] = [];
  const answers: ((delivered: number) => void)[] = [];
  const errors: ((error: unknown) => void)[] = [];
  const parcels = new ParcelLane<number>({
    itemsMax,
    deliver: (items) => {
      asked.push([...items]);
      return new Promise((resolve, reject) => {
        answers.push(resolve);
        errors.push(reject);
      });
    },
    onFailure: (error) => failures.push(error),
  });
  const put = (...items: number[]): void => {
    for (const item of items) parcels.put(item, () => arrived.push(item));
  };
  const step = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
  return { parcels, put, step, asked, arrived, failures, answers, errors };
}

test('a batch begins when the one before it has arrived, and no sooner', async () => {
  const { put, step, asked, arrived, answers } = lane(3);
  put(1, 2, 3, 4);
  await step();
  put(5);
  await step();
  expect([asked, arrived]).toEqual([[[1, 2, 3]], []]);
  answers[0]?.(3);
  await step();
  expect([asked.at(-1), arrived]).toEqual([
    [4, 5],
    [1, 2, 3],
  ]);
});

test('what a batch left behind comes first in the next one', async () => {
  const { put, step, asked, arrived, answers } = lane(3);
  put(1, 2, 3, 4);
  await step();
  answers[0]?.(1);
  await step();
  expect([asked.at(-1), arrived]).toEqual([[2, 3, 4], [1]]);
});

test('once closed it delivers nothing more, and says when nothing is under way', async () => {
  const { parcels, put, step, asked, arrived, answers } = lane(1);
  put(1, 2);
  await step();
  let isClosed = false;
  void parcels.close().then(() => (isClosed = true));
  await step();
  expect(isClosed).toBe(false);
  answers[0]?.(1);
  await step();
  put(3);
  await step();
  expect([isClosed, asked, arrived]).toEqual([true, [[1]], [1]]);
});

test('behind a failure nothing is delivered', async () => {
  const { put, step, asked, arrived, errors, failures } = lane(1);
  put(1, 2);
  await step();
  errors[0]?.('broken');
  await step();
  put(3);
  await step();
  expect([asked, arrived, failures]).toEqual([[[1]], [], ['broken']]);
});
