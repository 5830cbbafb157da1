import { assert } from '../../base/assert.ts';
import type { SegmentId } from '../../base/id.ts';
import { NEVER, SECOND_MS, type EpochMs } from '../../base/time.ts';
import type { PlannedCampaign } from '../../compile/campaign.ts';
import { Bitmap } from '../store/bitmap.ts';
import { ByteReader, ByteWriter, type Sections } from '../store/bytes.ts';
import { bitmapsFromBytes, bitmapsToBytes } from './truths.ts';

/*
 * Letters to whole segments: when each is to begin, and who of those that were members then has not
 * had their turn.
 *
 * 1. A mailing begins once: at its instant, if that was to come when its definition came.
 * 2. Slice k of its customers, by ordinal, has its turn k seconds after its begin: so many that at
 *    no second more have had theirs than the pace allows, over all partitions.
 */

/** A mailing that has begun. */
interface Running {
  readonly segment: SegmentId;
  readonly startedAt: EpochMs;
  /** The slice whose turn is next. */
  slice: number;
  /** Who has not had their turn. */
  readonly rest: Bitmap;
}

export class Mailings {
  readonly #campaigns: readonly PlannedCampaign[];
  /** Per campaign: when its mailing is to begin; NEVER when it has begun, or is none. */
  readonly #beginsAt: EpochMs[];
  readonly #running: (Running | undefined)[];
  #nextAt: EpochMs = NEVER;

  /** @param streamTime what is to begin by then is past */
  constructor(campaigns: readonly PlannedCampaign[], streamTime: EpochMs) {
    this.#campaigns = campaigns;
    this.#beginsAt = campaigns.map(({ mailing }) => toCome(mailing?.at, streamTime));
    this.#running = campaigns.map(() => undefined);
    this.#findNext();
  }

  /** The first instant at which a mailing begins or goes on; NEVER without one. */
  get nextAt(): EpochMs {
    return this.#nextAt;
  }

