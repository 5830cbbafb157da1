import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { Partition } from '../../src/engine/partition.ts';
import type { Input } from '../../src/engine/protocol.ts';
import { brief, definitionsOf, itemsOf, OwnerHouse, track } from '../support/owner.ts';
import { eventually } from '../support/world.ts';

const BUYERS = definitionsOf({ buyers: '{ event: Order Completed }' });
const VIEWERS = definitionsOf({ viewers: '{ event: Product Viewed }' });
const PLANTED = new Error('a planted bug');

let house: OwnerHouse;

beforeAll(async () => {
  house = await OwnerHouse.start();
});
afterAll(() => house.stop());

beforeEach(() => {
  const { apply } = Partition.prototype;
  vi.spyOn(Partition.prototype, 'apply').mockImplementation(function planted(
    this: Partition,
    input: Input,
  ) {
    const outputs = apply.call(this, input);
    const { body } = input;
    if (body.kind === 'events' && body.events.some(({ customer }) => customer === 'poison'))
      throw PLANTED;
    return outputs;
  });
});
afterEach(() => vi.restoreAllMocks());

async function expectFailure(partition: number, definitions = BUYERS): Promise<void> {
  const run = await house.run({ partition, definitions });
  await eventually('it fails', () => run.failures.length > 0);
  expect(run.failures).toEqual([PLANTED]);
  await run.owner.stop();
}

test('a message that fails three times is put aside, whoever reads the log later', async () => {
  const partition = await house.newPartition();
  const first = await house.runLive({ partition, definitions: BUYERS });
  await house.send(partition, [track('ann', 'Order Completed')]);
  await house.send(partition, [track('poison', 'Order Completed')]);
  await house.send(partition, [track('bob', 'Order Completed')]);
  await eventually('it fails', () => first.failures.length > 0);
  await first.owner.stop();
  await expectFailure(partition);
  await expectFailure(partition);

  const run = await house.runLive({ partition, definitions: BUYERS });
  expect(await house.applied(partition, 2)).toMatchObject({ events: 2, customers: 2 });
  expect(run.metrics.total('shoal_owner_put_aside_messages_total')).toBe(1);
  await run.owner.stop();

  // New definitions read history again.
  const changed = await house.runLive({ partition, definitions: VIEWERS });
  await changed.owner.stop();
  expect(changed.failures).toEqual([]);

  // The log remembers what the store has forgotten.
  await house.store.flushall();
  await expectFailure(partition, VIEWERS);
  const rebuilt = await house.runLive({ partition, definitions: VIEWERS });
  await rebuilt.owner.stop();
  expect(rebuilt.failures).toEqual([]);
  const told = itemsOf(await house.records(partition)).map(brief);
  expect(told.slice(0, 2)).toEqual(['ann+buyers', 'bob+buyers']);
  expect(told.slice(2).toSorted()).toEqual(['ann-buyers', 'bob-buyers']);
});
