import { describe, expect, test } from 'vitest';
import { UTC } from '../../../src/base/zone.ts';
import { Partition } from '../../../src/engine/partition.ts';
import { serveQueries } from '../../../src/roles/owner/queries.ts';
import { parseSegments } from '../../../src/rules/folder.ts';
import { querySubject } from '../../../src/wire/subject.ts';
import { campaignOf } from '../../support/campaign.ts';
import { MemoryBus } from '../../support/memory-bus.ts';
import { identify, track } from '../../support/owner.ts';

const SEGMENTS = [{ name: 'buyers.yaml', text: 'rule: { event: Order Completed }\n' }];
const letter = campaignOf({
  id: 'letter',
  when: { kind: 'entered', segment: 'buyers' },
  wait: { kind: 'for', ms: 60_000 },
  condition: { kind: 'segment', segment: 'buyers' },
});

/** The questions to an engine that knows ann, who has bought and waits for a letter. */
function house(): { ask(question: unknown): Promise<unknown>; readonly boughtAt: number } {
  const settings = { graceMs: 0, dedupWindowMs: 0, dedupIdsMax: 0, partitions: 1 };
  const definitions = { segments: parseSegments(SEGMENTS, ''), campaigns: [letter], zone: UTC };
  const engine = Partition.withDefinitions({ clock: 'broker', ...settings }, definitions);
  const order = { ...track('ann', 'Order Completed'), properties: { order_id: 'o1', total: 5 } };
  const events = [identify('ann', { email: 'ann@example.com' }), order];
  const storedAt = Math.max(...events.map(({ at }) => at));
  engine.apply({ storedAt, body: { kind: 'events', events, history: false } });
  const bus = new MemoryBus();
  const full = (): never => {
    throw new Error('nobody has asked for the status');
  };
  const seen = { events: [], otherEvents: 7, context: { looked: 0, fields: [], other: 0 } };
  serveQueries(bus, 0, engine, { full }, { told: () => seen });
  const ask = async (question: unknown): Promise<unknown> => {
    const body = Buffer.from(typeof question === 'string' ? question : JSON.stringify(question));
    return JSON.parse(Buffer.from(await bus.request(querySubject(0), body)).toString());
  };
  return { ask, boughtAt: order.at };
}

describe('questions to a partition', () => {
  test('a recipient: attributes, condition, segments, recent orders', async () => {
    const { ask, boughtAt } = house();
    const question = { type: 'recipient', campaign: 'letter' };
    expect(await ask({ ...question, customer: 'ann' })).toEqual({
      known: true,
      attributes: { email: 'ann@example.com' },
      holds: true,
      segments: ['buyers'],
      orders: [{ order_id: 'o1', total: 5, at: boughtAt, products: [] }],
      viewed: [],
    });
    expect(await ask({ ...question, customer: 'bob' })).toMatchObject({ known: false });
  });

  test('why, of a segment and of a campaign', async () => {
    const { ask, boughtAt } = house();
    expect(await ask({ type: 'explain', customer: 'ann', segment: 'buyers' })).toMatchObject({
      isMember: true,
      rule: { holds: true },
    });
    expect(await ask({ type: 'explain', customer: 'ann', campaign: 'letter' })).toMatchObject({
      wait: { triggeredAt: boughtAt, dueAt: boughtAt + 60_000 },
    });
  });

  test('what is seen', async () => {
    expect(await house().ask({ type: 'schema' })).toMatchObject({ otherEvents: 7 });
  });

  test('who waits', async () => {
    const { ask, boughtAt } = house();
    const wanted = { letter: { waiting: 1, nextDueAt: boughtAt + 60_000 } };
    expect(await ask({ type: 'enrolments' })).toEqual(wanted);
  });

  test.each([
    [{ type: 'explain', customer: 'ann', segment: 'byers' }, 'unknown-segment', 'segment "byers"'],
    [{ type: 'explain', customer: 'ann', campaign: 'later' }, 'unknown-campaign', '"later"'],
    [{ type: 'recipient', customer: 'ann', campaign: 'later' }, 'unknown-campaign', '"later"'],
    [{ type: 'recipient', customer: 'bob', campaign: 'later' }, 'unknown-campaign', '"later"'],
    [{ type: 'explain', customer: 'ann' }, 'bad-query', 'either a segment or a campaign'],
    [
      { type: 'explain', customer: 'ann', segment: 'a', campaign: 'b' },
      'bad-query',
      'either a segment or a campaign',
    ],
    [{ type: 'explain', customer: 5, segment: 'a' }, 'bad-query', 'its customer is no text'],
    [{ type: 'attributes' }, 'bad-query', 'its customer is no text'],
    [{ type: 'members' }, 'bad-query', 'its type is "members"'],
    ['{', 'bad-query', 'it is no JSON object'],
  ])('%j is refused: %s', async (question, code, words) => {
    const answer = house().ask(question);
    await expect(answer).rejects.toMatchObject({ code, remedy: 'refuse-input' });
    await expect(answer).rejects.toThrow(words);
  });
});
