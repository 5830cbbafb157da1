import { isObject, type Json, type JsonObject } from '../base/json.ts';
import { formatInstant } from '../base/time.ts';
import type { Effect } from '../engine/effect.ts';
import { triggerSubject } from './subject.ts';

/*
 * A message of `shoal-triggers` (docs/triggers.md): one effect of a partition as a CloudEvent 1.0
 * in binary mode, its attributes in headers `ce-…`, its data as JSON.
 *
 * 1. The id, `<cluster>/<partition>/<number>`, is that of the effect for ever.
 * 2. Every effect has a message, so the numbers of a partition are contiguous downstream too.
 * 3. A message is never larger than NATS takes by default: what is too long is left out by name.
 */

/** Which effect of which partition it is. */
export interface TriggerPlace {
  readonly cluster: string;
  readonly partition: number;
  /** From 1, contiguous in its partition. */
  readonly number: number;
}

export interface Trigger {
  readonly subject: string;
  readonly headers: ReadonlyMap<string, string>;
  readonly body: Uint8Array;
}

/** A value of the data longer than this, in characters of JSON, is left out. */
const FIELD_LENGTH_MAX = 65_536;
/** The customer in the header is cut here; the data hold all of it. */
const SUBJECT_LENGTH_MAX = 1_024;

const encoder = new TextEncoder();
const decoder = new TextDecoder();

export function encodeTrigger(place: TriggerPlace, effect: Effect): Trigger {
  const { cluster, partition, number } = place;
  const at = formatInstant(effect.at);
  const headers = new Map([
    ['ce-specversion', '1.0'],
    ['ce-id', `${cluster}/${partition}/${number}`],
    ['ce-source', `/shoal/${cluster}`],
    ['ce-type', typeOf(effect)],
    ['ce-time', at],
    ['ce-subject', headerText(effect.customer).slice(0, SUBJECT_LENGTH_MAX)],
    ['content-type', 'application/json'],
  ]);
  const { customer, why } = effect;
  const body = encoder.encode(shortJson({ customer, ...detailOf(effect), at, why }));
  return { subject: triggerSubject(isQuiet(effect), namesOf(effect)), headers, body };
}

/**
 * Only what events and time bring about is announced; the rest keeps mirrors whole. What partitions
 * tell one another, and that someone is forgotten, is never announced.
 */
export function isQuiet({ kind, why }: Effect): boolean {
  return kind === 'passed' || kind === 'forgotten' || (why !== 'event' && why !== 'time');
}

/** @returns undefined when the message is none of ours */
export function triggerPlaceOf(headers: ReadonlyMap<string, string>): TriggerPlace | undefined {
  const match = /^([a-z0-9-]+)\/(\d{1,4})\/(\d{1,15})$/.exec(headers.get('ce-id') ?? '');
  if (match === null) return undefined;
  const [, cluster = '', partition, number] = match;
  return { cluster, partition: Number(partition), number: Number(number) };
}

/**
 * A trigger as one flat object: `id`, `type`, whether it is `quiet`, and its data.
 *
 * @returns undefined when the message is none of ours
 */
export function readTrigger(trigger: Trigger): JsonObject | undefined {
  if (triggerPlaceOf(trigger.headers) === undefined) return undefined;
  const data: unknown = JSON.parse(decoder.decode(trigger.body));
  if (!isObject(data)) return undefined;
  const [id, type] = ['ce-id', 'ce-type'].map((name) => trigger.headers.get(name) ?? '');
  return {
    id: id ?? '',
    type: type ?? '',
    quiet: trigger.subject.startsWith('shoal.quiet.'),
    ...data,
  };
}

function typeOf({ kind }: Effect): string {
  switch (kind) {
    case 'entry':
      return 'shoal.segment.entered';
    case 'exit':
      return 'shoal.segment.exited';
    case 'changed':
      return 'shoal.attribute.changed';
    case 'due':
      return 'shoal.campaign.due';
    case 'happened':
      return 'shoal.event.happened';
    case 'cancelled':
      return 'shoal.campaign.cancelled';
    case 'passed':
      return 'shoal.customer.passed';
    case 'forgotten':
      return 'shoal.customer.forgotten';
  }
}

function namesOf(effect: Effect): readonly string[] {
  switch (effect.kind) {
    case 'entry':
      return [effect.segment, 'entered'];
    case 'exit':
      return [effect.segment, 'exited'];
    case 'changed':
      return ['attribute', effect.attribute];
    case 'due':
    case 'cancelled':
      return ['campaign', effect.campaign, effect.kind];
    case 'happened':
      return ['event', effect.event];
    case 'passed':
    case 'forgotten':
      return ['customer', effect.kind];
  }
}

function detailOf(effect: Effect): JsonObject {
  switch (effect.kind) {
    case 'entry':
    case 'exit':
      return { segment: effect.segment };
    case 'changed':
      return { attribute: effect.attribute, from: effect.from, to: effect.to };
    case 'happened':
      return { event: effect.event, properties: effect.properties };
    case 'cancelled':
      return { campaign: effect.campaign, triggeredAt: formatInstant(effect.triggeredAt) };
    case 'passed':
      return { to: effect.to, parcel: effect.parcel.type };
    case 'forgotten':
      return {};
    case 'due': {
      const { campaign, trigger } = effect;
      return { campaign, triggeredAt: formatInstant(effect.triggeredAt), trigger };
    }
  }
}

/** JSON in which the fields that are too long are missing, and named in `omitted`. */
function shortJson(data: JsonObject): string {
  const text = JSON.stringify(data);
  if (text.length <= FIELD_LENGTH_MAX) return text;
  const isLong = ([, value]: [string, Json]): boolean =>
    JSON.stringify(value).length > FIELD_LENGTH_MAX;
  const fields = Object.entries(data);
  const omitted = fields.filter(isLong).map(([name]) => name);
  return JSON.stringify({ ...Object.fromEntries(fields.filter((one) => !isLong(one))), omitted });
}

/**
 * Text as a header of a CloudEvent bears it: printable ASCII, all else percent-encoded (CloudEvents
 * 1.0, HTTP binding, 3.1.3.2).
 */
function headerText(text: string): string {
  return text.replace(/[^\x21-\x7e]|["%]/gu, encodeURIComponent);
}
