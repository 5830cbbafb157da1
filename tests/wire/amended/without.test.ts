import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import type { Passed } from '../../../src/engine/effect.ts';
import type { Parcel } from '../../../src/engine/parcel.ts';
import type { CustomerEvent } from '../../../src/rules/event.ts';
import { Names } from '../../../src/wire/amended/names.ts';
import { withoutCustomers } from '../../../src/wire/amended/without.ts';
import {
  decodeLogMessage,
  encodeDefine,
  encodeEvents,
  encodeForget,
  encodePassed,
  encodeTick,
  type Encoded,
} from '../../../src/wire/log-codec.ts';
import type { LogMessage } from '../../../src/wire/log-message.ts';
import { UTC } from '../../../src/base/zone.ts';
import { customerEvent } from '../../support/any-event.ts';

const meta = { stamp: { producer: 'gateway-1', n: 7 }, sentAt: 1_700_000_000_123 };
const ann = new Names(['ann']);

/** The message as it is without them; undefined where it is about none of them. */
function without(message: Encoded, names = ann): LogMessage | undefined {
  const body = withoutCustomers(message, names);
  return body && decodeLogMessage(message.headers, body);
}

function track(customer: string, more: Partial<CustomerEvent> = {}): CustomerEvent {
  const properties = { note: 'kept' };
  return { type: 'track', customer, at: 1, event: 'Seen', properties, context: {}, ...more };
}

function raw(json: unknown): Encoded {
  return { headers: new Map(), body: Buffer.from(JSON.stringify(json)) };
}

describe('a batch of events', () => {
  it('has none of theirs any more, and all of the others as they were', () => {
    const batch = [track('bob'), track('ann'), track('cleo', { messageId: 'm' }), track('ann')];
    expect(without(encodeEvents(batch, meta))).toMatchObject({
      ...meta,
      kind: 'events',
      events: [track('bob'), track('cleo', { messageId: 'm' })],
      rejected: [],
    });
  });

  it('names them as nobody’s other id', () => {
    const batch = [track('bob', { anonymousId: 'ann' })];
    const amended = without(encodeEvents(batch, meta));
    expect(amended).toMatchObject({ events: [{ customer: 'bob' }] });
    expect(JSON.stringify(amended)).not.toContain('ann');
  });

  it('may become empty, and is a batch still', () => {
    const history = { ...meta, history: true };
    expect(without(encodeEvents([track('ann')], history))).toMatchObject({
      kind: 'events',
      history: true,
      events: [],
      rejected: [],
    });
  });

  it('is left alone when an id only begins like theirs', () => {
    expect(without(encodeEvents([track('anna'), track('joann')], meta))).toBeUndefined();
  });

  it('that cannot be read goes when it bears them, and only then', () => {
    const broken = (text: string): Encoded => ({
      headers: encodeEvents([], meta).headers,
      body: Buffer.from(text),
    });
    expect(without(broken('no frame of ann'))).toMatchObject({ events: [], rejected: [] });
    expect(without(broken('no frame of bob'))).toBeUndefined();
  });

  test('whatever it holds, what is left is what was of others', () => {
    const id = fc.constantFrom<string>('ann', 'bob', 'Zoë', '"', '1');
    const some = fc.array(
      fc
        .tuple(customerEvent, id, fc.option(id, { nil: undefined }))
        .map(([event, customer, other]) => {
          return { ...event, customer, anonymousId: other };
        }),
      { maxLength: 6 },
    );
    const anyNames = fc.uniqueArray(id, { minLength: 1, maxLength: 3 });
    fc.assert(
      fc.property(some, anyNames, (events, names) => {
        const message = encodeEvents(events, meta);
        const read = decodeLogMessage(message.headers, message.body);
        if (read.kind !== 'events') throw new Error('a batch is read as one');
        const expected = read.events
          .filter(({ customer }) => !names.includes(customer))
          .map(({ anonymousId, ...event }) => {
            const isTheirs = anonymousId !== undefined && names.includes(anonymousId);
            return { ...event, anonymousId: isTheirs ? undefined : anonymousId };
          });
        const isNone = JSON.stringify(expected) === JSON.stringify(order(read.events));
        const amended = without(message, new Names(names));
        if (isNone) expect(amended).toBeUndefined();
        else expect(amended).toEqual({ ...read, events: expected });
      }),
    );
  });

  function order(events: readonly CustomerEvent[]): CustomerEvent[] {
    return events.map(({ anonymousId, ...event }) => ({ ...event, anonymousId }));
  }
});

