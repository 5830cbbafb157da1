import { saltedHash } from '../../base/hash.ts';
import type { CustomerId } from '../../base/id.ts';
import { DAY_MS, type DurationMs, type EpochMs } from '../../base/time.ts';
import type { ForgetMark } from '../parcel.ts';
import { ByteReader, ByteWriter, type Sections } from '../store/bytes.ts';

/*
 * The marks of those who were forgotten of late: what still comes of them is dropped.
 *
 * 1. A mark says who was forgotten only to one who has the id already.
 * 2. It is kept for 60 days of stream time from when it last came.
 * 3. To look costs a hash for each salt, whatever the number of marks: few salts are meant to serve
 *    many marks.
 */

/** SDKs, queues and files keep what they could not send for some weeks, hardly longer. */
export const FORGOTTEN_FOR_MS: DurationMs = 60 * DAY_MS;

/** When each mark came, by its hash, in that order. */
type Marks = Map<string, EpochMs>;

export class ForgetMarks {
  /** By salt. */
  #marks = new Map<string, Marks>();

  add({ salt, hash }: ForgetMark, streamTime: EpochMs): void {
    this.#dropOld(streamTime);
    const marks = this.#marks.get(salt) ?? new Map<string, EpochMs>();
    this.#marks.set(salt, marks);
    marks.delete(hash);
    marks.set(hash, streamTime);
  }

  /** Whether a customer was forgotten of late. */
  has(customer: CustomerId, streamTime: EpochMs): boolean {
    if (this.#marks.size === 0) return false;
    this.#dropOld(streamTime);
    for (const [salt, marks] of this.#marks) {
      if (marks.has(saltedHash(salt, customer))) return true;
    }
    return false;
  }

  #dropOld(streamTime: EpochMs): void {
    for (const [salt, marks] of this.#marks) {
      for (const [hash, at] of marks) {
        if (streamTime - at < FORGOTTEN_FOR_MS) break;
        marks.delete(hash);
      }
      if (marks.size === 0) this.#marks.delete(salt);
    }
  }

  /** Goes on with the marks of another engine, which has seen all that there were. */
  takeOver(before: ForgetMarks): void {
    this.#marks = before.#marks;
  }

  toSections(): Sections {
    const writer = new ByteWriter();
    for (const [salt, marks] of this.#marks) {
      writer.text(salt);
      writer.u32(marks.size);
      for (const [hash, at] of marks) {
        writer.text(hash);
        writer.f64(at);
      }
    }
    return new Map([['marks', [writer.finish()]]]);
  }

  static fromSections(section: (name: string) => Uint8Array): ForgetMarks {
    const found = new ForgetMarks();
    const reader = new ByteReader(section('marks'));
    while (!reader.done) {
      const marks: Marks = new Map();
      found.#marks.set(reader.text(), marks);
      for (let rest = reader.u32(); rest > 0; rest--) marks.set(reader.text(), reader.f64());
    }
    return found;
  }
}
