import { z } from 'zod';

/*
 * What has been seen of events: their names, and the fields in them. An owner stores it and tells
 * it of each of its partitions; a gateway joins these. All of it is approximate, and bounded
 * (`limits.ts`).
 */

/** What a value is. `private` stands for a keyed hash in the place of a value. */
export const FIELD_KINDS = [
  'text',
  'number',
  'boolean',
  'date',
  'list',
  'object',
  'private',
] as const;
export type FieldKind = (typeof FIELD_KINDS)[number];

const count = z.number().int().min(0);
/** Ms since the epoch. */
const instant = z.number().int();

const example = z.object({
  /** A text may be cut short: then it ends in an ellipsis. */
  value: z.union([z.string(), z.number(), z.boolean()]),
  count,
});
export type Example = z.infer<typeof example>;

const field = z.object({
  /** Dotted; `[]` stands for the elements of a list: `products[].category`. */
  path: z.string(),
  /** In how many of the events that were looked at. */
  count,
  lastAt: instant,
  /** How many values of each kind. */
  kinds: z.partialRecord(z.enum(FIELD_KINDS), count),
  /** The most frequent come first. */
  examples: z.array(example),
});
export type FieldSeen = z.infer<typeof field>;

const fields = z.object({
  /** How many events were looked at: a sample of those that came. */
  looked: count,
  fields: z.array(field),
  /** Values in fields for which there was no room. */
  other: count,
});
export type FieldsSeen = z.infer<typeof fields>;

const event = z.object({
  name: z.string(),
  count,
  /** Stream time. */
  firstAt: instant,
  lastAt: instant,
  /** What paths of rules read; of `$identify` and `$group` the traits. */
  properties: fields,
});
export type EventSeen = z.infer<typeof event>;

const seen = z.object({
  events: z.array(event),
  /** Events under names for which there was no room. */
  otherEvents: count,
  context: fields,
});
export type Seen = z.infer<typeof seen>;

/** @returns undefined for bytes that nobody of our version has written */
export function decodeSeen(bytes: Uint8Array): Seen | undefined {
  return seen.safeParse(parsed(bytes)).data;
}

const stored = z.object({
  /** Which stream it is of: another one begins anew with its sequences. */
  streamCreatedAt: z.string(),
  /** Up to where the stream was looked at. */
  sequence: count,
  seen,
});
/** As it is kept over restarts. */
export type StoredSeen = z.infer<typeof stored>;

export function encodeStoredSeen(value: StoredSeen): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(value));
}

/** @returns undefined for bytes that nobody of our version has written */
export function decodeStoredSeen(bytes: Uint8Array): StoredSeen | undefined {
  return stored.safeParse(parsed(bytes)).data;
}

function parsed(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    // What the engine says of a text that is no JSON helps nobody.
    return undefined;
  }
}
