import { ShoalError } from '../../../base/error.ts';
import { NO_PRIVATE_NAMES } from '../../../rules/private/names.ts';
import type { Query } from '../../../wire/questions/query.ts';
import { decodeSeen, type Seen } from '../../../wire/seen/seen.ts';
import { SeenTally } from '../../../wire/seen/seen-tally.ts';
import { querySubject } from '../../../wire/subject.ts';
import type { HttpRequest, HttpResponse } from '../../ports/http.ts';
import type { Bus } from '../../ports/log.ts';
import type { Logger } from '../../ports/logger.ts';
import { json, refusal } from '../answers.ts';
import type { Desk } from '../desk.ts';
import type { Gatekeeper } from '../keys/gatekeeper.ts';
import { schemaAnswerOf, type SchemaAnswer } from './schema-answer.ts';

/*
 * `GET /v1/schema`: what has been seen of events and attributes, over all partitions.
 *
 * 1. A partition that does not answer is named; the others answer all the same.
 * 2. Whoever asks while the partitions are being asked gets the same answer.
 * 3. The answer is as bounded as that of one partition: what has no room is counted.
 */

export interface SchemaDeskParts {
  readonly bus: Pick<Bus, 'request'>;
  readonly partitions: number;
  readonly logger: Logger;
  readonly gatekeeper: Pick<Gatekeeper, 'requireServerKey'>;
}

const ANSWER_WITHIN_MS = 2_000;
const QUESTION = new TextEncoder().encode(JSON.stringify({ type: 'schema' } satisfies Query));

export class SchemaDesk implements Desk {
  readonly #parts: SchemaDeskParts;
  #asking: Promise<HttpResponse> | undefined;

  constructor(parts: SchemaDeskParts) {
    this.#parts = parts;
  }

  answer(request: HttpRequest): Promise<HttpResponse> | undefined {
    const { method, path } = request;
    const isAsked = path === '/v1/schema' && (method === 'GET' || method === 'HEAD');
    return isAsked ? this.#answer(request) : undefined;
  }

  async #answer(request: HttpRequest): Promise<HttpResponse> {
    const refused = await this.#parts.gatekeeper.requireServerKey(request);
    if (refused !== undefined) return refused;
    this.#asking ??= this.#ask().finally(() => (this.#asking = undefined));
    return this.#asking;
  }

  async #ask(): Promise<HttpResponse> {
    const all = Array.from({ length: this.#parts.partitions }, (_, partition) => partition);
    const answers = await Promise.all(all.map((partition) => this.#askOne(partition)));
    const missing = all.filter((partition) => answers[partition] === undefined);
    if (missing.length === all.length) return NOBODY_ANSWERS;
    // Owners have left out what is private.
    const tally = new SeenTally(NO_PRIVATE_NAMES);
    for (const seen of answers) if (seen !== undefined) tally.absorb(seen);
    return json(200, schemaAnswerOf(tally.told(), missing) satisfies SchemaAnswer);
  }

  async #askOne(partition: number): Promise<Seen | undefined> {
    const { bus, logger } = this.#parts;
    try {
      const bytes = await bus.request(querySubject(partition), QUESTION, ANSWER_WITHIN_MS);
      const seen = decodeSeen(bytes);
      if (seen === undefined)
        logger.warn('what a partition has seen cannot be read', { partition });
      return seen;
    } catch (error) {
      if (!(error instanceof ShoalError)) throw error;
      logger.debug('a partition does not answer', { partition, code: error.code });
      return undefined;
    }
  }
}

const NOBODY_ANSWERS = refusal(
  503,
  'no-answer',
  'no owner of a partition answers',
  'are owners running? shoal doctor looks further',
);
