import { ShoalError } from '../../../base/error.ts';
import { isCustomerId } from '../../../wire/event.ts';
import type { HttpRequest, HttpResponse } from '../../ports/http.ts';
import type { Logger } from '../../ports/logger.ts';
import { json, refusal } from '../answers.ts';
import type { Desk } from '../desk.ts';
import type { Gatekeeper } from '../keys/gatekeeper.ts';
import type { Forgetting } from './forgetting.ts';

export interface CustomerDeskParts {
  readonly gatekeeper: Pick<Gatekeeper, 'requireServerKey'>;
  readonly forgetting: Pick<Forgetting, 'ask'>;
  readonly logger: Logger;
}

const PATH = '/v1/customers/';

/** Forgets customers: `DELETE /v1/customers/<id>`, for servers. */
export class CustomerDesk implements Desk {
  readonly #parts: CustomerDeskParts;

  constructor(parts: CustomerDeskParts) {
    this.#parts = parts;
  }

  answer(request: HttpRequest): Promise<HttpResponse> | undefined {
    const { method, path } = request;
    // What others may be about at these paths is not ours.
    if (method !== 'DELETE' || !path.startsWith(PATH)) return undefined;
    return this.#answer(request, path.slice(PATH.length));
  }

  async #answer(request: HttpRequest, customer: string): Promise<HttpResponse> {
    const { gatekeeper, forgetting, logger } = this.#parts;
    try {
      const refused = await gatekeeper.requireServerKey(request);
      if (refused !== undefined) return refused;
      if (!isCustomerId(customer)) return BAD_ID;
      await forgetting.ask(customer);
      return ACCEPTED;
    } catch (error) {
      if (error instanceof ShoalError && error.remedy === 'retry') return laterAnswer(error);
      // Without the path, which names the customer.
      logger.error('a request to forget failed', { error });
      return refusal(500, 'request-failed', 'the request failed', 'see the log of the gateway');
    }
  }
}

const ACCEPTED = json(202, {
  success: true,
  message: 'it is in the log that this customer is to be forgotten',
  next: [
    'as soon as the partition comes to it, they leave every segment and get no letter any more',
    'shoal.customer.forgotten is published, for those who keep something of theirs',
    'what is stored of them is erased within hours, as docs/privacy.md tells',
    'events of theirs that come within the next 60 days are dropped',
  ],
});

const BAD_ID = refusal(
  400,
  'bad-id',
  'the path names nobody who could be a customer',
  'ask DELETE /v1/customers/<id>, the id percent-encoded',
);

function laterAnswer({ code, message, hint }: ShoalError): HttpResponse {
  const later = refusal(503, code, message, hint ?? 'ask again later');
  return { ...later, headers: { ...later.headers, 'retry-after': '5' } };
}