  nextAtOf(campaign: number): EpochMs {
    const running = this.#running[campaign];
    const sliceAt = running === undefined ? NEVER : turnOf(running);
    return Math.min(sliceAt, this.#beginsAt[campaign] ?? NEVER);
  }

  /** Who has not had their turn in a campaign's mailing. */
  restOf(campaign: number): number {
    return this.#running[campaign]?.rest.size ?? 0;
  }

  /** Whether a customer's turn in a campaign's mailing is to come. */
  isInLine(campaign: number, ordinal: number): boolean {
    return this.#running[campaign]?.rest.has(ordinal) === true;
  }

  /** Campaigns whose mailing begins or goes on at an instant. */
  at(at: EpochMs): number[] {
    return Array.from(this.#campaigns.keys()).filter((campaign) => this.nextAtOf(campaign) === at);
  }

  /**
   * Takes those whose turn it is, and first all members, where the mailing begins with it.
   *
   * @param membersOf   a segment's members at that instant
   * @param partitions  how many share the pace
   */
  takeTurn(
    campaign: number,
    at: EpochMs,
    membersOf: (segment: SegmentId) => Bitmap,
    partitions: number,
  ): Turn | undefined {
    const planned = this.#campaigns[campaign]?.mailing;
    assert(planned !== undefined, 'only a mailing has turns');
    const pace = (slice: number): number => Math.floor((slice * planned.perSecond) / partitions);
    /** The first slice from this one on that is not empty. */
    const busyFrom = (slice: number): number =>
      Math.max(slice, Math.ceil(((pace(slice) + 1) * partitions) / planned.perSecond) - 1);
    if (this.#beginsAt[campaign] === at) {
      const { segment } = planned;
      const rest = membersOf(segment).clone();
      this.#running[campaign] = { segment, startedAt: at, slice: busyFrom(0), rest };
      this.#beginsAt[campaign] = NEVER;
    }
    const running = this.#running[campaign];
    let ordinals: number[] = [];
    if (running !== undefined && turnOf(running) === at) {
      const { slice, rest } = running;
      ordinals = rest.takeFirst(pace(slice + 1) - pace(slice));
      running.slice = busyFrom(slice + 1);
    }
    this.#dropDone(campaign);
    this.#findNext();
    if (running === undefined || ordinals.length === 0) return undefined;
    return { ordinals, segment: running.segment, startedAt: running.startedAt };
  }

  /** When the mailing began in which a customer's turn is to come; undefined without one. */
  startedAt(campaign: number, ordinal: number): EpochMs | undefined {
    return this.isInLine(campaign, ordinal) ? this.#running[campaign]?.startedAt : undefined;
  }

  /** Gives a customer a turn in a mailing that began at an instant, where that still runs. */
  enter(campaign: number, ordinal: number, startedAt: EpochMs): void {
    const running = this.#running[campaign];
    if (running?.startedAt === startedAt) running.rest.add(ordinal);
  }

  /** Takes a customer's turn away. @returns when the mailing began; undefined without one */
  cancel(campaign: number, ordinal: number): EpochMs | undefined {
    const running = this.#running[campaign];
    if (running?.rest.delete(ordinal) !== true) return undefined;
    this.#dropDone(campaign);
    this.#findNext();
    return running.startedAt;
  }

  #dropDone(campaign: number): void {
    if (this.#running[campaign]?.rest.size === 0) this.#running[campaign] = undefined;
  }

  #findNext(): void {
    this.#nextAt = NEVER;
    for (const campaign of this.#campaigns.keys()) {
      this.#nextAt = Math.min(this.#nextAt, this.nextAtOf(campaign));
    }
  }

  /**
   * Goes on with what was under way under other definitions, in the place of what is kept here. A
   * mailing of another instant than before is a new one.
   *
   * @param oldOf the number there of a campaign here; undefined for a new one
   * @param hereOf the ordinals here of customers there, as far as they are known here
   */
  takeOver(
    before: Mailings,
    oldOf: (campaign: number) => number | undefined,
    hereOf: (customers: Bitmap) => Bitmap,
    streamTime: EpochMs,
  ): void {
    for (const [campaign, { mailing }] of this.#campaigns.entries()) {
      const old = oldOf(campaign);
      const wasAt = old === undefined ? undefined : before.#campaigns[old]?.mailing?.at;
      const isSame = old !== undefined && mailing !== undefined && wasAt === mailing.at;
      this.#beginsAt[campaign] = isSame
        ? (before.#beginsAt[old] ?? NEVER)
        : toCome(mailing?.at, streamTime);
      const running = old === undefined ? undefined : before.#running[old];
      this.#running[campaign] =
        mailing === undefined || running === undefined
          ? undefined
          : { ...running, rest: hereOf(running.rest) };
      this.#dropDone(campaign);
    }
    this.#findNext();
  }

  bytesUsed(): number {
    return this.#running.reduce((sum, running) => sum + (running?.rest.bytesUsed() ?? 0), 0);
  }

  toSections(): Sections {
    const head = new ByteWriter();
    for (const [campaign, beginsAt] of this.#beginsAt.entries()) {
      const running = this.#running[campaign];
      head.f64(beginsAt);
      head.u32(running === undefined ? 0 : 1);
      if (running === undefined) continue;
      head.text(running.segment);
      head.f64(running.startedAt);
      head.f64(running.slice);
    }
    return new Map<string, Iterable<Uint8Array>>([
      ['mailings.head', [head.finish()]],
      ['mailings.rest', bitmapsToBytes(this.#running.map((running) => running?.rest))],
    ]);
  }

  restore(section: (name: string) => Uint8Array): void {
    const head = new ByteReader(section('mailings.head'));
    const rests = new Map(bitmapsFromBytes(section('mailings.rest')));
    for (const campaign of this.#campaigns.keys()) {
      this.#beginsAt[campaign] = head.f64();
      if (head.u32() === 0) continue;
      const [segment, startedAt, slice] = [head.text(), head.f64(), head.f64()];
      const rest = rests.get(campaign) ?? new Bitmap();
      this.#running[campaign] = { segment, startedAt, slice, rest };
    }
    this.#findNext();
  }
}

/** Whose turn it is in a mailing. */
export interface Turn {
  /** Ascending. */
  readonly ordinals: readonly number[];
  readonly segment: SegmentId;
  readonly startedAt: EpochMs;
}

function toCome(at: EpochMs | undefined, streamTime: EpochMs): EpochMs {
  return at !== undefined && at > streamTime ? at : NEVER;
}

function turnOf({ startedAt, slice }: Running): EpochMs {
  return startedAt + slice * SECOND_MS;
}
