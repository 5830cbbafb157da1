import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { projectPath } from '../../src/app/root.ts';
import type { Segment } from '../../src/rules/rule.ts';
import type { CustomerEvent } from '../../src/rules/event.ts';
import { isRejection, readEvent } from '../../src/wire/event.ts';
import { isMember } from '../model/holds.ts';
import type { KnownEvent } from '../model/view.ts';

export interface SampleLine {
  readonly text: string;
  readonly event: CustomerEvent;
}

/** A file of `samples/`, in its order, which is that of event times. */
export function readSample(name: string): readonly SampleLine[] {
  const text = gunzipSync(readFileSync(projectPath(`samples/${name}`))).toString();
  return text
    .trimEnd()
    .split('\n')
    .map((line) => {
      const event = readEvent(JSON.parse(line));
      if (isRejection(event)) throw new Error(`${name} has a line that is no event: ${line}`);
      return { text: line, event };
    });
}

/** Keeps every customer's events and counts members anew each time it is asked. */
export class Recount {
  readonly #segments: ReadonlyMap<string, Segment>;
  readonly #customers = new Map<string, KnownEvent[]>();

  constructor(segments: readonly Segment[]) {
    this.#segments = new Map(segments.map((segment) => [segment.id, segment]));
  }

  get customers(): number {
    return this.#customers.size;
  }

  add(event: CustomerEvent): void {
    const events = this.#customers.get(event.customer) ?? [];
    this.#customers.set(event.customer, events);
    events.push({ event, at: event.at });
  }

  /** The ids of a segment's members at an instant, sorted. */
  members(id: string, at: number): string[] {
    const segments = this.#segments;
    const rule = segments.get(id)?.rule;
    if (rule === undefined) throw new Error(`there is no segment ${id}`);
    return [...this.#customers]
      .filter(([customer, events]) =>
        isMember(rule, { customer, events, at, segments, zone: 'UTC' }),
      )
      .map(([customer]) => customer)
      .toSorted();
  }

  /** How many members every segment has at an instant. */
  counts(at: number): Record<string, number> {
    return Object.fromEntries(
      [...this.#segments.keys()].map((id) => [id, this.members(id, at).length]),
    );
  }
}
