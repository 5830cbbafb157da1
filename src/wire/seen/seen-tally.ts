import { ByteBudget } from '../../base/byte-budget.ts';
import type { EpochMs } from '../../base/time.ts';
import type { CustomerEvent } from '../../rules/event.ts';
import type { PrivateNames } from '../../rules/private/names.ts';
import { FieldTally, type Hidden } from './field-tally.ts';
import {
  ENTRY_BYTES,
  FIELD_BYTES_MAX,
  jsonBytes,
  LOOKS_FIRST,
  NAME_BYTES_MAX,
  NAME_LENGTH_MAX,
  NAMES_MAX,
  RARE_COUNT_MAX,
  RARE_SILENCE_MS,
  SCARCE_BYTES,
} from './limits.ts';
import type { EventSeen, Seen } from './seen.ts';

/*
 * Counts what comes.
 *
 * 1. What anybody sends cannot make it grow beyond its limits: names, paths and values without
 *    room are counted as others, and what came rarely and long ago makes room.
 * 2. `Map`s hold the names, never plain objects: `__proto__` is a name like others.
 * 3. No value of a private attribute is kept.
 */

/** Names that are no user's have always room. */
const OWN_NAMES: ReadonlySet<string> = new Set(['$identify', '$page', '$screen', '$group']);
/** Addresses of the customer's machine, and attributes once more. */
const HIDDEN_IN_CONTEXT: Hidden = { names: new Set(['ip', 'traits']) };
const NOTHING_HIDDEN: Hidden = { names: new Set() };

interface EventTally {
  count: number;
  firstAt: EpochMs;
  lastAt: EpochMs;
  readonly properties: FieldTally;
}

export class SeenTally {
  readonly #nameRoom = new ByteBudget(NAME_BYTES_MAX);
  readonly #fieldRoom = new ByteBudget(FIELD_BYTES_MAX);
  readonly #hiddenAttributes: Hidden;
  readonly #events = new Map<string, EventTally>();
  readonly #context: FieldTally;
  #otherEvents = 0;

  /** @param privateAttributes of them no examples are kept, however they came */
  constructor(privateAttributes: PrivateNames) {
    this.#hiddenAttributes = { names: privateAttributes, kind: 'private' };
    this.#context = new FieldTally(this.#fieldRoom, HIDDEN_IN_CONTEXT);
  }

  /**
   * Counts an event by its name, which is quick.
   *
   * @param at stream time
   * @returns whether it is to be looked at, since few of its name were
   */
  count({ event }: CustomerEvent, at: EpochMs): boolean {
    const tally = this.#tally(event, at);
    if (tally === undefined) return false;
    tally.count += 1;
    if (at > tally.lastAt) tally.lastAt = at;
    return tally.properties.looked < LOOKS_FIRST;
  }

  /** Looks at the fields of an event that was counted. */
  look({ event, properties, context }: CustomerEvent, at: EpochMs): void {
    this.#events.get(event)?.properties.look(properties, at);
    this.#context.look(context, at);
  }

  /** Adds what another one has seen. */
  absorb({ events, otherEvents, context }: Seen): void {
    this.#otherEvents += otherEvents;
    this.#context.absorb(context);
    for (const { name, count, firstAt, lastAt, properties } of events) {
      const tally = this.#tally(name, firstAt, count);
      if (tally === undefined) continue;
      tally.count += count;
      tally.firstAt = Math.min(tally.firstAt, firstAt);
      tally.lastAt = Math.max(tally.lastAt, lastAt);
      tally.properties.absorb(properties);
    }
  }

  /** The most frequent names come first. */
  told(): Seen {
    const events = Array.from(this.#events, ([name, tally]): EventSeen => {
      return { name, ...tally, properties: tally.properties.told() };
    });
    return {
      events: events.toSorted((a, b) => b.count - a.count || (a.name < b.name ? -1 : 1)),
      otherEvents: this.#otherEvents,
      context: this.#context.told(),
    };
  }

  /** Somebody is to be forgotten: nobody knows which examples are theirs. */
  forgetExamples(): void {
    this.#context.forgetExamples();
    for (const { properties } of this.#events.values()) properties.forgetExamples();
  }

  /** Where there is little room left, drops what came rarely and long ago. */
  prune(now: EpochMs): void {
    this.#context.prune(now);
    for (const { properties } of this.#events.values()) properties.prune(now);
    if (this.#events.size < NAMES_MAX && this.#nameRoom.left >= SCARCE_BYTES) return;
    for (const [name, { count, lastAt, properties }] of this.#events) {
      const isRare = count <= RARE_COUNT_MAX && lastAt <= now - RARE_SILENCE_MS;
      if (!isRare || OWN_NAMES.has(name)) continue;
      properties.clear();
      this.#events.delete(name);
      this.#nameRoom.giveBack(bytesOf(name));
      this.#otherEvents += count;
    }
  }

  /** @returns undefined when there is no room for another name */
  #tally(name: string, at: EpochMs, times = 1): EventTally | undefined {
    const known = this.#events.get(name);
    if (known !== undefined) return known;
    // An `alias` has no name, and tells nothing of events.
    if (name === '') return undefined;
    if (!OWN_NAMES.has(name) && !this.#hasRoomFor(name)) {
      this.#otherEvents += times;
      return undefined;
    }
    const hidden = name === '$identify' ? this.#hiddenAttributes : NOTHING_HIDDEN;
    const properties = new FieldTally(this.#fieldRoom, hidden);
    const tally = { count: 0, firstAt: at, lastAt: at, properties };
    this.#events.set(name, tally);
    return tally;
  }

  #hasRoomFor(name: string): boolean {
    const fits = this.#events.size < NAMES_MAX && name.length <= NAME_LENGTH_MAX;
    return fits && this.#nameRoom.take(bytesOf(name));
  }
}

function bytesOf(name: string): number {
  return jsonBytes(name) + ENTRY_BYTES;
}
