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
 * 4. Whoever is forgotten has never been there, but that the marks of those who wanted it stay, and
 *    what has counted before counts no second time.
 * 5. When two become one, all that ever happened to the one has happened to the other, before what
 *    has happened to that one at the same instant.
 */

export interface ModelSettings {
  readonly clock: 'broker' | 'sender';
  readonly graceMs: DurationMs;
  /** Ten minutes of stream time when nothing was said. */
  readonly dedupWindowMs?: DurationMs | undefined;
  /** For ever when nothing was said. */
  readonly forgetAnonymousAfterMs?: DurationMs | undefined;
}

/** Goes along with a model: told of each step before it has been made. */
export interface Watcher {
  /** All are about to be announced as of `to`. */
  timePasses(to: EpochMs): void;
  /** An event is about to count, as of `now`: it does when `count` is called, once. */
  eventComes(event: CustomerEvent, now: EpochMs, isHistory: boolean, count: () => void): void;
  /**
   * A customer is about to join another, as of `now`: they do when `join` is called, once. The event
   * that says so comes then.
   */
  joinComes(guest: CustomerId, into: CustomerId, now: EpochMs, join: () => void): void;
  /** Before an event of theirs comes a customer has been silent for too long. */
  fallsSilent(customer: CustomerId, at: EpochMs): void;
  /** A customer is about to be forgotten. */
  isForgotten(customer: CustomerId, at: EpochMs): void;
}

interface KnownCustomer {
  /** In the order of the log. */
  readonly events: KnownEvent[];
  /** As of when their members have been announced. */
  announcedAt: EpochMs;
  /** No event of theirs bore a `userId`. */
  isAnonymous: boolean;
  /** Stream time at their last event. */
  heardAt: EpochMs;
}

const TEN_MINUTES_MS = 600_000;
/** How far a sender's clock may run ahead of the broker's, ms. */
const LEAD_MS = 5_000;
const SIXTY_DAYS_MS = 60 * 86_400_000;

