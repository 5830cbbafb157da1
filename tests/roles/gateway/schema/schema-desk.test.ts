import { expect, test } from 'vitest';
import { refusal } from '../../../../src/roles/gateway/answers.ts';
import { schemaAnswer } from '../../../../src/roles/gateway/schema/schema-answer.ts';
import { SchemaDesk } from '../../../../src/roles/gateway/schema/schema-desk.ts';
import type { HttpRequest } from '../../../../src/roles/ports/http.ts';
import type { CustomerEvent } from '../../../../src/rules/event.ts';
import { SeenTally } from '../../../../src/wire/seen/seen-tally.ts';
import { querySubject } from '../../../../src/wire/subject.ts';
import { MemoryBus } from '../../../support/memory-bus.ts';
import { identify, track } from '../../../support/owner.ts';
import { SILENT_LOGGER } from '../../../support/quiet-world.ts';

const AT = Date.parse('2026-03-01T12:00:00Z');

/** Asks a gateway of three partitions; `seen` says what which of them has seen. */
class House {
  readonly bus = new MemoryBus();
  readonly asked: string[] = [];
  refuses = false;
  readonly #desk = new SchemaDesk({
    bus: this.bus,
    partitions: 3,
    logger: SILENT_LOGGER,
    gatekeeper: {
      requireServerKey: async () => (this.refuses ? refusal(401, 'no-key', '', '') : undefined),
    },
  });

  serve(partition: number, body: Uint8Array | readonly CustomerEvent[]): void {
    this.bus.serve(querySubject(partition), async (question) => {
      this.asked.push(Buffer.from(question).toString());
      return body instanceof Uint8Array ? body : Buffer.from(JSON.stringify(seenOf(body)));
    });
  }

  async get(method = 'GET', path = '/v1/schema'): Promise<unknown> {
    const answered = this.#desk.answer({ method, path } as HttpRequest); // nothing else is read
    if (answered === undefined) return undefined;
    const { status, body } = await answered;
    return { status, body: JSON.parse(body.toString()) as unknown };
  }
}

function seenOf(events: readonly CustomerEvent[]): unknown {
  const tally = new SeenTally(new Set());
  for (const event of events) {
    tally.count(event, AT);
    tally.look(event, AT);
  }
  return tally.told();
}

test('joins what the partitions have seen', async () => {
  const house = new House();
  house.serve(0, [{ ...track('ann', 'Order Completed'), properties: { total: 5 } }]);
  house.serve(1, [{ ...track('bob', 'Order Completed'), properties: { total: 7 } }]);
  house.serve(2, [identify('cem', { plan: 'pro' })]);
  const total = {
    path: 'total',
    count: 2,
    lastSeenAt: '2026-03-01T12:00:00.000Z',
    types: { number: 2 },
    examples: [
      { value: 5, count: 1 },
      { value: 7, count: 1 },
    ],
  };
  const answer = await house.get();
  expect(answer).toMatchObject({
    status: 200,
    body: {
      events: [
        { name: 'Order Completed', count: 2, properties: { sampled: 2, fields: [total] } },
        { name: '$identify', count: 1 },
      ],
      attributes: { sampled: 1, fields: [{ path: 'plan', types: { text: 1 } }] },
      missingPartitions: [],
    },
  });
  expect(() => schemaAnswer.strict().parse((answer as { body: unknown }).body)).not.toThrow();
});

test('names partitions that do not answer, or not so that it can be read', async () => {
  const house = new House();
  house.serve(0, [track('ann', 'Order Completed')]);
  house.serve(1, Buffer.from('{"events":1}'));
  const body = { events: [{ name: 'Order Completed' }], missingPartitions: [1, 2] };
  expect(await house.get()).toMatchObject({ status: 200, body });
});

test('says so when nobody answers', async () => {
  expect(await new House().get()).toMatchObject({ status: 503, body: { code: 'no-answer' } });
});

test('asks each partition once for all who ask at the same time', async () => {
  const house = new House();
  for (const partition of [0, 1, 2]) house.serve(partition, [track('ann', 'a')]);
  const answers = await Promise.all([house.get(), house.get(), house.get()]);
  expect(answers[2]).toEqual(answers[0]);
  expect(house.asked).toEqual(Array(3).fill('{"type":"schema"}'));
  await house.get();
  expect(house.asked).toHaveLength(6);
});

test('is for servers alone, and only to be read', async () => {
  const house = new House();
  house.refuses = true;
  expect(await house.get()).toMatchObject({ status: 401 });
  expect(await house.get('POST')).toBeUndefined();
  expect(await house.get('GET', '/v1/schemas')).toBeUndefined();
});
