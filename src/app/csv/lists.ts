import { ID_PATTERN, type CustomerId } from '../../base/id.ts';
import { formatInstant, MINUTE_MS, parseInstant, type EpochMs } from '../../base/time.ts';
import { isAddress } from '../../campaign/address.ts';
import type { Consent, ConsentScope, Suppression } from '../../roles/ports/ledger.ts';
import { isCustomerId } from '../../wire/event.ts';
import type { Fault } from './csv-reader.ts';
import type { List } from './list.ts';

export interface ConsentRow {
  readonly customer: CustomerId;
  readonly scope: ConsentScope;
  readonly consent: Consent;
}

export const SUPPRESSION_LIST: List<Suppression> = {
  columns: ['address', 'reason', 'at'],
  required: ['address'],
  read({ address = '', reason = '', at = '' }, now) {
    const trimmed = address.trim();
    if (!isAddress(trimmed)) return BAD_ADDRESS;
    if (!isWord(reason)) return badWord('reason');
    const instant = readAt(at, now);
    if (typeof instant !== 'number') return instant;
    return { address: trimmed.toLowerCase(), reason: reason || 'import', at: instant };
  },
  write: ({ address, reason, at }) => [address, reason, formatInstant(at)],
};

export const CONSENT_LIST: List<ConsentRow> = {
  columns: ['customer', 'scope', 'state', 'at', 'source'],
  required: ['customer', 'state'],
  read({ customer = '', scope = '', state = '', at = '', source = '' }, now) {
    if (!isCustomerId(customer)) return BAD_CUSTOMER;
    if (scope !== '' && scope !== '*' && !ID_PATTERN.test(scope)) return BAD_SCOPE;
    if (state !== 'given' && state !== 'withdrawn') return BAD_STATE;
    if (!isWord(source)) return badWord('source');
    const instant = readAt(at, now);
    if (typeof instant !== 'number') return instant;
    const consent: Consent = { state, at: instant, source: source || 'import' };
    return { customer, scope: scope || '*', consent };
  },
  write: ({ customer, scope, consent: { state, at, source } }) => [
    customer,
    scope,
    state,
    formatInstant(at),
    source,
  ],
};

/** Clocks may differ by so much. What lies further ahead would win over what people do today. */
const AHEAD_MS_MAX = 5 * MINUTE_MS;

function readAt(text: string, now: EpochMs): EpochMs | Fault {
  if (text === '') return now;
  const at = parseInstant(text);
  if (at === undefined) {
    return {
      what: '"at" is no instant',
      hint: 'write it as 2026-05-04T10:00:00Z, or leave it empty for now',
    };
  }
  if (at <= now + AHEAD_MS_MAX) return at;
  return { what: '"at" lies in the future', hint: 'check the year and the zone' };
}

/** A short text of one line; control characters could play tricks on a terminal. */
function isWord(text: string): boolean {
  return text.length <= 200 && !/\p{Cc}/u.test(text);
}

/** The cell itself is not quoted: it is somebody's data, and such lines end up in log files. */
const BAD_ADDRESS: Fault = {
  what: '"address" is not one plain mail address',
  hint: 'write it as ann@example.com, without a name',
};

const BAD_CUSTOMER: Fault = {
  what: '"customer" is empty, or no line of text',
  hint: 'it is the id under which events come',
};

const BAD_SCOPE: Fault = {
  what: '"scope" is neither * nor the id of a campaign',
  hint: 'write * for all campaigns, or the name of a file in config/campaigns',
};

const BAD_STATE: Fault = {
  what: '"state" is neither given nor withdrawn',
  hint: 'write one of the two',
};

function badWord(column: string): Fault {
  return { what: `"${column}" is no short line of text`, hint: 'write a word such as complaint' };
}
