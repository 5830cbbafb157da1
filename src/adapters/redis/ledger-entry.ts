import { isObject, type JsonObject } from '../../base/json.ts';
import type { Consent, LetterEntry, LetterState } from '../../roles/ports/ledger.ts';

/*
 * What lies in a customer's page, from JSON. Another version of Shoal may have written it: of a
 * letter we then know that it was begun, of a consent nothing.
 */

const STATES: readonly LetterState[] = [
  'intent',
  'waiting',
  'sent',
  'failed',
  'unknown',
  'skipped',
];

/** A state that nobody knows is `unknown`: such a letter is sent no more. */
export function readEntry(stored: string): LetterEntry {
  const value: unknown = JSON.parse(stored);
  const fields: JsonObject = isObject(value) ? value : {};
  const text = (key: string): string | undefined => textOf(fields[key]);
  return {
    campaign: text('campaign') ?? '',
    state: STATES.find((state) => state === fields['state']) ?? 'unknown',
    revision: numberOf(fields['revision']) ?? 0,
    at: numberOf(fields['at']) ?? 0,
    isMarketing: fields['isMarketing'] !== false,
    stage: text('stage'),
    reason: text('reason'),
    writer: text('writer'),
    heldUntil: numberOf(fields['heldUntil']),
    tries: numberOf(fields['tries']),
    isTold: fields['isTold'] === true || undefined,
    isRepeat: fields['isRepeat'] === true || undefined,
    isBounce: fields['isBounce'] === true || undefined,
  };
}

export function readConsent(stored: string): Consent | undefined {
  const value: unknown = JSON.parse(stored);
  const { state, at, source } = isObject(value) ? value : {};
  if ((state !== 'given' && state !== 'withdrawn') || typeof at !== 'number') return undefined;
  return { state, at, source: textOf(source) ?? 'unknown' };
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function numberOf(value: unknown): number | undefined {
  return typeof value === 'number' ? value : undefined;
}
