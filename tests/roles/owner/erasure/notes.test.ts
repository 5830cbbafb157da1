import { expect, test } from 'vitest';
import type { Effect, Passed } from '../../../../src/engine/effect.ts';
import { ErasureNotes } from '../../../../src/roles/owner/erasure/notes.ts';
import type { PendingErasure } from '../../../../src/roles/ports/forgetting.ts';
import type { LogMessage } from '../../../../src/wire/log-message.ts';

const mark = { salt: 's', hash: '0123456789abcdef0123456789abcdef' };
const EVENTS: LogMessage = { kind: 'events', events: [], history: false, rejected: [] };

/** Notes, and what they have stored. */
function notesOf() {
  const stored: PendingErasure[] = [];
  const store = { isAway: false };
  const put = async (_: number, one: PendingErasure): Promise<void> => {
    if (store.isAway) throw new Error('away');
    stored.push(one);
  };
  const notes = new ErasureNotes({ pending: { put }, partition: 0, boot: 'boot-1' });
  let dropped = 0;
  const look = (message: LogMessage, sequence: number, effects: readonly Effect[] = []): void => {
    const outputs = effects.map((effect, i) => ({ n: i + 1, chain: '', effect }));
    notes.look(message, sequence, outputs, { skipped: new Map([['forgotten', dropped]]) });
  };
  return {
    look,
    /** An event of someone who was forgotten is dropped. */
    drop: (sequence: number): void => {
      dropped++;
      look(EVENTS, sequence);
    },
    save: () => notes.save(),
    stored,
    store,
  };
}

function forgotten(customer: string): Effect {
  return { kind: 'forgotten', at: 1, customer, why: 'forget' };
}

function asked(customer: string, to: string, via: readonly string[]): Passed {
  return {
    kind: 'passed',
    at: 1,
    customer,
    why: 'forget',
    to,
    via,
    parcel: { type: 'forget', mark },
  };
}

test('who is forgotten is noted, with all who are forgotten with them (2)', async () => {
  const { look, save, stored } = notesOf();
  look({ kind: 'forget', customer: 'ann', mark }, 7, [forgotten('ann'), forgotten('visitor-1')]);
  look({ kind: 'forget', customer: 'visitor-2', mark }, 9, [
    forgotten('visitor-2'),
    asked('visitor-2', 'bob', ['visitor-2']),
    asked('visitor-2', 'whoever was asked for', []),
  ]);
  await save();
  expect(stored).toEqual([
    {
      id: 'boot-1-1',
      kind: 'customers',
      customers: ['ann', 'visitor-1', 'visitor-2', 'bob'],
      from: 1,
      to: 9,
    },
  ]);
});

test('who asks another partition to forget an alias is in its log, too', async () => {
  const { look, save, stored } = notesOf();
  const items = [{ n: 3, passed: asked('ann', 'visitor-1', ['first']) }];
  look({ kind: 'passed', source: 2, items }, 5, [forgotten('visitor-1')]);
  await save();
  expect(stored).toMatchObject([{ customers: ['ann', 'first', 'visitor-1'], to: 5 }]);
});

test('who is gone by age alone, or forgotten without a name, is not noted', async () => {
  const { look, save, stored } = notesOf();
  look({ kind: 'tick' }, 3, [forgotten('visitor-9')]);
  look({ kind: 'forget', mark }, 4);
  look(EVENTS, 5);
  await save();
  expect(stored).toEqual([]);
});

test('what comes later is noted by its place (2)', async () => {
  const { look, drop, save, stored } = notesOf();
  drop(11);
  look(EVENTS, 12);
  drop(15);
  await save();
  look(EVENTS, 16);
  await save();
  expect(stored).toEqual([{ id: 'boot-1-1', kind: 'stragglers', from: 11, to: 15 }]);
});

test('what could not be stored is stored later, with what came meanwhile (1)', async () => {
  const { look, save, stored, store } = notesOf();
  look({ kind: 'forget', customer: 'ann', mark }, 7);
  store.isAway = true;
  await expect(save()).rejects.toThrow('away');
  store.isAway = false;
  look({ kind: 'forget', customer: 'bob', mark }, 8);
  await save();
  await save();
  expect(stored).toMatchObject([{ customers: ['ann', 'bob'], to: 8 }]);
});
