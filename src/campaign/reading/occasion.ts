import type { SegmentId } from '../../base/id.ts';
import { isObject, own, type Json, type JsonObject } from '../../base/json.ts';
import { parseInstant, type EpochMs } from '../../base/time.ts';
import { keysAmong, placeOf, readList, readMapping, readText, show } from '../../rules/fault.ts';
import type { Faults, Place } from '../../rules/fault.ts';
import { readEventFilter } from '../../rules/parse-event.ts';
import { readMatcher } from '../../rules/parse-filter.ts';
import type { Reference } from '../../rules/parse-rule.ts';
import type { PrivateNames } from '../../rules/private/names.ts';
import { refusePrivateUse } from '../../rules/private/use.ts';
import type { Happening, Occasion } from '../campaign.ts';
import { OCCASION_KEYS } from '../schema.ts';

/** The segments that were named, for the folder to look up. */
export type References = Reference[];

type Kind = keyof typeof OCCASION_KEYS;
type HappeningKind = Exclude<Kind, 'at'>;

// The keys of a literal are those of its type.
const OCCASION_KINDS = Object.keys(OCCASION_KEYS) as Kind[];
const HAPPENING_KINDS = OCCASION_KINDS.filter((kind): kind is HappeningKind => kind !== 'at');

const HAPPENING_HINT =
  'write { entered: <segment> }, { exited: <segment> }, { attribute: <name>, changed: true } ' +
  'or { event: <name> }';
const OCCASION_HINT = `${HAPPENING_HINT}, or { at: <instant>, segment: <segment> }`;

const PER_SECOND = 100;
const PER_SECOND_MAX = 100_000;

/** What a reader needs beside the value: where it stands, and where its findings go. */
interface Reading {
  readonly faults: Faults;
  readonly references: References;
  /** Of whose values nothing may be asked. */
  readonly privateNames: PrivateNames;
}

/** Reads `when`. */
export function readOccasion(value: unknown, reading: Reading): Occasion | undefined {
  const { faults } = reading;
  if (value === undefined) return faults.add('when', 'a campaign has no "when"', OCCASION_HINT);
  const picked = pick(value, OCCASION_KINDS, 'when', OCCASION_HINT, faults);
  if (picked === undefined) return undefined;
  const { kind, fields } = picked;
  return kind === 'at' ? readAt(fields, reading) : readKind(kind, fields, 'when', reading);
}

/** Reads `until`: `never`, a happening, or a list of them. */
export function readUntil(value: unknown, reading: Reading): readonly Happening[] | undefined {
  if (value === 'never') return [];
  const { faults } = reading;
  if (Array.isArray(value)) {
    const list = readList(value, '"until"', 'until', faults) ?? [];
    return list.flatMap((each, i) => readHappening(each, `until[${i}]`, reading) ?? []);
  }
  if (!isObject(value)) {
    const message = `"until" must be a mapping, a list or never, not ${show(value)}`;
    return faults.add('until', message, HAPPENING_HINT);
  }
  const happening = readHappening(value, 'until', reading);
  return happening === undefined ? undefined : [happening];
}

function readHappening(value: unknown, place: Place, reading: Reading): Happening | undefined {
  const picked = pick(value, HAPPENING_KINDS, place, HAPPENING_HINT, reading.faults);
  return picked && readKind(picked.kind, picked.fields, place, reading);
}

/** Tells the kind of a mapping by its keys; keys of two kinds, or of none, are faults. */
function pick<K extends Kind>(
  value: unknown,
  kinds: readonly K[],
  place: Place,
  hint: string,
  faults: Faults,
): { readonly kind: K; readonly fields: JsonObject } | undefined {
  const allKeys = [...new Set(kinds.flatMap((each) => [...OCCASION_KEYS[each]]))];
  const fields = readMapping(value, allKeys, 'an occasion', place, faults);
  if (fields === undefined) return undefined;
  const [kind, other] = keysAmong(fields, kinds);
  if (kind === undefined) return faults.add(place, 'an occasion of no kind', hint);
  const known: readonly string[] = OCCASION_KEYS[kind];
  const stranger = other ?? allKeys.find((key) => key in fields && !known.includes(key));
  if (stranger === undefined) return { kind, fields };
  const message = `"${kind}" and "${stranger}" do not go together in one occasion`;
  return faults.add(place, message, hint);
}

