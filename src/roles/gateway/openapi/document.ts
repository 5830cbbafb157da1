import { z } from 'zod';
import { CUSTOMER_OPERATIONS } from './customer-operations.ts';
import { BROWSER_OPERATIONS, INGEST_OPERATIONS } from './ingest-operations.ts';
import { SHARED } from './message-body.ts';
import type { Answer, Operation, Parameter, Shape } from './operation.ts';
import { LIVE_FRAMES, QUESTION_OPERATIONS } from './question-operations.ts';
import { SERVICE_OPERATIONS } from './service-operations.ts';

/** All of the API, but for the pages that people look at and the links of letters. */
export const OPERATIONS: readonly Operation[] = [
  ...INGEST_OPERATIONS,
  ...BROWSER_OPERATIONS,
  ...CUSTOMER_OPERATIONS,
  ...QUESTION_OPERATIONS,
  ...SERVICE_OPERATIONS,
];

type Part = Readonly<Record<string, unknown>>;

/** The OpenAPI 3.1 document of the API. */
export function openApiDocument(): Part {
  const paths = new Map<string, Record<string, unknown>>();
  for (const operation of OPERATIONS) {
    const item = paths.get(operation.path) ?? {};
    item[operation.method] = operationPart(operation);
    paths.set(operation.path, item);
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Shoal',
      version: '1',
      description: 'Events in, segments and letters out.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    paths: Object.fromEntries(paths),
    components: {
      schemas: schemas(),
      securitySchemes: {
        basic: { type: 'http', scheme: 'basic', description: 'the key as the user, no password' },
        bearer: { type: 'http', scheme: 'bearer', description: 'the key' },
        writeKey: { type: 'apiKey', in: 'header', name: 'X-Write-Key' },
      },
    },
  };
}

/** All shapes by name; those that are parts of others are referred to by theirs. */
function schemas(): Part {
  const shapes = OPERATIONS.flatMap(({ body, answers }) => [
    body,
    ...Object.values(answers).map(({ shape }) => shape),
  ]);
  const registry = z.registry<{ id: string }>();
  for (const shape of [...SHARED, ...LIVE_FRAMES, ...shapes]) {
    if (shape !== undefined) registry.add(shape.schema, { id: shape.name });
  }
  const made = z.toJSONSchema(registry, { uri: refTo, io: 'input' });
  return Object.fromEntries(
    Object.entries(made.schemas).map(([name, schema]) => [name, withoutMarks(schema)]),
  );
}

/** The document says for all of them which language it is in, and where they are. */
function withoutMarks(schema: object): Part {
  const isMark = (key: string): boolean => key === '$schema' || key === '$id';
  return Object.fromEntries(Object.entries(schema).filter(([key]) => !isMark(key)));
}

function refTo(name: string): string {
  return `#/components/schemas/${name}`;
}

const KEYED: readonly Part[] = [{ basic: [] }, { bearer: [] }, { writeKey: [] }];

function operationPart(operation: Operation): Part {
  const { method, path, summary, details, tag, access, parameters = [], body } = operation;
  const answers = Object.entries(operation.answers).map(([status, answer]) => {
    return [status, answerPart(answer)];
  });
  const who = access === 'server-key' ? 'Needs a key of the kind `server`.' : undefined;
  const description = [details, who].filter((text) => text !== undefined).join(' ');
  return {
    operationId: idOf(method, path),
    summary,
    ...(description !== '' && { description }),
    tags: [tag],
    ...(access !== 'anybody' && { security: KEYED }),
    ...(parameters.length > 0 && { parameters: parameters.map(parameterPart) }),
    ...(body !== undefined && { requestBody: { required: true, content: jsonContent(body) } }),
    responses: Object.fromEntries(answers),
  };
}

/** `post`, `/v1/track` → `postV1Track`. */
function idOf(method: string, path: string): string {
  const words = path.split(/[^A-Za-z0-9]+/).filter((word) => word !== '');
  return method + words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join('');
}

function parameterPart({ name, in: place, means }: Parameter): Part {
  const schema = { type: 'string' };
  return { name, in: place, description: means, required: place === 'path', schema };
}

function answerPart({ means, shape, type, headers }: Answer): Part {
  const described = Object.entries(headers ?? {}).map(([name, description]) => {
    return [name, { description, schema: { type: 'integer' } }];
  });
  return {
    description: means,
    ...(described.length > 0 && { headers: Object.fromEntries(described) }),
    ...(shape !== undefined && { content: jsonContent(shape) }),
    ...(type !== undefined && { content: { [type]: { schema: { type: 'string' } } } }),
  };
}

function jsonContent({ name }: Shape): Part {
  return { 'application/json': { schema: { $ref: refTo(name) } } };
}
