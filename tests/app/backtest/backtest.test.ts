import { mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { runInProcess } from '../../support/in-process.ts';

/** The SHA-256 of the empty string. */
const NOBODY = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';
/** `printf 'ann' | sha256sum`, and of `ann`, LF, `bob`. */
const ANN = '49915e0d7d4b402e3017d010bc1c0e83cac6c797d6c16e66340fe3268693a6a1';
const ANN_BOB = '97049da5464956062d0e94be5f061ee5c755dc92723c9328a9ad88a8dc46b5fb';
/** Of `ann`, `zoë`, `ｚ` and `😀`, in the order of their bytes, which is not that of UTF-16. */
const WIDE = '59a9b4966f00f22d18df9be200015d85d26feb202da76d6df24025963dfe40ce';
const RECENT = 'rule: { event: Order, within: 1h }\n';

let folder: string;
let segments: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'shoal-backtest-'));
  segments = join(folder, 'segments');
  await mkdir(segments);
  await segment('recent', RECENT);
});
afterEach(() => rm(folder, { recursive: true }));

const segment = (id: string, text: string) => writeFile(join(segments, `${id}.yaml`), text);

const order = (userId: string, time: string, more: object = {}): string =>
  JSON.stringify({
    type: 'track',
    event: 'Order',
    userId,
    timestamp: `2024-03-01T${time}Z`,
    ...more,
  });

async function file(name: string, ...lines: readonly string[]): Promise<string> {
  const text = lines.map((line) => `${line}\n`).join('');
  const path = join(folder, name);
  await writeFile(path, name.endsWith('.gz') ? gzipSync(text) : text);
  return path;
}

function backtest(events: readonly string[], ...flags: readonly string[]) {
  return runInProcess(['backtest', '--segments', segments, '--events', ...events, ...flags]);
}

/** The answers of a backtest that prints JSON: `time segment members`. */
async function answers(events: readonly string[], ...flags: readonly string[]): Promise<string[]> {
  const { status, stdout, stderr } = await backtest(events, '--format', 'json', ...flags);
  expect(status, stderr).toBe(0);
  return stdout
    .trimEnd()
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const { at, segment: id, members } = answerSchema.parse(JSON.parse(line));
      return `${at.slice(11)} ${id} ${members}`;
    });
}

const answerSchema = z.strictObject({
  at: z.string().regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d\d\dZ$/),
  segment: z.string(),
  members: z.number(),
  digest: z.string().regex(/^[0-9a-f]{64}$/),
});

