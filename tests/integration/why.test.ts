import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { connectRedis } from '../../src/adapters/redis/connect.ts';
import { RedisLedger } from '../../src/adapters/redis/ledger.ts';
import { startInbox, type RunningInbox } from '../../src/adapters/smtp/inbox.ts';
import { formatInstant, HOUR_MS } from '../../src/base/time.ts';
import { Cluster } from '../support/cluster.ts';
import { identify, track } from '../support/owner.ts';
import { eventually, RecordingLogger, systemClock } from '../support/world.ts';

/*
 * `shoal why` and `shoal campaigns`, as an operator runs them, on real servers.
 */

const letter = (wait: string): string => `
name: Welcome
when: { attribute: course, changed: true }
wait: ${wait}
if: { segment: buyers }
holdout: 0
template: course-welcome
from: { name: Shoal School, address: school@example.com }
`;

let inbox: RunningInbox;
let cluster: Cluster;

beforeAll(async () => {
  inbox = await startInbox({ host: '127.0.0.1', port: 0, keepMax: 10 });
  cluster = await Cluster.start({
    partitions: 2,
    segments: { buyers: 'name: The buyers\nrule: { event: Order Completed, within: 1h }\n' },
    campaigns: { 'at-once': letter('0s'), later: letter('1d') },
    settings: [`smtp.port=${inbox.port}`],
  });
  await cluster.up();
});

afterAll(async () => {
  await cluster?.end();
  await inbox?.close();
});

/** Publishes what happens to a customer, and waits until it has been applied. */
async function happen(...events: ReturnType<typeof track>[]): Promise<void> {
  const applied = async (): Promise<number> =>
    (await cluster.statuses()).reduce((sum, status) => sum + status.events, 0);
  const before = await applied();
  await cluster.publish(events);
  await eventually('the events are applied', async () => {
    return (await applied()) >= before + events.length;
  });
}

async function say(...args: readonly string[]): Promise<string> {
  const { status, stdout, stderr } = await cluster.run(args);
  expect(status, stderr).toBe(0);
  return stdout;
}

const answer = z.object({
  decision: z.object({ kind: z.string() }),
  letters: z.array(z.object({ campaign: z.string(), state: z.string() })),
});

test('a segment: who, since when, until when, and the tree', async () => {
  const order = track('ann', 'Order Completed');
  await happen(order);
  const leavesAt = formatInstant(order.at + HOUR_MS);
  const since = formatInstant(order.at);
  await expect
    .poll(() => say('why', 'ann', 'buyers'), { timeout: 20_000 })
    .toContain(
      `✓ ann is a member of buyers ("The buyers")
  since   ${since}, by an event
  leaves  ${leavesAt}, if nothing happens
`,
    );
  const said = await say('why', 'ann', 'buyers');
  expect(said).toContain(`
✓ count of Order Completed in the last 1 hour: at least 1
    1 or more, the latest ${since}
    ✗ from ${leavesAt} on, if nothing happens
`);
  const inZone = await say('why', 'ann', 'buyers', '--set', 'timezone=Asia/Tokyo');
  expect(inZone).toMatch(/leaves {2}\S+ \S+ Asia\/Tokyo \(.+Z\), if nothing happens/);
  expect(JSON.parse(await say('why', 'ann', 'buyers', '--format', 'json'))).toMatchObject({
    kind: 'segment',
    explanation: { isMember: true, outlook: { next: { at: order.at + HOUR_MS, to: false } } },
    since: { at: order.at, why: 'event' },
  });
});

test('who is not known, and what is not defined', async () => {
  expect(await say('why', 'nobody', 'buyers')).toContain('nobody has heard of this customer');
  const { status, stderr } = await cluster.run(['why', 'ann', 'byers']);
  expect(status).toBe(1);
  expect(stderr).toContain('neither a segment nor a campaign "byers"');
});

test('a campaign: the wait, the gates, the condition, the letters', async () => {
  const enrolled = identify('ann', { course: 'Bread', email: 'ann@example.com', name: 'Ann' });
  await happen(enrolled);
  await eventually('the letter has come', () => inbox.received() === 1);
  const later = await say('why', 'ann', 'later');
  const dueAt = formatInstant(enrolled.at + 24 * HOUR_MS);
  expect(later).toContain(`ann and the campaign later ("Welcome")
  writes  when course changes, after 1 day
  wait    since ${formatInstant(enrolled.at)}, due ${dueAt}
`);
  expect(later).toContain('if a letter was due now: ✓ it would be sent');
  expect(later).toMatch(/✓ address +the address is ann@example\.com/);
  expect(later).toContain('✓ a member of buyers');

  const letters = async (): Promise<readonly string[]> => {
    const said = await say('why', 'ann', 'at-once', '--format', 'json');
    return answer.parse(JSON.parse(said)).letters.map((one) => `${one.campaign} ${one.state}`);
  };
  await expect.poll(letters, { timeout: 20_000 }).toEqual(['at-once sent']);
  expect(await say('why', 'ann', 'at-once')).toMatch(/• .+Z {2}at-once {2}sent/);
});

test('a campaign whose condition does not hold says which gate refuses', async () => {
  await happen(identify('ben', { email: 'ben@example.com', course: 'Bread' }));
  const said = await say('why', 'ben', 'later');
  expect(said).toContain('if a letter was due now: ✗ skipped, no-longer-true');
  expect(said).toContain('✗ a member of buyers');
});

test('the campaigns: who waits, the letters by state, and those that are unknown', async () => {
  const said = await say('campaigns');
  expect(said).toMatch(/^at-once {2}0 wait$/m);
  expect(said).toMatch(/^later {4}2 wait, the next is due \S+Z$/m);
  expect(await say('campaigns', '--unknown')).toBe('no letter is unknown\n');

  const world = { clock: systemClock, logger: new RecordingLogger() };
  const redis = await connectRedis(cluster.redis.url, world);
  const entry = { campaign: 'later', state: 'unknown', revision: 1, at: 0 } as const;
  await new RedisLedger(redis, 'shoal').put({
    customer: 'zoe',
    letter: 'doubtful',
    entry: { ...entry, isMarketing: true, stage: 'dot' },
  });
  redis.disconnect();
  expect(await say('campaigns', '--unknown')).toBe(
    'doubtful  later  1970-01-01T00:00:00.000Z  at dot\n',
  );
  expect(await say('campaigns', '--letters')).toMatch(/^later .+; letters: 1 unknown$/m);
});
