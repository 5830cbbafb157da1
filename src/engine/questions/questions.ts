import { saltedHash } from '../../base/hash.ts';
import type { CampaignId, CustomerId, SegmentId } from '../../base/id.ts';
import type { JsonObject } from '../../base/json.ts';
import type { EpochMs } from '../../base/time.ts';
import type { Rule } from '../../rules/rule.ts';
import { explainCampaign } from '../explain/explain-campaign.ts';
import { explainSegment } from '../explain/explain.ts';
import type { CampaignExplanation, Explanation } from '../explain/explanation.ts';
import { memoryOf, type Memory } from './memory.ts';
import { customersOf } from './preview.ts';
import type { ForgetMark } from '../parcel.ts';
import { enrolmentsOf, recipientOf, type Recipient } from './recipient.ts';
import type { RecentEvents } from '../state/recent.ts';
import type { State } from '../state/state.ts';
import type { Waiting } from '../state/waits.ts';

/** What a partition answers about its customers as they are now; a question changes nothing. */
export class Questions {
  readonly #state: State;
  readonly #settledTo: EpochMs;

  /** @param settledTo an instant up to which all customers have been settled; -∞ at first */
  constructor(state: State, settledTo: EpochMs) {
    this.#state = state;
    this.#settledTo = settledTo;
  }

  /** Member ids by ordinal; none for a segment that does not exist. */
  members(id: SegmentId): CustomerId[] {
    const { plan, membership, customers } = this.#state;
    const segment = plan.segmentOf(id);
    if (segment === undefined) return [];
    return Array.from(membership.members(segment).ordinals(), (ordinal) => customers.idOf(ordinal));
  }

  /** Undefined for a customer nobody has heard of. */
  attributes(customer: CustomerId): JsonObject | undefined {
    const { customers, attributes } = this.#state;
    const ordinal = customers.find(customer);
    return ordinal === undefined ? undefined : attributes.of(ordinal);
  }

  /** Whose alias an id is, which may be another's alias elsewhere; undefined where it is none. */
  aliasOf(id: CustomerId): CustomerId | undefined {
    return this.#state.aliases.targetOf(id);
  }

  /** Whether someone was forgotten of late, so that what comes of them is dropped. */
  isForgotten(customer: CustomerId): boolean {
    const { customers, marks } = this.#state;
    return customers.find(customer) === undefined && marks.has(customer, this.#settledTo);
  }

  /** Whose these marks are, of all who are known here; it takes a hash of each for each salt. */
  markedBy(marks: readonly ForgetMark[]): { customer: CustomerId; mark: ForgetMark }[] {
    const bySalt = new Map<string, Map<string, ForgetMark>>();
    for (const mark of marks) {
      const known = bySalt.get(mark.salt) ?? new Map<string, ForgetMark>();
      bySalt.set(mark.salt, known.set(mark.hash, mark));
    }
    const found: { customer: CustomerId; mark: ForgetMark }[] = [];
    const { customers } = this.#state;
    for (const ordinal of customers.ordinals().ordinals()) {
      const customer = customers.idOf(ordinal);
      for (const [salt, known] of bySalt) {
        const mark = known.get(saltedHash(salt, customer));
        if (mark !== undefined) found.push({ customer, mark });
      }
    }
    return found;
  }

  /** What a customer has bought and viewed of late; empty where no campaign asks for it. */
  recent(customer: CustomerId): RecentEvents {
    const { customers, recent } = this.#state;
    const ordinal = customers.find(customer);
    if (ordinal === undefined || recent === undefined) return { orders: [], viewed: [] };
    return recent.of(ordinal);
  }

  /**
   * For how many customers a rule holds that is composed of known conditions and segments;
   * undefined when it names others.
   */
  countOf(rule: Rule): number | undefined {
    return customersOf(rule, this.#state)?.size;
  }

  /** Undefined for a customer or a campaign nobody has heard of. */
  recipient(customer: CustomerId, campaign: CampaignId): Recipient | undefined {
    return recipientOf(this.#state, customer, campaign);
  }

  /** Who waits for a letter, per campaign, by id. Looks at each enrolment: for figures. */
  enrolments(): ReadonlyMap<CampaignId, Waiting> {
    return enrolmentsOf(this.#state);
  }

  /**
   * Why a customer is a member of a segment or is not, and what time alone will do to it; undefined
   * for a segment that is not defined.
   */
  explain(customer: CustomerId, segment: SegmentId): Explanation | undefined {
    return explainSegment(this.#state, this.#settledTo, customer, segment);
  }

  /** The same for a campaign: whether its letter waits, and whether its condition holds. */
  explainCampaign(customer: CustomerId, campaign: CampaignId): CampaignExplanation | undefined {
    return explainCampaign(this.#state, this.#settledTo, customer, campaign);
  }

  memory(): Memory {
    return memoryOf(this.#state);
  }
}
