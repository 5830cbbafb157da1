import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { RedisConsents } from '../../../src/adapters/redis/consents.ts';
import { mailPageKey } from '../../../src/adapters/redis/key.ts';
import { RedisForgetSalt } from '../../../src/adapters/redis/forgetting/salt.ts';
import { RedisMailPages } from '../../../src/adapters/redis/forgetting/mail-pages.ts';
import { RedisPositionStore } from '../../../src/adapters/redis/position-store.ts';
import { DAY_MS } from '../../../src/base/time.ts';
import { Forgetting } from '../../../src/roles/gateway/customers/forgetting.ts';
import { startRelay, type Relay } from '../../../src/roles/relay/relay.ts';
import type { CustomerEvent } from '../../../src/rules/event.ts';
import { decodeLogMessage } from '../../../src/wire/log-codec.ts';
import {
  amendedStream,
  eventsStream,
  eventsSubject,
  TRIGGERS_STREAM,
} from '../../../src/wire/subject.ts';
import { AheadClock } from '../../support/ahead-clock.ts';
import { filesHolding } from '../../support/files.ts';
import {
  brief,
  definitionsOf,
  identify,
  OwnerHouse,
  track,
  type Run,
  type RunOptions,
} from '../../support/owner.ts';
import { eventually, RecordingLogger, RecordingMetrics, systemClock } from '../../support/world.ts';

/*
 * Customers are forgotten on real servers, and then nobody finds them in any file (decision 0014).
 */

const BUYERS = definitionsOf({ buyers: '{ event: Order Completed, atLeast: 2 }' });
const LOOKERS = definitionsOf({
  buyers: '{ event: Order Completed, atLeast: 2 }',
  lookers: '{ event: Product Viewed }',
});

/** Nobody else has them. */
const ANN = `ann-${randomUUID()}`;
const ADDRESS = `${randomUUID()}@example.com`;
const PARTITION = 0;

let house: OwnerHouse;
let relay: Relay;
let clock: AheadClock;
let failures: unknown[];

beforeEach(async () => {
  house = await OwnerHouse.start();
  await house.newPartition();
  clock = new AheadClock();
  failures = [];
  relay = relayOf(house);
});

afterEach(async () => {
  await relay.stop();
  await house.stop();
  if (failures.length > 0) throw failures[0];
});

function relayOf({ link, store }: OwnerHouse): Relay {
  return startRelay({
    log: link.log,
    positions: new RedisPositionStore(store, 'test'),
    stores: [new RedisMailPages(store, 'test')],
    cluster: 'test',
    boot: 'relay',
    partitions: 1,
    clock: systemClock,
    logger: new RecordingLogger(),
    metrics: new RecordingMetrics(),
    onFailure: (error) => failures.push(error),
  });
}

function options(more: Partial<RunOptions> = {}): RunOptions {
  return {
    partition: PARTITION,
    definitions: BUYERS,
    checkpointEveryMs: 100,
    erasureEveryMs: 100,
    historyMs: 400 * DAY_MS,
    transitionsHistoryMs: 400 * DAY_MS,
    time: clock,
    ...more,
  };
}

/** Ann, in the midst of others, in several batches and in every way. */
async function tellOfAnn(): Promise<void> {
  const order = (customer: string): CustomerEvent => track(customer, 'Order Completed');
  const view = (customer: string): CustomerEvent => track(customer, 'Product Viewed');
  await house.send(PARTITION, [order(ANN)]);
  await house.send(PARTITION, [order('bob'), order(ANN), order('cleo')]);
  await house.send(PARTITION, [identify(ANN, { email: ADDRESS }), view('bob')]);
  await house.send(PARTITION, [{ ...view('cleo'), anonymousId: ANN }, order('bob')]);
  const raw = { type: 'track', userId: ANN, timestamp: new Date().toISOString(), event: 'Raw' };
  const json = JSON.stringify([raw, { ...raw, userId: 'dan' }]);
  await house.log.append(eventsSubject(PARTITION), Buffer.from(json));
  const consents = new RedisConsents(house.store, 'test');
  await consents.record(ANN, '*', { state: 'given', at: 1, source: 'page' });
}

async function forget(customer: string): Promise<void> {
  const salt = new RedisForgetSalt(house.store, 'test');
  await new Forgetting({ log: house.log, salt, partitions: 1 }).ask(customer);
}

