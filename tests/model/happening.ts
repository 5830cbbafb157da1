import type { SegmentId } from '../../src/base/id.ts';
import type { Json } from '../../src/base/json.ts';
import type { Campaign, Happening } from '../../src/campaign/campaign.ts';
import type { Transition } from '../../src/engine/effect.ts';
import type { CustomerEvent } from '../../src/rules/event.ts';
import { eventReader, matches, passes } from './filter.ts';

/*
 * What has happened, and whether it is what a campaign waits for.
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

/** All that is applied together. */
export interface Together {
  readonly changes?: readonly Change[];
  readonly event?: CustomerEvent;
  /** Of what those were members who have joined the customer. */
  readonly others?: ReadonlySet<SegmentId> | undefined;
}

export type Flip = Pick<Transition, 'kind' | 'segment'>;

/** What has happened, in the order in which it is told. */
export function happeningsOf(
  flips: readonly Flip[],
  { changes = [], event }: Together,
  campaigns: readonly Campaign[],
) {
  const all: {
    kind: Happening['kind'];
    trigger: Readonly<Record<string, Json>>;
    is: (wanted: Happening) => boolean;
  }[] = changes.map((change) => ({
    kind: 'changed',
    trigger: { kind: 'changed', ...change },
    is: (wanted) => isChange(wanted, change),
  }));
  if (event !== undefined) {
    const { event: name, properties } = event;
    all.push({
      kind: 'event',
      trigger: { kind: 'event', event: name, properties },
      is: (wanted) => isEvent(wanted, event),
    });
  }
  for (const { kind, segment } of flips) {
    const wantedKind = kind === 'entry' ? 'entered' : 'exited';
    all.push({
      kind: wantedKind,
      trigger: { kind, segment },
      is: (wanted) => wanted.kind === wantedKind && wanted.segment === segment,
    });
  }
  const watched = campaigns.flatMap(({ when, until }) =>
    when.kind === 'at' ? until : [when, ...until],
  );
  return all.map((one) => ({ ...one, isWatched: watched.some((wanted) => one.is(wanted)) }));
}
