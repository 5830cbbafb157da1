import fc from 'fast-check';
import type { CustomerEvent, EventType } from '../../src/rules/event.ts';
import { isCustomerId } from '../../src/wire/event.ts';

const NAMES: Record<EventType, string> = {
  track: 'Order Completed',
  identify: '$identify',
  page: '$page',
  screen: '$screen',
  group: '$group',
  alias: '',
};

export const text = fc.string({ unit: 'grapheme', maxLength: 80 });
const key = fc.oneof(
  text.filter((value) => value !== '__proto__'),
  fc.constantFrom('constructor', 'toJSON', '__keys__', 'hasOwnProperty', 'a', 'b'),
);
const number = fc.double({ noNaN: true }).map((value) => (Object.is(value, -0) ? 0 : value));
const { object } = fc.letrec<{ json: unknown; object: Record<string, unknown> }>((tie) => ({
  json: fc.oneof(
    { maxDepth: 3, depthSize: 'small' },
    text,
    number,
    fc.integer(),
    fc.boolean(),
    fc.constant(null),
    fc.array(tie('json'), { maxLength: 4 }),
    tie('object'),
  ),
  object: fc.dictionary(key, tie('json'), { maxKeys: 6, noNullPrototype: true }),
}));
/** Whatever can be the key of a customer. */
export const id = text.filter(isCustomerId);

/** Whatever event a log may hold. */
export const customerEvent: fc.Arbitrary<CustomerEvent> = fc
  .record({
    type: fc.constantFrom<EventType>('track', 'identify', 'page', 'screen', 'group', 'alias'),
    customer: id,
    anonymousId: fc.option(id, { nil: undefined }),
    isAnonymous: fc.boolean(),
    messageId: fc.option(id, { nil: undefined }),
    at: fc.integer({ min: -(2 ** 45), max: 2 ** 45 }),
    properties: object,
    context: object,
  })
  // The generator makes what JSON can say, and says `unknown`.
  .map(({ isAnonymous, ...fields }) => {
    const anonymousId = isAnonymous ? fields.customer : fields.anonymousId;
    return { ...fields, anonymousId, event: NAMES[fields.type] } as CustomerEvent;
  });