describe('answers', () => {
  test('are lines of JSON, by instant, then segment, and nothing else', async () => {
    await segment('any', 'rule: { event: "*" }');
    const events = await file('a.ndjson', order('bob', '10:00:00'), order('ann', '10:30:00'));
    const { status, stdout } = await backtest(
      [events],
      ...['--format', 'json', '--at', '2024-03-01T11:00:00Z', '--at', '2024-03-01T10:30:00.000Z'],
    );
    expect(status).toBe(0);
    expect(stdout).toBe(
      [
        `{"at":"2024-03-01T10:30:00.000Z","segment":"any","members":2,"digest":"${ANN_BOB}"}`,
        `{"at":"2024-03-01T10:30:00.000Z","segment":"recent","members":2,"digest":"${ANN_BOB}"}`,
        `{"at":"2024-03-01T11:00:00.000Z","segment":"any","members":2,"digest":"${ANN_BOB}"}`,
        `{"at":"2024-03-01T11:00:00.000Z","segment":"recent","members":1,"digest":"${ANN}"}`,
        '',
      ].join('\n'),
    );
  });

  test('digest ids in the order of their UTF-8 bytes, and nobody as the empty string', async () => {
    const ids = ['😀', 'ｚ', 'zoë', 'ann'];
    const events = await file('a.ndjson', ...ids.map((id) => order(id, '10:00:00')));
    const { stdout } = await backtest([events], '--format', 'json', '--at', '2024-03-01T10:00:00Z');
    expect(stdout).toContain(WIDE);
    const after = await backtest([events], '--format', 'json', '--at', '2024-03-02');
    expect(after.stdout).toContain(NOBODY);
  });

  test('are as of the very millisecond: in at t, out at t + W', async () => {
    const events = await file('a.ndjson', order('ann', '10:00:00.500'));
    const ats = ['10:00:00.499', '10:00:00.500', '11:00:00.499', '11:00:00.500'];
    const flags = ats.flatMap((at) => ['--at', `2024-03-01T${at}Z`]);
    expect(await answers([events], ...flags)).toEqual(
      [0, 1, 1, 0].map((members, i) => `${ats[i]}Z recent ${members}`),
    );
  });

  test('come once, at the end, when nothing else was said', async () => {
    const events = await file('a.ndjson', order('ann', '10:00:00'));
    expect(await answers([events])).toEqual(['10:00:00.000Z recent 1']);
    expect(await answers([events], '--until', '2024-03-01T10:59:59.999Z')).toEqual([
      '10:59:59.999Z recent 1',
    ]);
    expect(await answers([events], '--until', '2024-03-01T11:00:00Z')).toEqual([
      '11:00:00.000Z recent 0',
    ]);
  });

  test('come every so often from the first event on, up to the end', async () => {
    const events = await file('a.ndjson', order('ann', '10:00:00'), order('bob', '10:50:00'));
    expect(await answers([events], '--every', '25m')).toEqual([
      '10:25:00.000Z recent 1',
      '10:50:00.000Z recent 2',
    ]);
    expect(await answers([events], '--every', '50m', '--until', '2024-03-01T11:40:00Z')).toEqual([
      '10:50:00.000Z recent 2',
      '11:40:00.000Z recent 1',
    ]);
  });

  test('--until before the last event cuts nothing', async () => {
    const events = await file('a.ndjson', order('ann', '10:00:00'), order('bob', '10:50:00'));
    expect(await answers([events], '--until', '2024-03-01T10:10:00Z')).toEqual([
      '10:50:00.000Z recent 2',
    ]);
  });

  test('at an instant that is asked for twice come once', async () => {
    const events = await file('a.ndjson', order('ann', '10:00:00'));
    const flags = ['--at', '2024-03-01T10:30:00Z', '2024-03-01T13:30:00+03:00', '--every', '30m'];
    expect(await answers([events], ...flags)).toEqual(['10:30:00.000Z recent 1']);
  });

  test('before the first event are about nobody, also where every rule holds', async () => {
    await segment('all', 'rule: { not: { event: Nothing } }');
    const events = await file('a.ndjson', order('ann', '10:00:00'));
    expect(await answers([events], '--at', '2024-03-01T09:59:59.999Z')).toEqual([
      '09:59:59.999Z all 0',
      '09:59:59.999Z recent 0',
    ]);
  });

  test('without any event come only where an instant was said', async () => {
    const events = await file('a.ndjson');
    expect(await answers([events])).toEqual([]);
    expect(await answers([events], '--until', '2024-03-01')).toEqual(['00:00:00.000Z recent 0']);
  });

  test('of a bare date are those of local midnight', async () => {
    await segment('today', 'rule: { event: Order, within: { calendar: day } }');
    const events = await file('a.ndjson', order('ann', '22:30:00'), order('bob', '23:30:00'));
    const flags = ['--timezone', 'Europe/Berlin', '--at', '2024-03-02', '2024-03-03'];
    expect(await answers([events], ...flags)).toEqual([
      '23:00:00.000Z recent 1',
      '23:00:00.000Z today 0',
      '23:00:00.000Z recent 0',
      '23:00:00.000Z today 0',
    ]);
  });

  test('are a table for people', async () => {
    const events = await file('a.ndjson', order('ann', '10:00:00'), order('bob', '10:30:00'));
    const { stdout } = await backtest([events], '--every', '30m', '--at', '2024-03-01T11:15Z');
    expect(stdout.split('\n').map((line) => line.split(/ +/))).toEqual([
      ['at', 'recent'],
      ['2024-03-01T10:30:00.000Z', '2'],
      ['2024-03-01T11:00:00.000Z', '1'],
      ['2024-03-01T11:15:00.000Z', '1'],
      [''],
    ]);
  });
});

