import type { Json } from '../base/json.ts';
import type { SegmentId } from '../base/id.ts';
import type { Campaign, Happening } from '../campaign/campaign.ts';
import type { EventType } from '../rules/event.ts';
import { compileFilter, compileMatcher, type TestEvent } from './matcher.ts';
import { isStarred } from './route.ts';

/*
 * From what happens to a customer to the campaigns that it concerns: by the event's name, by the
 * attribute's, by the segment. Whatever no campaign watches costs one look into a table.
 */

/** One campaign's interest in one kind of happening. */
export interface Watch {
  readonly campaign: number;
  /** Whether it sets the campaign off, or ends a wait. */
  readonly role: 'when' | 'until';
}

export interface EventWatch extends Watch {
  readonly passes: TestEvent;
}

export interface ChangeWatch extends Watch {
  /** Null stands for no value. */
  readonly passes: (from: Json, to: Json) => boolean;
}

/** What campaigns watch; the watches of a list are by campaign. */
export interface Watches {
  eventsOf(name: string, type: EventType): readonly EventWatch[];
  changesOf(attribute: string): readonly ChangeWatch[];
  entriesOf(segment: SegmentId): readonly Watch[];
  exitsOf(segment: SegmentId): readonly Watch[];
}

const NOTHING: readonly never[] = [];

export function compileWatches(campaigns: readonly Campaign[]): Watches {
  const events = new Map<string, EventWatch[]>();
  const starred: EventWatch[] = [];
  const changes = new Map<string, ChangeWatch[]>();
  const anyChange: ChangeWatch[] = [];
  const entries = new Map<string, Watch[]>();
  const exits = new Map<string, Watch[]>();
  const add = (happening: Happening, watch: Watch): void => {
    switch (happening.kind) {
      case 'event': {
        const eventWatch = { ...watch, passes: compileFilter(happening.where) };
        for (const name of happening.events) {
          (name === '*' ? starred : listOf(events, name)).push(eventWatch);
        }
        return;
      }
      case 'changed': {
        const { attribute } = happening;
        const list = attribute === undefined ? anyChange : listOf(changes, attribute);
        list.push({ ...watch, passes: compileChange(happening) });
        return;
      }
      case 'entered':
        listOf(entries, happening.segment).push(watch);
        return;
      case 'exited':
        listOf(exits, happening.segment).push(watch);
    }
  };
  for (const [campaign, { when, until }] of campaigns.entries()) {
    if (when.kind !== 'at') add(when, { campaign, role: 'when' });
    for (const happening of until) add(happening, { campaign, role: 'until' });
  }
  const merged = new Map(
    Array.from(events, ([name, list]) => [name, inOrder([...list, ...starred])]),
  );
  const changesByName = new Map(
    Array.from(changes, ([name, list]) => [name, inOrder([...list, ...anyChange])]),
  );
  return {
    eventsOf: (name, type) => {
      if (starred.length > 0 && isStarred(type)) return merged.get(name) ?? starred;
      return events.get(name) ?? NOTHING;
    },
    changesOf: (attribute) => changesByName.get(attribute) ?? anyChange,
    entriesOf: (segment) => entries.get(segment) ?? NOTHING,
    exitsOf: (segment) => exits.get(segment) ?? NOTHING,
  };
}

function compileChange({ from, to }: Extract<Happening, { kind: 'changed' }>) {
  const isFrom = from === undefined ? undefined : compileMatcher(from);
  const isTo = to === undefined ? undefined : compileMatcher(to);
  // A removal is no change.
  return (before: Json, after: Json): boolean =>
    after !== null && isFrom?.(before) !== false && isTo?.(after) !== false;
}

function inOrder<W extends Watch>(watches: W[]): W[] {
  return watches.sort((a, b) => a.campaign - b.campaign);
}

function listOf<W>(lists: Map<string, W[]>, key: string): W[] {
  const known = lists.get(key);
  if (known !== undefined) return known;
  const list: W[] = [];
  lists.set(key, list);
  return list;
}
