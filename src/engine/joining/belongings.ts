import type { SegmentId } from '../../base/id.ts';
import type { Json } from '../../base/json.ts';
import type { EpochMs } from '../../base/time.ts';
import type { Evaluator } from '../evaluator.ts';
import type { Packed } from '../state/attributes.ts';
import type { RecentKept } from '../state/recent.ts';
import type { State } from '../state/state.ts';

/*
 * What is kept of one customer, as far as it goes on when they become one with another. Numbers are
 * those of the plan and the values of one engine.
 *
 * 1. What was kept of both is then what would be, had all their events been one customer's: those
 *    of the one who joins before those of the other, where they bear the same instant.
 * 2. Of two waits in one campaign the customer's own stays; no wait comes that they have no right
 *    to by what they have had.
 */

export interface Belongings {
  /** When an anonymous customer was last heard of; undefined for one who is known. */
  readonly heardAt: EpochMs | undefined;
  /** Of which they were a member. */
  readonly segments: ReadonlySet<SegmentId>;
  readonly attributes: Packed;
  readonly series: readonly SeriesKept[];
  readonly campaigns: readonly CampaignKept[];
  /** Undefined where nothing of the kind is kept. */
  readonly recent: RecentKept | undefined;
}

export interface SeriesKept {
  /** The first of the conditions that share the series. */
  readonly condition: number;
  readonly cells: readonly number[];
}

/** What one campaign has to do with the customer. */
export interface CampaignKept {
  readonly campaign: number;
  readonly wait?:
    | { readonly triggeredAt: EpochMs; readonly trigger: Json; readonly dueAt: EpochMs }
    | undefined;
  /** As `Served.lastOf` says it. */
  readonly servedAt?: EpochMs | undefined;
  /** When the mailing began in which their turn is to come. */
  readonly inLineOf?: EpochMs | undefined;
}

/**
 * What is kept of a customer at an instant to which they have been settled. Their series must not
 * be looked at afterwards: they are to go.
 */
export function belongingsOf(state: State, ordinal: number, now: EpochMs): Belongings {
  const { plan, anonymous, attributes, membership, recent } = state;
  const isMember = (_: unknown, segment: number): boolean => membership.isMember(segment, ordinal);
  return {
    heardAt: anonymous.has(ordinal) ? anonymous.heardAt(ordinal) : undefined,
    segments: new Set(plan.segments.filter(isMember).map(({ id }) => id)),
    attributes: attributes.packed(ordinal),
    series: seriesOf(state, ordinal, now),
    campaigns: campaignsOf(state, ordinal),
    recent: recent?.kept(ordinal),
  };
}

function seriesOf(
  { plan, behaviours, series }: State,
  ordinal: number,
  now: EpochMs,
): SeriesKept[] {
  const found: SeriesKept[] = [];
  for (const [condition, behaviour] of behaviours.entries()) {
    const row = behaviour === undefined ? undefined : series.find(condition, ordinal);
    if (row === undefined || behaviour === undefined) continue;
    // A date follows from the attributes.
    if (plan.conditions[condition]?.shape.kind === 'date') continue;
    const cells = series.open(row);
    // Drops what has left its window.
    behaviour.truths(cells, now);
    if (cells.length === 0) continue;
    found.push({ condition, cells: Array.from({ length: cells.length }, (_, i) => cells.get(i)) });
  }
  return found;
}

function campaignsOf({ plan, waits, served, mailings }: State, ordinal: number): CampaignKept[] {
  return [...plan.campaigns.keys()].flatMap((campaign) => {
    const wait = waits.find(campaign, ordinal);
    const servedAt = served.lastOf(campaign, ordinal);
    const inLineOf = mailings.startedAt(campaign, ordinal);
    if (wait === undefined && servedAt === undefined && inLineOf === undefined) return [];
    return { campaign, wait, servedAt, inLineOf };
  });
}

/**
 * Gives a customer what was kept of another. What that means for segments is still to be settled.
 *
 * @param now an instant before which the customer has not been looked at
 */
export function takeIn(
  state: State,
  evaluator: Evaluator,
  ordinal: number,
  belongings: Belongings,
  now: EpochMs,
): void {
  const { anonymous, attributes } = state;
  const heardAt = Math.max(belongings.heardAt ?? 0, anonymous.heardAt(ordinal));
  anonymous.hear(ordinal, belongings.heardAt !== undefined, heardAt);
  for (const { condition, cells } of belongings.series) {
    evaluator.joinSeries(ordinal, condition, cells, now);
  }
  const changes = attributes.join(ordinal, belongings.attributes);
  evaluator.lookAtAttributes(ordinal, changes, now);
  for (const kept of belongings.campaigns) takeInCampaign(state, ordinal, kept, now);
  if (belongings.recent !== undefined) state.recent?.join(ordinal, belongings.recent);
}

function takeInCampaign(
  { plan, waits, served, mailings }: State,
  ordinal: number,
  { campaign, wait, servedAt, inLineOf }: CampaignKept,
  now: EpochMs,
): void {
  const reentry = plan.campaigns[campaign]?.reentry.kind;
  if (wait !== undefined && !waits.isWaiting(campaign, ordinal)) {
    if (served.admits(campaign, ordinal, wait.triggeredAt)) {
      waits.enrol({ ...wait, campaign, ordinal }, Math.max(wait.dueAt, now));
    }
  }
  if (inLineOf !== undefined) mailings.enter(campaign, ordinal, inLineOf);
  if (servedAt === undefined || reentry === 'always') return;
  // That a `once` has become a span since is known without its instant: then it begins now.
  const lastAt = reentry === 'span' ? Math.min(servedAt, now) : now;
  const ownAt = served.lastOf(campaign, ordinal) ?? lastAt;
  served.note(campaign, ordinal, Math.max(lastAt, ownAt));
}
