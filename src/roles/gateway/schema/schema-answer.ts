import { z } from 'zod';
import { formatInstant } from '../../../base/time.ts';
import {
  FIELD_KINDS,
  type EventSeen,
  type FieldSeen,
  type FieldsSeen,
  type Seen,
} from '../../../wire/seen/seen.ts';

const count = z.number().int().min(0);
const instant = z.iso.datetime();

const fieldAnswer = z.object({
  path: z
    .string()
    .describe('as rules write it; `[]` stands for the elements of a list: `products[].category`'),
  count: count.describe('in how many of the sampled events it was'),
  lastSeenAt: instant,
  types: z
    .partialRecord(z.enum(FIELD_KINDS), count)
    .describe('how many values of each type; of `private` ones nobody is told the value'),
  examples: z
    .array(z.object({ value: z.union([z.string(), z.number(), z.boolean()]), count }))
    .describe('values that come often, the most frequent first; long texts are cut'),
});

const fieldsAnswer = z.object({
  sampled: count.describe('how many events were looked at'),
  fields: z.array(fieldAnswer),
  others: count.describe('values in fields for which there was no room'),
});
type FieldsAnswer = z.infer<typeof fieldsAnswer>;

const eventAnswer = z.object({
  name: z.string().describe('`$identify`, `$page`, `$screen`, `$group` for what is no track'),
  count,
  firstSeenAt: instant,
  lastSeenAt: instant,
  properties: fieldsAnswer,
});

/** What `GET /v1/schema` answers. */
export const schemaAnswer = z
  .object({
    events: z.array(eventAnswer).describe('the most frequent first'),
    otherEvents: count.describe('events under names for which there was no room'),
    attributes: fieldsAnswer.describe(
      'what identifies say of customers: the traits of `$identify`',
    ),
    context: fieldsAnswer.describe('of all events; rules write `context.` before the path'),
    missingPartitions: z
      .array(z.number().int())
      .describe('those that did not answer: what only they have seen is not in here'),
  })
  .describe('what has been seen of events and attributes; approximate, of a sample');
export type SchemaAnswer = z.infer<typeof schemaAnswer>;

export function schemaAnswerOf(seen: Seen, missingPartitions: number[]): SchemaAnswer {
  const identify = seen.events.find(({ name }) => name === '$identify');
  return {
    events: seen.events.map(eventOf),
    otherEvents: seen.otherEvents,
    attributes: fieldsOf(identify?.properties ?? { looked: 0, fields: [], other: 0 }),
    context: fieldsOf(seen.context),
    missingPartitions,
  };
}

function eventOf({
  name,
  count,
  firstAt,
  lastAt,
  properties,
}: EventSeen): SchemaAnswer['events'][number] {
  const [firstSeenAt, lastSeenAt] = [formatInstant(firstAt), formatInstant(lastAt)];
  return { name, count, firstSeenAt, lastSeenAt, properties: fieldsOf(properties) };
}

function fieldsOf({ looked, fields, other }: FieldsSeen): FieldsAnswer {
  return { sampled: looked, fields: fields.map(fieldOf), others: other };
}

function fieldOf({
  path,
  count,
  lastAt,
  kinds,
  examples,
}: FieldSeen): FieldsAnswer['fields'][number] {
  return { path, count, lastSeenAt: formatInstant(lastAt), types: kinds, examples };
}
