import { expect, test } from 'vitest';
import { partitionOf } from '../../../src/base/hash.ts';
import { Partition } from '../../../src/engine/partition.ts';
import type { PartitionSettings } from '../../../src/engine/protocol.ts';
import type { CustomerEvent } from '../../../src/rules/event.ts';
import { decodeLogMessage, encodePassed } from '../../../src/wire/log-codec.ts';
import { encodeRecord } from '../../../src/wire/transition-record.ts';
import { passed, someoneOf } from '../../support/parcels.ts';

const PARTITIONS = 2;
const SETTINGS: PartitionSettings = {
  clock: 'broker',
  graceMs: 0,
  dedupWindowMs: 600_000,
  dedupIdsMax: 100,
  partitions: PARTITIONS,
};
/** What NATS takes by default. */
const MESSAGE_BYTES_MAX = 1024 * 1024;

test('an event that no message could bear is not passed on, and counted', () => {
  const [alias, into] = [someoneOf(0, PARTITIONS), someoneOf(1, PARTITIONS)];
  const engine = new Partition(SETTINGS);
  const join = { type: 'join', into, isExplicit: false, isHistory: false } as const;
  const items = [{ n: 1, passed: passed(alias, join, into) }];
  engine.apply({ storedAt: 1_000, body: { kind: 'passed', source: 1, items } });

  const seen = (text: string) => {
    const event: CustomerEvent = {
      ...{ type: 'track', customer: alias, anonymousId: alias, at: 1_000, event: 'Seen' },
      ...{ properties: { text }, context: {} },
    };
    const body = { kind: 'events', events: [event], history: false } as const;
    return engine.apply({ storedAt: 1_000, body }).map(({ effect }) => effect);
  };
  // Of three bytes each: the longest that may be.
  const [effect] = seen('€'.repeat(260_000));
  if (effect?.kind !== 'passed') throw new Error('nothing was passed on');
  expect(partitionOf(effect.to, PARTITIONS)).toBe(1);
  const { headers, body } = encodePassed(0, [{ n: 1, passed: effect }]);
  expect(decodeLogMessage(headers, body)).toMatchObject({ kind: 'passed' });
  const record = { kind: 'batch', epoch: 1, from: 1, to: 1, items: [effect] } as const;
  const source = { chain: '', source: 1, sourceAt: 1_000, sourceItems: 1 };
  for (const bytes of [body, encodeRecord({ ...record, ...source })]) {
    expect(bytes.length).toBeLessThan(MESSAGE_BYTES_MAX);
  }
  expect(seen('€'.repeat(270_000))).toEqual([]);
  expect(engine.skipped.get('event-too-large')).toBe(1);
});
