import { amendedSubject } from '../subject.ts';
import type { Encoded } from '../log-codec.ts';

/*
 * A message of `shoal-amended-<p>`: what stands in the place of one of the partition's log that was
 * erased there.
 *
 * Headers: those of the message that Shoal reads; `Sh-Amends: <sequence>.<time>.<crc>`, its place,
 * when the broker stored it in ms, and the CRC-32 of the body that it had at first;
 * `Sh-Highest`, the highest sequence that any message of the stream up to this one stands for.
 */

export interface Amended extends Encoded {
  /** Of the message in the log. */
  readonly sequence: number;
  readonly storedAt: number;
  /** Of the body that it had at first: by it a state knows on what it stands. */
  readonly crc: number;
}

const PLACE = 'Sh-Amends';
const HIGHEST = 'Sh-Highest';

export function encodeAmended(
  partition: number,
  amended: Amended,
  highest: number,
): Encoded & { readonly subject: string } {
  const { sequence, storedAt, crc, body } = amended;
  // What others put into headers nobody reads, and they may name whom they like.
  const headers = new Map([...amended.headers].filter(([name]) => name.startsWith('Sh-')));
  headers.set(PLACE, `${sequence}.${storedAt}.${crc}`);
  headers.set(HIGHEST, String(highest));
  return { subject: amendedSubject(partition, sequence), headers, body };
}

/** A message that stands for none, and only tells the highest sequence. */
export function encodeHighest(
  partition: number,
  highest: number,
): Encoded & { readonly subject: string } {
  const headers = new Map([[HIGHEST, String(highest)]]);
  return { subject: amendedSubject(partition, 0), headers, body: new Uint8Array(0) };
}

/** @returns undefined when the message stands for none */
export function decodeAmended({ headers, body }: Encoded): Amended | undefined {
  const match = /^(\d{1,15})\.(\d{1,15})\.(\d{1,10})$/.exec(headers.get(PLACE) ?? '');
  if (match === null) return undefined;
  const [sequence = 0, storedAt = 0, crc = 0] = match.slice(1).map(Number);
  const rest = [...headers].filter(([name]) => name !== PLACE && name !== HIGHEST);
  return { sequence, storedAt, crc, headers: new Map(rest), body };
}

/** Of the last message of the stream: up to where messages of the log have been erased. */
export function highestAmended(headers: ReadonlyMap<string, string>): number {
  return Number(headers.get(HIGHEST) ?? 0);
}
