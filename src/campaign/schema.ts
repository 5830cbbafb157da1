import { z } from 'zod';
import { SHARED_SCHEMAS } from '../rules/schema.ts';

/*
 * The shape of a campaign's file: which keys there are and of what kind their values are. Editors
 * get it as a JSON Schema; the readers of `reading` take their keys from it and say what is
 * wrong in words of their own.
 */

const { rule, matcher, filter, eventNames, duration, instant, text } = SHARED_SCHEMAS;

const changeShape = {
  attribute: text.describe('The name of an attribute, or "*" for any'),
  changed: z.literal(true).optional().describe('It got another value than it had'),
  from: matcher.optional().describe('What the value was'),
  to: matcher.optional().describe('What the value is now'),
};
const happenedShape = {
  event: eventNames,
  where: filter.optional().describe('Which of these events count'),
};
const atShape = {
  at: instant,
  segment: text.describe('All who are members then'),
  perSecond: z.int().min(1).optional().describe('So many letters a second; 100 if not given'),
};
const happening = z
  .union([
    z.strictObject({ entered: text }).describe('The customer enters this segment'),
    z.strictObject({ exited: text }).describe('The customer leaves this segment'),
    z.strictObject(changeShape).describe('An attribute gets another value'),
    z.strictObject(happenedShape).describe('An event happens'),
  ])
  .meta({ id: 'Happening' });

const timeOfDay = z
  .string()
  .regex(/^([01]\d|2[0-3]):[0-5]\d$/)
  .describe('A time of day on the recipient\'s clock, in quotes: "10:00"');
const waitShape = {
  until: timeOfDay,
  after: duration.optional().describe('But not before so long'),
};
const fromShape = { name: text, address: text };
const offerShape = {
  segment: text.optional().describe('For the members of this segment; without it: for all others'),
  offer: z.json().describe('What the template reads as it.offer'),
};

const campaignShape = {
  name: text.optional().describe('What people read; the id when it is missing'),
  kind: z
    .enum(['marketing', 'transactional'])
    .optional()
    .describe('A transactional letter, such as a receipt, needs no consent and counts for no cap'),
  when: z.union([happening, z.strictObject(atShape)]).describe('What sets it off'),
  wait: z
    .union([duration, z.literal(0), z.strictObject(waitShape)])
    .optional()
    .describe('From the trigger to the letter; without it: at once'),
  until: z
    .union([z.literal('never'), happening, z.array(happening).min(1)])
    .optional()
    .describe('What ends the wait without a letter; else the contrary of entered or exited'),
  if: z
    .union([z.literal('always'), rule])
    .optional()
    .describe('What must hold when the letter is sent; else that entered or exited still holds'),
  reentry: z
    .union([z.enum(['always', 'once']), duration])
    .optional()
    .describe('How often one customer can get it: always, once, or once in such a span'),
  maxAge: duration.optional().describe('Later than so long after it was due, no letter; else 1h'),
  holdout: z.number().min(0).max(100).optional().describe('Percent of people who get nothing'),
  quietHours: z
    .enum(['obey', 'ignore'])
    .optional()
    .describe('Those of the settings; transactional letters ignore them unless told to obey'),
  template: text.describe('A folder of templates/'),
  from: z.strictObject(fromShape).optional().describe('Else mail.from of the settings'),
  offers: z
    .array(z.strictObject(offerShape))
    .min(1)
    .optional()
    .describe('The first whose segment has the recipient'),
};

/** A campaign's file. It lets pass what only a reader can tell, such as a segment that is none. */
export const CAMPAIGN_SCHEMA = z
  .strictObject(campaignShape)
  .describe('What sets a letter off, how long it waits, what ends it, and what it says');

/** The JSON Schema of a campaign's file, for editors. */
export function campaignJsonSchema(): object {
  return z.toJSONSchema(CAMPAIGN_SCHEMA, { io: 'input' });
}

/** The key that tells the kind of an occasion, and all keys that such an occasion may have. */
export const OCCASION_KEYS = {
  entered: ['entered'],
  exited: ['exited'],
  attribute: keysOf(changeShape),
  event: keysOf(happenedShape),
  at: keysOf(atShape),
} as const;

export const CAMPAIGN_KEYS = keysOf(campaignShape);
export const WAIT_KEYS = keysOf(waitShape);
export const FROM_KEYS = keysOf(fromShape);
export const OFFER_KEYS = keysOf(offerShape);

function keysOf<Shape extends object>(shape: Shape): readonly (keyof Shape & string)[] {
  // The shapes above are literals: they have the keys of their type and no others.
  return Object.keys(shape) as (keyof Shape & string)[];
}
