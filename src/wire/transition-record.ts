import { Packr } from 'msgpackr';
import { ShoalError } from '../base/error.ts';
import { isObject, type Json } from '../base/json.ts';
import type { EpochMs } from '../base/time.ts';
import type { Effect, Why } from '../engine/effect.ts';
import type { Parcel } from '../engine/parcel.ts';

/*
 * A record of `shoal.transitions.<p>` (durability: "Output: numbers, chain, fence").
 *
 * 1. The items of a record are contiguous: item i has the number `from + i`, the last one `to`.
 * 2. Every record tells the partition's last number, its chain and what that followed from, one
 *    without items too: then `to` is `from - 1`. So the last record alone says where an owner has
 *    to go on.
 * 3. Readers pass over records without items, of whatever kind.
 */

/** The most items of one record. */
export const RECORD_ITEMS_MAX = 1_000;
/** The most bytes of one record, unless a single item is larger. */
export const RECORD_BYTES_MAX = 256 * 1024;

/** The headers of every record. */
export const RECORD_HEADERS: ReadonlyMap<string, string> = new Map([['Sh-V', '1']]);

/**
 * `batch`: items. The others have none. `claim`: an owner of this epoch has taken the partition
 * over; `mark`: it is idle; `rebase`: its log was set back, and it goes on with the numbers that
 * were told; `rebuild`: likewise from a state without a checkpoint; `gap`: messages of the log, or
 * numbers before `from`, are missing, and an operator has accepted that.
 */
export type RecordKind = 'batch' | 'claim' | 'mark' | 'rebase' | 'rebuild' | 'gap';

/** What the last item followed from. */
export interface RecordSource {
  /** Sequence of the message in the log; 0 when there is none. */
  readonly source: number;
  /** When the broker stored that message, ms since the epoch; 0 when it is not known. */
  readonly sourceAt: EpochMs;
  /** How many items have followed from that message up to and with the last one. */
  readonly sourceItems: number;
}

export interface TransitionRecord extends RecordSource {
  readonly kind: RecordKind;
  /** Of the owner that wrote it; a higher one fences the lower ones off. */
  readonly epoch: number;
  /** Number of the first item. */
  readonly from: number;
  /** Number of the last item. */
  readonly to: number;
  readonly items: readonly Effect[];
  /** The hash chain up to and with `to`, 16 hex digits. */
  readonly chain: string;
}

const VERSION = 1;

/** The places in these lists are what is packed: append only. */
const RECORD_KINDS: readonly RecordKind[] = ['batch', 'claim', 'mark', 'rebase', 'rebuild', 'gap'];
const EFFECT_KINDS: readonly Effect['kind'][] = [
  'entry',
  'exit',
  'changed',
  'due',
  'happened',
  'cancelled',
  'passed',
  'forgotten',
];
const WHYS: readonly Why[] = ['event', 'time', 'define', 'import', 'merge', 'forget'];

/** kind, at, customer, why, the name of what it is about, and what the kind adds. */
type PackedItem = readonly [number, number, string, number, string, ...Json[]];

/** version, kind, epoch, from, items, chain, source, sourceAt, sourceItems */
type PackedRecord = readonly [
  number,
  number,
  number,
  number,
  readonly PackedItem[],
  string,
  number,
  number?,
  number?,
];

// Without msgpackr's records: users name the keys inside `from`, `to` and `trigger`.
const packr = new Packr({
  useRecords: false,
  variableMapSize: true,
  useToJSON: false,
  int64AsType: 'number',
});

export function encodeRecord(record: TransitionRecord): Uint8Array {
  const packed: PackedRecord = [
    VERSION,
    RECORD_KINDS.indexOf(record.kind),
    record.epoch,
    record.from,
    record.items.map(packItem),
    record.chain,
    record.source,
    record.sourceAt,
    record.sourceItems,
  ];
  return packr.pack(packed);
}

/** @throws ShoalError `record-unreadable` (stop) when the bytes are no record of this version */
export function decodeRecord(body: Uint8Array): TransitionRecord {
  let unpacked: unknown;
  try {
    unpacked = packr.unpack(body);
  } catch (cause) {
    throw unreadable('its body cannot be unpacked', cause);
  }
  if (!Array.isArray(unpacked) || unpacked[0] !== VERSION || !Array.isArray(unpacked[4])) {
    throw unreadable('it is of another version');
  }
  // Only owners write this subject, behind a fence: what bears our version has our form.
  const [, kindCode, epoch, from, packedItems, chain, ...rest] =
    unpacked as unknown as PackedRecord;
  const [source, sourceAt = 0, sourceItems = 0] = rest;
  const kind = RECORD_KINDS[kindCode];
  if (kind === undefined) throw unreadable(`its kind ${kindCode} is unknown`);
  const items = packedItems.map(unpackItem);
  const to = from + items.length - 1;
  return { kind, epoch, from, to, items, chain, source, sourceAt, sourceItems };
}

function packItem(effect: Effect): PackedItem {
  const kind = EFFECT_KINDS.indexOf(effect.kind);
  const head = [kind, effect.at, effect.customer, WHYS.indexOf(effect.why)] as const;
  switch (effect.kind) {
    case 'entry':
    case 'exit':
      return [...head, effect.segment];
    case 'changed':
      return [...head, effect.attribute, effect.from, effect.to];
    case 'due':
      return [...head, effect.campaign, effect.triggeredAt, effect.trigger];
    case 'happened':
      return [...head, effect.event, effect.properties];
    case 'cancelled':
      return [...head, effect.campaign, effect.triggeredAt];
    case 'passed':
      return [...head, effect.to, [...effect.via], JSON.stringify(effect.parcel)];
    case 'forgotten':
      return [...head, ''];
  }
}

function unpackItem([code, at, customer, whyCode, name, ...rest]: PackedItem): Effect {
  const kind = EFFECT_KINDS[code];
  const why = WHYS[whyCode];
  if (kind === undefined || why === undefined) throw unreadable('an item is of an unknown kind');
  const head = { at, customer, why };
  const [a = null, b = null] = rest;
  switch (kind) {
    case 'entry':
    case 'exit':
      return { ...head, kind, segment: name };
    case 'changed':
      return { ...head, kind, attribute: name, from: a, to: b };
    case 'due':
      return { ...head, kind, campaign: name, triggeredAt: Number(a), trigger: b };
    case 'happened':
      return { ...head, kind, event: name, properties: isObject(a) ? a : {} };
    case 'cancelled':
      return { ...head, kind, campaign: name, triggeredAt: Number(a) };
    case 'passed':
      return { ...head, kind, to: name, via: listOfText(a), parcel: parcelOf(b) };
    case 'forgotten':
      return { ...head, kind };
  }
}

function listOfText(value: Json): readonly string[] {
  return Array.isArray(value) ? value.filter((one: Json) => typeof one === 'string') : [];
}

/** Only owners write it, behind a fence: what is text is what `packItem` made. */
function parcelOf(value: Json): Parcel {
  if (typeof value !== 'string') throw unreadable('a parcel is no text');
  try {
    return JSON.parse(value) as Parcel;
  } catch (cause) {
    throw unreadable('a parcel is no JSON', cause);
  }
}

function unreadable(what: string, cause?: unknown): ShoalError {
  return new ShoalError({
    code: 'record-unreadable',
    remedy: 'stop',
    message: `a record of transitions cannot be read: ${what}`,
    hint: 'run the version of Shoal that wrote it, or a later one',
    cause,
  });
}
