import { isObject, type Json, type JsonObject } from '../../base/json.ts';
import type { Passed, Why } from '../../engine/effect.ts';
import type { ForgetMark, Parcel } from '../../engine/parcel.ts';
import { isCustomerId } from '../event.ts';
import { isInstant, readEventJson } from '../frame.ts';

/*
 * An effect `passed` as it lies in the log of the partition that it is passed to.
 *
 * 1. What is read is checked as if anybody had written it, since anybody can write into the log.
 */

/** A `passed` effect, and its number in the partition that it comes from. */
export interface PassedItem {
  readonly n: number;
  readonly passed: Passed;
}

const WHYS: Readonly<Record<Why, true>> = {
  event: true,
  time: true,
  define: true,
  import: true,
  merge: true,
  forget: true,
};

/** Texts that name something, but no customer: the ids of parcels, and salts. */
const NAME_LENGTH_MAX = 256;

export function packPassed({ n, passed }: PassedItem): object {
  const { kind: _, ...rest } = passed;
  return { n, ...rest };
}

/** @returns undefined when it is no such item */
export function readPassed(value: unknown): PassedItem | undefined {
  if (!isObject(value)) return undefined;
  const { n, at, customer, why, to } = value;
  if (!isCount(n) || !isInstant(at) || !isWhy(why)) return undefined;
  if (!isCustomerId(customer) || !isCustomerId(to)) return undefined;
  const via = readVia(value['via']);
  const parcel = readParcel(value['parcel']);
  if (via === undefined || parcel === undefined) return undefined;
  return { n, passed: { kind: 'passed', at, customer, why, to, via, parcel } };
}

/** @returns undefined when it is no mark */
export function readMark(value: unknown): ForgetMark | undefined {
  if (!isObject(value)) return undefined;
  const { salt, hash } = value;
  if (!isName(salt) || typeof hash !== 'string' || !/^[0-9a-f]{32}$/.test(hash)) return undefined;
  return { salt, hash };
}

function readVia(value: Json | undefined): readonly string[] | undefined {
  return Array.isArray(value) && value.every(isCustomerId) ? value : undefined;
}

function readParcel(value: Json | undefined): Parcel | undefined {
  if (!isObject(value)) return undefined;
  const { type } = value;
  switch (type) {
    case 'join':
      return readJoin(value);
    case 'merge':
      return readMerge(value);
    case 'event': {
      const { isHistory } = value;
      const event = readEventJson(value['event']);
      if (event === undefined || typeof isHistory !== 'boolean') return undefined;
      return { type, event, isHistory };
    }
    case 'forget': {
      const mark = readMark(value['mark']);
      return mark && { type, mark };
    }
    default:
      return undefined;
  }
}

function readJoin({ into, isExplicit, isHistory }: JsonObject): Parcel | undefined {
  if (!isCustomerId(into)) return undefined;
  if (typeof isExplicit !== 'boolean' || typeof isHistory !== 'boolean') return undefined;
  return { type: 'join', into, isExplicit, isHistory };
}

function readMerge({ id, slice, slices, text }: JsonObject): Parcel | undefined {
  if (!isName(id) || typeof text !== 'string') return undefined;
  if (!isCount(slices) || typeof slice !== 'number') return undefined;
  if (!Number.isInteger(slice) || slice < 0 || slice >= slices) return undefined;
  return { type: 'merge', id, slice, slices, text };
}

function isName(value: unknown): value is string {
  return typeof value === 'string' && value !== '' && value.length <= NAME_LENGTH_MAX;
}

/** A whole number from 1, exact. */
function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 1;
}

function isWhy(value: unknown): value is Why {
  return typeof value === 'string' && Object.hasOwn(WHYS, value);
}
