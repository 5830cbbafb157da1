import fc from 'fast-check';
import { expect, test } from 'vitest';
import { arbitraryCase, type Case } from '../model/arbitrary.ts';
import type { Command } from '../model/command.ts';
import { engineOf, outputsOf, PARAMETERS, transitionsOf } from '../support/case-run.ts';

/*
 * Every event twice is as every event once, as long as its messageId is remembered.
 */

/** Every event has a messageId of its own, and no message its stamp: the ids alone must do. */
function withIds(run: Case): Case {
  let count = 0;
  const commands = run.commands.map((command): Command => {
    if (command.kind === 'tick') return { ...command, stamp: undefined };
    if (command.kind === 'forget') return command;
    const events = command.events.map((event) => ({ ...event, messageId: `id-${count++}` }));
    return { ...command, stamp: undefined, events };
  });
  return { ...run, commands };
}

/** What was dropped of someone forgotten may count when it comes again and that is long ago. */
function withoutForgetting(run: Case): Case {
  return { ...run, commands: run.commands.filter(({ kind }) => kind !== 'forget') };
}

/** A message may move stream time by days: its second copy comes when the first is old. */
const FOR_EVER = { dedupWindowMs: Number.POSITIVE_INFINITY };

const cases = arbitraryCase({ nodes: 'whole', length: 60 }).map(withIds);

test('every message twice, one after the other', { timeout: 0 }, () => {
  fc.assert(
    fc.property(cases.map(withoutForgetting), (run) => {
      const [once, twice] = [engineOf(run, FOR_EVER), engineOf(run, FOR_EVER)];
      const wanted = outputsOf(once, run.commands);
      const doubled = run.commands.flatMap((command) => [command, command]);
      expect(outputsOf(twice, doubled)).toEqual(wanted);
      expect(twice.events).toBe(once.events);
    }),
    PARAMETERS,
  );
});

test('the whole history again at its end', { timeout: 0 }, () => {
  fc.assert(
    fc.property(cases.map(withoutForgetting), (run) => {
      const engine = engineOf(run, FOR_EVER);
      const { commands } = run;
      outputsOf(engine, commands);
      const { n, events } = engine;
      // Their times have been: nothing moves the clock.
      const again = commands.filter(({ kind }) => kind === 'message');
      expect(outputsOf(engine, again)).toEqual([]);
      expect([engine.n, engine.events]).toEqual([n, events]);
    }),
    PARAMETERS,
  );
});

test('every event twice inside of its message', { timeout: 0 }, () => {
  fc.assert(
    fc.property(cases, (run) => {
      const [once, twice] = [engineOf(run, FOR_EVER), engineOf(run, FOR_EVER)];
      const doubled = run.commands.map((command) =>
        command.kind !== 'message'
          ? command
          : { ...command, events: command.events.flatMap((event) => [event, event]) },
      );
      const wanted = transitionsOf(outputsOf(once, run.commands));
      expect(transitionsOf(outputsOf(twice, doubled))).toEqual(wanted);
    }),
    PARAMETERS,
  );
});

test('a message without a messageId counts each time', () => {
  const rule = { kind: 'event', events: ['A'], where: [], window: { kind: 'ever' } } as const;
  const run: Case = {
    zone: 'UTC',
    clock: 'broker',
    graceMs: 0,
    segments: [
      {
        id: 'twice',
        name: 'twice',
        rule: { ...rule, measure: { of: 'count' }, comparison: { op: 'atLeast', value: 2 } },
      },
    ],
    commands: [],
  };
  const event = { type: 'track', customer: 'ann', at: 5, event: 'A' } as const;
  const full = { ...event, properties: {}, context: {} };
  const message: Command = { kind: 'message', storedAt: 5, events: [full] };
  const engine = engineOf(run);
  expect(outputsOf(engine, [message])).toEqual([]);
  expect(transitionsOf(outputsOf(engine, [message]))).toMatchObject([{ kind: 'entry' }]);
});
