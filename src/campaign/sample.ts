import { own, type Json, type JsonObject } from '../base/json.ts';
import type { EpochMs } from '../base/time.ts';
import type { Matcher, Rule } from '../rules/rule.ts';
import type { Campaign } from './campaign.ts';
import type { LetterRecipient } from './letter-data.ts';

/*
 * People whom there are not, for trying letters: one of whom no more is known than what set the
 * campaign off, and one of whom all is known.
 */

/** 2026-11-20T12:00:00Z. */
const SAMPLE_AT: EpochMs = 1_795_176_000_000;
const SAMPLE_TEXT = 'Sample';
const SAMPLE_SHOP = 'https://shop.example.com';

export const SAMPLE_CUSTOMER = 'sample-customer';

const USUAL_ATTRIBUTES: JsonObject = {
  email: 'ann@example.com',
  name: 'Ann Lee',
  first_name: 'Ann',
  last_name: 'Lee',
  phone: '+15550100',
  birth_date: '1995-05-17',
  gender: 'female',
  city: 'Springfield',
  country: 'US',
  language: 'en',
  timezone: 'UTC',
  plan: 'free',
  course: 'Mathematics',
  created_at: '2026-01-15T09:30:00Z',
};

const VIEWED: readonly JsonObject[] = [
  product('p-1', 'First circuit kit', 3_490),
  product('p-2', 'Times-table lotto', 890),
  product('p-3', 'Planets on a string', 1_650),
];

const ORDERS: readonly JsonObject[] = [
  { order_id: 'o-1', total: 5_140, currency: 'RUB', at: SAMPLE_AT, products: VIEWED.slice(0, 2) },
];

function product(id: string, name: string, price: number): JsonObject {
  const [url, image] = [`${SAMPLE_SHOP}/${id}`, `${SAMPLE_SHOP}/${id}.jpg`];
  const kind = { brand: 'Otter & Sons', category: 'educational-games' };
  const offered = { price, currency: 'RUB', quantity: 1 };
  return { product_id: id, name, ...offered, ...kind, url, image_url: image, at: SAMPLE_AT };
}

/** What every recipient of a campaign's letter has: an address, and what set the campaign off. */
export function bareRecipient({ when }: Campaign): LetterRecipient {
  const changed =
    when.kind === 'changed' && when.attribute !== undefined
      ? withValue({}, when.attribute, valueFor(when.to, when.attribute))
      : {};
  return {
    attributes: { email: 'ann@example.com', ...changed },
    segments: [],
    orders: [],
    viewed: [],
  };
}

/** Somebody who has every attribute that anything asks for, has bought, and has looked around. */
export function fullRecipient(campaign: Campaign, rules: readonly Rule[]): LetterRecipient {
  const { condition, offers } = campaign;
  let attributes = USUAL_ATTRIBUTES;
  for (const rule of condition === undefined ? rules : [...rules, condition]) {
    for (const [name, matcher] of attributesIn(rule)) {
      if (own(attributes, name) !== undefined) continue;
      attributes = withValue(attributes, name, valueFor(matcher, name));
    }
  }
  return {
    attributes: { ...attributes, ...bareRecipient(campaign).attributes },
    segments: offers.flatMap(({ segment }) => segment ?? []),
    orders: ORDERS,
    viewed: VIEWED,
  };
}

/** A trigger as the engine makes it. What a change was from is known only of the full one. */
export function sampleTrigger({ when }: Campaign, attributes: JsonObject, isFull: boolean): Json {
  switch (when.kind) {
    case 'entered':
      return { kind: 'entry', segment: when.segment };
    case 'exited':
      return { kind: 'exit', segment: when.segment };
    case 'at':
      return { kind: 'at', at: when.at, segment: when.segment };
    case 'changed': {
      const attribute = when.attribute ?? 'course';
      const to = own(attributes, attribute) ?? valueFor(when.to, attribute);
      const isNew = !isFull && when.from === undefined;
      const from = isNew ? null : valueFor(when.from, attribute);
      return { kind: 'changed', attribute, from, to };
    }
    case 'event': {
      const [event = SAMPLE_TEXT] = when.events;
      const properties = isFull ? { ...ORDERS[0], ...VIEWED[0] } : {};
      return { kind: 'event', event, properties };
    }
  }
}

/** The attributes that a rule reads, with what is asked of each where it is asked of the value. */
function attributesIn(rule: Rule): readonly (readonly [string, Matcher | undefined])[] {
  switch (rule.kind) {
    case 'all':
    case 'any':
      return rule.rules.flatMap(attributesIn);
    case 'not':
      return attributesIn(rule.rule);
    case 'attribute':
      return [[rule.name, rule.test.of === 'value' ? rule.test.matcher : undefined]];
    default:
      return [];
  }
}

/** A value that passes, where that is easily told. */
function valueFor(matcher: Matcher | undefined, attribute: string): Json {
  for (const test of matcher ?? []) {
    if (test.op === 'in') return test.values[0] ?? SAMPLE_TEXT;
    if (test.op === 'atLeast' || test.op === 'atMost') return test.value;
    if (test.op === 'between') return test.low;
    if (test.op === 'contains') return test.value;
  }
  return own(USUAL_ATTRIBUTES, attribute) ?? SAMPLE_TEXT;
}

/** A dotted name is a path, as templates read it. */
function withValue(object: JsonObject, name: string, value: Json): JsonObject {
  const [key = name, ...rest] = name.split('.');
  if (rest.length === 0) return { ...object, [key]: value };
  const inner = own(object, key);
  const below = typeof inner === 'object' && inner !== null && !Array.isArray(inner) ? inner : {};
  // Neither null nor a list: an object, which TypeScript does not see for readonly arrays.
  return { ...object, [key]: withValue(below as JsonObject, rest.join('.'), value) };
}
