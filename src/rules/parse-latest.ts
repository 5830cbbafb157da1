import { own, type JsonObject } from '../base/json.ts';
import { placeOf, readMapping, type Faults, type Place } from './fault.ts';
import { readEventFilter, readWithin } from './parse-event.ts';
import { readFilter } from './parse-filter.ts';
import { readDurationOrZero } from './parse-window.ts';
import type { EventFilter, FirstCondition, LatestCondition } from './rule.ts';
import { FOLLOWER_KEYS } from './schema.ts';

/** Reads a condition on the customer's latest such event; its keys are checked. */
export function readLatestCondition(
  fields: JsonObject,
  place: Place,
  faults: Faults,
): LatestCondition | undefined {
  const before = faults.errors.length;
  const filter = readEventFilter(fields, 'latest', place, faults);
  const window = readWithin(fields, place, faults);
  const followedBy = readFollower(fields, 'followedBy', place, faults);
  const notFollowedBy = readFollower(fields, 'notFollowedBy', place, faults);
  const ago = own(fields, 'atLeastAgo') ?? 0;
  const atLeastAgoMs = readDurationOrZero(ago, placeOf(place, 'atLeastAgo'), faults);
  const value = own(fields, 'having');
  const having = value === undefined ? [] : readFilter(value, placeOf(place, 'having'), faults);
  if (filter === undefined || window === undefined) return undefined;
  if (atLeastAgoMs === undefined || having === undefined) return undefined;
  if (faults.errors.length > before) return undefined;
  return {
    kind: 'latest',
    ...filter,
    window,
    atLeastAgoMs,
    ...(followedBy === undefined ? {} : { followedBy }),
    ...(notFollowedBy === undefined ? {} : { notFollowedBy }),
    having,
  };
}

function readFollower(
  fields: JsonObject,
  key: 'followedBy' | 'notFollowedBy',
  place: Place,
  faults: Faults,
): EventFilter | undefined {
  const value = own(fields, key);
  if (value === undefined) return undefined;
  const keyPlace = placeOf(place, key);
  const follower = readMapping(value, FOLLOWER_KEYS, `"${key}"`, keyPlace, faults);
  return follower === undefined ? undefined : readEventFilter(follower, 'event', keyPlace, faults);
}

/** Reads a condition on the customer's first such event ever; its keys are checked. */
export function readFirstCondition(
  fields: JsonObject,
  place: Place,
  faults: Faults,
): FirstCondition | undefined {
  const filter = readEventFilter(fields, 'first', place, faults);
  if (own(fields, 'within') === undefined) {
    const hint = 'say when the first one was, such as within: 30d';
    return faults.add(place, '"within" is missing: "first" needs a window', hint);
  }
  const window = readWithin(fields, place, faults);
  if (filter === undefined || window === undefined) return undefined;
  return { kind: 'first', ...filter, window };
}
