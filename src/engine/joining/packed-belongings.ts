import type { CampaignId, SegmentId } from '../../base/id.ts';
import { isObject, own, type Json, type JsonObject } from '../../base/json.ts';
import { NEVER, type EpochMs } from '../../base/time.ts';
import type { Packed } from '../state/attributes.ts';
import type { RecentKept } from '../state/recent.ts';
import type { RecentItem } from '../state/recent-items.ts';
import type { State } from '../state/state.ts';
import type { Belongings, CampaignKept, SeriesKept } from './belongings.ts';
import { isList, shareOf, type SeriesNames } from './series-names.ts';
import { RECENT, type Share } from './shares.ts';

/*
 * Belongings as plain JSON, in names that every partition understands.
 *
 * 1. What is unknown where it is read is left out: a series, a campaign.
 * 2. Of a series that was taken in before only what is more is read.
 * 3. Of what is read the outline is looked at: who may write it may as well write definitions.
 */

const encoder = new TextEncoder();
const decoder = new TextDecoder();

export function packBelongings(state: State, names: SeriesNames, kept: Belongings): JsonObject {
  const { plan } = state;
  const idOf = (campaign: number): CampaignId => plan.campaigns[campaign]?.id ?? '';
  return {
    heardAt: kept.heardAt ?? null,
    segments: [...kept.segments],
    attributes: kept.attributes,
    series: packSeries(state, names, kept.series),
    campaigns: kept.campaigns.map(({ campaign, wait, servedAt, inLineOf }) => {
      // JSON has no infinity, which stands for an instant that is not known.
      const served = servedAt === undefined ? {} : { served: servedAt === NEVER ? null : servedAt };
      return { id: idOf(campaign), wait: wait ?? null, inLineOf: inLineOf ?? null, ...served };
    }),
    recent: kept.recent === undefined ? null : packRecent(kept.recent),
  };
}

/** Of the lists that have one name the longest has all that the others have. */
function packSeries(state: State, names: SeriesNames, series: readonly SeriesKept[]): JsonObject {
  const packed = new Map<string, readonly Json[]>();
  for (const { condition, cells } of series) {
    const name = names.of(condition);
    if (name === undefined || (packed.get(name)?.length ?? 0) >= cells.length) continue;
    const layout = state.behaviours[condition]?.valuesIn;
    const isValue = (cell: number): boolean =>
      layout !== undefined && cell % layout.width === layout.from;
    packed.set(
      name,
      cells.map((one, cell) => (isValue(cell) ? state.values.textOf(one) : one)),
    );
  }
  return Object.fromEntries(packed);
}

function packRecent({ orders, viewed }: RecentKept): JsonObject {
  const pack = ({ at, key, bytes }: RecentItem): Json => [at, key, decoder.decode(bytes)];
  return { orders: orders.map(pack), viewed: viewed.map(pack) };
}

/** @param taken what of it has been taken in; is told what will have been */
export function unpackBelongings(
  state: State,
  names: SeriesNames,
  packed: JsonObject,
  taken: Share,
): Belongings {
  const { heardAt, segments, attributes, campaigns, recent } = packed;
  const isRecentNew = taken.of(RECENT) === 0 && isObject(recent);
  if (isRecentNew) taken.note(RECENT, 1);
  return {
    heardAt: typeof heardAt === 'number' ? heardAt : undefined,
    segments: new Set(listOf(segments).filter((id): id is SegmentId => typeof id === 'string')),
    attributes: isPacked(attributes) ? attributes : {},
    series: unpackSeries(state, names, packed, taken),
    campaigns: listOf(campaigns).flatMap((one) => unpackCampaign(state, one)),
    recent: isRecentNew
      ? {
          orders: listOf(recent['orders']).flatMap(itemOf),
          viewed: listOf(recent['viewed']).flatMap(itemOf),
        }
      : undefined,
  };
}

function unpackSeries(
  state: State,
  names: SeriesNames,
  { series, omitted }: JsonObject,
  taken: Share,
): SeriesKept[] {
  const all = isObject(series) ? Object.entries(series) : [];
  return all.flatMap(([name, list]) => {
    const conditions = names.conditionsOf(name);
    if (conditions.length === 0) return [];
    const cells = cellsOf(state, listOf(list));
    const said = isObject(omitted) ? own(omitted, name) : undefined;
    const passedBefore = typeof said === 'number' ? said : 0;
    const share = passedBefore + shareOf(name, cells);
    const before = taken.of(name);
    if (share <= before) return [];
    taken.note(name, share);
    // Of a list of instants the latest have been taken in.
    const rest = isList(name) ? cells.slice(0, share - Math.max(before, passedBefore)) : cells;
    return conditions.map((condition) => ({ condition, cells: rest }));
  });
}

function cellsOf({ values }: State, list: readonly Json[]): number[] {
  return list.map((one) => {
    if (typeof one === 'string') return values.findOrAdd(one);
    return typeof one === 'number' ? one : 0;
  });
}

function unpackCampaign({ plan }: State, packed: Json): CampaignKept[] {
  if (!isObject(packed)) return [];
  const { id, wait, served, inLineOf } = packed;
  const campaign = plan.campaigns.findIndex((one) => one.id === id);
  if (campaign < 0) return [];
  const servedAt = typeof served === 'number' ? served : served === null ? NEVER : undefined;
  const inLine = typeof inLineOf === 'number' ? inLineOf : undefined;
  return [{ campaign, wait: waitOf(wait), servedAt, inLineOf: inLine }];
}

function waitOf(packed: Json | undefined): CampaignKept['wait'] {
  if (!isObject(packed)) return undefined;
  const { triggeredAt, dueAt, trigger = null } = packed;
  if (typeof triggeredAt !== 'number' || typeof dueAt !== 'number') return undefined;
  return { triggeredAt, dueAt, trigger };
}

function itemOf(packed: Json): RecentItem[] {
  const [at, key, text] = listOf(packed);
  if (typeof at !== 'number' || typeof key !== 'number' || typeof text !== 'string') return [];
  return [{ at, key, bytes: encoder.encode(text) }];
}

function isPacked(value: Json | undefined): value is Packed {
  return (
    isObject(value) &&
    Object.values(value).every((word) => Array.isArray(word) && isInstant(word[1]))
  );
}

function isInstant(value: Json | undefined): value is EpochMs {
  return typeof value === 'number';
}

function listOf(value: Json | undefined): readonly Json[] {
  return Array.isArray(value) ? value : [];
}
