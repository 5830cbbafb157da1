import { parse } from 'yaml';
import { isObject, type JsonObject } from '../../base/json.ts';
import { formatInstant, type EpochMs } from '../../base/time.ts';
import type { CustomerEvent } from '../../rules/event.ts';
import { isRejection, readEvent } from '../../wire/event.ts';
import { TIME, type StoryClock } from './story-clock.ts';
import { partsOf, type LineParts, type StoryLine } from './story-text.ts';
import type { Expected, ExpectedKind, Step } from './story.ts';

const KINDS: Readonly<Record<string, ExpectedKind>> = {
  enters: 'entry',
  exits: 'exit',
  due: 'due',
  cancelled: 'cancelled',
};

const LINE_TIME = new RegExp(`^(${TIME})(?:\\s+|$)`);
const EVENT_TIME = new RegExp(`\\s@(${TIME})(?=\\s|$)`);
const MESSAGE_ID = /\s#(\S+)/;
const EXPECTED = new RegExp(
  `^(?:(?!quietly\\s)(\\S+)\\s+)?(quietly\\s+)?(enters|exits|due|cancelled)\\s+(\\S+?)` +
    `(?:\\s+at\\s+(${TIME}))?$`,
);
/** A visitor without a `userId`; two ids that one message bears, the known one first. */
const VISITOR = /^\?(.+)$/;
const BOTH_IDS = /^([^=]+)=(.+)$/;

/** Says what is wrong with the line at hand. Never returns. */
export type Refuse = (message: string, hint: string) => never;

export const LINE_HINT = 'such as 10:00 ann Order Completed { total: 5 }, or 10:00 tick';
const ALIAS_HINT = 'such as 10:00 ann=bob $alias: from now on bob is ann';
const EXPECTED_HINT = 'such as // enters vip, bob exits vip at 10:00; or begin a note with #';

/** Reads one line in which something happens. */
export function readStep({ line, text }: StoryLine, clock: StoryClock, refuse: Refuse): Step {
  const [all = '', time = ''] = LINE_TIME.exec(text) ?? [];
  const at = time === '' ? undefined : clock.readLine(time);
  if (at === undefined) return refuse('the line begins with no time', LINE_HINT);
  const parts = partsOf(text.slice(all.length));
  if (parts.surplus !== undefined) {
    return refuse(`"${parts.surplus}" stands where nothing should`, LINE_HINT);
  }
  const base = { line, text, at };
  if (parts.head === 'tick') {
    return { ...base, expected: readExpected(parts.comment, undefined, clock, refuse) };
  }
  const event = readStoryEvent(parts, at, clock, refuse);
  return { ...base, event, expected: readExpected(parts.comment, event.customer, clock, refuse) };
}

function readStoryEvent(
  { head, properties, context }: LineParts,
  at: EpochMs,
  clock: StoryClock,
  refuse: Refuse,
): CustomerEvent {
  const [, customer = '', rest = ''] = /^(\S+)(\s+.*)?$/.exec(head) ?? [];
  const time = EVENT_TIME.exec(rest)?.[1];
  const eventAt = time === undefined ? at : clock.read(time);
  if (eventAt === undefined) return refuse(`"@${time}" is no time`, 'such as @09:30 or @d1 09:30');
  const name = rest.replace(EVENT_TIME, '').replace(MESSAGE_ID, '').trim();
  if (name === '') return refuse('there is a customer, and no event', LINE_HINT);
  const ids = idsOf(customer, name);
  if (ids === undefined) return refuse('who has become one with whom?', ALIAS_HINT);
  // Through the door of all events, so that a story cannot tell what no message could.
  const read = readEvent({
    ...bodyOf(name, readMapping(properties, refuse)),
    ...ids,
    messageId: MESSAGE_ID.exec(rest)?.[1],
    timestamp: formatInstant(eventAt),
    context: readMapping(context, refuse),
  });
  return isRejection(read) ? refuse(`this is no event: ${read.detail}`, LINE_HINT) : read;
}

/** @returns undefined for an alias of nobody */
function idsOf(text: string, name: string): JsonObject | undefined {
  const visitor = VISITOR.exec(text)?.[1];
  if (visitor !== undefined && name !== '$alias') return { anonymousId: visitor };
  // An id may bear the sign: only these two lines can join anybody.
  const both = name === '$identify' || name === '$alias' ? BOTH_IDS.exec(text) : null;
  if (both === null) return name === '$alias' ? undefined : { userId: text };
  const [, userId = '', other = ''] = both;
  return name === '$alias' ? { userId, previousId: other } : { userId, anonymousId: other };
}

function bodyOf(name: string, content: JsonObject): JsonObject {
  switch (name) {
    case '$alias':
      return { type: 'alias' };
    case '$identify':
    case '$group':
      return { type: name.slice(1), traits: content };
    case '$page':
    case '$screen':
      return { type: name.slice(1), properties: content };
    default:
      return { type: 'track', event: name, properties: content };
  }
}

function readMapping(text: string | undefined, refuse: Refuse): JsonObject {
  if (text === undefined) return {};
  let value: unknown;
  try {
    value = parse(text, { version: '1.2', schema: 'core', logLevel: 'error' });
  } catch (cause) {
    const what = cause instanceof Error ? cause.message.split(' at line ')[0] : 'unreadable';
    return refuse(`${text} is no YAML: ${what}`, 'such as { total: 5, category: toys }');
  }
  return isObject(value) ? value : refuse(`${text} is no mapping`, 'such as { total: 5 }');
}

function readExpected(
  comment: string | undefined,
  customer: string | undefined,
  clock: StoryClock,
  refuse: Refuse,
): Expected[] {
  if (comment === undefined) return [];
  return comment.split(',').map((text) => {
    const match = EXPECTED.exec(text.trim());
    if (match === null) return refuse(`"${text.trim()}" is nothing to expect`, EXPECTED_HINT);
    const [, who = customer, quietly, verb = '', id = '', time] = match;
    const isQuiet = quietly !== undefined;
    const kind = KINDS[verb];
    if (who === undefined || kind === undefined) {
      return refuse(`who ${verb} ${id}?`, EXPECTED_HINT);
    }
    if (time === undefined) return { customer: who, kind, id, isQuiet };
    const at = clock.read(time);
    if (at === undefined) return refuse(`"${time}" is no time`, EXPECTED_HINT);
    return { customer: who, kind, id, isQuiet, at };
  });
}
