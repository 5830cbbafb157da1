import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CustomerEvent } from '../../src/rules/event.ts';
import type { Rule, Segment } from '../../src/rules/rule.ts';
import { arbitraryCase, caseText } from './arbitrary.ts';
import type { Command } from './command.ts';
import { toInput } from './command.ts';
import { Model } from './model.ts';
import type { ModelSettings } from './model.ts';
import {
  DAY,
  HOUR,
  MINUTE,
  compare,
  event,
  identify,
  latest,
  not,
  of,
  track,
  within,
} from './story.ts';

const SENDER: ModelSettings = { clock: 'sender', graceMs: 0 };

function modelOf(rules: Record<string, Rule>, settings = SENDER): Model {
  const segments: Segment[] = Object.entries(rules).map(([id, rule]) => ({ id, name: id, rule }));
  return new Model(segments, 'UTC', settings);
}

function message(sentAt: number, ...events: readonly CustomerEvent[]): Command {
  return { kind: 'message', storedAt: sentAt, sentAt, events };
}

function tick(sentAt: number): Command {
  return { kind: 'tick', storedAt: sentAt, sentAt };
}

/** Ann's membership of `s` after each command. */
function story(model: Model, ...commands: readonly Command[]): boolean[] {
  return commands.map((command) => {
    model.apply(command);
    return model.members('s').has('ann');
  });
}

const abandoned = latest('Product Added', {
  window: within(7 * DAY),
  atLeastAgoMs: HOUR,
  notFollowedBy: { events: ['Order Completed'], where: [] },
});

describe('an abandoned cart', () => {
  it('enters an hour after the latest addition, leaves at another one and after seven days', () => {
    const again = 90 * MINUTE;
    const held = story(
      modelOf({ s: abandoned }),
      message(0, track('Product Added', 0)),
      tick(HOUR - 1),
      tick(HOUR),
      message(again, track('Product Added', again)),
      tick(again + HOUR - 1),
      tick(again + HOUR),
      tick(again + 7 * DAY - 1),
      tick(again + 7 * DAY),
    );
    expect(held).toEqual([false, false, true, false, false, true, true, false]);
  });

  it('leaves when an order comes', () => {
    const order = message(2 * HOUR, track('Order Completed', 2 * HOUR));
    const held = story(
      modelOf({ s: abandoned }),
      message(0, track('Product Added', 0)),
      tick(HOUR),
      order,
    );
    expect(held).toEqual([false, true, false]);
  });
});

describe('time', () => {
  const recent = event('Order', { window: within(HOUR) });

  it('an event dated later than stream time counts as happening at stream time', () => {
    const early = message(0, track('Order', 10 * HOUR));
    expect(story(modelOf({ s: recent }), early, tick(HOUR - 1), tick(HOUR))).toEqual([
      true,
      true,
      false,
    ]);
  });

  it('a late event counts by its event time', () => {
    const late = message(2 * HOUR, track('Order', HOUR + 1));
    const held = story(modelOf({ s: recent }), tick(2 * HOUR), late, tick(2 * HOUR + 1));
    expect(held).toEqual([false, true, false]);
  });

  it('a tick announces what is due by T − grace, events what was due before it', () => {
    const model = modelOf({ s: recent }, { clock: 'sender', graceMs: 1_000 });
    const other = (sentAt: number): Command => message(sentAt, of('bob', track('Order', sentAt)));
    const held = story(
      model,
      message(0, track('Order', 0)),
      tick(HOUR + 999),
      other(HOUR + 1_000),
      tick(HOUR + 1_000),
    );
    expect(held).toEqual([true, true, true, false]);
    const byEvents = story(
      modelOf({ s: recent }, { clock: 'sender', graceMs: 1_000 }),
      message(0, track('Order', 0)),
      other(HOUR + 1_001),
    );
    expect(byEvents).toEqual([true, false]);
  });

  it('a purchase that replaces an expiring one at the very millisecond keeps the member', () => {
    const replace = message(HOUR, track('Order', HOUR));
    expect(story(modelOf({ s: recent }), message(0, track('Order', 0)), replace)).toEqual([
      true,
      true,
    ]);
  });

  it('clock broker: time runs at most 5 s ahead of the sender’s clock, and never back', () => {
    const model = modelOf({ s: recent }, { clock: 'broker', graceMs: 0 });
    model.apply({ kind: 'tick', storedAt: 1_000, sentAt: 500_000 });
    expect(model.streamTime).toBe(1_000);
    model.apply({ kind: 'tick', storedAt: 100_000, sentAt: 2_000 });
    expect(model.streamTime).toBe(7_000);
    model.apply({ kind: 'message', storedAt: 50_000, events: [] });
    model.apply({ kind: 'message', storedAt: 40_000, events: [] });
    expect(model.streamTime).toBe(50_000);
  });

  it('clock sender: an event moves time to itself, then the batch to the sender’s time', () => {
    const twice = event('Order', { window: within(10), comparison: compare('atLeast', 2) });
    const model = modelOf({ s: twice });
    model.apply(message(1_000, track('Order', 1), track('Order', 5)));
    expect(model.streamTime).toBe(1_000);
    expect(model.announcedAt('ann')).toBe(999);
  });
});

