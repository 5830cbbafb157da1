import type { CustomerId, SegmentId } from '../../src/base/id.ts';
import type { Json } from '../../src/base/json.ts';
import type { DurationMs, EpochMs } from '../../src/base/time.ts';
import type { CustomerEvent } from '../../src/rules/event.ts';
import type { Segment } from '../../src/rules/rule.ts';
import { attributesOf } from './attribute.ts';
import type { Command } from './command.ts';
import { isMember } from './holds.ts';
import type { KnownEvent } from './view.ts';

/*
 * A partition as the naive model sees it: it keeps each customer's log and recounts.
 *
 * 1. Stream time only moves forward, and only by what is in the log.
 * 2. An event dated later than stream time counts as happening at stream time.
 * 3. What has been announced of a customer are the members as of one instant of theirs, which only
 *    moves forward: an event of theirs moves it to the event's time, stream time to what lies
 *    behind the grace. A late event changes who is a member as of that instant, not the instant.
 */

export interface ModelSettings {
  readonly clock: 'broker' | 'sender';
  readonly graceMs: DurationMs;
  /** Ten minutes of stream time when nothing was said. */
  readonly dedupWindowMs?: DurationMs | undefined;
}

/** Goes along with a model: told of each step before it has been made. */
export interface Watcher {
  /** All are about to be announced as of `to`. */
  timePasses(to: EpochMs): void;
  /** An event is about to count, as of `now`: it does when `count` is called, once. */
  eventComes(event: CustomerEvent, now: EpochMs, isHistory: boolean, count: () => void): void;
}

interface KnownCustomer {
  /** In the order of the log. */
  readonly events: KnownEvent[];
  /** As of when their members have been announced. */
  announcedAt: EpochMs;
}

const TEN_MINUTES_MS = 600_000;
/** How far a sender's clock may run ahead of the broker's, ms. */
const LEAD_MS = 5_000;

export class Model {
  readonly #segments: ReadonlyMap<SegmentId, Segment>;
  readonly #zone: string;
  readonly #settings: ModelSettings;
  readonly #customers = new Map<CustomerId, KnownCustomer>();
  /** The stream time of a messageId's first arrival, by customer and messageId. */
  readonly #arrivals = new Map<string, EpochMs>();
  readonly #stamps = new Set<string>();
  /** Set from outside, before the first command. */
  watcher: Watcher | undefined;
  #streamTime: EpochMs = 0;
  /** As of when all have been announced, whoever becomes known later included. */
  #announcedTo: EpochMs = -Infinity;

  /** @param zone IANA name of the configured time zone */
  constructor(segments: readonly Segment[], zone: string, settings: ModelSettings) {
    this.#segments = new Map(segments.map((segment) => [segment.id, segment]));
    this.#zone = zone;
    this.#settings = settings;
  }

  apply(command: Command): void {
    if (this.#isRepeatedBatch(command)) return;
    const { sentAt = command.storedAt, storedAt } = command;
    const bySender = this.#settings.clock === 'sender';
    const batchAt = bySender ? sentAt : Math.min(storedAt, sentAt + LEAD_MS);
    if (command.kind === 'tick') {
      this.#moveTo(batchAt);
      this.#announceAll(this.#behindGrace());
      return;
    }
    if (!bySender) this.#moveTo(batchAt);
    for (const event of command.events) {
      if (bySender) this.#moveTo(Math.min(sentAt, event.at));
      this.#applyEvent(event, command.history === true);
    }
    this.#moveTo(batchAt);
  }

  /** The customers for whom the segment's rule holds as of what has been announced of them. */
  members(segment: SegmentId): Set<CustomerId> {
    return new Set(
      [...this.#customers.keys()].filter((customer) => this.isMember(segment, customer)),
    );
  }

  isMember(id: SegmentId, customer: CustomerId): boolean {
    return this.isMemberAt(id, customer, this.announcedAt(customer) ?? 0);
  }

  /** Whether the rule holds at an instant, given all events that have been applied. */
  isMemberAt(id: SegmentId, customer: CustomerId, at: EpochMs): boolean {
    const segment = this.#segments.get(id);
    if (segment === undefined) throw new Error(`there is no segment ${id}`);
    const known = this.#customers.get(customer);
    if (known === undefined) return false;
    const { events } = known;
    const view = { customer, events, at, segments: this.#segments, zone: this.#zone };
    return isMember(segment.rule, view);
  }

  /** All whom anything has been heard of. */
  customers(): CustomerId[] {
    return [...this.#customers.keys()];
  }

  /** Undefined for a customer nobody has heard of. */
  attributes(customer: CustomerId): Record<string, Json> | undefined {
    const known = this.#customers.get(customer);
    return known === undefined ? undefined : Object.fromEntries(attributesOf(known.events));
  }

  /** As of when the customer's memberships have been announced; for messages of failures. */
  announcedAt(customer: CustomerId): EpochMs | undefined {
    return this.#customers.get(customer)?.announcedAt;
  }

  /** The times of all events of a customer that have been applied. */
  eventAts(customer: CustomerId): EpochMs[] {
    return this.#customers.get(customer)?.events.map(({ at }) => at) ?? [];
  }

  get streamTime(): EpochMs {
    return this.#streamTime;
  }

  #isRepeatedBatch({ stamp }: Command): boolean {
    if (stamp === undefined) return false;
    const key = `${stamp.producer}.${stamp.n}`;
    if (this.#stamps.has(key)) return true;
    this.#stamps.add(key);
    return false;
  }

  /** Timers that were due before the grace have fired. */
  #moveTo(at: EpochMs): void {
    this.#streamTime = Math.max(this.#streamTime, at);
    this.#announceAll(this.#behindGrace() - 1);
  }

  #applyEvent(event: CustomerEvent, isHistory: boolean): void {
    if (this.#isRepeatedMessage(event)) return;
    const at = Math.min(event.at, this.#streamTime);
    const customer = this.#customers.get(event.customer) ?? {
      events: [],
      announcedAt: this.#announcedTo,
    };
    const count = (): void => {
      this.#customers.set(event.customer, customer);
      customer.events.push({ event, at });
      this.#announce(customer, at);
    };
    if (this.watcher === undefined) count();
    else this.watcher.eventComes(event, Math.max(at, customer.announcedAt), isHistory, count);
  }

  /** The first of a messageId counts; once it is forgotten, the next one is a first again. */
  #isRepeatedMessage({ customer, messageId }: CustomerEvent): boolean {
    if (messageId === undefined) return false;
    const key = `${customer}\n${messageId}`;
    const { dedupWindowMs = TEN_MINUTES_MS } = this.#settings;
    const firstAt = this.#arrivals.get(key);
    if (firstAt !== undefined && this.#streamTime - firstAt < dedupWindowMs) return true;
    this.#arrivals.set(key, this.#streamTime);
    return false;
  }

  #announceAll(at: EpochMs): void {
    this.watcher?.timePasses(at);
    this.#announcedTo = Math.max(this.#announcedTo, at);
    for (const customer of this.#customers.values()) this.#announce(customer, at);
  }

  #announce(customer: KnownCustomer, at: EpochMs): void {
    customer.announcedAt = Math.max(customer.announcedAt, at);
  }

  #behindGrace(): EpochMs {
    return this.#streamTime - this.#settings.graceMs;
  }
}
