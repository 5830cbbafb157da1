import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Partition } from '../../src/engine/partition.ts';
import type { Section } from '../../src/engine/protocol.ts';
import { arbitraryCase, type Case } from '../model/arbitrary.ts';
import { engineOf, membersOf, outputsOf, PARAMETERS, settingsOf } from '../support/case-run.ts';

/*
 * An engine that was stored and restored goes on as if nothing had been.
 */

const cases = arbitraryCase({ nodes: 'whole', length: 60 });
const place = fc.double({ min: 0, max: 1, noNaN: true });

/** What a store gives back: the same bytes, in one piece, elsewhere in memory. */
function stored(sections: readonly Section[]): Section[] {
  return sections.map(({ name, format, bytes }) => ({
    name,
    format,
    bytes: [new Uint8Array(Buffer.concat(bytes))],
  }));
}

function digestOf(sections: readonly Section[]): string {
  const hash = createHash('sha256');
  for (const { name, bytes } of stored(sections)) {
    hash.update(name);
    for (const part of bytes) hash.update(part);
  }
  return hash.digest('hex');
}

function restored(run: Case, engine: Partition): Partition {
  return Partition.restore(settingsOf(run), stored(engine.snapshot()));
}

function standing(run: Case, engine: Partition): object {
  const { n, chain, streamTime, events } = engine;
  const customers = engine.customerCount();
  const counts = [...engine.counts()].toSorted(([a], [b]) => (a < b ? -1 : 1));
  return { n, chain, streamTime, events, customers, counts, members: membersOf(run, engine) };
}

test('restored anywhere, it stands as it stood and says the same', { timeout: 0 }, () => {
  fc.assert(
    fc.property(cases, place, (run, share) => {
      const half = Math.floor(share * run.commands.length);
      const whole = engineOf(run);
      outputsOf(whole, run.commands.slice(0, half));
      const again = restored(run, whole);
      expect(standing(run, again)).toEqual(standing(run, whole));
      const rest = run.commands.slice(half);
      expect(outputsOf(again, rest)).toEqual(outputsOf(whole, rest));
      expect(standing(run, again)).toEqual(standing(run, whole));
    }),
    PARAMETERS,
  );
});

test('restored after every message, it says the same', { timeout: 0 }, () => {
  fc.assert(
    fc.property(arbitraryCase({ nodes: 'whole', length: 25 }), (run) => {
      const whole = engineOf(run);
      let often = engineOf(run);
      for (const command of run.commands) {
        often = restored(run, often);
        expect(outputsOf(often, [command])).toEqual(outputsOf(whole, [command]));
      }
    }),
    { ...PARAMETERS, numRuns: Math.ceil(PARAMETERS.numRuns / 3) },
  );
});

test('a snapshot does not change when the engine goes on', { timeout: 0 }, () => {
  fc.assert(
    fc.property(cases, place, (run, share) => {
      const half = Math.floor(share * run.commands.length);
      const engine = engineOf(run);
      outputsOf(engine, run.commands.slice(0, half));
      const snapshot = engine.snapshot();
      const before = digestOf(snapshot);
      outputsOf(engine, run.commands.slice(half));
      expect(digestOf(snapshot)).toBe(before);
    }),
    { ...PARAMETERS, numRuns: Math.ceil(PARAMETERS.numRuns / 3) },
  );
});