describe('who is known, and what is repeated', () => {
  const twice = event('Order', { comparison: compare('atLeast', 2) });
  const order = (when: number): CustomerEvent => ({ ...track('Order', when), messageId: 'm' });

  it('a customer is known from the first message on, of whatever kind', () => {
    const model = modelOf({ s: not(event('Order')) });
    expect(model.members('s').size).toBe(0);
    model.apply(message(0, identify(0, {})));
    expect([...model.members('s')]).toEqual(['ann']);
  });

  it('a messageId of one customer counts once within ten minutes of stream time', () => {
    const again = message(0, order(0));
    const model = modelOf({ s: twice });
    expect(story(model, again, tick(599_999), again, tick(600_000), again)).toEqual([
      ...[false, false, false, false],
      true,
    ]);
    const bobs = modelOf({ s: twice });
    expect(story(bobs, again, message(1, of('bob', order(0))))).toEqual([false, false]);
    expect(bobs.customers()).toEqual(['ann', 'bob']);
  });

  it('a message that bears a stamp seen before does nothing at all', () => {
    const stamp = { producer: 'g', n: 1 };
    const model = modelOf({ s: twice });
    model.apply({ ...message(0, track('Order', 0)), stamp });
    model.apply({ ...message(500, track('Order', 0)), stamp });
    expect(model.members('s').size).toBe(0);
    expect(model.streamTime).toBe(0);
  });

  it('a segment in a segment is that of the same instant', () => {
    const inner = event('Order', { window: within(HOUR) });
    const model = modelOf({ s: not({ kind: 'segment', segment: 'recent' }), recent: inner });
    expect(story(model, message(0, track('Order', 0)), tick(HOUR))).toEqual([false, true]);
  });
});

describe('random cases', () => {
  it.each(['core', 'whole'] as const)(
    '%s: are plain data, run through, and change members',
    (nodes) => {
      let changes = 0;
      const run = (one: Parameters<typeof caseText>[0]): void => {
        // What may be missing is left out in JSON: nothing else may get lost.
        const copy: unknown = JSON.parse(JSON.stringify(one));
        expect(copy).toEqual(one);
        expect(caseText(one)).toContain(one.zone);
        const model = new Model(one.segments, one.zone, one);
        const counts = one.commands.map((command) => {
          expect(toInput(command).storedAt).toBe(command.storedAt);
          model.apply(command);
          return one.segments.map(({ id }) => model.members(id).size).join();
        });
        changes += new Set(counts).size - 1;
      };
      fc.assert(fc.property(arbitraryCase({ nodes }), run), { numRuns: 20, seed: 1 });
      expect(changes).toBeGreaterThan(20);
    },
  );
});
