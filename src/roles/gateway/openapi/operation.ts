import { z } from 'zod';

/** Who may ask: anybody, whoever has a key, or whoever has a server key. */
export type Access = 'anybody' | 'key' | 'server-key';

/** What a JSON is like, with the name by which the document refers to it. */
export interface Shape {
  readonly name: string;
  readonly schema: z.ZodType;
}

/** What is sent back with one status. */
export interface Answer {
  /** What it means. */
  readonly means: string;
  /** Of the JSON that the body is; undefined: it says nothing, or is of another type. */
  readonly shape?: Shape | undefined;
  /** The media type of what is no JSON. */
  readonly type?: string | undefined;
  /** Names of headers that go with it, and what they say. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
}

export interface Parameter {
  readonly name: string;
  readonly in: 'path' | 'query' | 'header';
  readonly means: string;
}

/** One method at one path of the API. */
export interface Operation {
  readonly method: 'get' | 'post' | 'delete' | 'options';
  /** Names in braces stand for one part of the path. */
  readonly path: string;
  readonly summary: string;
  readonly details?: string | undefined;
  /** Headline under which it stands. */
  readonly tag: 'Events' | 'Customers' | 'Segments' | 'Campaigns' | 'Service';
  readonly access: Access;
  readonly parameters?: readonly Parameter[] | undefined;
  /** Of the JSON that it takes. */
  readonly body?: Shape | undefined;
  /** By status. */
  readonly answers: Readonly<Record<number, Answer>>;
}

/** What is wrong, in a form that programs and people can read. */
export const refusalBody = z.object({
  success: z.literal(false),
  code: z
    .string()
    .regex(/^[a-z0-9-]+$/)
    .describe('stable; all stand in docs/errors.md'),
  message: z.string(),
  hint: z.string().describe('what to do about it'),
});

const REFUSAL: Shape = { name: 'Refusal', schema: refusalBody };

export function refused(means: string): Answer {
  return { means, shape: REFUSAL };
}

const RETRY_AFTER = { 'Retry-After': 'seconds until it may be sent again' };

/** The answers that say: send it again later. */
export const WAIT: Answer = {
  means: 'too much at once; send it again',
  shape: REFUSAL,
  headers: RETRY_AFTER,
};

export const NO_SUCH_KEY: Answer = refused('the request bears no key, or an unknown one');
