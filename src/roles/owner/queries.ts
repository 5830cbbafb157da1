import { ShoalError } from '../../base/error.ts';
import { isObject } from '../../base/json.ts';
import type { Answers, Query } from '../../wire/query.ts';
import { querySubject } from '../../wire/subject.ts';
import type { Bus } from '../ports/log.ts';
import type { Partition } from '../../engine/partition.ts';
import type { LiveStatus } from './live-status.ts';

/**
 * Answers the questions to one partition.
 *
 * @returns how to end it
 */
export function serveQueries(
  bus: Bus,
  partition: number,
  engine: Partition,
  status: LiveStatus,
): () => void {
  return bus.serve(querySubject(partition), async (body) => {
    const answer = answerTo(readQuery(body), engine, status);
    return Buffer.from(JSON.stringify(answer));
  });
}

type Asked = Extract<Query, { readonly type: 'status' | 'attributes' }>;

function answerTo(query: Asked, engine: Partition, status: LiveStatus): Answers[Asked['type']] {
  switch (query.type) {
    case 'status':
      return status.full();
    case 'attributes': {
      const attributes = engine.attributes(query.customer);
      return { known: attributes !== undefined, attributes: attributes ?? {} };
    }
  }
}

/** @throws ShoalError `bad-query` (refuse-input) */
function readQuery(body: Uint8Array): Asked {
  const query = parse(body);
  if (!isObject(query)) throw badQuery('it is no JSON object');
  const { type, customer } = query;
  if (type === 'status') return { type };
  if (type !== 'attributes') throw badQuery(`its type is ${JSON.stringify(type)}`);
  if (typeof customer !== 'string') throw badQuery('its customer is no text');
  return { type, customer };
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