/** Others go on, until nothing is left to be erased. */
async function untilErased(run: Run): Promise<void> {
  await eventually('what was noted', async () => (await pending()) > 0);
  clock.aheadMs += 2 * DAY_MS;
  // The last trigger stays where it is.
  const last = `last-${randomUUID()}`;
  await house.send(PARTITION, [track(last, 'Order Completed'), track(last, 'Order Completed')]);
  await eventually('nothing is left to be erased', async () => {
    await house.send(PARTITION, [track('eve', 'Seen')]);
    // Then the outbox of a checkpoint has nothing old.
    clock.aheadMs += 60_000;
    if (run.failures.length > 0) throw run.failures[0];
    return (await pending()) === 0;
  });
}

const pending = (): Promise<number> => house.store.hlen(`shoal:test:{${PARTITION}}:erasures`);

async function files(text: string): Promise<string[]> {
  const found = [house.nats, house.redis].map(({ dataFolder }) => filesHolding(dataFolder, text));
  return (await Promise.all(found)).flat();
}

async function told(): Promise<string[]> {
  return (await house.records(PARTITION)).flatMap(({ items }) => items.map(brief));
}

describe('who is forgotten', () => {
  test('is in no file any more, and others are as they were', async () => {
    const run = await house.runLive(options());
    await tellOfAnn();
    await eventually('she is a member', async () => (await told()).includes(`${ANN}+buyers`));
    await eventually('the files hold her', async () => (await files(ANN)).length >= 2);
    expect((await files(ADDRESS)).length).toBeGreaterThan(0);

    await forget(ANN);
    await eventually('it is told', async () => (await told()).includes(`${ANN} forgotten`));
    const exits = (await house.records(PARTITION)).flatMap(({ items }) =>
      items.filter(({ kind, why }) => kind === 'exit' && why === 'forget'),
    );
    expect(exits.map(brief)).toEqual([`${ANN}-buyers`]);
    await untilErased(run);
    await eventually('no file holds her', async () => {
      await house.send(PARTITION, [track('eve', 'Seen')]);
      return (await files(ANN)).length + (await files(ADDRESS)).length === 0;
    });
    expect((await house.status(PARTITION)).counts['buyers']?.members).toBe(2);
    expect(await told()).toContain('bob+buyers');
    const { positions } = house.stores.erasing;
    expect(await positions.position('relay-0')).toBeGreaterThan(1);
    expect(await house.store.exists(mailPageKey('test', ANN))).toBe(0);
    const lines = JSON.stringify(run.logger.lines);
    expect(lines).not.toContain(ANN);
    expect(lines).not.toContain(ADDRESS);
    await run.owner.stop();
  });

  test('stays where a reader has still to come by', async () => {
    const positions = new RedisPositionStore(house.store, 'test');
    await positions.savePosition('mailer-0', 1);
    const run = await house.runLive(options());
    await tellOfAnn();
    await forget(ANN);
    await eventually('what was noted', async () => (await pending()) > 0);
    clock.aheadMs += 2 * DAY_MS;
    await eventually('the log is clean', async () => {
      await house.send(PARTITION, [track('eve', 'Seen')]);
      const log = await filesHolding(`${house.nats.dataFolder}/jetstream/$G/streams`, ANN);
      return !log.some((file) => /shoal-(events|amended)-/.test(file));
    });
    expect(await told()).toContain(`${ANN} forgotten`);
    await positions.savePosition('mailer-0', 1_000);
    await untilErased(run);
    expect(await told()).not.toContain(`${ANN} forgotten`);
    await run.owner.stop();
  });

  test('is told of as long as it is asked for, to those who listen', async () => {
    const run = await house.runLive(options({ forgottenNoticeMs: 10 * DAY_MS }));
    await tellOfAnn();
    await forget(ANN);
    const triggers = async (): Promise<string[]> =>
      (await house.readAll(TRIGGERS_STREAM))
        .filter(({ body }) => Buffer.from(body).includes(ANN))
        .map(({ headers }) => headers.get('ce-type') ?? '');
    await eventually('triggers', async () => {
      return (await triggers()).includes('shoal.customer.forgotten');
    });
    expect(await triggers()).toContain('shoal.segment.entered');
    clock.aheadMs += 2 * DAY_MS;
    await eventually('what was before is erased', async () => {
      await house.send(PARTITION, [track('eve', 'Seen')]);
      return !(await triggers()).includes('shoal.segment.entered');
    });
    expect(await triggers()).toEqual(['shoal.segment.exited', 'shoal.customer.forgotten']);
    clock.aheadMs += 10 * DAY_MS;
    await untilErased(run);
    expect(await triggers()).toEqual([]);
    await run.owner.stop();
  });

  test('is not missed by who reads the log anew for other definitions', async () => {
    const first = await house.runLive(options());
    await tellOfAnn();
    await forget(ANN);
    await untilErased(first);
    await first.owner.stop();
    const second = await house.runLive(options({ definitions: LOOKERS }));
    await eventually('the members are there', async () => {
      const { counts } = await house.status(PARTITION);
      return counts['buyers']?.members === 2 && counts['lookers']?.members === 2;
    });
    await second.owner.stop();

    // Nor by who has lost all state.
    await house.store.del(...(await house.store.keys('shoal:test:{0}:*')));
    const third = await house.runLive(options({ definitions: LOOKERS }));
    const { counts } = await house.status(PARTITION);
    expect([counts['buyers']?.members, counts['lookers']?.members]).toEqual([2, 2]);
    expect(third.failures).toEqual([]);
    await third.owner.stop();
  });

  test('is not known again when Redis is set back to before', async () => {
    const first = await house.runLive(options());
    await tellOfAnn();
    await eventually('she is a member', async () => (await told()).includes(`${ANN}+buyers`));
    await first.owner.stop();
    const copy = await house.checkpointOf(PARTITION);
    const second = await house.runLive(options());
    await forget(ANN);
    await untilErased(second);
    await second.owner.stop();
    await copy.putBack();
    const third = await house.runLive(options());
    const { counts } = await house.status(PARTITION);
    expect(counts['buyers']?.members).toBe(2);
    expect(await house.ask(PARTITION, { type: 'attributes', customer: ANN })).toMatchObject({
      known: false,
    });
    expect((await house.records(PARTITION)).map(({ kind }) => kind)).toContain('rebase');
    expect((await told()).filter((one) => one.includes(ANN))).toEqual([]);
    expect(third.failures).toEqual([]);
    await third.owner.stop();
  });

  test('is not known again by what comes late, which is erased, too', async () => {
    const run = await house.runLive(options());
    await tellOfAnn();
    await forget(ANN);
    await untilErased(run);
    await house.send(PARTITION, [track(ANN, 'Order Completed'), track('bob', 'Seen')]);
    const skipped = 'shoal_owner_skipped_events_total';
    await eventually(
      'it is dropped',
      () => run.metrics.total(skipped, { reason: 'forgotten' }) === 1,
    );
    expect(await house.ask(PARTITION, { type: 'attributes', customer: ANN })).toMatchObject({
      known: false,
    });
    await untilErased(run);
    await eventually('no file holds her', async () => {
      await house.send(PARTITION, [track('eve', 'Seen')]);
      return (await files(ANN)).length === 0;
    });
    await run.owner.stop();
  });

  test('goes though the owner is killed in the midst, again and again', async () => {
    let run = await house.runLive(options());
    for (let i = 0; i < 30; i++) {
      await house.send(PARTITION, [track(ANN, 'Seen'), track(`other-${i}`, 'Order Completed')]);
    }
    await forget(ANN);
    await eventually('what was noted', async () => (await pending()) > 0);
    await run.owner.stop();
    clock.aheadMs += 2 * DAY_MS;
    for (let kills = 1; kills <= 3; kills++) {
      run = await house.runLive(options());
      await eventually('something is erased', async () => {
        await house.send(PARTITION, [track('eve', 'Seen')]);
        return (await house.log.lastSequence(amendedStream(PARTITION))) >= kills * 5;
      });
      // Like a kill: the connection ends in the midst of whatever is under way.
      await house.cutLinks();
      await run.owner.stop();
    }
    run = await house.runLive(options());
    await untilErased(run);
    await eventually('no file holds her', async () => {
      await house.send(PARTITION, [track('eve', 'Seen')]);
      return (await files(ANN)).length === 0;
    });
    const messages = await house.readAll(eventsStream(PARTITION));
    expect(
      JSON.stringify(messages.map(({ headers, body }) => decodeLogMessage(headers, body))),
    ).not.toContain(ANN);
    await run.owner.stop();
  });
});