export class Model {
  readonly #segments: ReadonlyMap<SegmentId, Segment>;
  readonly #zone: string;
  readonly #settings: ModelSettings;
  readonly #customers = new Map<CustomerId, KnownCustomer>();
  /** Where each one stands among the others: whoever comes takes the first free place. */
  readonly #places: (CustomerId | undefined)[] = [];
  /** When each was last forgotten who wanted it. */
  readonly #forgottenAts = new Map<CustomerId, EpochMs>();
  /** Who has become one with whom. */
  readonly #aliases = new Map<CustomerId, CustomerId>();
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
    if (command.kind === 'forget') {
      this.#moveTo(batchAt);
      this.#forget(command.customer, command.isCleaned);
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

  /** All whom anything has been heard of, by their places. */
  customers(): CustomerId[] {
    return this.#places.flatMap((customer) => customer ?? []);
  }

  knows(customer: CustomerId): boolean {
    return this.#customers.has(customer);
  }

  /** When time alone makes an anonymous customer forgotten; Infinity for those who stay. */
  goneAt(customer: CustomerId): EpochMs {
    const { forgetAnonymousAfterMs } = this.#settings;
    const known = this.#customers.get(customer);
    if (known?.isAnonymous !== true || forgetAnonymousAfterMs === undefined) return Infinity;
    return known.heardAt + forgetAnonymousAfterMs;
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
    if (this.#isOfForgotten(event.customer) || this.#isRepeatedMessage(event)) return;
    const target = this.#aliases.get(event.customer);
    if (target !== undefined) {
      this.#applyEvent(ofTarget(event, target), isHistory);
      return;
    }
    const at = Math.min(event.at, this.#streamTime);
    this.#dropSilent(event.customer, at);
    const customer = this.#customers.get(event.customer) ?? {
      events: [],
      announcedAt: this.#announcedTo,
      isAnonymous: true,
      heardAt: this.#streamTime,
    };
    const now = this.#join(event, customer, at);
    const count = (): void => {
      this.#give(event.customer, customer);
      customer.events.push({ event, at });
      customer.isAnonymous &&= event.anonymousId === event.customer;
      customer.heardAt = this.#streamTime;
      this.#announce(customer, now);
    };
    if (this.watcher === undefined) count();
    else this.watcher.eventComes(event, now, isHistory, count);
  }

  #dropSilent(customer: CustomerId, at: EpochMs): void {
    const goneAt = this.goneAt(customer);
    if (goneAt >= at) return;
    this.watcher?.fallsSilent(customer, goneAt);
    this.#drop(customer);
  }

  /** Whom the event names joins its customer, if they may. @returns as of when the event counts */
  #join(event: CustomerEvent, customer: KnownCustomer, at: EpochMs): EpochMs {
    const now = Math.max(at, customer.announcedAt);
    const { customer: into, anonymousId: id, type } = event;
    if (id === undefined || id === into || (type !== 'identify' && type !== 'alias')) return now;
    if (this.#aliases.has(id)) return now;
    this.#dropSilent(id, at);
    const guest = this.#customers.get(id);
    if (guest === undefined) {
      if (!this.#isOfForgotten(id)) this.#aliases.set(id, into);
      return now;
    }
    if (!guest.isAnonymous && type !== 'alias') return now;
    const joinedAt = Math.max(now, guest.announcedAt);
    const join = (): void => {
      this.#give(into, customer);
      customer.events.unshift(...guest.events);
      this.#drop(id);
      this.#aliases.set(id, into);
    };
    if (this.watcher === undefined) join();
    else this.watcher.joinComes(id, into, joinedAt, join);
    return joinedAt;
  }

  /** Of someone who is not known, since they wanted to be forgotten. */
  #isOfForgotten(customer: CustomerId): boolean {
    const forgottenAt = this.#forgottenAts.get(customer) ?? -Infinity;
    return !this.#customers.has(customer) && this.#streamTime - forgottenAt < SIXTY_DAYS_MS;
  }

  #forget(customer: CustomerId, isCleaned: boolean): void {
    const target = this.#aliases.get(customer);
    if (isCleaned) this.#forgottenAts.set(customer, this.#streamTime);
    else this.#forgetWithAliases(customer);
    if (target !== undefined && !isCleaned) this.#forget(target, false);
  }

  #forgetWithAliases(customer: CustomerId): void {
    this.#forgottenAts.set(customer, this.#streamTime);
    this.watcher?.isForgotten(customer, this.#streamTime);
    this.#drop(customer);
    this.#aliases.delete(customer);
    for (const [alias, target] of this.#aliases) {
      if (target === customer) this.#forgetWithAliases(alias);
    }
  }

  #give(id: CustomerId, customer: KnownCustomer): void {
    if (this.#customers.has(id)) return;
    const free = this.#places.indexOf(undefined);
    this.#places[free < 0 ? this.#places.length : free] = id;
    this.#customers.set(id, customer);
  }

  #drop(customer: CustomerId): void {
    this.#customers.delete(customer);
    const place = this.#places.indexOf(customer);
    if (place >= 0) this.#places[place] = undefined;
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
    for (const customer of this.customers()) if (this.goneAt(customer) <= at) this.#drop(customer);
    for (const customer of this.#customers.values()) this.#announce(customer, at);
  }

  #announce(customer: KnownCustomer, at: EpochMs): void {
    customer.announcedAt = Math.max(customer.announcedAt, at);
  }

  #behindGrace(): EpochMs {
    return this.#streamTime - this.#settings.graceMs;
  }
}

/** The event as one of the customer whose alias its own is: without a `userId` it stays so. */
function ofTarget(event: CustomerEvent, customer: CustomerId): CustomerEvent {
  const { anonymousId: other } = event;
  const anonymousId = other === event.customer ? customer : other === customer ? undefined : other;
  return { ...event, customer, anonymousId };
}
