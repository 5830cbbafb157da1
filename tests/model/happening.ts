import type { Json } from '../../src/base/json.ts';
import type { Happening } from '../../src/campaign/campaign.ts';
import type { CustomerEvent } from '../../src/rules/event.ts';
import { eventReader, matches, passes } from './filter.ts';

/*
 * Whether something that happens is what a campaign waits for.
 */

export interface Change {
  readonly attribute: string;
  readonly from: Json;
  readonly to: Json;
}

export function isChange(wanted: Happening, { attribute, from, to }: Change): boolean {
  if (wanted.kind !== 'changed') return false;
  if (wanted.attribute !== undefined && wanted.attribute !== attribute) return false;
  if (wanted.from !== undefined && !matches(wanted.from, from)) return false;
  return wanted.to === undefined || matches(wanted.to, to);
}

export function isEvent(wanted: Happening, event: CustomerEvent): boolean {
  if (wanted.kind !== 'event') return false;
  const isNamed = wanted.events.some((name) =>
    name === '*' ? ['track', 'page', 'screen'].includes(event.type) : name === event.event,
  );
  return isNamed && passes(wanted.where, eventReader(event));
}