describe('what a producer has written that knows nothing of Shoal', () => {
  const at = '2026-05-04T10:00:00Z';
  const seen = (userId: string, more = {}): object => {
    return { type: 'track', userId, timestamp: at, event: 'Seen', ...more };
  };

  it('keeps the entries of others', () => {
    const amended = without(raw([seen('bob'), seen('ann'), seen('cleo')]));
    expect(amended).toMatchObject({ events: [{ customer: 'bob' }, { customer: 'cleo' }] });
  });

  it('loses entries that are refused and name them', () => {
    const refused = { type: 'track', userId: 'ann' };
    const other = { type: 'track', userId: 'bob' };
    expect(without(raw([refused, other]))).toMatchObject({
      events: [],
      rejected: [{ reason: 'bad-timestamp' }],
    });
  });

  it('names them as nobody’s other or previous id', () => {
    const amended = withoutCustomers(
      raw([
        seen('bob', { anonymousId: 'ann' }),
        { type: 'alias', userId: 'cleo', previousId: 'ann', timestamp: at },
      ]),
      ann,
    );
    const text = Buffer.from(amended ?? []).toString();
    expect(text).not.toContain('ann');
    expect(JSON.parse(text)).toEqual([
      seen('bob'),
      { type: 'alias', userId: 'cleo', timestamp: at },
    ]);
  });

  it('finds an id that is written with escapes', () => {
    const body = Buffer.from(JSON.stringify(seen('ann')).replace('ann', '\\u0061nn'));
    expect(without({ headers: new Map(), body })).toMatchObject({ events: [] });
  });

  it('goes as a whole when it is no JSON and bears them', () => {
    const message = { headers: new Map<string, string>(), body: Buffer.from('{"userId":"ann"') };
    expect(without(message)).toMatchObject({ events: [], rejected: [] });
  });

  it('alone becomes nothing', () => {
    expect(without(raw(seen('ann')))).toMatchObject({ events: [], rejected: [] });
    expect(without(raw(seen('bob')))).toBeUndefined();
  });
});

describe('what another partition has passed on', () => {
  const passed = (customer: string, to: string, more: Partial<Passed> = {}): Passed => {
    const parcel: Parcel = { type: 'merge', id: '3', slice: 0, slices: 1, text: '{}' };
    return { kind: 'passed', at: 1, customer, why: 'event', to, via: [], parcel, ...more };
  };
  const join = (into: string): Parcel => {
    return { type: 'join', into, isExplicit: false, isHistory: false };
  };

  it('has nothing of them, for them or into them', () => {
    const items = [
      passed('ann', 'bob'),
      passed('bob', 'ann'),
      passed('x', 'y', { parcel: join('ann') }),
      passed('x', 'y', { parcel: join('bob') }),
    ].map((one, i) => ({ n: i + 1, passed: one }));
    const amended = without(encodePassed(3, items));
    expect(amended).toMatchObject({ kind: 'passed', source: 3, items: [items[3]] });
    expect(JSON.stringify(amended)).not.toContain('ann');
  });

  it('has not come by way of them, nor with them as its other id', () => {
    const event = track('bob', { anonymousId: 'ann' });
    const parcel: Parcel = { type: 'event', event, isHistory: false };
    const item = { n: 9, passed: passed('x', 'bob', { via: ['x', 'ann'], parcel }) };
    const amended = without(encodePassed(3, [item]));
    expect(amended).toMatchObject({ items: [{ n: 9, passed: { via: ['x'], to: 'bob' } }] });
    expect(JSON.stringify(amended)).not.toContain('ann');
  });

  it('is left alone when it is about others', () => {
    expect(without(encodePassed(3, [{ n: 1, passed: passed('bob', 'cleo') }]))).toBeUndefined();
  });
});

describe('controls', () => {
  const mark = { salt: 'ann of the salt', hash: '0123456789abcdef0123456789abcdef' };

  it('leave the mark of who was forgotten, without the name', () => {
    expect(without(encodeForget({ customer: 'ann', mark }))).toEqual({ kind: 'forget', mark });
    expect(without(encodeForget({ mark }))).toBeUndefined();
    expect(without(encodeForget({ customer: 'bob', mark }))).toBeUndefined();
  });

  it('of other kinds stay as they are', () => {
    const definitions = { segments: [], campaigns: [], zone: { ...UTC, name: 'ann' } };
    expect(without(encodeDefine(definitions, meta))).toBeUndefined();
    expect(without(encodeTick(meta))).toBeUndefined();
  });
});

test('many are found as well as few', () => {
  const many = new Names(Array.from({ length: 40 }, (_, i) => `nobody-${i}`).concat('ann'));
  expect(without(encodeEvents([track('ann'), track('bob')], meta), many)).toMatchObject({
    events: [{ customer: 'bob' }],
  });
});
