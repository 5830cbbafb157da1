import type { SegmentId } from '../base/id.ts';
import { own, type Json } from '../base/json.ts';
import type { EpochMs } from '../base/time.ts';
import type { Zone } from '../base/zone.ts';
import type { Watch } from '../compile/occasion.ts';
import type { CustomerEvent } from '../rules/event.ts';
import type { AttributeChange, Effect, WatchedEvent, Why } from './effect.ts';
import type { Change } from './state/attributes.ts';
import type { State } from './state/state.ts';
import type { Enrolment } from './state/waits.ts';

/*
 * What happens to a customer, as campaigns see it: triggers, waits and their ends
 * (docs/decisions/0010-what-happens-together.md).
 *
 * 1. What is applied together is looked at as a whole, after the transitions: one event with the
 *    timers of its instant, or the timers of one instant.
 * 2. It sets a campaign off once at most, by the first thing that does so.
 * 3. Where one of a campaign's `until` is among it, a wait of the campaign ends without a letter,
 *    also one that is due just then, and none begins.
 * 4. What is quiet neither sets off nor ends anything.
 */

const TIMEZONE = 'timezone';

type Told =
  | Pick<AttributeChange, 'kind' | 'attribute' | 'from' | 'to'>
  | Pick<WatchedEvent, 'kind' | 'event' | 'properties'>;

export class Occasions {
  readonly #state: State;
  readonly #partitions: number;
  readonly #emit: (effect: Effect) => void;
  /** Whether anything is to be settled. */
  #isTouched = false;
  #told: Told[] = [];
  /** Waits that are due at this instant, by campaign. */
  #ended: Enrolment[] = [];
  /** Campaigns that are set off, with what did it. */
  readonly #triggers = new Map<number, Json>();
  /** Campaigns one of whose `until` has happened. */
  readonly #stopped = new Set<number>();

  /** @param partitions how many partitions share the pace of a mailing */
  constructor(state: State, partitions: number, emit: (effect: Effect) => void) {
    this.#state = state;
    this.#partitions = partitions;
    this.#emit = emit;
  }

  /** The timer of an enrolment has rung. */
  takeRung(row: number): void {
    this.#isTouched = true;
    this.#ended.push(this.#state.waits.end(row));
  }

  takeEvent({ event, properties, context, type }: CustomerEvent): void {
    const { watches } = this.#state.plan;
    let isTold = false;
    for (const watch of watches.eventsOf(event, type)) {
      if (!watch.passes(properties, context)) continue;
      if (!isTold) this.#told.push({ kind: 'happened', event, properties });
      isTold = true;
      this.#note(watch, { kind: 'event', event, properties });
    }
  }

  takeChange({ name: attribute, from, to }: Change): void {
    let isTold = false;
    for (const watch of this.#state.plan.watches.changesOf(attribute)) {
      if (!watch.passes(from, to)) continue;
      if (!isTold) this.#told.push({ kind: 'changed', attribute, from, to });
      isTold = true;
      this.#note(watch, { kind: 'changed', attribute, from, to });
    }
  }

  takeFlip(segment: SegmentId, isEntry: boolean): void {
    const { watches } = this.#state.plan;
    const found = isEntry ? watches.entriesOf(segment) : watches.exitsOf(segment);
    for (const watch of found) {
      this.#note(watch, { kind: isEntry ? 'entry' : 'exit', segment });
    }
  }

  #note({ campaign, role }: Watch, trigger: Json): void {
    this.#isTouched = true;
    if (role === 'until') this.#stopped.add(campaign);
    else if (!this.#triggers.has(campaign)) this.#triggers.set(campaign, trigger);
  }

