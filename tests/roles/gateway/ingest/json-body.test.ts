import { deflateSync, gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import {
  inflatedText,
  isGzip,
  keptOf,
  parseJson,
  textOf,
} from '../../../../src/roles/gateway/ingest/json-body.ts';

const bytes = (text: string): Uint8Array => Buffer.from(text);

describe('a body', () => {
  it('is read as UTF-8, with or without a mark at its beginning', () => {
    expect(textOf(bytes('{"a":"Ж"}'), 100)).toBe('{"a":"Ж"}');
    expect(parseJson(textOf(bytes('\uFEFF{"a":1}'), 100))).toEqual({ a: 1 });
  });

  it.each([
    ['Latin-1', Buffer.from('{"a":"é"}', 'latin1')],
    ['UTF-16', Buffer.from('\uFEFF{"a":"é"}', 'utf16le')],
    ['a surrogate as UTF-8', Buffer.from([0x22, 0xed, 0xa0, 0x80, 0x22])],
    ['an overlong form', Buffer.from([0x22, 0xc0, 0xaf, 0x22])],
  ])('is refused in %s', (_, body) => {
    expect(() => parseJson(textOf(body, 100))).toThrow(
      expect.objectContaining({ code: 'body-unreadable', remedy: 'refuse-input' }),
    );
  });

  it.each([[''], ['{'], ['{"a":1}x'], ["{'a':1}"], ['NaN'], ['undefined'], ['{"a":01}']])(
    'is refused when it is no JSON: %s',
    (text) => {
      expect(() => parseJson(text)).toThrow(expect.objectContaining({ code: 'body-unreadable' }));
    },
  );

  it.each([['{"a":"b"}'], ['{"a":"Ж"}']])('is kept when its memory is taken back: %s', (text) => {
    const body = new Uint8Array(bytes(text));
    const kept = keptOf(body);
    body.fill(0);
    expect(textOf(kept, 100)).toBe(text);
  });

  it('may have so many bytes and not one more', () => {
    expect(textOf(bytes('"12345678"'), 10)).toHaveLength(10);
    expect(() => textOf(bytes('"123456789"'), 10)).toThrow(
      expect.objectContaining({ code: 'body-too-large' }),
    );
  });
});

describe('a body in gzip', () => {
  it('is known by its bytes and inflated', async () => {
    const body = gzipSync('{"a":"Ж"}');
    expect([isGzip(body), isGzip(bytes('{}')), isGzip(new Uint8Array())]).toEqual([
      true,
      false,
      false,
    ]);
    expect(await inflatedText(body, 100)).toBe('{"a":"Ж"}');
  });

  it('is cut off where it becomes too large, however small it came', async () => {
    const bomb = gzipSync(Buffer.alloc(50_000_000));
    expect(bomb.length).toBeLessThan(100_000);
    await expect(inflatedText(bomb, 524_288)).rejects.toMatchObject({ code: 'body-too-large' });
    expect(await inflatedText(gzipSync('x'.repeat(1_000)), 1_000)).toHaveLength(1_000);
    await expect(inflatedText(gzipSync('x'.repeat(1_001)), 1_000)).rejects.toMatchObject({
      code: 'body-too-large',
    });
  });

  it.each([
    ['cut', gzipSync('{"a":1}').subarray(0, 15)],
    ['changed', Buffer.from([...gzipSync('{"a":1}').subarray(0, -8), 0, 0, 0, 0, 7, 0, 0, 0])],
    ['a beginning alone', Buffer.from([0x1f, 0x8b])],
    [
      'another packing with its bytes',
      Buffer.concat([Buffer.from([0x1f, 0x8b]), deflateSync('x')]),
    ],
  ])('is refused when it is broken: %s', async (_, body) => {
    await expect(inflatedText(body, 100)).rejects.toMatchObject({ code: 'body-unreadable' });
  });
});
