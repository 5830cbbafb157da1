import { z } from 'zod';
import type { EventType } from '../../../rules/event.ts';
import type { Shape } from './operation.ts';

/*
 * What events look like when they come in. `readEvent` (src/wire/event.ts) is what decides: it
 * takes all that these schemas let through, and some more. A test holds the two together.
 */

const id = z
  .string()
  .regex(/^[^\n]+$/)
  .describe('one line of text, compared exactly');

const instant = z.iso
  .datetime({ offset: true })
  .describe('ISO 8601 with Z or an offset, cut to milliseconds');

const anything = z.record(z.string(), z.unknown());

const COMMON = {
  messageId: z
    .string()
    .optional()
    .describe('the same one of the same customer counts once, within ten minutes'),
  userId: id.nullish(),
  anonymousId: id.nullish().describe('the customer, where there is no `userId`'),
  timestamp: instant.nullish().describe('when it happened; without it `originalTimestamp`'),
  originalTimestamp: instant.nullish().describe('without both: when it was received'),
  sentAt: instant.nullish().describe("by the sender's clock, which is corrected with it"),
  context: anything.optional().describe('rules read it as `context.…`'),
};

const ONE_ID = { anyOf: [{ required: ['userId'] }, { required: ['anonymousId'] }] };

const SHAPES = {
  track: z.object({
    ...COMMON,
    event: z.string().min(1).describe('`Order Completed`'),
    properties: anything.optional(),
  }),
  identify: z.object({
    ...COMMON,
    traits: anything.optional().describe('merged key by key into the attributes; null removes one'),
  }),
  page: z.object({ ...COMMON, name: z.string().optional(), properties: anything.optional() }),
  screen: z.object({ ...COMMON, name: z.string().optional(), properties: anything.optional() }),
  group: z.object({ ...COMMON, groupId: z.string().optional(), traits: anything.optional() }),
  alias: z.object({
    ...COMMON,
    userId: id,
    previousId: id.nullish().describe('the customer who is the same; or `anonymousId`'),
  }),
} satisfies Record<EventType, z.ZodObject>;

const MESSAGES: Readonly<Record<EventType, Shape>> = {
  track: { name: 'Track', schema: withOneId(SHAPES.track) },
  identify: { name: 'Identify', schema: withOneId(SHAPES.identify) },
  page: { name: 'Page', schema: withOneId(SHAPES.page) },
  screen: { name: 'Screen', schema: withOneId(SHAPES.screen) },
  group: { name: 'Group', schema: withOneId(SHAPES.group) },
  alias: { name: 'Alias', schema: SHAPES.alias },
};

/** The body of `POST /v1/<type>`. */
export function messageBody(type: EventType): Shape {
  return MESSAGES[type];
}

/** Parts of the others, and the others. */
export const SHARED: readonly Shape[] = [
  { name: 'CustomerId', schema: id },
  { name: 'Instant', schema: instant },
  ...Object.values(MESSAGES),
];

/** A message of a batch says what it is. */
const anyMessage = z.union(
  Object.entries(MESSAGES).map(([type, { schema }]) =>
    z.intersection(z.object({ type: z.literal(type) }), schema),
  ),
);

/** The body of `POST /v1/batch` and of `POST /v1/import`. */
const batch = z.object({
  batch: z.array(anyMessage),
  sentAt: COMMON.sentAt,
  context: anything.optional().describe('for all messages; a message of its own wins'),
  writeKey: z.string().optional().describe('the key, where no header bears it'),
});

export const batchBody: Shape = { name: 'Batch', schema: batch };

/** Says in JSON Schema, too, that one of both must be there. */
function withOneId(shape: z.ZodObject): z.ZodType {
  return shape
    .refine(
      ({ userId, anonymousId }) => (userId ?? anonymousId ?? undefined) !== undefined,
      'there is neither a userId nor an anonymousId',
    )
    .meta(ONE_ID);
}
