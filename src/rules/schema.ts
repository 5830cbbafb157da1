import { z } from 'zod';

/*
 * The shape of a segment's file: which keys there are and of what kind their values are. Editors
 * get it as a JSON Schema; the readers of `parse-*.ts` take their keys from it and say what is
 * wrong in words of their own, since the errors of a union help nobody.
 */

const text = z.string().min(1);
const duration = z
  .string()
  .regex(/^\d{1,9}[smhdw]$/)
  .describe('A whole number and one of s, m, h, d, w, such as 30d')
  .meta({ id: 'Duration' });
const durationOrZero = z.union([duration, z.literal(0)]);
const instant = z.string().describe('ISO 8601 with Z or an offset, such as 2024-05-01T00:00:00Z');
const scalar = z.union([z.string(), z.number(), z.boolean()]);
const scalars = z.array(scalar).min(1);
const limit = z.union([z.number(), z.string()]);

const path = text.describe('A dotted path, such as product.category; context.… reads the context');
const product = text.describe('A path, or two multiplied, such as price * quantity');
const eventNames = z
  .union([text, z.array(text).min(1)])
  .describe('A name, a list of names, or "*": any track, page or screen')
  .meta({ id: 'EventNames' });

const matcherShape = {
  equals: scalar.optional().describe('is this very value'),
  not: z.union([scalar, scalars]).optional().describe('is not this value, or none of these'),
  in: scalars.optional().describe('is one of these'),
  notIn: scalars.optional().describe('is none of these'),
  atLeast: limit.optional(),
  atMost: limit.optional(),
  moreThan: limit.optional(),
  lessThan: limit.optional(),
  between: z.tuple([limit, limit]).optional().describe('[low, high], both included'),
  contains: scalar.optional().describe('a part of a text, or an element of an array'),
  startsWith: z.string().optional(),
  endsWith: z.string().optional(),
  matches: z.string().max(256).optional().describe('a pattern in RE2 syntax, found anywhere'),
  exists: z.boolean().optional(),
  some: z
    .lazy(() => filter)
    .optional()
    .describe('an element of an array of objects passes this filter'),
};
const matcher: z.ZodType = z
  .union([scalar, scalars, z.strictObject(matcherShape)])
  .meta({ id: 'Matcher' });
const filter: z.ZodType = z
  .record(text, matcher)
  .describe('Paths and their matchers; all must hold')
  .meta({ id: 'Filter' });

function comparisonShape<Operand extends z.ZodType>(operand: Operand) {
  return {
    atLeast: operand.optional(),
    atMost: operand.optional(),
    moreThan: operand.optional(),
    lessThan: operand.optional(),
    equals: operand.optional(),
    between: z.tuple([operand, operand]).optional().describe('[low, high], both included'),
  };
}
const comparison = comparisonShape(z.number());

const windowShapes = {
  rolling: { from: duration, to: durationOrZero.optional() },
  absolute: { after: instant.optional(), before: instant.optional() },
  calendar: {
    calendar: z.enum(['day', 'week', 'month', 'year']),
    ago: z.int().min(0).optional().describe('0 is the current period, 1 the one before it'),
  },
};
const window = z
  .union([
    duration,
    z.strictObject(windowShapes.rolling),
    z.strictObject(windowShapes.absolute),
    z.strictObject(windowShapes.calendar),
  ])
  .describe('Which event times count')
  .meta({ id: 'Window' });

const where = filter.optional().describe('Which of these events count');
const followerShape = { event: eventNames, where };
const lines = z.strictObject({ of: path, where }).describe('Measure the lines of this array');
const minusShape = { event: eventNames, where, lines: lines.optional(), sum: product };
const measureShape = {
  sum: product.optional(),
  average: product.optional(),
  min: product.optional(),
  max: product.optional(),
  distinct: path.optional(),
};