function readKind(
  kind: HappeningKind,
  fields: JsonObject,
  place: Place,
  reading: Reading,
): Happening | undefined {
  refusePrivateUse(fields, place, reading.privateNames, reading.faults);
  switch (kind) {
    case 'entered':
    case 'exited': {
      const segment = readSegment(own(fields, kind), placeOf(place, kind), reading);
      return segment === undefined ? undefined : { kind, segment };
    }
    case 'attribute':
      return readChange(fields, place, reading.faults);
    case 'event': {
      const filter = readEventFilter(fields, 'event', place, reading.faults);
      return filter === undefined ? undefined : { kind, ...filter };
    }
  }
}

function readChange(fields: JsonObject, place: Place, faults: Faults): Happening | undefined {
  const namePlace = placeOf(place, 'attribute');
  const name = readText(own(fields, 'attribute'), "an attribute's name", namePlace, faults);
  const changed = own(fields, 'changed');
  const hint = 'write { attribute: <name>, changed: true }, or say from or to what';
  if (changed !== undefined && changed !== true) {
    const message = `"changed" must be true, not ${show(changed)}`;
    return faults.add(placeOf(place, 'changed'), message, hint);
  }
  if (keysAmong(fields, ['changed', 'from', 'to']).length === 0) {
    return faults.add(place, '"changed" is missing', hint);
  }
  const before = faults.errors.length;
  const from = readSide(own(fields, 'from'), placeOf(place, 'from'), faults);
  const to = readSide(own(fields, 'to'), placeOf(place, 'to'), faults);
  if (name === undefined || faults.errors.length > before) return undefined;
  const attribute = name === '*' ? undefined : name;
  return {
    kind: 'changed',
    ...(attribute !== undefined && { attribute }),
    ...(from !== undefined && { from }),
    ...(to !== undefined && { to }),
  };
}

function readSide(value: Json | undefined, place: Place, faults: Faults) {
  return value === undefined ? undefined : readMatcher(value, place, faults);
}

function readAt(fields: JsonObject, reading: Reading): Occasion | undefined {
  const { faults } = reading;
  const at = readInstant(own(fields, 'at'), faults);
  const written = own(fields, 'segment');
  if (written === undefined) {
    const hint = 'say to whom: { at: <instant>, segment: <segment> }';
    return faults.add('when', '"segment" is missing beside "at"', hint);
  }
  const segment = readSegment(written, 'when.segment', reading);
  const perSecond = own(fields, 'perSecond') ?? PER_SECOND;
  const isRate = typeof perSecond === 'number' && Number.isInteger(perSecond) && perSecond >= 1;
  if (!isRate || perSecond > PER_SECOND_MAX) {
    const range = `a whole number from 1 to ${PER_SECOND_MAX}`;
    return faults.add('when.perSecond', `"perSecond" must be ${range}, not ${show(perSecond)}`);
  }
  return at === undefined || segment === undefined
    ? undefined
    : { kind: 'at', at, segment, perSecond };
}

function readInstant(value: unknown, faults: Faults): EpochMs | undefined {
  const at = typeof value === 'string' ? parseInstant(value) : undefined;
  const hint = 'write an instant with Z or an offset, such as 2026-12-01T10:00:00+03:00';
  return at ?? faults.add('when.at', `${show(value)} is no instant`, hint);
}

/** Reads the id of a segment, and notes that it was named. */
export function readSegment(
  value: unknown,
  place: Place,
  { faults, references }: Pick<Reading, 'faults' | 'references'>,
): SegmentId | undefined {
  const segment = readText(value, "a segment's id", place, faults);
  if (segment !== undefined) references.push({ segment, place });
  return segment;
}
