import { expect, onTestFinished, test } from 'vitest';
import { ask } from '../../src/app/local/loopback.ts';
import { isAtLeast } from '../../src/app/doctor/versions.ts';
import { eventsStream, eventsSubject } from '../../src/wire/subject.ts';
import { Cluster } from '../support/cluster.ts';
import { runProgram } from '../support/program.ts';

const SEGMENTS = { buyers: 'rule: { event: Order Completed }\n' };

async function startCluster(): Promise<Cluster> {
  const cluster = await Cluster.start({ partitions: 2, segments: SEGMENTS });
  onTestFinished(() => cluster.end());
  return cluster;
}

/** Runs the doctor. @returns its exit status, and the state and text of each check */
async function examine(cluster: Cluster, partitions = 2) {
  const settings = [
    `nats.url=${cluster.nats.url}`,
    `redis.url=${cluster.redis.url}`,
    `partitions=${partitions}`,
  ];
  const flags = settings.flatMap((pair) => ['--set', pair]);
  const { status, stdout, stderr } = await runProgram(['doctor', ...flags]);
  const lines = stdout.split('\n').map((line) => /^(ok|warn|bad) +(.+?)  +(.+)$/.exec(line));
  const checks = lines.flatMap((match) => {
    const [, state = '', check = '', found = ''] = match ?? [];
    return match === null ? [] : [{ state, check, found }];
  });
  const states = (check: string): string[] =>
    checks.filter((one) => one.check === check).map(({ state }) => state);
  return { status, stdout, stderr, checks, states };
}

test('a cluster that is well: nothing is bad, status 0', async () => {
  const cluster = await startCluster();
  await cluster.up();
  // Stops and starts, so that there are checkpoints.
  await cluster.down('SIGTERM');
  await cluster.up();
  const { status, checks, states, stdout } = await examine(cluster);
  expect(
    checks.filter(({ state }) => state === 'bad'),
    stdout,
  ).toEqual([]);
  expect(status).toBe(0);
  const well = [
    ...['node', 'roaring', 'redis', 'redis settings', 'redis memory', 'jetstream'],
    ...['streams', 'clock', 'partitions', 'checkpoints'],
  ];
  for (const check of well) expect([check, ...states(check)]).toEqual([check, 'ok']);
  expect(checks.map(({ check }) => check)).toContain('disk of Redis');
});

test('servers that are away: bad, with what to do, status 1', async () => {
  const cluster = await startCluster();
  await Promise.all([cluster.nats.kill(), cluster.redis.kill()]);
  const { status, states, stdout, stderr } = await examine(cluster);
  expect(status).toBe(1);
  expect(states('nats')).toEqual(['bad']);
  expect(states('redis')).toEqual(['bad']);
  expect(stdout).toContain('→ is it running?');
  expect(stderr).toContain('2 of these are bad');
});

test('what is missing or set otherwise is named', async () => {
  const cluster = await startCluster();
  const empty = await examine(cluster);
  expect(empty.status).toBe(1);
  expect(empty.states('streams')).toEqual(['bad']);
  expect(empty.stdout).toContain('none is there');
  expect(empty.states('partitions')).toEqual(['bad']);
  expect(empty.states('checkpoints')).toEqual(['warn']);

  const { log } = cluster.link;
  const wrong = { name: eventsStream(0), subjects: [eventsSubject(0)], ageMsMax: 86_400_000 };
  await log.ensureStream({ ...wrong, whenFull: 'drop-oldest' });
  await log.ensureStream({ name: eventsStream(2), subjects: [eventsSubject(2)] });
  await ask(cluster.redis.port, 'CONFIG SET appendonly no\r\n', (text) => text.includes('\n'));
  const { status, stdout, states } = await examine(cluster);
  expect(status).toBe(1);
  expect(stdout).toContain('missing: shoal-amended-0, shoal-transitions-0, shoal-events-1');
  expect(stdout).toContain('shoal-events-0: discard is old, not new');
  expect(stdout).toContain('shoal-events-0: max_age in days is 1, not 0');
  expect(stdout).toContain('more partitions than the 2 of the settings');
  expect(states('redis settings')).toEqual(['bad']);
  expect(stdout).toContain('appendonly is "no"');
});

test.each([
  ['v20.20.2', '20.19.0', true],
  ['v20.9.0', '20.19.0', false],
  ['2.11.0-RC.1', '2.11.0', true],
  ['7.0.15', '6.2.0', true],
  ['2.9', '2.9.0', true],
])('%s is at least %s: %s', (version, least, expected) => {
  expect(isAtLeast(version, least)).toBe(expected);
});
