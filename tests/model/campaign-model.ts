import type { CampaignId, CustomerId, SegmentId } from '../../src/base/id.ts';
import type { Json } from '../../src/base/json.ts';
import type { EpochMs } from '../../src/base/time.ts';
import type { Campaign } from '../../src/campaign/campaign.ts';
import type { Effect, Why } from '../../src/engine/effect.ts';
import type { CustomerEvent } from '../../src/rules/event.ts';
import type { Segment } from '../../src/rules/rule.ts';
import { plusDays, startOf, today } from './calendar.ts';
import type { Command } from './command.ts';
import { happeningsOf, type Flip, type Together } from './happening.ts';
import { endOfWait } from './local-time.ts';
import { Model, type ModelSettings } from './model.ts';

/*
 * Campaigns as their doc comments have them, on top of the naive recount: members are asked for at
 * every instant at which they may change, and what is kept is a list.
 *
 * 1. What is applied together, one event with what is due at its instant, is looked at as a whole.
 * 2. A mailing has its turns after all else of the instant.
 */

export interface CampaignSettings extends ModelSettings {
  readonly campaigns: readonly Campaign[];
  readonly partitions: number;
  /** Zones that a recipient's attribute may name. */
  readonly zones: readonly string[];
}

interface Enrolled {
  readonly campaign: Campaign;
  readonly customer: CustomerId;
  readonly triggeredAt: EpochMs;
  readonly dueAt: EpochMs;
  readonly trigger: Json;
}

interface Mailing {
  readonly startedAt: EpochMs;
  second: number;
  rest: CustomerId[];
}

export class CampaignModel {
  readonly #model: Model;
  readonly #segments: readonly Segment[];
  /** How long after an event a rule may look at it anew. */
  readonly #lengthsMs: readonly number[];
  readonly #hasAges: boolean;
  readonly #zone: string;
  readonly #settings: CampaignSettings;
  /** As they have been told. */
  readonly #members = new Map<CustomerId, ReadonlySet<SegmentId>>();
  readonly #lookedAt = new Map<CustomerId, EpochMs>();
  /** Of what those were members who have joined the customer whose event comes next. */
  #others: ReadonlySet<SegmentId> | undefined;
  #waits: Enrolled[] = [];
  /** Those whose wait has ended. */
  #served: Enrolled[] = [];
  readonly #toBegin: Set<CampaignId>;
  readonly #mailings = new Map<CampaignId, Mailing>();
  #told: Effect[] = [];

