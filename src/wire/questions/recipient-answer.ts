import { isObject, type Json } from '../../base/json.ts';
import type { RecipientAnswer } from './query.ts';

/** @returns undefined when it is no answer to the question for a recipient */
export function readRecipientAnswer(bytes: Uint8Array): RecipientAnswer | undefined {
  const answer = parsed(bytes);
  if (!isObject(answer)) return undefined;
  const { known, attributes, holds, segments, orders, viewed } = answer;
  if (typeof known !== 'boolean' || typeof holds !== 'boolean') return undefined;
  if (!isObject(attributes) || !isList(segments) || !isList(orders) || !isList(viewed)) {
    return undefined;
  }
  const names = segments.filter((name) => typeof name === 'string');
  return { known, attributes, holds, segments: names, orders, viewed };
}

function parsed(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    // What the engine says of a text that is no JSON helps nobody.
    return undefined;
  }
}

function isList(value: unknown): value is readonly Json[] {
  return Array.isArray(value);
}
