import { Writable } from 'node:stream';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { guardCell, unguardCell } from '../../../src/app/csv/cell.ts';
import { writeCsv } from '../../../src/app/csv/csv-writer.ts';
import { importList, rowsOf, type List } from '../../../src/app/csv/list.ts';
import { CONSENT_LIST, SUPPRESSION_LIST, type ConsentRow } from '../../../src/app/csv/lists.ts';
import { DAY_MS, parseInstant } from '../../../src/base/time.ts';
import { isAddress } from '../../../src/campaign/address.ts';
import type { Suppression } from '../../../src/roles/ports/ledger.ts';
import { isCustomerId } from '../../../src/wire/event.ts';

const NOW = parseInstant('2026-05-04T10:00:00Z') ?? 0;

async function written<Row>(list: List<Row>, rows: readonly Row[]): Promise<string> {
  const chunks: Buffer[] = [];
  const out = new Writable({
    write: (chunk: Buffer, _encoding, done) => {
      chunks.push(chunk);
      done();
    },
  });
  async function* all(): AsyncGenerator<Row> {
    yield* rows;
  }
  await writeCsv(list.columns, rowsOf(list, all()), out, true);
  return Buffer.concat(chunks).toString();
}

/** @param chunkLines how many lines come at once */
async function read<Row extends object>(list: List<Row>, text: string, chunkLines = 3) {
  const lines = text.split('\n');
  async function* chunks(): AsyncGenerator<string[]> {
    for (let i = 0; i < lines.length; i += chunkLines) yield lines.slice(i, i + chunkLines);
  }
  const rows: Row[] = [];
  const faults: string[] = [];
  const told = await importList(list, chunks(), {
    now: NOW,
    store: async (row) => void rows.push(row),
    onFault: (line, { what }) => faults.push(`${line}: ${what}`),
  });
  expect(told).toEqual({ stored: rows.length, refused: faults.length });
  return { rows, faults };
}

const wild = fc.string({ unit: 'binary', maxLength: 12 });
const beginning = fc.constantFrom('', '=', '+', '-', '@', "'", "''", "'=", '\t', '"', ',', '\r');
const instant = fc.integer({ min: 0, max: NOW });
const word = fc
  .tuple(beginning, fc.string({ minLength: 1, maxLength: 12, unit: 'grapheme' }))
  .map((parts) => parts.join(''))
  .filter((text) => !/\p{Cc}/u.test(text));

const consentRow: fc.Arbitrary<ConsentRow> = fc.record({
  customer: fc
    .tuple(beginning, wild)
    .map((parts) => parts.join(''))
    .filter(isCustomerId),
  scope: fc.constantFrom('*', 'welcome', 'a-1'),
  consent: fc.record({
    state: fc.constantFrom('given', 'withdrawn'),
    at: instant,
    source: word,
  }),
});

const suppression: fc.Arbitrary<Suppression> = fc.record({
  address: fc
    .tuple(fc.constantFrom('', '=', '+', '-', "'"), fc.stringMatching(/^[a-z0-9!#$%&*=+/]{1,12}$/))
    .map(([before, name]) => `${before}${name}@example.com`)
    .filter(isAddress),
  reason: word,
  at: instant,
});

describe('a list', () => {
  it('of consents comes back as it was written', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(consentRow, { maxLength: 8 }), fc.nat(3), async (rows, more) => {
        const text = await written(CONSENT_LIST, rows);
        expect(await read(CONSENT_LIST, text, 1 + more)).toEqual({ rows, faults: [] });
      }),
    );
  });

  it('of suppressions comes back as it was written', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(suppression, { maxLength: 8 }), async (rows) => {
        const text = await written(SUPPRESSION_LIST, rows);
        expect(await read(SUPPRESSION_LIST, text)).toEqual({ rows, faults: [] });
      }),
    );
  });

  it('holds nothing that a spreadsheet takes for a formula', async () => {
    const row = (customer: string): ConsentRow => ({
      customer,
      scope: '*',
      consent: { state: 'given', at: 0, source: 'page' },
    });
    const text = await written(
      CONSENT_LIST,
      ['=1+1', '+7', '-1', '@SUM(A1)', "'=1", 'ann'].map(row),
    );
    const customers = text.split('\n').map((line) => /^"([^"]*)"/.exec(line)?.[1]);
    expect(customers.slice(1, -1)).toEqual(["'=1+1", "'+7", "'-1", "'@SUM(A1)", "''=1", 'ann']);
  });

  it('takes any text for a cell and gives it back', () => {
    fc.assert(
      fc.property(fc.tuple(beginning, beginning, wild), (parts) => {
        const text = parts.join('');
        expect(unguardCell(guardCell(text))).toBe(text);
        expect(guardCell(text)).not.toMatch(/^[=+\-@\t\r\n]/);
      }),
    );
  });
});

