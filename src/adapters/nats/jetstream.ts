import { isObject, type JsonObject } from '../../base/json.ts';
import type { Answers } from './answers.ts';

/** An answer of JetStream: what was asked for, or an error with its stable number. */
export type JetStreamAnswer =
  | { readonly kind: 'ok'; readonly content: JsonObject }
  | { readonly kind: 'error'; readonly number: number; readonly description: string }
  | { readonly kind: 'none' };

/** The numbers of JetStream's errors that we tell apart (nats-server, `errors.json`). */
export const ERROR = {
  messageNotFound: 10_037,
  sequenceNotFound: 10_043,
  streamNameInUse: 10_058,
  wrongLastSequence: 10_071,
  wrongLastSequenceConstant: 10_164,
  wrongLastId: 10_070,
  storeFailed: 10_077,
} as const;

const NONE: JetStreamAnswer = { kind: 'none' };

/** Asks the JetStream API; `what` stands behind `$JS.API.`. */
export async function askJetStream(
  answers: Answers,
  what: string,
  content: JsonObject | undefined,
  timeoutMs: number,
): Promise<JetStreamAnswer> {
  const body = content === undefined ? '' : JSON.stringify(content);
  const answer = await answers.ask(`$JS.API.${what}`, body, { timeoutMs });
  return answer === undefined ? NONE : readAnswer(answer.string());
}

/** @param text JSON, of the API or of a stream that has been published to */
export function readAnswer(text: string): JetStreamAnswer {
  const content: unknown = JSON.parse(text);
  if (!isObject(content)) return NONE;
  const error = content['error'];
  if (!isObject(error)) return { kind: 'ok', content };
  return {
    kind: 'error',
    number: Number(error['err_code'] ?? error['code']),
    description: JSON.stringify(error['description']),
  };
}