describe('events', () => {
  test('are fed by event time, whatever their order in the files, zipped or not', async () => {
    await segment('paid', 'rule: { latest: Added, notFollowedBy: { event: Order } }');
    const added = (time: string) => order('ann', time, { event: 'Added' });
    const one = await file('a.ndjson.gz', order('ann', '12:00:00'), added('10:00:00'));
    const two = await file('b.ndjson', added('11:00:00'));
    expect((await answers([one, two], '--at', '2024-03-01T11:59:59Z'))[0]).toMatch('paid 1');
    expect((await answers([one, two]))[0]).toMatch('paid 0');
  });

  test('of one instant come in the order of the files, then of the lines', async () => {
    await segment('open', 'rule: { latest: Added, notFollowedBy: { event: Order } }');
    const added = await file('a.ndjson', order('ann', '10:00:00', { event: 'Added' }));
    const ordered = await file('b.ndjson', order('ann', '10:00:00'));
    expect((await answers([added, ordered]))[0]).toMatch('open 0');
    expect((await answers([ordered, added]))[0]).toMatch('open 1');
  });

  test('with the same messageId count once, however far apart', async () => {
    await segment('twice', 'rule: { event: Order, atLeast: 2 }');
    const repeated = (userId: string, day: string) =>
      order(userId, '10:00:00', { messageId: 'm', timestamp: `${day}T10:00:00Z` });
    const lines = [
      repeated('ann', '2024-03-01'),
      repeated('ann', '2024-03-20'),
      repeated('bob', '2024-03-20'),
    ];
    expect((await answers([await file('a.ndjson', ...lines)]))[1]).toMatch('twice 0');
  });

  test('forget whom the live engine would, and take whoever comes back as new', async () => {
    await segment('buyers', 'rule: { event: Order }\n');
    const visit = (anonymousId: string, day: string): string =>
      JSON.stringify({ type: 'track', event: 'Order', anonymousId, timestamp: `${day}T00:00:00Z` });
    const events = await file(
      'a.ndjson',
      visit('bob', '2024-01-01'),
      order('ann', '10:00:00'),
      visit('bob', '2024-06-01'),
    );
    const ats = ['--at', '2024-03-30', '2024-04-01', '2024-06-01'];
    const found = await answers([events], ...ats);
    expect(found.filter((line) => line.includes('buyers'))).toEqual([
      '00:00:00.000Z buyers 2',
      '00:00:00.000Z buyers 1',
      '00:00:00.000Z buyers 2',
    ]);
    const { stdout } = await backtest([events], '--format', 'json', ...ats);
    const digests = stdout.split('\n').filter((line) => line.includes('buyers'));
    for (const [line, digest] of [ANN_BOB, ANN, ANN_BOB].entries()) {
      expect(digests[line]).toContain(digest);
    }
    const forEver = await answers([events], ...ats, '--set', 'forgetAnonymousAfter=');
    expect(forEver.filter((line) => line.includes('buyers 2'))).toHaveLength(3);
  });

  test('before 1970 have their windows too', async () => {
    const old = order('ann', '', { timestamp: '1969-12-31T10:00:00Z' });
    const events = await file('a.ndjson', old);
    const flags = [
      '--every',
      '59m',
      '--until',
      '1969-12-31T11:00:00Z',
      '--at',
      '1969-12-31T11:00Z',
    ];
    const { stdout } = await backtest([events], '--format', 'json', ...flags);
    expect(stdout.match(/"members":\d/g)).toEqual(['"members":1', '"members":0']);
  });
});

describe('malformed lines', () => {
  const bad = ['{"type":"track"', '', '[]', order('', '10:00:00')];

  test('are told with their numbers, and counted', async () => {
    const events = await file('a.ndjson', ...bad, order('ann', '10:00:00'));
    const { status, stdout, stderr } = await backtest([events], '--format', 'json');
    expect(status).toBe(0);
    expect(stdout).toContain(`"members":1,"digest":"${ANN}"`);
    expect(stderr).toMatch(/^line 1: not-json: .*\nline 3: not-an-object: .*\nline 4: bad-id: /);
    expect(stderr).toContain('1 events, 1 customers, 3 malformed');
  });

  test('are told with their file where there are several, and fail with --strict', async () => {
    const [one, two] = [await file('a.ndjson', ...bad), await file('b.ndjson', 'x')];
    const { status, stdout, stderr } = await backtest(
      [one, two],
      '--strict',
      '--until',
      '2024-03-01',
    );
    expect(status).toBe(1);
    expect(stdout).toContain('recent');
    expect(stderr).toContain(`${two}: line 1: not-json`);
    expect(stderr).toContain('4 lines are no events\n  at --strict');
  });

  test('--strict is content when there are none', async () => {
    const { status } = await backtest(
      [await file('a.ndjson', order('ann', '10:00:00'))],
      '--strict',
    );
    expect(status).toBe(0);
  });
});

