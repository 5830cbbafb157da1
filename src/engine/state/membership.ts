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

export class Membership {
  readonly #segments: readonly PlannedSegment[];
  readonly #dependents: readonly (readonly number[])[];
  readonly #members: Bitmap[];
  readonly #entered: number[];
  readonly #exited: number[];
  /** Per segment: its place by id. */
  readonly #rank: number[];
  readonly #changed = new Set<number>();
  readonly #touched = new Set<number>();
  #presumed: ReadonlySet<number> = new Set();

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
  touch(segments: Iterable<number> | undefined): void {
    for (const segment of segments ?? []) this.#touched.add(segment);
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
  settle(facts: Facts, ordinal: number): Flip[] {
    if (this.#touched.size === 0) return [];
    const flips: Flip[] = [];
    let queue = ascending(this.#touched);
    this.#touched.clear();
    for (let segment = queue.shift(); segment !== undefined; segment = queue.shift()) {
      const isMember = this.#segments[segment]?.rule(facts, ordinal) === true;
      const wasMember = this.isMember(segment, ordinal);
      if (isMember !== wasMember) {
        this.#flip(segment, ordinal, isMember);
        flips.push({ segment, isEntry: isMember });
      }
      if (isMember === (wasMember || this.#presumed.has(segment))) continue;
      const dependents = this.#dependents[segment] ?? [];
      if (dependents.length > 0) queue = ascending(new Set([...queue, ...dependents]));
    }
    this.#presumed = new Set();
    return flips.toSorted((a, b) => (this.#rank[a.segment] ?? 0) - (this.#rank[b.segment] ?? 0));
  }

  #flip(segment: number, ordinal: number, isEntry: boolean): void {
    const members = this.#members[segment];
    const counter = isEntry ? this.#entered : this.#exited;
    counter[segment] = (counter[segment] ?? 0) + 1;
    if (isEntry) members?.add(ordinal);
    else members?.delete(ordinal);
    this.#changed.add(segment);
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

function ascending(numbers: Iterable<number>): number[] {
  return [...numbers].toSorted((a, b) => a - b);
}
