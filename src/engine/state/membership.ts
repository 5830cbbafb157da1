import { compareUtf8, type SegmentId } from '../../base/id.ts';
import type { PlannedSegment } from '../../compile/plan.ts';
import type { Facts } from '../../compile/rule.ts';
import type { Count } from '../effect.ts';
import { Bitmap } from '../store/bitmap.ts';
import { ByteReader, ByteWriter, type Sections } from '../store/bytes.ts';
import { bitmapsFromBytes, bitmapsToBytes, type Truths } from './truths.ts';

/*
 * The members of every segment, and how many entered and exited since the cluster began.
 *
 * 1. Members = entered − exited, always: quiet entries and exits count too.
 * 2. A segment is looked at once per customer and instant, after all that it refers to.
 * 3. A segment that is one condition has no members of its own: those are whom the condition holds
 *    for, and it flips when that does.
 */

/** A segment's membership of the customer who is looked at has changed. */
export interface Flip {
  readonly segment: number;
  readonly isEntry: boolean;
}

/** A segment to look at: twice its number, and 1 when a condition of it began to hold. */
type Touch = number;

const NOTHING: ReadonlySet<number> = new Set();
const NO_FLIPS: readonly Flip[] = [];
const NOBODY = new Bitmap();

export class Membership {
  readonly #segments: readonly PlannedSegment[];
  readonly #dependents: readonly (readonly number[])[];
  readonly #truths: Truths;
  /** Per segment; undefined for one that is a condition. */
  readonly #members: (Bitmap | undefined)[];
  readonly #entered: number[];
  readonly #exited: number[];
  /** Per segment: its place by id. */
  readonly #rank: number[];
  /** The segments whose counts have changed, and per segment whether it is one of them. */
  #changed: number[] = [];
  readonly #hasChanged: Uint8Array;
  /** One segment may stand here twice. */
  #touched: Touch[] = [];
  #presumed: ReadonlySet<number> = NOTHING;

