import { compareUtf8, type SegmentId } from '../base/id.ts';
import { canonicalJson } from '../base/json.ts';
import type { EpochMs } from '../base/time.ts';
import type { Definitions } from '../compile/definitions.ts';
import type { Count, Transition } from './effect.ts';
import { Bitmap } from './store/bitmap.ts';
import type { State } from './state/state.ts';

/**
 * What changes for customers when `after` takes the place of `before`: the same log under other
 * definitions, so that an ordinal is the same customer in both. Carries on with the counters of
 * `before`, and with what its campaigns had under way.
 *
 * @returns quiet transitions at `at`, by customer, then segment
 */
export function differences(before: State, after: State, at: EpochMs): Transition[] {
  takeOverCampaigns(before, after, at);
  const found: Found[] = [];
  const old = segmentsOf(before);
  const fresh = segmentsOf(after);
  for (const [id, { bitmap: is, index }] of fresh) {
    const { bitmap: was, entered, exited } = old.get(id) ?? NOBODY;
    const entries = minus(is, was);
    const exits = minus(was, is);
    for (const ordinal of entries) found.push({ ordinal, segment: id, kind: 'entry' });
    for (const ordinal of exits) found.push({ ordinal, segment: id, kind: 'exit' });
    after.membership.continueFrom(index, {
      entered: entered + entries.length,
      exited: exited + exits.length,
    });
  }
  for (const [id, { bitmap }] of old) {
    if (fresh.has(id)) continue;
    for (const ordinal of bitmap.ordinals()) found.push({ ordinal, segment: id, kind: 'exit' });
  }
  return found
    .toSorted((a, b) => a.ordinal - b.ordinal || compareUtf8(a.segment, b.segment))
    .map(({ ordinal, segment, kind }) => {
      return { kind, at, customer: after.customers.idOf(ordinal), why: 'define', segment };
    });
}

/**
 * What campaigns have under way and remember is that of `before`, whatever the same log would have
 * made of it under the new definitions: nobody gets a letter twice, or for what was long ago. A
 * campaign that `before` did not have begins with nothing.
 */
export function takeOverCampaigns(before: State, after: State, at: EpochMs): void {
  const placesIn = ({ plan }: State) => new Map(plan.campaigns.map(({ id }, i) => [id, i]));
  const [old, fresh] = [placesIn(before), placesIn(after)];
  const toFresh = (campaign: number) => fresh.get(before.plan.campaigns[campaign]?.id ?? '');
  const toOld = (campaign: number) => old.get(after.plan.campaigns[campaign]?.id ?? '');
  after.waits.takeOver(before.waits, toFresh);
  after.served.takeOver(before.served, toFresh, at);
  after.mailings.takeOver(before.mailings, toOld, at);
}

interface Found {
  readonly ordinal: number;
  readonly segment: SegmentId;
  readonly kind: 'entry' | 'exit';
}

interface Standing extends Count {
  readonly index: number;
  readonly bitmap: Bitmap;
}

const NOBODY = { bitmap: new Bitmap(), entered: 0, exited: 0 };

function segmentsOf({ plan, membership }: State): Map<SegmentId, Standing> {
  return new Map(
    plan.segments.map(({ id }, index) => {
      return [id, { index, bitmap: membership.members(index), ...membership.count(index) }];
    }),
  );
}

function minus(bitmap: Bitmap, others: Bitmap): number[] {
  return Array.from(bitmap.ordinals()).filter((ordinal) => !others.has(ordinal));
}

/** Definitions as text, as far as what is kept of customers follows from them. */
export function rulesText(definitions: Definitions): string {
  return canonicalJson({ ...definitions, zones: undefined });
}
