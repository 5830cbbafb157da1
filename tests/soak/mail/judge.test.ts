import { expect, test } from 'vitest';
import type { LetterEntry } from '../../../src/roles/ports/ledger.ts';
import { judge, type Evidence } from './judge.ts';

/* That a run finds nothing says something only if it would find it. */

function evidence(given: Partial<Evidence> = {}): Evidence {
  return {
    due: ['a', 'b', 'c'],
    accepted: ['a', 'b'],
    entries: new Map([
      ['a', entryOf('sent')],
      ['b', entryOf('unknown')],
      ['c', entryOf('failed')],
    ]),
    told: new Map([
      ['a', new Set(['"sent"'])],
      ['b', new Set(['"unknown"'])],
      ['c', new Set(['"failed"'])],
    ]),
    ...given,
  };
}

function entryOf(state: LetterEntry['state']): LetterEntry {
  return { campaign: 'welcome', state, revision: 1, at: 0, isMarketing: true };
}

const change = <T>(map: ReadonlyMap<string, T>, id: string, value: T): Map<string, T> =>
  new Map([...map, [id, value]]);

test('a run as it should be', () => {
  expect(judge(evidence())).toEqual({
    letters: 3,
    accepted: 2,
    sent: 1,
    failed: 1,
    unknown: 1,
    unknownArrived: 1,
    doubled: 0,
    faults: [],
  });
});

test('a letter that has arrived twice', () => {
  expect(judge(evidence({ accepted: ['a', 'b', 'a'] })).doubled).toBe(1);
});

test.each<[string, Partial<Evidence>]>([
  ['arrived, and failed', { accepted: ['a', 'b', 'c'] }],
  ['sent, and not there', { accepted: ['b'] }],
  ['without an end', { entries: change(evidence().entries, 'c', entryOf('waiting')) }],
  ['not in the ledger', { entries: new Map([...evidence().entries].slice(0, 2)) }],
  ['not told', { told: new Map([...evidence().told].slice(0, 2)) }],
  ['told as two things', { told: change(evidence().told, 'b', new Set(['"unknown"', '"sent"'])) }],
])('a letter that is %s', (_what, given) => {
  expect(judge(evidence(given)).faults).not.toEqual([]);
});