  constructor(
    segments: readonly PlannedSegment[],
    dependents: readonly (readonly number[])[],
    truths: Truths,
  ) {
    this.#segments = segments;
    this.#dependents = dependents;
    this.#truths = truths;
    this.#members = segments.map(({ condition }) =>
      condition === undefined ? new Bitmap() : undefined,
    );
    this.#hasChanged = new Uint8Array(segments.length);
    this.#entered = segments.map(() => 0);
    this.#exited = segments.map(() => 0);
    const byId = [...segments.keys()].toSorted((a, b) =>
      compareUtf8(segments[a]?.id ?? '', segments[b]?.id ?? ''),
    );
    this.#rank = segments.map(() => 0);
    for (const [rank, segment] of byId.entries()) this.#rank[segment] = rank;
  }

  isMember(segment: number, ordinal: number): boolean {
    const condition = this.#segments[segment]?.condition;
    if (condition !== undefined) return this.#truths.holds(condition, ordinal);
    return this.#members[segment]?.has(ordinal) === true;
  }

  /** Not to be written to. */
  members(segment: number): Bitmap {
    const condition = this.#segments[segment]?.condition;
    if (condition !== undefined) return this.#truths.of(condition, NOBODY);
    return this.#members[segment] ?? new Bitmap();
  }

  /**
   * These segments are to be looked at for the customer whose turn it is.
   *
   * @param truth what a condition that all of them name has become
   */
  touch(segments: Iterable<number>, truth: boolean): void {
    for (const segment of segments) this.#touched.push(segment * 2 + (truth ? 1 : 0));
  }

  /**
   * The customer whose turn it is has just become known. Segments that hold for nobody's sake are
   * what the others were compiled against: where one does not hold, its dependents are looked at.
   */
  introduce(holdForNothing: ReadonlySet<number>): void {
    this.#presumed = holdForNothing;
    this.touch(holdForNothing, true);
  }

  /** Looks at what was touched, and at what hangs on it. @returns what flipped, by segment id */
  settle(facts: Facts, ordinal: number): readonly Flip[] {
    if (this.#touched.length === 0) return NO_FLIPS;
    const queue = this.#touched;
    if (queue.length > 1) queue.sort((a, b) => a - b);
    this.#touched = [];
    const flips: Flip[] = [];
    for (let next = 0; next < queue.length;) {
      const segment = (queue[next] ?? 0) >>> 1;
      /** How often a condition of it began to hold less how often one ceased to. */
      let balance = 0;
      for (; (queue[next] ?? 0) >>> 1 === segment && next < queue.length; next++) {
        balance += (queue[next] ?? 0) % 2 === 1 ? 1 : -1;
      }
      const planned = this.#segments[segment];
      if (planned === undefined) continue;
      const isOwn = planned.condition === undefined;
      const isMember = isOwn ? planned.rule(facts, ordinal) : balance > 0;
      const hasFlipped = isOwn ? this.#set(segment, ordinal, isMember) : balance !== 0;
      if (hasFlipped) flips.push(this.#counted(segment, isMember));
      const wasMember = hasFlipped ? !isMember : isMember;
      if (isMember === (wasMember || this.#presumed.has(segment))) continue;
      for (const dependent of this.#dependents[segment] ?? []) insertInto(queue, dependent * 2);
    }
    this.#presumed = NOTHING;
    return this.#byId(flips);
  }

  /**
   * Takes a customer out of all segments; the conditions are to be cleared at once.
   *
   * @returns the exits, by segment id
   */
  takeOut(ordinal: number): readonly Flip[] {
    const flips: Flip[] = [];
    for (const segment of this.#segments.keys()) {
      if (!this.isMember(segment, ordinal)) continue;
      this.#set(segment, ordinal, false);
      flips.push(this.#counted(segment, false));
    }
    return this.#byId(flips);
  }

  #byId(flips: Flip[]): readonly Flip[] {
    if (flips.length < 2) return flips;
    return flips.sort((a, b) => (this.#rank[a.segment] ?? 0) - (this.#rank[b.segment] ?? 0));
  }

  /** @returns false when it was so already */
  #set(segment: number, ordinal: number, isMember: boolean): boolean {
    const members = this.#members[segment];
    return (isMember ? members?.add(ordinal) : members?.delete(ordinal)) === true;
  }

  #counted(segment: number, isEntry: boolean): Flip {
    const counter = isEntry ? this.#entered : this.#exited;
    counter[segment] = (counter[segment] ?? 0) + 1;
    this.#note(segment);
    return { segment, isEntry };
  }

  #note(segment: number): void {
    if (this.#hasChanged[segment] === 1) return;
    this.#hasChanged[segment] = 1;
    this.#changed.push(segment);
  }

  count(segment: number): Count {
    return {
      members: this.members(segment).size,
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
    this.#changed = [];
    this.#hasChanged.fill(0);
    return counts;
  }

  /** Sets how many entered and exited before; for a rebuild, whose own counting is void. */
  continueFrom(segment: number, { entered, exited }: Pick<Count, 'entered' | 'exited'>): void {
    this.#entered[segment] = entered;
    this.#exited[segment] = exited;
    this.#note(segment);
  }

  bytesUsed(): number {
    return this.#members.reduce((sum, bitmap) => sum + (bitmap?.bytesUsed() ?? 0), 0);
  }

  toSections(): Sections {
    const counters = new ByteWriter();
    for (const value of [...this.#entered, ...this.#exited]) counters.f64(value);
    return new Map<string, Iterable<Uint8Array>>([
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
    for (const index of this.#segments.keys()) this.#note(index);
  }
}

/** Keeps ascending numbers ascending. What hangs on a segment comes after it in the order. */
function insertInto(ascending: number[], number: number): void {
  let at = ascending.length;
  for (; (ascending[at - 1] ?? -1) > number; at--) ascending[at] = ascending[at - 1] ?? -1;
  ascending[at] = number;
}