  /** Looks at all that has been taken, and tells what follows from it. */
  settle(ordinal: number, at: EpochMs, why: Why): void {
    if (!this.#isTouched) return;
    const { customers } = this.#state;
    if (why !== 'event' && why !== 'time') {
      this.#told = [];
      this.#triggers.clear();
      this.#stopped.clear();
    }
    for (const told of this.#told) {
      this.#emit({ ...told, at, customer: customers.idOf(ordinal), why });
    }
    for (const campaign of inOrder(this.#stopped)) this.#cancel(campaign, ordinal, at, why);
    for (const ended of this.#ended) {
      if (!this.#stopped.has(ended.campaign)) this.#tellDue(ended, at, 'time');
    }
    for (const campaign of inOrder(this.#triggers.keys())) {
      const trigger = this.#triggers.get(campaign) ?? null;
      if (this.#stopped.has(campaign)) continue;
      this.#enrol({ campaign, ordinal, triggeredAt: at, trigger }, at, why);
    }
    this.#isTouched = false;
    this.#told = [];
    this.#ended = [];
    this.#triggers.clear();
    this.#stopped.clear();
  }

  #cancel(campaign: number, ordinal: number, at: EpochMs, why: Why): void {
    const { waits, mailings, customers, plan } = this.#state;
    const ended = this.#ended.find((one) => one.campaign === campaign);
    const waited = ended ?? waits.cancel(campaign, ordinal);
    const mailedAt = mailings.cancel(campaign, ordinal);
    const triggeredAt = waited?.triggeredAt ?? mailedAt;
    const planned = plan.campaigns[campaign];
    if (triggeredAt === undefined || planned === undefined) return;
    const customer = customers.idOf(ordinal);
    this.#emit({ kind: 'cancelled', at, customer, why, campaign: planned.id, triggeredAt });
  }

  /** @param from where the wait begins */
  #enrol(enrolment: Enrolment, from: EpochMs, why: Why): void {
    const { campaign, ordinal, triggeredAt } = enrolment;
    const { plan, waits, served } = this.#state;
    const planned = plan.campaigns[campaign];
    if (planned === undefined) return;
    if (planned.reentry.kind !== 'always') {
      if (waits.isWaiting(campaign, ordinal)) return;
      if (!served.admits(campaign, ordinal, triggeredAt)) return;
    }
    const dueAt = planned.dueAt(from, planned.needsZone ? this.#zoneOf(ordinal) : plan.zone);
    waits.cancel(campaign, ordinal);
    if (dueAt <= from) this.#tellDue(enrolment, from, why);
    else waits.enrol(enrolment, dueAt);
  }

  #zoneOf(ordinal: number): Zone {
    const { plan, attributes } = this.#state;
    const name = own(attributes.of(ordinal), TIMEZONE);
    return (typeof name === 'string' ? plan.zones.get(name) : undefined) ?? plan.zone;
  }

  #tellDue({ campaign, ordinal, triggeredAt, trigger }: Enrolment, at: EpochMs, why: Why): void {
    const { plan, served, customers } = this.#state;
    const planned = plan.campaigns[campaign];
    if (planned === undefined) return;
    served.note(campaign, ordinal, triggeredAt);
    const customer = customers.idOf(ordinal);
    this.#emit({ kind: 'due', at, customer, why, campaign: planned.id, triggeredAt, trigger });
  }

  /** Mailings begin or go on at an instant: those whose turn it is are enrolled. */
  mail(at: EpochMs): void {
    const { mailings, membership, plan } = this.#state;
    const membersOf = (segment: SegmentId) => membership.members(plan.segmentOf(segment) ?? -1);
    for (const campaign of mailings.at(at)) {
      const turn = mailings.takeTurn(campaign, at, membersOf, this.#partitions);
      if (turn === undefined) continue;
      const { ordinals, segment, startedAt: triggeredAt } = turn;
      const trigger = { kind: 'at', at: triggeredAt, segment };
      for (const ordinal of ordinals) {
        this.#enrol({ campaign, ordinal, triggeredAt, trigger }, at, 'time');
      }
    }
  }
}

function inOrder(campaigns: Iterable<number>): number[] {
  return [...campaigns].sort((a, b) => a - b);
}
