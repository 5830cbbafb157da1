import { Packr } from 'msgpackr';
import { expect, test } from 'vitest';
import {
  chunksOf,
  decodeManifest,
  encodeManifest,
  type Manifest,
} from '../../src/wire/checkpoint.ts';

const MANIFEST: Manifest = {
  streamCreatedAt: '2026-01-01T00:00:00.123456789Z',
  sequence: 12_345,
  storedAt: 1_700_000_000_123,
  crc: 4_000_000_000,
  streamTime: 1_700_000_000_000,
  n: 678,
  chain: '00ff00ff00ff00ff',
  transitionsSequence: 90,
  definitionsHash: 'ab',
  fingerprints: [{ sequence: 12_000, storedAt: 1_699_999_999_999, crc: 1 }],
  outbox: [{ hash: 'cc', length: 9, from: 670, to: 678, at: 1_700_000_000_000 }],
  sections: [
    { name: 'head', format: 1, pieces: [3], chunks: ['aa'] },
    { name: 'series', format: 2, pieces: [], chunks: [] },
    { name: 'timers', format: 1, pieces: [1, 2, 3], chunks: ['bb', 'aa'] },
  ],
};

test('a manifest comes back as it was', () => {
  expect(decodeManifest(encodeManifest(MANIFEST))).toMatchObject(MANIFEST);
});

test('it names each chunk once', () => {
  expect([...chunksOf(MANIFEST)]).toEqual(['aa', 'bb', 'cc']);
});

test.each([
  ['no MessagePack', Uint8Array.of(0xc1)],
  ['no object', new Packr().pack('text')],
  ['another version', new Packr({ useRecords: false }).pack({ ...MANIFEST, v: 3 })],
])('%s is refused by its code', (_, bytes) => {
  expect(() => decodeManifest(bytes)).toThrow(
    expect.objectContaining({ code: 'checkpoint-unreadable', remedy: 'stop' }),
  );
});
