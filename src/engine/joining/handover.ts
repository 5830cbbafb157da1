import { isObject, type JsonObject } from '../../base/json.ts';
import type { Why } from '../effect.ts';

/** What a partition sends on of a customer who joins one elsewhere: the text of its slices. */
export interface Handover {
  /** Tells this time that the customer was taken out from others. */
  readonly takeOutId: string;
  /** Why someone enters who was no member before; `define`: it is what new definitions ask for. */
  readonly why: Why;
  /** As `packBelongings` makes them; of a supplement only a part. */
  readonly belongings: JsonObject;
}

export function writeHandover(handover: Handover): string {
  return JSON.stringify(handover);
}

/** @returns undefined when the text is no such thing */
export function readHandover(text: string): Handover | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // Whatever is wrong with it: it was not written by `writeHandover`.
    return undefined;
  }
  if (!isObject(value)) return undefined;
  const { takeOutId, why, belongings } = value;
  if (typeof takeOutId !== 'string' || !isObject(belongings)) return undefined;
  if (why !== 'event' && why !== 'import' && why !== 'define') return undefined;
  return { takeOutId, why, belongings };
}
