import { compareUtf8, type SegmentId } from '../base/id.ts';
import { canonicalJson } from '../base/json.ts';
import type { EpochMs } from '../base/time.ts';
import type { Definitions } from '../compile/definitions.ts';
import type { Count, Effect, Transition } from './effect.ts';
import { takeOut } from './forgetting/removal.ts';
import { Bitmap } from './store/bitmap.ts';
import { SameCustomers } from './same-customers.ts';
import type { State } from './state/state.ts';

/**
 * What changes for customers when `after` takes the place of `before`: the same log under other
 * definitions, so that the same customers are known in both, as a rule under the same ordinals.
 * Carries on with the counters of `before`, with what its campaigns had under way, and with who was
 * forgotten of late.
 *
 * Who is gone stays gone, though other definitions, or a log that has lost its beginning, would
 * have kept them; and whom the new definitions would have dropped by now is dropped.
 *
 * @returns who is dropped; then quiet transitions at `at`, by customer, then segment
 */
export function differences(before: State, after: State, at: EpochMs): Effect[] {
  const same = new SameCustomers(before.customers, after.customers);
  for (const ordinal of same.onlyHere) takeOut(after, ordinal, at, 'define', () => {});
  after.marks.takeOver(before.marks);
  const dropped: Effect[] = [];
  for (const ordinal of same.gone) {
    const customer = before.customers.idOf(ordinal);
    takeOut(before, ordinal, at, 'forget', (effect) => dropped.push(effect));
    dropped.push({ kind: 'forgotten', at, customer, why: 'forget' });
  }
  takeOverCampaigns(before, after, same, at);
  return [...dropped, ...transitions(before, after, same, at)];
}

function transitions(before: State, after: State, same: SameCustomers, at: EpochMs): Transition[] {
  const found: Found[] = [];
  const old = segmentsOf(before);
  const fresh = segmentsOf(after);
  for (const [id, { bitmap: is, index }] of fresh) {
    const { bitmap, entered, exited } = old.get(id) ?? NOBODY;
    const was = same.of(bitmap);
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
    for (const ordinal of same.of(bitmap).ordinals()) {
      found.push({ ordinal, segment: id, kind: 'exit' });
    }
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
function takeOverCampaigns(before: State, after: State, same: SameCustomers, at: EpochMs): void {
  const placesIn = ({ plan }: State) => new Map(plan.campaigns.map(({ id }, i) => [id, i]));
  const [old, fresh] = [placesIn(before), placesIn(after)];
  const toFresh = (campaign: number) => fresh.get(before.plan.campaigns[campaign]?.id ?? '');
  const toOld = (campaign: number) => old.get(after.plan.campaigns[campaign]?.id ?? '');
  const ordinalOf = (ordinal: number) => same.ordinalOf(ordinal);
  after.waits.takeOver(before.waits, toFresh, ordinalOf);
  after.served.takeOver(before.served, toFresh, ordinalOf, at);
  after.mailings.takeOver(before.mailings, toOld, (customers) => same.of(customers), at);
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
  return canonicalJson({ ...definitions, zones: undefined, forgetAnonymousAfterMs: undefined });
}
