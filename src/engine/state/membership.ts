import { compareUtf8, type SegmentId } from '../../base/id.ts';
import type { PlannedSegment } from '../../compile/plan.ts';
import type { Facts } from '../../compile/rule.ts';
import type { Count } from '../effect.ts';
import { Bitmap } from '../store/bitmap.ts';
import { ByteReader, ByteWriter } from '../store/bytes.ts';
import { bitmapsFromBytes, bitmapsToBytes } from './truths.ts';

/*
 * The members of every segment, and how many entered and exited since the cluster began.
 *
 * 1. Members = entered − exited, always: quiet entries and exits count too.
 * 2. A segment is looked at once per customer and instant, after all that it refers to.
 */

/** A segment's membership of the customer who is looked at has changed. */
export interface Flip {
  readonly segment: number;
  readonly isEntry: boolean;
}

const NOTHING: ReadonlySet<number> = new Set();
const NO_FLIPS: readonly Flip[] = [];

export class Membership {
  readonly #segments: readonly PlannedSegment[];
  readonly #dependents: readonly (readonly number[])[];
  readonly #members: Bitmap[];
  readonly #entered: number[];
  readonly #exited: number[];
  /** Per segment: its place by id. */
  readonly #rank: number[];
  readonly #changed = new Set<number>();
  /** Segments to look at; one may stand here twice. */
  #touched: number[] = [];
  #presumed: ReadonlySet<number> = NOTHING;

  constructor(segments: readonly PlannedSegment[], dependents: readonly (readonly number[])[]) {
    this.#segments = segments;
    this.#dependents = dependents;
    this.#members = segments.map(() => new Bitmap());
    this.#entered = segments.map(() => 0);
    this.#exited = segments.map(() => 0);
    const byId = [...segments.keys()].toSorted((a, b) =>
      compareUtf8(segments[a]?.id ?? '', segments[b]?.id ?? ''),
    );
    this.#rank = [];
    for (const [rank, segment] of byId.entries()) this.#rank[segment] = rank;
  }

  isMember(segment: number, ordinal: number): boolean {
    return this.#members[segment]?.has(ordinal) === true;
  }

  members(segment: number): Bitmap {
    return this.#members[segment] ?? new Bitmap();
  }

  /** These segments are to be looked at for the customer whose turn it is. */
  touch(segments: Iterable<number>): void {
    for (const segment of segments) this.#touched.push(segment);
  }

  /**
   * The customer whose turn it is has just become known. Segments that hold for nobody's sake are
   * what the others were compiled against: where one does not hold, its dependents are looked at.
   */
  introduce(holdForNothing: ReadonlySet<number>): void {
    this.#presumed = holdForNothing;
    this.touch(holdForNothing);
  }

  /** Looks at what was touched, and at what hangs on it. @returns what flipped, by segment id */
  settle(facts: Facts, ordinal: number): readonly Flip[] {
    if (this.#touched.length === 0) return NO_FLIPS;
    const queue = this.#touched.sort((a, b) => a - b);
    this.#touched = [];
    const flips: Flip[] = [];
    for (let i = 0; i < queue.length; i++) {
      const segment = queue[i];
      if (segment === undefined || segment === queue[i - 1]) continue;
      const isMember = this.#segments[segment]?.rule(facts, ordinal) === true;
      const hasFlipped = this.#set(segment, ordinal, isMember);
      if (hasFlipped) flips.push({ segment, isEntry: isMember });
      const wasMember = hasFlipped ? !isMember : isMember;
      if (isMember === (wasMember || this.#presumed.has(segment))) continue;
      for (const dependent of this.#dependents[segment] ?? []) insertInto(queue, dependent);
    }
    this.#presumed = NOTHING;
    if (flips.length < 2) return flips;
    return flips.sort((a, b) => (this.#rank[a.segment] ?? 0) - (this.#rank[b.segment] ?? 0));
  }

  /** @returns false when it was so already */
  #set(segment: number, ordinal: number, isMember: boolean): boolean {
    const members = this.#members[segment];
    const hasFlipped = isMember ? members?.add(ordinal) : members?.delete(ordinal);
    if (hasFlipped !== true) return false;
    const counter = isMember ? this.#entered : this.#exited;
    counter[segment] = (counter[segment] ?? 0) + 1;
    this.#changed.add(segment);
    return true;
  }

  count(segment: number): Count {
    return {
      members: this.#members[segment]?.size ?? 0,
      entered: this.#entered[segment] ?? 0,
      exited: this.#exited[segment] ?? 0,
    };
  }

  counts(): Map<SegmentId, Count> {
    return new Map(this.#segments.map(({ id }, segment) => [id, this.count(segment)]));
  }

  /** The counts that changed since the last call. */
  takeChanged(): Map<SegmentId, Count> {
    const counts = new Map<SegmentId, Count>();
    for (const segment of this.#changed) {
      const id = this.#segments[segment]?.id;
      if (id !== undefined) counts.set(id, this.count(segment));
    }
    this.#changed.clear();
    return counts;
  }

  /** Sets how many entered and exited before; for a rebuild, whose own counting is void. */
  continueFrom(segment: number, { entered, exited }: Pick<Count, 'entered' | 'exited'>): void {
    this.#entered[segment] = entered;
    this.#exited[segment] = exited;
    this.#changed.add(segment);
  }

  bytesUsed(): number {
    return this.#members.reduce((sum, bitmap) => sum + bitmap.bytesUsed(), 0);
  }

  toSections(): Map<string, Uint8Array[]> {
    const counters = new ByteWriter();
    for (const value of [...this.#entered, ...this.#exited]) counters.f64(value);
    return new Map([
      ['members.bitmaps', bitmapsToBytes(this.#members)],
      ['members.counters', [counters.finish()]],
    ]);
  }

  restore(section: (name: string) => Uint8Array): void {
    for (const [index, bitmap] of bitmapsFromBytes(section('members.bitmaps'))) {
      this.#members[index] = bitmap;
    }
    const counters = new ByteReader(section('members.counters'));
    for (const counter of [this.#entered, this.#exited]) {
      for (const index of this.#segments.keys()) counter[index] = counters.f64();
    }
    for (const index of this.#segments.keys()) this.#changed.add(index);
  }
}

/** Keeps ascending numbers ascending. What hangs on a segment comes after it in the order. */
function insertInto(ascending: number[], number: number): void {
  let at = ascending.length;
  for (; (ascending[at - 1] ?? -1) > number; at--) ascending[at] = ascending[at - 1] ?? -1;
  ascending[at] = number;
}
