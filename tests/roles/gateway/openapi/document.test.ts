import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { INGEST_ROUTES } from '../../../../src/roles/gateway/ingest/ingest-route.ts';
import { openApiDocument, OPERATIONS } from '../../../../src/roles/gateway/openapi/document.ts';
import { batchBody, messageBody } from '../../../../src/roles/gateway/openapi/message-body.ts';
import type { EventType } from '../../../../src/rules/event.ts';
import { isRejection, readEvent } from '../../../../src/wire/event.ts';
import { customerEvent, id, text } from '../../../support/any-event.ts';
import { allSources } from '../../../support/sources.ts';

const TYPES: readonly EventType[] = ['track', 'identify', 'page', 'screen', 'group', 'alias'];

/** What people look at, and what letters link to. */
const PAGES = ['/', '/inbox.css'];

const document = openApiDocument();

/** Everything in a JSON, itself included. */
function* within(value: unknown): Generator {
  yield value;
  if (typeof value !== 'object' || value === null) return;
  for (const inner of Object.values(value)) yield* within(inner);
}

function at(value: unknown, path: readonly string[]): unknown {
  const [key, ...rest] = path;
  if (key === undefined) return value;
  return typeof value === 'object' && value !== null
    ? at(Reflect.get(value, key), rest)
    : undefined;
}

describe('the document', () => {
  test('refers only to what is in it', () => {
    const refs = [...within(document)].flatMap((part) => {
      const ref = at(part, ['$ref']);
      return typeof ref === 'string' ? [ref] : [];
    });
    expect(refs.length).toBeGreaterThan(50);
    const missing = refs.filter((ref) => at(document, ref.split('/').slice(1)) === undefined);
    expect(missing).toEqual([]);
  });

  test('says each operation once, under a name of its own', () => {
    const names = OPERATIONS.map(({ method, path }) => `${method} ${path}`);
    expect(new Set(names).size).toBe(names.length);
    const ids = [...within(document)].flatMap((part) => at(part, ['operationId']) ?? []);
    expect(new Set(ids).size).toBe(OPERATIONS.length);
  });

  test.each(OPERATIONS)('tells what stands in $path ($method)', ({ path, parameters = [] }) => {
    const named = parameters.filter((one) => one.in === 'path').map(({ name }) => name);
    expect([...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name)).toEqual(named);
  });

  test('has all routes of the gateway', () => {
    const documented = new Set(OPERATIONS.map(({ path }) => path));
    const words = new Set([...documented].map((path) => path.split('/')[2] ?? path));
    const sources = allSources().filter(
      ({ path }) => path.startsWith('src/roles/gateway/') && !path.includes('/openapi/'),
    );
    const ofApi = sources.flatMap(({ text: code }) => [
      ...[...code.matchAll(/\\?\/v1\\?\/([a-z]+)/g)].map(([, word = '']) => word),
    ]);
    expect(ofApi.length).toBeGreaterThan(5);
    expect(ofApi.filter((word) => !words.has(word))).toEqual([]);
    const exact = sources.flatMap(({ text: code }) =>
      [...code.matchAll(/(?:\[|path === |path !== )'(\/[^']*)'/g)].map(([, path = '']) => path),
    );
    expect(exact.length).toBeGreaterThan(5);
    const isKnown = (path: string): boolean => documented.has(path) || PAGES.includes(path);
    expect(exact.filter((path) => !isKnown(path))).toEqual([]);
    expect([...INGEST_ROUTES.keys()].filter((path) => !documented.has(path))).toEqual([]);
  });
});

/** What may stand in a field: mostly what belongs there. */
function field(...rightful: fc.Arbitrary<unknown>[]): fc.Arbitrary<unknown> {
  return fc.oneof(
    ...rightful.map((arbitrary) => ({ arbitrary, weight: 4 })),
    { arbitrary: fc.constantFrom(undefined, null), weight: 4 },
    { arbitrary: fc.constantFrom(0, '', [], {}, true, 'a\nb', '2024-02-30T00:00:00Z'), weight: 1 },
  );
}

const instant = fc.oneof(
  fc
    .date({ noInvalidDate: true, min: new Date(0), max: new Date('9999-12-31') })
    .map((date) => date.toISOString()),
  fc.constantFrom(
    '2024-02-29T12:00:00+05:30',
    '2024-06-01T00:00:00.123456Z',
    '0001-01-01T00:00:00Z',
  ),
);
const message = customerEvent.chain(({ properties, context }) =>
  fc.record({
    userId: field(id),
    anonymousId: field(id),
    previousId: field(id),
    messageId: field(text),
    timestamp: field(instant),
    originalTimestamp: field(instant),
    sentAt: field(instant),
    event: field(text),
    name: field(text),
    properties: field(fc.constant(properties)),
    traits: field(fc.constant(properties)),
    context: field(fc.constant(context)),
  }),
);

describe('what the document says can be sent', () => {
  test.each(TYPES)('is taken: %s', (type) => {
    const { schema } = messageBody(type);
    let passed = 0;
    fc.assert(
      fc.property(message, (raw) => {
        // As it comes over the wire: without what is undefined.
        const sent: unknown = JSON.parse(JSON.stringify(raw));
        const isDocumented = schema.safeParse(sent).success;
        if (isDocumented) passed += 1;
        const read = readEvent(sent, { type, at: 0, behindMs: 0 });
        return !isDocumented || !isRejection(read);
      }),
      { numRuns: 1_000, seed: 6 },
    );
    expect(passed).toBeGreaterThan(50);
  });

  test.each([
    ['what Segment sends', { type: 'track', event: 'A', userId: 'u', messageId: 'm', context: {} }],
    ['a page of a visitor', { type: 'page', name: 'Home', anonymousId: 'a', userId: null }],
    ['an identify', { type: 'identify', userId: 'u', traits: { email: 'ann@example.com' } }],
    ['an alias', { type: 'alias', userId: 'u', previousId: 'a' }],
  ])('lets through %s', (_, one) => {
    expect(
      batchBody.schema.safeParse({ batch: [one], sentAt: '2024-01-01T00:00:00Z' }),
    ).toMatchObject({ success: true });
  });

  test.each([
    ['nobody', { type: 'track', event: 'A' }],
    ['no name', { type: 'track', userId: 'u' }],
    ['no type', { userId: 'u', event: 'A' }],
    ['two lines of id', { type: 'track', event: 'A', userId: 'a\nb' }],
    [
      'an impossible day',
      { type: 'track', event: 'A', userId: 'u', timestamp: '2024-02-30T00:00:00Z' },
    ],
  ])('lets through no message with %s, and neither is it taken', (_, one) => {
    expect(batchBody.schema.safeParse({ batch: [one] }).success).toBe(false);
    expect(isRejection(readEvent(one, { at: 0 }))).toBe(true);
  });
});
