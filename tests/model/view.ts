import type { CustomerId, SegmentId } from '../../src/base/id.ts';
import type { EpochMs } from '../../src/base/time.ts';
import type { CustomerEvent } from '../../src/rules/event.ts';
import type { EventFilter, Segment } from '../../src/rules/rule.ts';
import { eventReader, passes } from './filter.ts';

/** All that a rule may look at. */
export interface View {
  readonly customer: CustomerId;
  /** The customer's events that are in, in the order of the log. */
  readonly events: readonly KnownEvent[];
  /** The instant T of contract section 3. */
  readonly at: EpochMs;
  readonly segments: ReadonlyMap<SegmentId, Segment>;
  /** IANA name of the configured time zone. */
  readonly zone: string;
}

export interface KnownEvent {
  readonly event: CustomerEvent;
  /** Effective event time: as written, but never later than stream time was at the arrival. */
  readonly at: EpochMs;
}

/** The events with t ≤ T that bear a name and pass the filter, by event time, then by place. */
export function matching(filter: EventFilter, view: View): KnownEvent[] {
  return view.events
    .filter(({ at }) => at <= view.at)
    .filter(({ event }) => isNamed(event, filter.events))
    .filter(({ event }) => passes(filter.where, eventReader(event)))
    .toSorted((a, b) => a.at - b.at); // a stable sort: ties keep the order of the log
}

function isNamed(event: CustomerEvent, names: readonly string[]): boolean {
  return names.some((name) => (name === '*' ? isVisible(event) : event.event === name));
}

/** `*` is any track, page or screen. */
function isVisible(event: CustomerEvent): boolean {
  return event.type === 'track' || event.type === 'page' || event.type === 'screen';
}
