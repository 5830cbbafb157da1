import { isObject, type Json, type JsonObject } from '../../base/json.ts';
import type { Definitions } from '../../compile/definitions.ts';
import { isCustomerId } from '../event.ts';
import { badFrame } from '../frame.ts';
import type { LogMessage } from '../log-message.ts';
import { readMark, readPassed, type PassedItem } from './passed-item.ts';

/*
 * What a control of a partition's log says; its headers say the rest.
 *
 * 1. Never throws: what cannot be read is refused as a whole.
 */

/** The most effects that one control passes on. */
export const PASSED_ITEMS_MAX = 256;

/** @param control undefined when the body is no JSON */
export function readControl(control: Json | undefined): LogMessage {
  if (!isObject(control) || typeof control['type'] !== 'string') {
    return refused('the body is no control');
  }
  const { type } = control;
  switch (type) {
    case 'define':
      return readDefine(control);
    case 'passed':
      return readPassedOn(control);
    case 'forget':
      return readForget(control);
    case 'skip':
      return readSkip(control);
    default:
      return { kind: 'unknown', what: `control ${type}` };
  }
}

function readDefine({ definitions }: JsonObject): LogMessage {
  if (!isDefinitions(definitions)) return refused('the body holds no definitions');
  return { kind: 'define', definitions };
}

function readPassedOn({ source, items }: JsonObject): LogMessage {
  const isSource = typeof source === 'number' && Number.isSafeInteger(source) && source >= 0;
  if (!isSource || !Array.isArray(items) || items.length > PASSED_ITEMS_MAX) {
    return refused('the body passes nothing on');
  }
  const read: PassedItem[] = [];
  for (const item of items) {
    const one = readPassed(item);
    if (one === undefined) return refused('what the body passes on is no effect of that kind');
    read.push(one);
  }
  return { kind: 'passed', source, items: read };
}

function readForget({ customer, mark: raw }: JsonObject): LogMessage {
  const mark = readMark(raw);
  if (mark === undefined) return refused('the body holds no mark of who is to be forgotten');
  if (customer === undefined) return { kind: 'forget', mark };
  if (!isCustomerId(customer)) return refused('the body names nobody who could be forgotten');
  return { kind: 'forget', customer, mark };
}

function readSkip({ sequence, storedAt }: JsonObject): LogMessage {
  if (typeof sequence === 'number' && typeof storedAt === 'number') {
    return { kind: 'skip', sequence, storedAt };
  }
  return refused('the body names no message to be passed over');
}

function refused(detail: string): LogMessage {
  return { kind: 'events', events: [], history: false, rejected: [badFrame(detail)] };
}

/**
 * Looks at the outline only: definitions are checked before they are written, and who may write
 * controls into a log may as well write wrong rules that look right.
 */
function isDefinitions(value: unknown): value is Definitions {
  if (!isObject(value)) return false;
  const { segments, campaigns, zone, zones = [], forgetAnonymousAfterMs: silenceMs = 1 } = value;
  if (!isListOfNamed(segments, 'rule') || !isListOfNamed(campaigns, 'when')) return false;
  if (!isObject(zone) || typeof zone['name'] !== 'string' || !hasOffsets(zone)) return false;
  if (typeof silenceMs !== 'number' || silenceMs <= 0) return false;
  return Array.isArray(zones) && zones.every((one: Json) => hasOffsets(one) && hasNames(one));
}

function hasOffsets(zone: Json): boolean {
  if (!isObject(zone)) return false;
  const { fromAts, offsetsMs } = zone;
  if (!isListOfNumbers(fromAts) || !isListOfNumbers(offsetsMs)) return false;
  return fromAts.length > 0 && fromAts.length === offsetsMs.length;
}

function hasNames(zone: Json): boolean {
  const names = isObject(zone) ? zone['names'] : undefined;
  return Array.isArray(names) && names.every((name: Json) => typeof name === 'string');
}

function isListOfNamed(list: Json | undefined, part: string): boolean {
  return (
    Array.isArray(list) &&
    list.every((one: Json) => isObject(one) && typeof one['id'] === 'string' && isObject(one[part]))
  );
}

function isListOfNumbers(list: Json | undefined): list is readonly number[] {
  return Array.isArray(list) && list.every((one: Json) => typeof one === 'number');
}
