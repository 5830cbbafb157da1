import { expect, test } from 'vitest';
import { DAY_MS } from '../../../../src/base/time.ts';
import { OUTBOX_MS } from '../../../../src/roles/owner/protocol.ts';
import {
  isPast,
  pastReaders,
  type RecordsPlace,
} from '../../../../src/roles/owner/retention/past-readers.ts';

const NOW = 10 * DAY_MS;

/** Transitions that end at 100, and where the readers stand; 0: nobody knows. */
function placeOf(relay: number, mailer: number): RecordsPlace {
  const positions: Readonly<Record<string, number>> = { 'relay-3': relay, 'mailer-3': mailer };
  const world = {
    log: { lastSequence: async () => 100 },
    erasing: { positions: { position: async (name: string) => positions[name] ?? -1 } },
    clock: { now: () => NOW },
  };
  // Nothing else of the world is asked for.
  return { partition: 3, world: world as unknown as RecordsPlace['world'] };
}

const young = NOW - OUTBOX_MS;

test.each([
  ['the relay', placeOf(40, 90), 80, { sequence: 40, storedAt: young }],
  ['the mailer', placeOf(90, 40), 80, { sequence: 40, storedAt: young }],
  ['the checkpoint before the last', placeOf(90, 85), 80, { sequence: 80, storedAt: young }],
  ['the last record', placeOf(200, 200), 300, { sequence: 100, storedAt: young }],
])('nobody needs what is before %s', async (_, place, checkpointed, expected) => {
  expect(await pastReaders(place, checkpointed)).toEqual(expected);
});

test('who never said where it is may come for what is younger than a day', async () => {
  expect(await pastReaders(placeOf(90, 0), 80)).toEqual({ sequence: 80, storedAt: NOW - DAY_MS });
  expect(await pastReaders(placeOf(0, 0), 80)).toEqual({ sequence: 80, storedAt: NOW - DAY_MS });
});

test('the bounds themselves stay', () => {
  const past = { sequence: 40, storedAt: 1_000 };
  expect(isPast({ sequence: 39, storedAt: 999 }, past)).toBe(true);
  expect(isPast({ sequence: 40, storedAt: 999 }, past)).toBe(false);
  expect(isPast({ sequence: 39, storedAt: 1_000 }, past)).toBe(false);
});
