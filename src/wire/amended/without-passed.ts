import type { Passed } from '../../engine/effect.ts';
import type { Parcel } from '../../engine/parcel.ts';
import type { PassedItem } from '../control/passed-item.ts';
import type { Names } from './names.ts';
import { withoutOtherId } from './other-id.ts';

/**
 * What was passed on, but for what is of or for some customers.
 *
 * @returns undefined when none of it names one of them
 */
export function withoutPassed(
  items: readonly PassedItem[],
  names: Names,
): readonly PassedItem[] | undefined {
  const kept = items.filter(({ passed }) => !isTheirs(passed, names));
  const others = kept.map((item) => withoutVia(item, names));
  const isAmended = kept.length < items.length || others.some((item, i) => item !== kept[i]);
  return isAmended ? others : undefined;
}

function isTheirs({ customer, to, parcel }: Passed, names: Names): boolean {
  const into = parcel.type === 'join' && names.has(parcel.into);
  return into || names.has(customer) || names.has(to);
}

function withoutVia(item: PassedItem, names: Names): PassedItem {
  const { passed } = item;
  const via = passed.via.filter((one) => !names.has(one));
  const parcel = withoutAlias(passed.parcel, names);
  if (via.length === passed.via.length && parcel === passed.parcel) return item;
  return { ...item, passed: { ...passed, via, parcel } };
}

function withoutAlias(parcel: Parcel, names: Names): Parcel {
  if (parcel.type !== 'event') return parcel;
  const event = withoutOtherId(parcel.event, names);
  return event === parcel.event ? parcel : { ...parcel, event };
}