const eventShape = {
  event: eventNames,
  where,
  within: window.optional(),
  lines: lines.optional(),
  ...measureShape,
  minus: z.strictObject(minusShape).optional().describe('Taken off the sum, in the same window'),
  ...comparison,
};
const follower = z.strictObject(followerShape).optional();
const latestShape = {
  latest: eventNames,
  where,
  within: window.optional().describe('It lies in this window'),
  atLeastAgo: durationOrZero.optional().describe('It is at least this long ago'),
  followedBy: follower.describe('Something is later than it'),
  notFollowedBy: follower.describe('Nothing is later than it'),
  having: filter.optional().describe('What the latest one itself must pass'),
};
const firstShape = { first: eventNames, where, within: window };
const dateTestShape = {
  age: z.strictObject(comparison).optional().describe('Whole years completed'),
  anniversary: z.strictObject({ within: duration }).optional().describe('The next one is near'),
  ago: z.strictObject(comparisonShape(duration)).optional().describe('How long ago it is'),
  ahead: z.strictObject(comparisonShape(duration)).optional().describe('How far ahead it is'),
};
const attributeShape = { attribute: text, ...matcherShape, ...dateTestShape };
const sampleShape = {
  percent: z.number().gt(0).max(100),
  salt: text.describe('Another salt gives another sample'),
};

const rules = z.array(z.lazy(() => rule)).min(1);
const rule: z.ZodType = z
  .union([
    z.strictObject({ all: rules }).describe('All of these rules hold'),
    z.strictObject({ any: rules }).describe('At least one of these rules holds'),
    z.strictObject({ not: z.lazy(() => rule) }).describe('This rule does not hold'),
    z.strictObject({ segment: text }).describe('The customer is a member of that segment'),
    z.strictObject({ sample: z.strictObject(sampleShape) }).describe('A steady share of customers'),
    z.strictObject(eventShape).describe('How often, or how much of it, an event happened'),
    z.strictObject(latestShape).describe("The customer's latest such event"),
    z.strictObject(firstShape).describe("The customer's first such event ever"),
    z.strictObject(attributeShape).describe('The last known value about a customer'),
  ])
  .meta({ id: 'Rule' });

const segmentShape = {
  name: text.optional().describe('What people read; the id when it is missing'),
  description: text.optional(),
  rule,
};

/** A segment's file. It lets pass what only a reader can tell, such as two comparisons at once. */
export const SEGMENT_SCHEMA = z
  .strictObject(segmentShape)
  .describe('A named rule, and the set of customers that it defines');

/** What campaigns are written of, too. */
export const SHARED_SCHEMAS = { rule, matcher, filter, eventNames, duration, instant, text };

/** The JSON Schema of a segment's file, for editors. */
export function segmentJsonSchema(): object {
  return z.toJSONSchema(SEGMENT_SCHEMA, { io: 'input' });
}

/** The key that tells the kind of a rule, and all keys that a rule of this kind may have. */
export const RULE_KEYS = {
  all: ['all'],
  any: ['any'],
  not: ['not'],
  segment: ['segment'],
  sample: ['sample'],
  event: keysOf(eventShape),
  latest: keysOf(latestShape),
  first: keysOf(firstShape),
  attribute: keysOf(attributeShape),
} as const;

export const SEGMENT_KEYS = keysOf(segmentShape);
export const SAMPLE_KEYS = keysOf(sampleShape);
export const MATCHER_KEYS = keysOf(matcherShape);
export const DATE_TEST_KEYS = keysOf(dateTestShape);
export const COMPARISON_KEYS = keysOf(comparison);
export const MEASURE_KEYS = keysOf(measureShape);
export const MINUS_KEYS = keysOf(minusShape);
export const FOLLOWER_KEYS = keysOf(followerShape);
export const LINES_KEYS = ['of', 'where'] as const;
export const WINDOW_KEYS = {
  rolling: keysOf(windowShapes.rolling),
  absolute: keysOf(windowShapes.absolute),
  calendar: keysOf(windowShapes.calendar),
} as const;
export const CALENDAR_PERIODS = windowShapes.calendar.calendar.options;

function keysOf<Shape extends object>(shape: Shape): readonly (keyof Shape & string)[] {
  // The shapes above are literals: they have the keys of their type and no others.
  return Object.keys(shape) as (keyof Shape & string)[];
}
