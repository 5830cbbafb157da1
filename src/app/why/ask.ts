import { ShoalError } from '../../base/error.ts';
import type { DurationMs } from '../../base/time.ts';
import type { Bus } from '../../roles/ports/log.ts';
import type { Answers, Query } from '../../wire/questions/query.ts';
import { querySubject } from '../../wire/subject.ts';

const ANSWER_WITHIN_MS: DurationMs = 5_000;

/**
 * Asks the owner of a partition.
 *
 * @throws ShoalError `no-answer` (retry), or what the owner answers
 */
export async function ask<Asked extends Query>(
  bus: Bus,
  partition: number,
  query: Asked,
): Promise<Answers[Asked['type']]> {
  const question = new TextEncoder().encode(JSON.stringify(query));
  const answer = await bus.request(querySubject(partition), question, ANSWER_WITHIN_MS);
  // Owners of our own version answer.
  return JSON.parse(new TextDecoder().decode(answer)) as Answers[Asked['type']];
}

/** The same; undefined where the owner does not know what is asked for. */
export async function askIfKnown<Asked extends Query>(
  bus: Bus,
  partition: number,
  query: Asked,
): Promise<Answers[Asked['type']] | undefined> {
  try {
    return await ask(bus, partition, query);
  } catch (error) {
    const isUnknown =
      error instanceof ShoalError &&
      (error.code === 'unknown-segment' || error.code === 'unknown-campaign');
    if (isUnknown) return undefined;
    throw error;
  }
}
