import { describe, expect, test } from 'vitest';
import { ShoalError } from '../../../../src/base/error.ts';
import { partitionOf, saltedHash } from '../../../../src/base/hash.ts';
import { refusal } from '../../../../src/roles/gateway/answers.ts';
import { CustomerDesk } from '../../../../src/roles/gateway/customers/customer-desk.ts';
import { Forgetting } from '../../../../src/roles/gateway/customers/forgetting.ts';
import type { HttpRequest, HttpResponse } from '../../../../src/roles/ports/http.ts';
import type { Appended, Log } from '../../../../src/roles/ports/log.ts';
import { decodeLogMessage } from '../../../../src/wire/log-codec.ts';
import type { LogMessage } from '../../../../src/wire/log-message.ts';
import { RecordingLogger } from '../../../support/world.ts';

const PARTITIONS = 4;

interface Answered {
  readonly response: HttpResponse | undefined;
  /** What was written into the logs: subject and message. */
  readonly written: readonly (readonly [string, LogMessage])[];
  readonly logger: RecordingLogger;
}

/** How the servers behave, and who asks. */
interface World {
  readonly appended?: Appended;
  readonly salt?: () => Promise<string>;
  readonly isServer?: boolean;
}

async function ask(method: string, path: string, world: World = {}): Promise<Answered> {
  const { appended = { kind: 'stored', sequence: 1 }, isServer = true } = world;
  const written: (readonly [string, LogMessage])[] = [];
  const append: Log['append'] = async (subject, body, { headers = new Map() } = {}) => {
    written.push([subject, decodeLogMessage(headers, body)]);
    return appended;
  };
  // Nothing else of a log is asked for.
  const log = { append } as unknown as Log;
  const salt = { salt: world.salt ?? (async () => 'the salt') };
  const logger = new RecordingLogger();
  const desk = new CustomerDesk({
    gatekeeper: {
      requireServerKey: async () => (isServer ? undefined : refusal(401, 'no-key', '', '')),
    },
    forgetting: new Forgetting({ log, salt, partitions: PARTITIONS }),
    logger,
  });
  const request = { method, path, headers: new Map(), query: new URLSearchParams() };
  // A body is never asked for.
  const response = await desk.answer(request as unknown as HttpRequest);
  return { response, written, logger };
}

function bodyOf(response: HttpResponse | undefined): { readonly code?: string } {
  return JSON.parse(String(response?.body)) as { code?: string };
}

describe('a customer who is to be forgotten', () => {
  test.each(['ann', 'Zoë Ω', 'a/b', '100%', 'x@example.com'])('%s', async (customer) => {
    const { response, written } = await ask('DELETE', `/v1/customers/${customer}`);
    expect(response?.status).toBe(202);
    const mark = { salt: 'the salt', hash: saltedHash('the salt', customer) };
    const subject = `shoal.events.${partitionOf(customer, PARTITIONS)}`;
    expect(written).toEqual([[subject, { kind: 'forget', customer, mark }]]);
    expect(String(response?.body)).not.toContain(customer);
  });

  test.each(['', 'two\nlines', '\ud800'])('%j is nobody', async (customer) => {
    const { response, written } = await ask('DELETE', `/v1/customers/${customer}`);
    expect([response?.status, bodyOf(response).code]).toEqual([400, 'bad-id']);
    expect(written).toEqual([]);
  });

  test('is left alone by who has no key of a server', async () => {
    const { response, written } = await ask('DELETE', '/v1/customers/ann', { isServer: false });
    expect(response?.status).toBe(401);
    expect(written).toEqual([]);
  });

  test.each([
    ['unknown', 'log-away'],
    ['full', 'log-full'],
  ] as const)('is asked for again when the log says %s', async (kind, code) => {
    const { response } = await ask('DELETE', '/v1/customers/ann', { appended: { kind } });
    expect([response?.status, bodyOf(response).code]).toEqual([503, code]);
    expect(response?.headers['retry-after']).toBe('5');
  });

  test('is asked for again when the store is away', async () => {
    const salt = async (): Promise<string> => {
      throw new ShoalError({ code: 'store-away', remedy: 'retry', message: 'away' });
    };
    const { response, written } = await ask('DELETE', '/v1/customers/ann', { salt });
    expect([response?.status, bodyOf(response).code]).toEqual([503, 'store-away']);
    expect(written).toEqual([]);
  });

  test('stands in no line of the log, whatever fails', async () => {
    const salt = async (): Promise<string> => {
      throw new Error('planted');
    };
    const { response, logger } = await ask('DELETE', '/v1/customers/ann-who-asks', { salt });
    expect(response?.status).toBe(500);
    expect(logger.lines).toHaveLength(1);
    expect(JSON.stringify(logger.lines)).not.toContain('ann-who-asks');
  });
});

test.each([
  ['GET', '/v1/customers/ann'],
  ['DELETE', '/v1/customers'],
  ['DELETE', '/v1/segments/ann'],
])('%s %s is none of its business', async (method, path) => {
  expect((await ask(method, path)).response).toBeUndefined();
});
