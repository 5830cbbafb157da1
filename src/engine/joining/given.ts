import type { CustomerId } from '../../base/id.ts';
import { isObject, type Json, type JsonObject } from '../../base/json.ts';
import type { Aliases } from './aliases.ts';
import { shareOf } from './series-names.ts';
import { RECENT, Shares, type Share } from './shares.ts';

/*
 * What has been passed on of those who have joined a customer elsewhere.
 *
 * 1. Nothing is passed on twice, under whatever definitions: by then the customer may have joined
 *    yet another one, who cannot tell what of theirs was of whom.
 * 2. Belongings are as `packBelongings` makes them.
 */

/** One time that a customer was taken out, who joins another one elsewhere. */
export interface TakenOut {
  readonly alias: CustomerId;
  readonly into: CustomerId;
  readonly takeOutId: string;
}

/** All of these belongings is passed on. */
export function noteGiven(aliases: Aliases, out: TakenOut, belongings: JsonObject): void {
  const { alias, takeOutId } = out;
  const shares = new Shares(aliases.givenOf(alias));
  const given = shares.at(takeOutId);
  for (const [name, cells] of seriesOf(belongings)) given.note(name, shareOf(name, cells));
  if (isObject(belongings['recent'])) given.note(RECENT, 1);
  aliases.setGiven(alias, shares.toText());
}

/** What else has been passed on is not forgotten under other definitions. */
export function keepGiven(before: Aliases, after: Aliases): void {
  for (const id of before.given()) {
    const shares = new Shares(after.givenOf(id));
    shares.join(new Shares(before.givenOf(id)));
    after.setGiven(id, shares.toText());
  }
}

/**
 * What of some belongings has not been passed on. Of a list of instants the latest have been;
 * `omitted` says how many.
 *
 * @returns undefined when there is nothing
 */
export function restOf(belongings: JsonObject, given: Share): JsonObject | undefined {
  const series: Record<string, Json> = {};
  const omitted: Record<string, number> = {};
  for (const [name, cells] of seriesOf(belongings)) {
    const before = given.of(name);
    if (before >= shareOf(name, cells)) continue;
    series[name] = cells.slice(0, cells.length - before);
    if (before > 0) omitted[name] = before;
  }
  const recent = given.of(RECENT) > 0 ? null : (belongings['recent'] ?? null);
  if (Object.keys(series).length === 0 && recent === null) return undefined;
  return { series, omitted, recent };
}

function seriesOf({ series }: JsonObject): (readonly [string, readonly Json[]])[] {
  const all = isObject(series) ? Object.entries(series) : [];
  return all.map(([name, cells]) => [name, Array.isArray(cells) ? cells : []]);
}
