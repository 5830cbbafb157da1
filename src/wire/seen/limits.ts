import { HOUR_MS, type DurationMs } from '../../base/time.ts';

/*
 * How much of what comes is remembered. Names and keys come from anybody: whatever they send, a
 * partition keeps at most as many bytes, and looking at an event takes at most `VALUES_MAX` steps.
 */

export const NAMES_MAX = 500;
/** Of one event, or of the context. */
export const FIELDS_MAX = 200;
/** In UTF-16 units, of names and paths alike: longer ones are counted as others. */
export const NAME_LENGTH_MAX = 200;
export const EXAMPLES_MAX = 5;
/** In UTF-16 units: longer texts are cut. */
export const EXAMPLE_LENGTH_MAX = 60;
/** As JSON; both together are well below what one message of NATS may hold. */
export const NAME_BYTES_MAX = 100_000;
export const FIELD_BYTES_MAX = 300_000;

/** Of one event. */
export const VALUES_MAX = 256;
export const DEPTH_MAX = 5;
/** The first elements of a list stand for all. */
export const ELEMENTS_MAX = 5;

/** The first events of a name are looked at whatever comes. */
export const LOOKS_FIRST = 10;

/** What came so rarely and so long ago makes room where there is little left. */
export const RARE_COUNT_MAX = 2;
export const RARE_SILENCE_MS: DurationMs = HOUR_MS;

/** What each costs as JSON, beside its name and its values. */
export const ENTRY_BYTES = 180;
export const EXAMPLE_BYTES = 30;

/** So little. */
export const SCARCE_BYTES = 10_000;

const encoder = new TextEncoder();

/** How long a value is as JSON, bytes: six for some characters. */
export function jsonBytes(value: string | number | boolean): number {
  return encoder.encode(JSON.stringify(value)).byteLength;
}
