import { z } from 'zod';
import { NO_SUCH_KEY, refused, WAIT, type Operation, type Shape } from './operation.ts';

const FORGETTING: Shape = {
  name: 'Forgetting',
  schema: z.object({
    success: z.literal(true),
    message: z.string(),
    next: z.array(z.string()).describe('what happens now'),
  }),
};

/** What can be asked about one customer. */
export const CUSTOMER_OPERATIONS: readonly Operation[] = [
  {
    method: 'delete',
    path: '/v1/customers/{customer}',
    summary: 'Forgets a customer',
    details: 'It may be asked again; docs/privacy.md tells what is erased, and when.',
    tag: 'Customers',
    access: 'server-key',
    parameters: [{ name: 'customer', in: 'path', means: 'their id, percent-encoded' }],
    answers: {
      202: { means: 'it is in the log, and will be done', shape: FORGETTING },
      400: refused('this can be nobody'),
      401: NO_SUCH_KEY,
      403: refused('the key is a public one'),
      429: WAIT,
      503: { ...WAIT, means: 'NATS is away; ask again' },
    },
  },
];
