import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { projectPath } from '../../src/app/root.ts';
import { TRIGGERS_STREAM } from '../../src/wire/subject.ts';
import { encodeTrigger } from '../../src/wire/trigger.ts';
import { Cluster } from '../support/cluster.ts';
import { track } from '../support/owner.ts';
import { Program, runProgram } from '../support/program.ts';
import { entry, RelayHouse } from '../support/relay.ts';
import { readStream } from '../support/stream.ts';
import { readTransitions } from '../support/transitions.ts';
import { eventually } from '../support/world.ts';

/** The customers of printed lines. */
function customersOf(stdout: string): string[] {
  const lines = stdout.split('\n').filter((line) => line !== '');
  return lines.map((line) => String(JSON.parse(line).customer));
}

async function houseWithTriggers(): Promise<RelayHouse> {
  const house = await RelayHouse.start(1);
  await house.relay();
  await house.tell(0, [entry('ann'), entry('bea', 'new'), entry('old', 'vip', 'import')]);
  await house.relayed();
  return house;
}

test('shoal triggers prints what is there, and ends', async () => {
  const house = await houseWithTriggers();
  const run = async (...args: string[]): Promise<string[]> => {
    const { status, stdout } = await runProgram(['triggers', '--server', house.nats.url, ...args]);
    expect(status).toBe(0);
    return customersOf(stdout);
  };
  expect(await run()).toEqual(['ann', 'bea']);
  expect(await run('--quiet')).toEqual(['ann', 'bea', 'old']);
  expect(await run('vip', '--since', '1h')).toEqual(['ann']);
  expect(await run('--since', '2999-01-01T00:00:00Z')).toEqual([]);
  const wrong = await runProgram(['triggers', '--since', 'yesterday']);
  expect(wrong.status).toBe(2);
});

test('shoal triggers --follow prints what comes, until it is stopped', async () => {
  const house = await houseWithTriggers();
  const args = ['triggers', '--follow', '--server', house.nats.url];
  const fromNow = new Program(args);
  const fromBefore = new Program([...args, 'vip', '--since', '1h']);
  onTestFinished(() => [fromNow, fromBefore].forEach((program) => program.signal('SIGKILL')));
  await eventually('what was there is printed', () => fromBefore.stdout.includes('"ann"'));
  // The other one says nothing of when it begins: told until it has heard.
  let told = 0;
  await eventually('what comes is printed', async () => {
    await house.tell(0, [entry(`late${++told}`)]);
    return fromNow.stdout !== '';
  });
  await eventually('both heard the last', () =>
    [fromNow, fromBefore].every(({ stdout }) => stdout.includes(`"late${told}"`)),
  );
  expect(customersOf(fromNow.stdout)).not.toContain('ann');
  expect(customersOf(fromBefore.stdout).slice(0, 2)).toEqual(['ann', 'late1']);
  for (const program of [fromNow, fromBefore]) {
    program.signal('SIGTERM');
    expect(await program.exited).toBe(0);
  }
});

/** The consumer of docs/triggers.md, run as a process of its own. */
async function startConsumer(url: string, doneFile: string) {
  const text = await readFile(projectPath('docs/triggers.md'), 'utf8');
  const [, code = ''] = /^```js\n(.*?)^```$/ms.exec(text) ?? [];
  expect(code.split('\n').length).toBeLessThan(30);
  const child = spawn(process.execPath, ['--input-type=module', '--eval', code], {
    cwd: projectPath('.'),
    env: { ...process.env, NATS_URL: url, DONE_FILE: doneFile },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let stdout = '';
  child.stdout.setEncoding('utf8').on('data', (more: string) => (stdout += more));
  const kill = async (): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGKILL');
    await once(child, 'close');
  };
  onTestFinished(kill);
  return { kill, lines: () => stdout.split('\n').filter((line) => line !== '') };
}

test('the consumer of docs/triggers.md greets each entry once', async () => {
  const house = await houseWithTriggers();
  const folder = await mkdtemp(join(tmpdir(), 'shoal-test-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const doneFile = join(folder, 'done.txt');
  const welcome = (customer: string): string =>
    `Welcome to vip, ${customer}, since 1970-01-01T00:00:01.000Z`;

  const first = await startConsumer(house.nats.url, doneFile);
  // Killed between the greeting and the note of it, it would greet once more, as the page says.
  await eventually('the first is greeted, and noted', async () =>
    (await readFile(doneFile, 'utf8').catch(() => '')).includes(`${house.cluster}/0/1\n`),
  );
  await first.kill();
  // As when NATS has lost the end of the stream: the same message once more, then another one.
  const place = { cluster: house.cluster, partition: 0, number: 1 };
  const { subject, headers, body } = encodeTrigger(place, entry('ann'));
  await house.log.append(subject, body, { headers });
  await house.tell(0, [entry('cid')]);
  const second = await startConsumer(house.nats.url, doneFile);
  await eventually('the other is greeted', () => second.lines().includes(welcome('cid')));
  expect(first.lines()).toEqual([welcome('ann')]);
  expect(second.lines()).toEqual([welcome('cid')]);
});

test('the whole of Shoal killed in the middle: a trigger for each transition', async () => {
  const segments = { buyers: 'rule: { event: Order Completed }\n' };
  const cluster = await Cluster.start({ partitions: 4, segments });
  onTestFinished(() => cluster.end());
  await cluster.up();
  const people = (from: number): ReturnType<typeof track>[] =>
    Array.from({ length: 3_000 }, (_, i) => track(`c${from + i}`, 'Order Completed'));
  for (const from of [0, 3_000]) {
    await cluster.publish(people(from));
    await cluster.down('SIGKILL');
    await cluster.up();
  }
  await eventually('6,000 buyers', () => cluster.live.members['buyers'] === 6_000);
  const { log } = cluster.link;
  await eventually(
    '6,000 triggers',
    async () => (await log.lastSequence(TRIGGERS_STREAM)) >= 6_000,
  );
  expect(await cluster.figure('shoal_relay_triggers_total')).toBeGreaterThan(0);
  expect(await cluster.down('SIGTERM')).toBe(0);

  const told: string[] = [];
  for (let partition = 0; partition < cluster.partitions; partition++) {
    const { items } = await readTransitions(log, partition);
    told.push(...items.map((_, i) => `shoal/${partition}/${i + 1}`));
  }
  const ids = (await readStream(log, TRIGGERS_STREAM)).map(
    ({ headers }) => headers.get('ce-id') ?? '',
  );
  expect(ids.toSorted()).toEqual(told.toSorted());
  expect(told).toHaveLength(6_000);
});
