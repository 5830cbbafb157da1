import type { Effect } from '../../engine/effect.ts';
import type { Names } from './names.ts';

/** Whether an effect names one of these customers. */
export function isAbout(effect: Effect, names: Names): boolean {
  if (names.has(effect.customer)) return true;
  if (effect.kind !== 'passed') return false;
  const { to, via, parcel } = effect;
  if (names.has(to) || via.some((one) => names.has(one))) return true;
  if (parcel.type === 'join') return names.has(parcel.into);
  if (parcel.type !== 'event') return false;
  const { customer, anonymousId } = parcel.event;
  return names.has(customer) || (anonymousId !== undefined && names.has(anonymousId));
}
