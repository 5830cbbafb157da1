import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { CustomerEvent } from '../../src/rules/event.ts';
import { arbitraryCampaignCase } from '../model/arbitrary-campaign.ts';
import { arbitraryCase, type Case } from '../model/arbitrary.ts';
import type { Command } from '../model/command.ts';
import { engineOf, membersOf, outputsOf, PARAMETERS } from '../support/case-run.ts';

/*
 * Where the senders are the clock, results do not depend on how events are put into messages.
 */

const bySender = fc
  .oneof(arbitraryCase({ nodes: 'whole', length: 60 }), arbitraryCampaignCase(60))
  .map((run): Case => ({ ...run, clock: 'sender' }));

function eventsOf({ commands }: Case): CustomerEvent[] {
  return commands.flatMap((command) => (command.kind === 'message' ? command.events : []));
}

/** Messages of these sizes in turn, each sent at its latest event, as `shoal send` does. */
function batched(events: readonly CustomerEvent[], sizes: readonly number[]): Command[] {
  const commands: Command[] = [];
  for (let from = 0; from < events.length;) {
    const size = sizes[commands.length % sizes.length] ?? 1;
    const batch = events.slice(from, from + size);
    const sentAt = batch.reduce((latest, { at }) => Math.max(latest, at), batch[0]?.at ?? 0);
    commands.push({ kind: 'message', storedAt: sentAt, sentAt, events: batch });
    from += size;
  }
  return commands;
}

describe('messages of any size', () => {
  const sizes = fc.array(fc.integer({ min: 1, max: 7 }), { minLength: 1, maxLength: 5 });

  test('give the same outputs and members as one event each', { timeout: 0 }, () => {
    fc.assert(
      fc.property(bySender, sizes, (run, some) => {
        const events = eventsOf(run);
        const [single, many] = [engineOf(run), engineOf(run)];
        const wanted = outputsOf(single, batched(events, [1]));
        expect(outputsOf(many, batched(events, some))).toEqual(wanted);
        expect(membersOf(run, many)).toEqual(membersOf(run, single));
      }),
      PARAMETERS,
    );
  });

  test('a single message is all the same', { timeout: 0 }, () => {
    fc.assert(
      fc.property(bySender, (run) => {
        const events = eventsOf(run);
        const [single, whole] = [engineOf(run), engineOf(run)];
        outputsOf(single, batched(events, [1]));
        outputsOf(whole, batched(events, [events.length + 1]));
        expect([whole.n, whole.chain]).toEqual([single.n, single.chain]);
      }),
      PARAMETERS,
    );
  });
});
