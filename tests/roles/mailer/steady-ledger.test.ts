import { expect, test } from 'vitest';
import { SteadyLedger } from '../../../src/roles/mailer/steady-ledger.ts';
import type { Claim, Ledger, LetterEntry, LetterWrite } from '../../../src/roles/ports/ledger.ts';

/** A store that tells what is asked of it, and whose connection a test can lose. */
function startStore() {
  const asked: string[] = [];
  const state = { connection: 0, now: 1_000, isAway: false };
  const answer = async <T>(what: string, value: T): Promise<T> => {
    if (state.isAway) throw new Error('away');
    asked.push(what);
    return value;
  };
  const ledger: Ledger = {
    page: () => answer('page', { letters: new Map(), consents: new Map(), readAt: 0 }),
    claim: (claim) =>
      answer(`claim ${claim.letter}`, { kind: 'claimed', entry: entryOf('intent', 1) }),
    put: ({ letter, entry }) => answer(`put ${letter} ${entry.state}`, entry),
    letters: async function* () {},
    prune: () => Promise.resolve(0),
    connection: () => state.connection,
  };
  const clock = { now: () => state.now, sleep: async () => undefined };
  return { asked, state, steady: new SteadyLedger(ledger, clock) };
}

function entryOf(state: LetterEntry['state'], revision: number): LetterEntry {
  return { campaign: 'welcome', state, revision, at: 0, isMarketing: true };
}

function claimOf(letter: string): Claim {
  const how = { consent: 'none', caps: [], holdMs: 1_000, writer: 'boot.1' } as const;
  return { customer: 'ann', letter, campaign: 'welcome', at: 0, isMarketing: true, ...how };
}

const sent = (letter: string): LetterWrite => ({
  customer: 'ann',
  letter,
  entry: entryOf('sent', 2),
});

test('after a loss, what was last written goes before what is asked next', async () => {
  const { asked, state, steady } = startStore();
  await steady.claim(claimOf('l1'));
  await steady.claim(claimOf('l2'));
  await steady.put(sent('l2'));
  asked.length = 0;
  state.connection += 1;
  await Promise.all([steady.claim(claimOf('l3')), steady.page('ann')]);
  expect(asked.slice(0, 2).toSorted()).toEqual(['put l1 intent', 'put l2 sent']);
  expect(asked.slice(2).toSorted()).toEqual(['claim l3', 'page']);
});

test('without a loss nothing is written again', async () => {
  const { asked, steady } = startStore();
  await steady.claim(claimOf('l1'));
  await steady.put(sent('l1'));
  expect(asked).toEqual(['claim l1', 'put l1 sent']);
});

test('what is older than ten seconds is on the disk of the store', async () => {
  const { asked, state, steady } = startStore();
  await steady.claim(claimOf('l1'));
  state.now += 10_001;
  state.connection += 1;
  await steady.page('ann');
  expect(asked).toEqual(['claim l1', 'page']);
});

test('while the store is away nothing is asked, and the next call begins anew', async () => {
  const { asked, state, steady } = startStore();
  await steady.claim(claimOf('l1'));
  state.connection += 1;
  state.isAway = true;
  await expect(steady.claim(claimOf('l2'))).rejects.toThrow('away');
  state.isAway = false;
  await steady.claim(claimOf('l2'));
  expect(asked).toEqual(['claim l1', 'put l1 intent', 'claim l2']);
});
