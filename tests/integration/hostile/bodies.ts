import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import type { Fate, HostileBody } from './fate.ts';
import { bearing } from './json-texts.ts';

/* What can be wrong with the bytes of a body, and with the values of an event. */

const UNREADABLE = '400 body-unreadable';
const TOO_LARGE = '413 body-too-large';

const event = bearing('1');
const [front = '', back = ''] = bearing('"|"').split('|');
const withBytes = (...bytes: number[]): Uint8Array =>
  Buffer.concat([Buffer.from(front), Buffer.from(bytes), Buffer.from(back)]);

export const BROKEN_BYTES: readonly HostileBody[] = [
  ['an overlong slash', withBytes(0xc0, 0xaf), UNREADABLE],
  ['an overlong NUL', withBytes(0xc0, 0x80), UNREADABLE],
  ['three bytes for one', withBytes(0xe0, 0x80, 0xaf), UNREADABLE],
  ['half a character as bytes', withBytes(0xed, 0xa0, 0xbd), UNREADABLE],
  ['both halves as bytes', withBytes(0xed, 0xa0, 0xbd, 0xed, 0xb0, 0x9f), UNREADABLE],
  ['beyond the last character', withBytes(0xf4, 0x90, 0x80, 0x80), UNREADABLE],
  ['a byte that leads nowhere', withBytes(0xe2, 0x82), UNREADABLE],
  ['a byte that follows nothing', withBytes(0xbf), UNREADABLE],
  ['a byte that is none of UTF-8', withBytes(0xff), UNREADABLE],
  ['Latin 1', Buffer.from(bearing('"é"'), 'latin1'), UNREADABLE],
  ['UTF-16, little end first', Buffer.from(`\uFEFF${event}`, 'utf16le'), UNREADABLE],
  ['UTF-16, big end first', Buffer.from(`\uFEFF${event}`, 'utf16le').swap16(), UNREADABLE],
  ['UTF-16 without a mark', Buffer.from(event, 'utf16le'), UNREADABLE],
  ['UTF-32', Buffer.from(Array.from(event, (c) => [c.charCodeAt(0), 0, 0, 0]).flat()), UNREADABLE],
  ['noise', Buffer.from(Array.from({ length: 4_000 }, (_, i) => (i * 167 + 13) % 256)), UNREADABLE],
];

const zipped = gzipSync(event);
/** Zeros, a thousandth of them as gzip. */
const zeros = gzipSync(Buffer.alloc(10_000_000));

function changed(bytes: Buffer, at: number): Buffer {
  const copy = Buffer.from(bytes);
  copy[at < 0 ? copy.length + at : at] = 0x55;
  return copy;
}

export const ZIPPED: readonly HostileBody[] = [
  ['gzip', zipped, 'stored'],
  [
    'gzip in two members',
    Buffer.concat([gzipSync(event.slice(0, 9)), gzipSync(event.slice(9))]),
    'stored',
  ],
  ['a bomb of ten megabytes', zeros, TOO_LARGE],
  ['a bomb of half a gigabyte', Buffer.concat(Array.from({ length: 50 }, () => zeros)), TOO_LARGE],
  ['a bomb in a bomb', gzipSync(gzipSync(Buffer.alloc(30_000_000))), UNREADABLE],
  ['gzip of gzip', gzipSync(zipped), UNREADABLE],
  ['half of gzip', zipped.subarray(0, zipped.length >> 1), UNREADABLE],
  ['gzip without its last byte', zipped.subarray(0, -1), UNREADABLE],
  ['the beginning of gzip', zipped.subarray(0, 2), UNREADABLE],
  ['the head of gzip', zipped.subarray(0, 10), UNREADABLE],
  ['gzip of nothing', gzipSync(''), UNREADABLE],
  ['gzip with a wrong sum', changed(zipped, -7), UNREADABLE],
  ['gzip with a wrong length', changed(zipped, -2), UNREADABLE],
  ['gzip of another method', changed(zipped, 2), UNREADABLE],
  ['gzip twice', Buffer.concat([zipped, zipped]), UNREADABLE],
  ['deflate', deflateSync(event), UNREADABLE],
  ['Brotli', brotliCompressSync(event), UNREADABLE],
];

const message = (fields: Readonly<Record<string, unknown>>): string =>
  JSON.stringify({ userId: 'hostile', event: 'Odd', ...fields });
const values = (field: string, fate: Fate, ...all: readonly unknown[]): readonly HostileBody[] =>
  all.map((value) => {
    const text = JSON.stringify(value);
    return [`${field} ${text.slice(0, 40)}`, message({ [field]: value }), fate] as const;
  });