describe('files', () => {
  test('--members has an id a line for each segment and instant', async () => {
    const events = await file('a.ndjson', order('bob', '10:00:00'), order('ann', '10:30:00'));
    const members = join(folder, 'some', 'members');
    await backtest([events], '--members', members, '--every', '30m', '--until', '2024-03-02');
    const read = (time: string) =>
      readFile(join(members, `recent@2024-03-01T${time}.000Z.txt`), 'utf8');
    expect(await read('10:30:00')).toBe('ann\nbob\n');
    expect(await read('11:00:00')).toBe('ann\n');
    expect(await read('11:30:00')).toBe('');
    expect(await readdir(members)).toHaveLength(28);
  });

  test('--transitions has all until the end, in order', async () => {
    await segment('twice', 'rule: { event: Order, within: 1h, atLeast: 2 }');
    const events = await file(
      'a.ndjson',
      ...['bob', 'ann', 'ann'].map((id) => order(id, '10:00:00')),
      order('zoe', '11:00:00'),
    );
    const transitions = join(folder, 'transitions.ndjson');
    await backtest([events], '--transitions', transitions, '--until', '2024-03-01T11:59:59.999Z');
    const line = (time: string, customer: string, id: string, kind: string): string =>
      `{"at":"2024-03-01T${time}:00.000Z","customer":"${customer}","segment":"${id}","kind":"${kind}"}\n`;
    expect(await readFile(transitions, 'utf8')).toBe(
      [
        line('10:00', 'ann', 'recent', 'entry'),
        line('10:00', 'ann', 'twice', 'entry'),
        line('10:00', 'bob', 'recent', 'entry'),
        line('11:00', 'ann', 'recent', 'exit'),
        line('11:00', 'ann', 'twice', 'exit'),
        line('11:00', 'bob', 'recent', 'exit'),
        line('11:00', 'zoe', 'recent', 'entry'),
      ].join(''),
    );
  });

  test('--segments <file> takes neighbours only as far as it refers to them', async () => {
    await segment('base', 'rule: { event: Order }');
    await segment('top', 'rule: { all: [{ segment: base }, { not: { segment: recent } }] }');
    await segment('broken', 'rule: { evnt: Order }');
    const events = await file('a.ndjson', order('ann', '10:00:00'));
    const top = [
      '--segments',
      join(segments, 'top.yaml'),
      '--format',
      'json',
      '--at',
      '2024-03-02',
    ];
    const { status, stdout } = await runInProcess(['backtest', '--events', events, ...top]);
    expect(status).toBe(0);
    expect(stdout.match(/"segment":"\w+","members":\d/g)).toEqual([
      '"segment":"base","members":1',
      '"segment":"recent","members":0',
      '"segment":"top","members":1',
    ]);
  });
});

describe('refused', () => {
  test.each([
    ['an instant without a zone', ['--at', '2024-03-01T10:00:00'], 2, 'no instant with a zone'],
    ['an impossible date', ['--until', '2024-02-30'], 2, 'at --until'],
    ['a step of nothing', ['--every', '0d'], 2, 'A step is a whole number above 0'],
    ['a format', ['--format', 'xml'], 2, 'Allowed choices are table, json'],
    ['a time zone', ['--timezone', 'Mars/Olympus'], 2, 'Use an IANA name'],
    ['a folder that cannot be made', ['--members', '/dev/null/x'], 1, 'cannot be written'],
  ])('%s', async (_what, flags, wanted, said) => {
    const events = await file('a.ndjson', order('ann', '10:00:00'));
    const { status, stderr, stdout } = await backtest([events], ...flags);
    expect(stderr).toContain(said);
    expect([status, stdout]).toEqual([wanted, '']);
  });

  test('no segments, no events, or none that can be read', async () => {
    const events = await file('a.ndjson', order('ann', '10:00:00'));
    expect((await runInProcess(['backtest', '--events', events])).status).toBe(2);
    expect((await runInProcess(['backtest', '--segments', segments])).status).toBe(2);
    expect((await backtest([join(folder, 'none.ndjson')])).status).toBe(1);
    const nowhere = ['--segments', join(folder, 'none'), '--events', events];
    expect((await runInProcess(['backtest', ...nowhere])).status).toBe(78);
  });

  test('all that is wrong in the segments, at once', async () => {
    await segment('one', 'rule: { evnt: Order }');
    await segment('two', 'rule: { segment: tree }');
    const { status, stderr } = await backtest([await file('a.ndjson')]);
    expect(status).toBe(78);
    expect(stderr).toContain(`at ${join(segments, 'one.yaml')}: rule`);
    expect(stderr).toContain(`at ${join(segments, 'two.yaml')}: rule.segment`);
  });
});