  constructor(segments: readonly Segment[], zone: string, settings: CampaignSettings) {
    this.#model = new Model(segments, zone, settings);
    this.#model.watcher = {
      timePasses: (to) => this.#timePasses(to),
      eventComes: (event, now, isHistory, count) => this.#eventComes(event, now, isHistory, count),
      joinComes: (guest, into, now, join) => this.#joinComes(guest, into, now, join),
      fallsSilent: (customer, at) => {
        this.#happensBefore(customer, at);
        this.#forget(customer, at);
      },
      isForgotten: (customer, at) => this.#forget(customer, at),
    };
    this.#segments = segments.toSorted((a, b) => (a.id < b.id ? -1 : 1));
    const rules = JSON.stringify(segments);
    const lengths = rules.matchAll(/"(?:fromMs|toMs|atLeastAgoMs)":(\d+)/g);
    this.#lengthsMs = [...new Set(Array.from(lengths, ([, ms]) => Number(ms)))];
    this.#hasAges = rules.includes('"age"');
    this.#zone = zone;
    this.#settings = settings;
    this.#toBegin = new Set(
      settings.campaigns.filter(({ when }) => when.kind === 'at').map(({ id }) => id),
    );
  }

  /** @returns what is told, in the order of each customer's instants */
  apply(command: Command): readonly Effect[] {
    this.#told = [];
    this.#model.apply(command);
    return this.#told;
  }

  /** How many wait in a campaign, for its end or for their turn. */
  waiting(id: CampaignId): number {
    const waits = this.#waits.filter(({ campaign }) => campaign.id === id);
    return waits.length + (this.#mailings.get(id)?.rest.length ?? 0);
  }

  #eventComes(event: CustomerEvent, now: EpochMs, isHistory: boolean, count: () => void): void {
    const { customer } = event;
    this.#happensBefore(customer, now);
    const before = this.#model.attributes(customer) ?? {};
    count();
    const after = this.#model.attributes(customer) ?? {};
    const names = event.type === 'identify' ? Object.keys(event.properties) : [];
    const changes = names
      .map((attribute) => {
        return { attribute, from: before[attribute] ?? null, to: after[attribute] ?? null };
      })
      .filter(({ from, to }) => to !== null && JSON.stringify(from) !== JSON.stringify(to));
    const others = this.#others;
    this.#others = undefined;
    this.#happens(customer, now, isHistory ? 'import' : 'event', { changes, event, others });
  }

  #joinComes(guest: CustomerId, into: CustomerId, now: EpochMs, join: () => void): void {
    this.#happensBefore(guest, now);
    this.#happensBefore(into, now);
    this.#others = this.#members.get(guest) ?? new Set();
    const told = { at: now, customer: guest, why: 'merge' } as const;
    for (const { id: segment } of this.#segments) {
      if (this.#others.has(segment)) this.#told.push({ kind: 'exit', ...told, segment });
    }
    this.#told.push({ kind: 'passed', ...told, to: into, via: [], parcel: { type: 'joined' } });
    this.#waits = this.#waits.flatMap((wait) => this.#joined(wait, guest, into, now) ?? []);
    this.#served = this.#served.map((one) => named(one, guest, into));
    this.#members.delete(guest);
    this.#lookedAt.delete(guest);
    join();
    this.#look(into, now - 1);
    const places = this.#model.customers();
    for (const mailing of this.#mailings.values()) {
      const rest = new Set(mailing.rest.map((one) => (one === guest ? into : one)));
      mailing.rest = places.filter((one) => rest.has(one));
    }
  }

  /** @returns undefined for a wait to which whom they join has no right, or has another */
  #joined(wait: Enrolled, guest: CustomerId, into: CustomerId, now: EpochMs): Enrolled | undefined {
    const { campaign, customer, triggeredAt, dueAt } = wait;
    if (customer !== guest) return wait;
    const isTheirs = (one: Enrolled) => one.campaign === campaign && one.customer === into;
    if (this.#waits.some(isTheirs) || !this.#admits(campaign, into, triggeredAt)) return undefined;
    return { ...wait, customer: into, dueAt: Math.max(dueAt, now) };
  }

  /** What time alone does to a customer before an instant. */
  #happensBefore(customer: CustomerId, now: EpochMs): void {
    for (;;) {
      const at = Math.min(...this.#flipsOf(customer, now - 1), ...this.#duesOf(customer));
      if (at >= now) break;
      this.#happens(customer, at, 'time', {});
    }
  }

  /** Nothing remains of a customer: waits end without a word. */
  #forget(customer: CustomerId, at: EpochMs): void {
    const members = this.#members.get(customer) ?? new Set();
    const told = { at, customer, why: 'forget' } as const;
    for (const { id: segment } of this.#segments) {
      if (members.has(segment)) this.#told.push({ kind: 'exit', ...told, segment });
    }
    this.#told.push({ kind: 'forgotten', ...told });
    this.#members.delete(customer);
    this.#lookedAt.delete(customer);
    this.#waits = this.#waits.filter((one) => one.customer !== customer);
    this.#served = this.#served.filter((one) => one.customer !== customer);
    for (const mailing of this.#mailings.values()) {
      mailing.rest = mailing.rest.filter((one) => one !== customer);
    }
  }

  #timePasses(to: EpochMs): void {
    let customers = this.#model.customers();
    const flips = new Set(customers.flatMap((customer) => this.#flipsOf(customer, to)));
    const sorted = ascending(flips);
    for (;;) {
      const dueAt = Math.min(...this.#waits.map((wait) => wait.dueAt));
      const goneAt = Math.min(...customers.map((customer) => this.#model.goneAt(customer)));
      const lookAt = Math.min(sorted[0] ?? Infinity, dueAt, goneAt);
      const at = Math.min(lookAt, this.#nextTurnAt());
      if (at > to) break;
      if (at === sorted[0]) sorted.shift();
      for (const each of customers) if (this.#model.goneAt(each) === at) this.#forget(each, at);
      customers = customers.filter((each) => this.#model.goneAt(each) > at);
      if (at === lookAt) for (const each of customers) this.#happens(each, at, 'time', {});
      for (const campaign of this.#settings.campaigns) this.#takeTurn(campaign, at);
    }
    for (const customer of customers) this.#look(customer, to);
  }

  /** Instants up to `to` at which time alone may make a member of a customer, or end it. */
  #flipsOf(customer: CustomerId, to: EpochMs): EpochMs[] {
    const from = this.#lookedAt.get(customer);
    if (from === undefined) return [];
    const eventAts = this.#model.eventAts(customer);
    const ats = eventAts.flatMap((at) => this.#lengthsMs.map((ms) => at + ms));
    if (this.#hasAges && Number.isFinite(from)) {
      for (let day = today(this.#zone, from); startOf(this.#zone, day) <= to;) {
        ats.push(startOf(this.#zone, day));
        day = plusDays(day, 1);
      }
    }
    return ats.filter((at) => from < at && at <= to);
  }

  #duesOf(customer: CustomerId): EpochMs[] {
    return this.#waits.filter((one) => one.customer === customer).map(({ dueAt }) => dueAt);
  }

  #look(customer: CustomerId, at: EpochMs): EpochMs {
    const lookedAt = Math.max(at, this.#lookedAt.get(customer) ?? -Infinity);
    this.#lookedAt.set(customer, lookedAt);
    return lookedAt;
  }

  #happens(customer: CustomerId, at: EpochMs, why: Why, together: Together): void {
    const { others } = together;
    const isMerge = ({ kind, segment }: Flip): boolean =>
      others !== undefined && (kind === 'exit' || others.has(segment));
    const allFlips = this.#flips(customer, this.#look(customer, at));
    const flips = allFlips.filter((flip) => !isMerge(flip));
    for (const flip of allFlips) {
      this.#told.push({ ...flip, at, customer, why: isMerge(flip) ? 'merge' : why });
    }
    const ended = this.#waits.filter((one) => one.customer === customer && one.dueAt === at);
    this.#waits = this.#waits.filter((one) => !ended.includes(one));
    const isQuiet = why === 'import';
    const happenings = isQuiet ? [] : happeningsOf(flips, together, this.#settings.campaigns);
    for (const { kind, trigger, isWatched } of happenings) {
      if (!isWatched || (kind !== 'changed' && kind !== 'event')) continue;
      // What is told is the trigger as letters have it, under the name of its kind.
      const told = { ...trigger, kind: kind === 'event' ? 'happened' : 'changed' };
      this.#told.push({ ...told, at, customer, why } as unknown as Effect);
    }
    const { campaigns } = this.#settings;
    const stopped = campaigns.filter(({ until }) =>
      happenings.some(({ is }) => until.some((one) => is(one))),
    );
    for (const campaign of stopped) this.#cancel(campaign, customer, ended, at, why);
    for (const campaign of campaigns) {
      const due = ended.find((one) => one.campaign === campaign);
      if (due !== undefined && !stopped.includes(campaign)) this.#tellDue(due, at, 'time');
    }
    for (const campaign of campaigns) {
      const { when } = campaign;
      if (when.kind === 'at' || stopped.includes(campaign)) continue;
      const found = happenings.find(({ is }) => is(when));
      if (found !== undefined) this.#enrol(campaign, customer, at, at, found.trigger, why);
    }
  }

  #flips(customer: CustomerId, at: EpochMs): Flip[] {
    const before = this.#members.get(customer) ?? new Set();
    const now = new Set(
      this.#segments
        .filter(({ id }) => this.#model.isMemberAt(id, customer, at))
        .map(({ id }) => id),
    );
    this.#members.set(customer, now);
    return this.#segments
      .filter(({ id }) => before.has(id) !== now.has(id))
      .map(({ id }) => ({
        kind: now.has(id) ? ('entry' as const) : ('exit' as const),
        segment: id,
      }));
  }

  #cancel(
    campaign: Campaign,
    customer: CustomerId,
    ended: readonly Enrolled[],
    at: EpochMs,
    why: Why,
  ): void {
    const isTheirs = (one: Enrolled) => one.campaign === campaign && one.customer === customer;
    const wait = [...ended, ...this.#waits].find(isTheirs);
    this.#waits = this.#waits.filter((one) => !isTheirs(one));
    const mailing = this.#mailings.get(campaign.id);
    const isInMailing = mailing?.rest.includes(customer) === true;
    if (mailing !== undefined) mailing.rest = mailing.rest.filter((one) => one !== customer);
    const triggeredAt = wait?.triggeredAt ?? (isInMailing ? mailing?.startedAt : undefined);
    if (triggeredAt === undefined) return;
    this.#told.push({ kind: 'cancelled', at, customer, why, campaign: campaign.id, triggeredAt });
  }

  #enrol(
    campaign: Campaign,
    customer: CustomerId,
    triggeredAt: EpochMs,
    from: EpochMs,
    trigger: Json,
    why: Why,
  ): void {
    const isTheirs = (one: Enrolled) => one.campaign === campaign && one.customer === customer;
    const { reentry, wait, quietHours } = campaign;
    if (reentry.kind !== 'always' && this.#waits.some(isTheirs)) return;
    if (!this.#admits(campaign, customer, triggeredAt)) return;
    const named = this.#model.attributes(customer)?.['timezone'];
    const zone = this.#settings.zones.find((name) => name === named) ?? this.#zone;
    const dueAt = endOfWait(wait, quietHours, from, zone);
    const enrolled = { campaign, customer, triggeredAt, dueAt, trigger };
    this.#waits = this.#waits.filter((one) => !isTheirs(one));
    if (dueAt === from) this.#tellDue(enrolled, from, why);
    else this.#waits.push(enrolled);
  }

  #admits(campaign: Campaign, customer: CustomerId, triggeredAt: EpochMs): boolean {
    const { reentry } = campaign;
    const earlier = this.#served.filter(
      (one) => one.campaign === campaign && one.customer === customer,
    );
    if (reentry.kind !== 'span') return reentry.kind === 'always' || earlier.length === 0;
    return earlier.every((one) => triggeredAt - one.triggeredAt >= reentry.ms);
  }

  #tellDue(due: Enrolled, at: EpochMs, why: Why): void {
    this.#served.push(due);
    const { campaign, customer, triggeredAt, trigger } = due;
    this.#told.push({
      kind: 'due',
      at,
      customer,
      why,
      campaign: campaign.id,
      triggeredAt,
      trigger,
    });
  }

  /** A mailing that has begun has a turn every second, be it an empty one. */
  #nextTurnAt(): EpochMs {
    const ats = this.#settings.campaigns.map(({ id, when }) => {
      const mailing = this.#mailings.get(id);
      if (mailing !== undefined && mailing.rest.length > 0) {
        return mailing.startedAt + mailing.second * 1_000;
      }
      return when.kind === 'at' && this.#toBegin.has(id) ? when.at : Infinity;
    });
    return Math.min(...ats);
  }

  #takeTurn(campaign: Campaign, at: EpochMs): void {
    const { id, when } = campaign;
    if (when.kind !== 'at') return;
    if (this.#toBegin.has(id) && when.at === at) {
      this.#toBegin.delete(id);
      const rest = this.#model
        .customers()
        .filter((customer) => this.#members.get(customer)?.has(when.segment) === true);
      this.#mailings.set(id, { startedAt: at, second: 0, rest });
    }
    const mailing = this.#mailings.get(id);
    if (mailing === undefined || mailing.startedAt + mailing.second * 1_000 !== at) return;
    const share = (second: number): number =>
      Math.floor((second * when.perSecond) / this.#settings.partitions);
    const turn = mailing.rest.slice(0, share(mailing.second + 1) - share(mailing.second));
    mailing.rest = mailing.rest.filter((customer) => !turn.includes(customer));
    mailing.second++;
    const trigger = { kind: 'at', at: mailing.startedAt, segment: when.segment };
    for (const customer of turn) {
      this.#enrol(campaign, customer, mailing.startedAt, at, trigger, 'time');
    }
  }
}

function named(one: Enrolled, from: CustomerId, to: CustomerId): Enrolled {
  return one.customer === from ? { ...one, customer: to } : one;
}

function ascending(ats: Iterable<EpochMs>): EpochMs[] {
  return [...new Set(ats)].toSorted((a, b) => a - b);
}