export const ODD_FIELDS: readonly HostileBody[] = [
  ...['null', '5', '"x"', 'true', '[]', '[{}]'].map((text): HostileBody => [
    text,
    text,
    'rejected not-an-object',
  ]),
  ['no id', '{"event":"Odd"}', 'rejected bad-id'],
  ['no name', '{"userId":"hostile"}', 'rejected no-event-name'],
  ...values('userId', 'rejected bad-id', 5, '', true, [], ['a'], {}, 'a\nb', '\ud800', 'x\udc00'),
  ...values('anonymousId', 'rejected bad-id', 5, '', {}, 'a\nb'),
  ...values(
    'userId',
    'stored',
    ' ',
    '\0',
    '../..',
    'a.b>*',
    '__proto__',
    '\u202e',
    'x'.repeat(9_000),
  ),
  ...values('event', 'rejected no-event-name', 5, '', true, [], {}),
  ...values('event', 'stored', ' ', '__proto__', '$identify', 'a\0b\n', '*', 'x'.repeat(9_000)),
  ...values('timestamp', 'rejected bad-timestamp', 5, '', true, [], {}, 'NaN', 'now', '2024'),
  ...values('timestamp', 'rejected bad-timestamp', '2024-02-30T00:00:00Z', '2024-01-01T25:00:00Z'),
  ...values(
    'timestamp',
    'rejected bad-timestamp',
    '2024-01-01T00:00:00',
    '+275760-09-13T00:00:00Z',
  ),
  ...values('timestamp', 'rejected bad-timestamp', `2024-01-01T00:00:00.${'0'.repeat(999)}x`),
  ...values('timestamp', 'stored', '0001-01-01T00:00:00Z', '9999-12-31T23:59:59.999Z', null),
  ...values('timestamp', 'stored', '0000-01-01T00:00:00Z', '2024-02-29T12:00:00.5+05:30'),
  ...values('originalTimestamp', 'rejected bad-timestamp', 5, 'never'),
  ...values('sentAt', 'stored', 5, {}, 'NaN', '0001-01-01T00:00:00Z', '9999-12-31T23:59:59Z'),
  ...values('messageId', 'stored', 5, {}, '', null, 'x'.repeat(9_000), '\ud800'),
  ...values('properties', 'stored', 5, 'x', [], null, true, [[[]]]),
  ...values('context', 'stored', 5, 'x', [], null, { ip: {} }),
  ...values('traits', 'stored', 5, []),
  ...values('type', 'stored', 5, 'identify', '__proto__'),
  ...values('writeKey', 'stored', 5, 'unknown', {}),
  ['a text of 10 MB', message({ properties: { text: 'x'.repeat(10_000_000) } }), TOO_LARGE],
  ['a text of 600 KB', message({ properties: { text: 'x'.repeat(600_000) } }), TOO_LARGE],
  ['a text of 40 KB', message({ properties: { text: 'x'.repeat(40_000) } }), TOO_LARGE],
];

const batch = (items: string): string => `{"batch":[${items}]}`;
const tracked = event.replace('{', '{"type":"track",');

/** Bodies of batches, and how many of their messages are stored and rejected. */
export const BATCHES: readonly (readonly [
  name: string,
  body: string,
  outcome: { readonly stored: number; readonly rejected: Readonly<Record<string, number>> },
])[] = [
  ['no messages', batch(''), { stored: 0, rejected: {} }],
  [
    'one good among bad ones',
    batch(`1,null,"x",[],{},${tracked},{"type":"track"},{"type":"Track","userId":"u"}`),
    {
      stored: 1,
      rejected: { 'not-an-object': 4, 'unknown-type': 2, 'bad-id': 1 },
    },
  ],
  [
    'a hundred thousand of nothing',
    batch(`${'1,'.repeat(99_999)}1`),
    { stored: 0, rejected: { 'not-an-object': 100_000 } },
  ],
  [
    'depth of a hundred thousand',
    batch(
      `${tracked.replace('"value":1', `"value":${'['.repeat(100_000)}${']'.repeat(100_000)}`)},${tracked}`,
    ),
    { stored: 1, rejected: { 'too-deep': 1 } },
  ],
  [
    'an event of 40 KB among small ones',
    batch(`${tracked.replace('"value":1', `"value":"${'x'.repeat(40_000)}"`)},${tracked}`),
    { stored: 1, rejected: { 'too-large': 1 } },
  ],
  [
    'ids with every character up to 255',
    batch(
      Array.from({ length: 256 }, (_, code) =>
        tracked.replace('hostile', `every \\u00${code.toString(16).padStart(2, '0')}`),
      ).join(),
    ),
    { stored: 255, rejected: { 'bad-id': 1 } },
  ],
  ['an array', `[${tracked},${tracked}]`, { stored: 2, rejected: {} }],
];

export const NO_BATCHES = ['{}', '{"batch":null}', '{"batch":{}}', '{"batch":"x"}', '5', 'null'];
