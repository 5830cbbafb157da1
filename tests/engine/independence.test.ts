import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { CustomerId } from '../../src/base/id.ts';
import type { Transition } from '../../src/engine/effect.ts';
import type { CustomerEvent } from '../../src/rules/event.ts';
import type { Rule } from '../../src/rules/rule.ts';
import { arbitraryCase, type Case } from '../model/arbitrary.ts';
import { CUSTOMERS } from '../model/arbitrary-world.ts';
import type { Command } from '../model/command.ts';
import { engineOf, membersOf, outputsOf, PARAMETERS, transitionsOf } from '../support/case-run.ts';

/*
 * Customers do not disturb each other; and where the place in the log does not decide, it has no
 * say.
 */

const cases = arbitraryCase({ nodes: 'whole', length: 60, joins: 'none' });
const [ANN] = CUSTOMERS;
const STRANGER = { customer: 'stranger', anonymousId: undefined };

/** Puts other events in the place of those of each message. */
function mapEvents(
  run: Case,
  change: (events: readonly CustomerEvent[]) => readonly CustomerEvent[],
): Case {
  const commands = run.commands.map((command): Command =>
    command.kind === 'message' ? { ...command, events: change(command.events) } : command,
  );
  return { ...run, commands };
}

function ofCustomer(customer: CustomerId, transitions: readonly Transition[]): Transition[] {
  return transitions.filter((transition) => transition.customer === customer);
}

function run(one: Case): Transition[] {
  return transitionsOf(outputsOf(engineOf(one), one.commands));
}

test('events of other customers change nothing', { timeout: 0 }, () => {
  fc.assert(
    fc.property(cases, (whole) => {
      // With `clock: sender` an event moves time too: it goes on doing so, and says nothing.
      const alone = mapEvents(whole, (events) =>
        events.map((event) =>
          event.customer === ANN
            ? event
            : { ...event, ...STRANGER, type: 'alias', event: '', properties: {} },
        ),
      );
      expect(ofCustomer(ANN, run(alone))).toEqual(ofCustomer(ANN, run(whole)));
    }),
    PARAMETERS,
  );
});

test('with the broker as the clock they may as well not be there', { timeout: 0 }, () => {
  fc.assert(
    fc.property(cases, (some) => {
      const whole: Case = { ...some, clock: 'broker' };
      const alone = mapEvents(whole, (events) => events.filter(({ customer }) => customer === ANN));
      expect(ofCustomer(ANN, run(alone))).toEqual(ofCustomer(ANN, run(whole)));
    }),
    PARAMETERS,
  );
});

test('the order of different customers in a message is nothing', { timeout: 0 }, () => {
  fc.assert(
    fc.property(cases, (some) => {
      const whole: Case = { ...some, clock: 'broker' };
      const sorted = mapEvents(whole, (events) =>
        events.toSorted((a, b) => (a.customer < b.customer ? -1 : Number(a.customer > b.customer))),
      );
      const [found, wanted] = [run(sorted), run(whole)];
      for (const customer of CUSTOMERS) {
        expect(ofCustomer(customer, found)).toEqual(ofCustomer(customer, wanted));
      }
    }),
    PARAMETERS,
  );
});

test('the order of equal instants of one customer is nothing for who is in', { timeout: 0 }, () => {
  fc.assert(
    fc.property(cases, (some) => {
      const segments = some.segments.filter(({ rule }) => !asksForPlace(rule));
      // Of equal messageIds the first counts; of two attributes of one instant the later.
      const plain = mapEvents({ ...some, segments, clock: 'broker' }, (events) => {
        const at = events[0]?.at ?? 0;
        return events
          .filter(({ type }) => type !== 'identify')
          .map((event) => ({ ...event, at, messageId: undefined }));
      });
      const turned = mapEvents(plain, (events) => events.toReversed());
      const [forwards, backwards] = [engineOf(plain), engineOf(turned)];
      for (const [i, command] of plain.commands.entries()) {
        outputsOf(forwards, [command]);
        outputsOf(backwards, turned.commands.slice(i, i + 1));
        expect(membersOf(plain, backwards)).toEqual(membersOf(plain, forwards));
      }
    }),
    PARAMETERS,
  );
});

/** `latest` goes by the place in the log; a reference may lead to a segment that was left out. */
function asksForPlace(rule: Rule): boolean {
  switch (rule.kind) {
    case 'all':
    case 'any':
      return rule.rules.some(asksForPlace);
    case 'not':
      return asksForPlace(rule.rule);
    default:
      return rule.kind === 'latest' || rule.kind === 'segment';
  }
}
