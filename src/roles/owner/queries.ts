import { ShoalError } from '../../base/error.ts';
import type { CampaignId, CustomerId } from '../../base/id.ts';
import { isObject, type JsonObject } from '../../base/json.ts';
import { NEVER } from '../../base/time.ts';
import type { CampaignExplanation, Explanation } from '../../engine/explain/explanation.ts';
import type { Partition } from '../../engine/partition.ts';
import type {
  Answers,
  EnrolmentsAnswer,
  Query,
  RecipientAnswer,
} from '../../wire/questions/query.ts';
import { querySubject } from '../../wire/subject.ts';
import type { Bus } from '../ports/log.ts';
import type { LiveStatus } from './live-status.ts';
import type { SeenKeeper } from './seen/seen-keeper.ts';

type Status = Pick<LiveStatus, 'full'>;
type SeenEvents = Pick<SeenKeeper, 'told'>;

/**
 * Answers the questions to one partition.
 *
 * @returns how to end it
 */
export function serveQueries(
  bus: Bus,
  partition: number,
  engine: Partition,
  status: Status,
  seen: SeenEvents,
): () => void {
  return bus.serve(querySubject(partition), async (body) => {
    const answer = answerTo(readQuery(body), engine, status, seen);
    return Buffer.from(JSON.stringify(answer));
  });
}

/** @throws ShoalError `unknown-segment`, `unknown-campaign` (refuse-input) */
function answerTo(
  query: Query,
  engine: Partition,
  status: Status,
  seen: SeenEvents,
): Answers[Query['type']] {
  switch (query.type) {
    case 'status':
      return status.full();
    case 'attributes': {
      const attributes = engine.attributes(query.customer);
      return { known: attributes !== undefined, attributes: attributes ?? {} };
    }
    case 'recipient':
      return recipient(engine, query.customer, query.campaign);
    case 'explain':
      return explanation(engine, query);
    case 'enrolments':
      return enrolments(engine);
    case 'schema':
      return seen.told();
  }
}

function recipient(engine: Partition, customer: CustomerId, campaign: CampaignId): RecipientAnswer {
  const found = engine.questions.recipient(customer, campaign);
  if (found !== undefined) {
    const attributes = engine.attributes(customer) ?? {};
    return { known: true, attributes, ...found, ...engine.questions.recent(customer) };
  }
  if (engine.questions.explainCampaign(customer, campaign) === undefined)
    throw unknown('campaign', campaign);
  return { known: false, attributes: {}, holds: false, segments: [], orders: [], viewed: [] };
}

type Explain = Extract<Query, { readonly type: 'explain' }>;

function explanation(
  engine: Partition,
  { customer, segment, campaign }: Explain,
): Explanation | CampaignExplanation {
  if (segment !== undefined) {
    const explained = engine.questions.explain(customer, segment);
    if (explained === undefined) throw unknown('segment', segment);
    return explained;
  }
  const explained = engine.questions.explainCampaign(customer, campaign ?? '');
  if (explained === undefined) throw unknown('campaign', campaign ?? '');
  return explained;
}

function enrolments(engine: Partition): EnrolmentsAnswer {
  const standings = Array.from(
    engine.questions.enrolments(),
    ([campaign, { waiting, nextDueAt }]) => {
      return [
        campaign,
        { waiting, nextDueAt: nextDueAt === NEVER ? undefined : nextDueAt },
      ] as const;
    },
  );
  return Object.fromEntries(standings);
}

/** @throws ShoalError `bad-query` (refuse-input) */
function readQuery(body: Uint8Array): Query {
  const query = parse(body);
  if (!isObject(query)) throw badQuery('it is no JSON object');
  const { type } = query;
  switch (type) {
    case 'status':
    case 'enrolments':
    case 'schema':
      return { type };
    case 'attributes':
      return { type, customer: textIn(query, 'customer') };
    case 'recipient':
      return { type, customer: textIn(query, 'customer'), campaign: textIn(query, 'campaign') };
    case 'explain': {
      const customer = textIn(query, 'customer');
      const isOfSegment = 'segment' in query;
      if (isOfSegment === 'campaign' in query) {
        throw badQuery('it must name either a segment or a campaign');
      }
      if (isOfSegment) return { type, customer, segment: textIn(query, 'segment') };
      return { type, customer, campaign: textIn(query, 'campaign') };
    }
    default:
      throw badQuery(`its type is ${JSON.stringify(type)}`);
  }
}

/** @throws ShoalError `bad-query` (refuse-input) */
function textIn(query: JsonObject, key: string): string {
  const value = query[key];
  if (typeof value !== 'string') throw badQuery(`its ${key} is no text`);
  return value;
}

function parse(body: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(body).toString());
  } catch {
    // What the engine says of a text that is no JSON helps nobody.
    return undefined;
  }
}

function badQuery(why: string): ShoalError {
  return new ShoalError({
    code: 'bad-query',
    remedy: 'refuse-input',
    message: `a question to a partition cannot be understood: ${why}`,
    hint: 'ask {"type":"status"} or {"type":"attributes","customer":"…"}',
  });
}

function unknown(what: 'segment' | 'campaign', name: string): ShoalError {
  return new ShoalError({
    code: what === 'segment' ? 'unknown-segment' : 'unknown-campaign',
    remedy: 'refuse-input',
    message: `the definitions in force have no ${what} "${name}"`,
    hint: `a ${what}'s id is the name of its file in config/${what}s`,
  });
}