describe('a list of somebody else', () => {
  it('may have other columns, another order, line ends of Windows and no instants', async () => {
    const text =
      '\r\nName, ADDRESS ,Why\r\n"O""Neil, Ann",Ann@Example.com ,x\r\n\r\n"two\r\nlines",ben@example.com,y\r\n';
    const at = NOW;
    expect((await read(SUPPRESSION_LIST, text)).rows).toEqual([
      { address: 'ann@example.com', reason: 'import', at },
      { address: 'ben@example.com', reason: 'import', at },
    ]);
  });

  it('loses no line but the bad ones, which are named', async () => {
    const text = [
      'address,reason,at',
      'ann@example.com,complaint,2026-01-01T00:00:00Z',
      'ann@@example.com,x,',
      '"ben@example.com,x,',
      'cem@example.com,x,yesterday',
      `dan@example.com,x,${new Date(NOW + DAY_MS).toISOString()}`,
      'eve@example.com,"a\u0007",',
      '"Fay <fay@example.com>"',
      'gil@example.com',
      '"hal@example.com", a stray " quote ,',
      `ida@example.com,"${'x'.repeat(70_000)}"`,
      'jon@example.com,"x""y",',
    ].join('\n');
    const { rows, faults } = await read(SUPPRESSION_LIST, text);
    expect(rows.map(({ address }) => address)).toEqual([
      'ann@example.com',
      'gil@example.com',
      'hal@example.com',
      'jon@example.com',
    ]);
    expect(faults.map((fault) => Number.parseInt(fault, 10))).toEqual([3, 4, 5, 6, 7, 8, 11]);
    expect(faults.join('\n')).not.toMatch(/ann|ben|fay/);
  });

  it.each([
    ['given,x', 'customer'],
    ['ann,gave', 'state'],
    ['ann,given,some where', 'scope'],
  ])('of consents is read with care: %s', async (line, column) => {
    const header = line === 'given,x' ? 'state,customer' : 'customer,state,scope';
    const text = `${header}\n${line === 'given,x' ? 'given,' : line}\nben,given`;
    const swapped = line === 'given,x' ? text.replace('ben,given', 'given,ben') : text;
    const { rows, faults } = await read(CONSENT_LIST, swapped);
    expect(faults).toEqual([expect.stringContaining(`2: "${column}"`)]);
    expect(rows).toEqual([
      { customer: 'ben', scope: '*', consent: { state: 'given', at: NOW, source: 'import' } },
    ]);
  });

  it.each(['', 'mail,reason\nann@example.com,x', 'ann@example.com'])(
    'without the header is refused: %j',
    async (text) => {
      const reading = read(SUPPRESSION_LIST, text);
      await expect(reading).rejects.toMatchObject({ code: 'list-without-header' });
    },
  );

  it('is read to its end behind a quote that is never closed', async () => {
    const many = Array.from({ length: 100 }, (_, i) => `c${i}@example.com`).join('\n');
    const { rows, faults } = await read(SUPPRESSION_LIST, `address\n"open@example.com\n${many}`);
    expect(rows).toHaveLength(100);
    expect(faults).toHaveLength(1);
  });
});
