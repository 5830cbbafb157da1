import type { CustomerId, SegmentId } from '../base/id.ts';
import { canonicalJson, type JsonObject } from '../base/json.ts';
import type { DurationMs, EpochMs } from '../base/time.ts';
import { UTC } from '../base/zone.ts';
import type { Definitions } from '../compile/definitions.ts';
import { compilePlan } from '../compile/plan.ts';
import type { Count, Effect } from './effect.ts';
import { Intake } from './arrival/intake.ts';
import { keepGiven } from './joining/given.ts';
import { Supplements } from './joining/supplements.ts';
import { BEGINNING, type Moment } from './moment.ts';
import { Outputs, type Output } from './numbering.ts';
import type { Input, LiveSection, PartitionSettings, Section } from './protocol.ts';
import { Questions } from './questions/questions.ts';
import { differences, rulesText } from './redefinition.ts';
import { Repeats } from './state/repeats.ts';
import { copyOf, liveSections, readHead, readSections } from './snapshot.ts';
import { emptyState, stateFromSections, stateToSections, type State } from './state/state.ts';
import { streamTimeOf } from './stream-time.ts';
import { Timeline } from './timeline.ts';

/*
 * One partition: a deterministic state machine over its log.
 *
 * 1. The same messages give the same outputs and the same state, whenever and wherever they are
 *    applied: no clock, no randomness, no order that a restore could change.
 * 2. Effects are numbered without a gap, and each number is used once.
 * 3. A message of a producer that has been applied is skipped as if it were not there.
 */

const NO_DEFINITIONS: Definitions = { segments: [], campaigns: [], zone: UTC };

export interface RebuildFor {
  /** The engine whose place it is to take. */
  readonly before: Partition;
  /** The log begins later: then who is known to `before` is known from the start. */
  readonly isTrimmed: boolean;
}

export class Partition {
  readonly #settings: PartitionSettings;
  #timeline: Timeline;
  #repeats: Repeats;
  readonly #outputs = new Outputs();
  readonly #intake = new Intake();
  /** The canonical text of the definitions in force. */
  #definitionsText: string;
  /** True while a rebuild runs: then no `define` changes what is in force. */
  #isRebuild = false;
  /** While a rebuild runs: what is to be passed on behind what `before` has passed on. */
  #supplements: Supplements | undefined;

  /** @param definitions in force from the start, until the log brings others */
  constructor(settings: PartitionSettings, definitions: Definitions = NO_DEFINITIONS) {
    this.#settings = settings;
    this.#repeats = new Repeats(settings.dedupWindowMs, settings.dedupIdsMax);
    this.#definitionsText = canonicalJson(definitions);
    this.#timeline = this.#timelineOf(emptyState(definitions, 0), BEGINNING);
  }

  /**
   * An engine that has these definitions in force from the start, whatever `define` it reads: for a
   * rebuild, which feeds it the whole log from 1 up to and including the `define` that changed
   * them.
   *
   * @param place what it is made for
   */
  static withDefinitions(
    settings: PartitionSettings,
    definitions: Definitions,
    place?: RebuildFor,
  ): Partition {
    const partition = new Partition(settings, definitions);
    partition.#isRebuild = true;
    if (place === undefined) return partition;
    const { before, isTrimmed } = place;
    const { state } = partition.#timeline;
    partition.#supplements = new Supplements(before.#timeline.state, state);
    partition.#timeline = partition.#timelineOf(state, BEGINNING);
    if (isTrimmed) partition.#timeline.knowAllOf(before.#timeline.state);
    partition.#outputs.take();
    return partition;
  }

  /** Applies one message. @returns all its effects, in order. Throws only on a bug. */
  apply(input: Input): Output[] {
    const { stamp, sentAt, body } = input;
    if (!this.#intake.admits(stamp)) return [];
    if (body.kind === 'events' && this.#settings.clock === 'sender' && !body.history) {
      // The sender's time of each event in turn: so batches of any size give the same.
      for (const event of body.events) {
        this.#timeline.moveTo(Math.min(event.at, sentAt ?? event.at));
        this.#intake.takeEvent(this.#timeline.arrivals, event, false);
      }
    }
    this.#timeline.moveTo(this.#timeOf(input));
    const { arrivals } = this.#timeline;
    if (body.kind === 'tick') this.#timeline.tick();
    else if (body.kind === 'define') this.#takeDefinitions(body.definitions);
    else if (body.kind === 'forget') arrivals.forget(body.customer, body.mark);
    else if (body.kind === 'passed') this.#intake.takePassed(arrivals, body);
    else if (this.#settings.clock === 'broker' || body.history) {
      for (const event of body.events) this.#intake.takeEvent(arrivals, event, body.history);
    }
    return this.#outputs.take();
  }

  /**
   * Fires some of the timers that a message lets fire before all else. To be called until it has
   * none; then the message is to be applied. What is put out is the same as without.
   *
   * @returns what some of them put out; undefined when few or none are left
   */
  fireSome(input: Input): Output[] | undefined {
    const { stamp, body } = input;
    if (this.#intake.knows(stamp) || this.#settings.clock === 'sender') return undefined;
    const isLeft = this.#timeline.fireSome(this.#timeOf(input), body.kind === 'tick');
    return isLeft ? this.#outputs.take() : undefined;
  }

  #timeOf(input: Input): EpochMs {
    return streamTimeOf(this.#settings.clock, input, this.streamTime);
  }

  #takeDefinitions(definitions: Definitions): void {
    if (this.#isRebuild || this.hasDefinitions(definitions)) return;
    if (!this.needsRebuild(definitions)) this.#define(definitions);
  }

  /** Takes definitions for which no history must be read anew. */
  #define(definitions: Definitions): void {
    const { state, moment } = this.#timeline;
    let after = { ...state, plan: compilePlan(definitions) };
    if (this.customerCount() === 0) {
      const { aliases, slices } = state;
      after = { ...emptyState(definitions, this.streamTime), aliases, slices };
      differences(state, after, this.streamTime);
    }
    this.#definitionsText = canonicalJson(definitions);
    this.#timeline = this.#timelineOf(after, moment);
  }

  #timelineOf(state: State, from: Moment): Timeline {
    const { emit } = this.#outputs;
    return new Timeline(state, this.#settings, this.#repeats, from, emit, this.#supplements);
  }

  /** True when these definitions are in force. */
  hasDefinitions(definitions: Definitions): boolean {
    return canonicalJson(definitions) === this.#definitionsText;
  }

  /**
   * True when these definitions differ from those in force and someone is known, so that history
   * must be read anew. `apply` of such a `define` moves time and leaves the old ones in force; the
   * caller then rebuilds and calls `redefine`. Where recipients live is asked for waits to come
   * only: a table of other zones is taken as it is. How long anonymous customers are known counts
   * from now on.
   */
  needsRebuild(definitions: Definitions): boolean {
    const { customers, aliases, plan } = this.#timeline.state;
    if (customers.count + aliases.count === 0) return false;
    return rulesText(definitions) !== rulesText(plan.definitions);
  }

  /**
   * Takes over the state of `rebuilt`, an engine made by `withDefinitions` that has applied this
   * partition's log up to the same message.
   *
   * @returns the quiet transitions (`why: define`) between the two; before them those who are not
   *   known any more, behind them what is passed on for customers who had joined one elsewhere
   */
  redefine(rebuilt: Partition): Output[] {
    const { state, moment } = rebuilt.#timeline;
    const { streamTime } = this;
    const { aliases } = this.#timeline.state;
    const supplements = rebuilt.#supplements?.passed(streamTime, aliases) ?? [];
    keepGiven(aliases, state.aliases);
    const effects = [...differences(this.#timeline.state, state, streamTime), ...supplements];
    this.#repeats = rebuilt.#repeats;
    this.#timeline = this.#timelineOf(state, moment);
    this.#definitionsText = rebuilt.#definitionsText;
    return this.#outputs.takeWith(effects);
  }

  /**
   * Numbers go on behind this number and chain, beginning with these effects: for a state that is
   * not what the numbers before followed from.
   */
  goOnFrom(n: number, chain: string, effects: readonly Effect[]): Output[] {
    this.#outputs.goOnFrom(n, chain);
    return this.#outputs.takeWith(effects);
  }

  /** Number of the last effect; 0 before the first. */
  get n(): number {
    return this.#outputs.n;
  }

  /** The hash chain up to the last effect, 16 hex digits. */
  get chain(): string {
    return this.#outputs.chain;
  }

  /** The partition's clock, ms since the epoch; 0 before the first message. */
  get streamTime(): EpochMs {
    return this.#timeline.streamTime;
  }

  /** The first instant at which a timer or a mailing is due; NEVER without one. */
  nextDueAt(): EpochMs {
    return this.#timeline.nextDueAt;
  }

  /** Events applied since the cluster began. */
  get events(): number {
    return this.#timeline.moment.place;
  }

  /** What was passed over since this engine was made, by reason. */
  get skipped(): ReadonlyMap<string, number> {
    const { amountsTooLarge: tooLarge, refused } = this.#timeline;
    return this.#intake.skippedWith({ 'amount-too-large': tooLarge, 'series-full': refused });
  }

  /** For how long a messageId is remembered as things are. */
  get dedupWindowMs(): DurationMs {
    return this.#repeats.spanMs(this.streamTime);
  }

  /** MessageIds that were forgotten before their time, since this engine was made. */
  get dedupForgotten(): number {
    return this.#repeats.forgottenEarly;
  }

  counts(): ReadonlyMap<SegmentId, Count> {
    return this.#timeline.state.membership.counts();
  }

  /** The counts of segments that changed since the last call. */
  takeChanged(): ReadonlyMap<SegmentId, Count> {
    return this.#timeline.state.membership.takeChanged();
  }

  customerCount(): number {
    return this.#timeline.state.customers.count;
  }

  /** Member ids by ordinal; none for a segment that does not exist. */
  members(segment: SegmentId): CustomerId[] {
    return this.questions.members(segment);
  }

  /** Undefined for a customer nobody has heard of. */
  attributes(customer: CustomerId): JsonObject | undefined {
    return this.questions.attributes(customer);
  }

  /** What else can be asked; to be asked at once, before anything is applied. */
  get questions(): Questions {
    const { state, moment } = this.#timeline;
    return new Questions(state, moment.firedTo);
  }

  /** The whole state at a message boundary; nothing in it changes later. */
  snapshot(): Section[] {
    return Array.from(this.sections(), copyOf);
  }

  /** The same piece by piece: until the last has been copied, nothing must be applied. */
  sections(): Iterable<LiveSection> {
    const { moment, state } = this.#timeline;
    const { n, chain } = this;
    return liveSections(
      { ...moment, definitionsText: this.#definitionsText, n, chain },
      stateToSections(state),
      this.#repeats.toSections(),
      this.#intake.toSections(),
    );
  }

  /**
   * @throws ShoalError `checkpoint-unreadable` (stop) when a section is missing or of an unknown
   * format
   */
  static restore(settings: PartitionSettings, sections: readonly Section[]): Partition {
    const section = readSections(sections);
    const { definitionsText, definitions, n, chain, ...moment } = readHead(section('head'));
    const partition = new Partition(settings);
    partition.#definitionsText = definitionsText;
    partition.#outputs.goOnFrom(n, chain);
    partition.#repeats.restore(section);
    partition.#intake.restore(section);
    const state = stateFromSections(definitions, moment.streamTime, section);
    partition.#timeline = partition.#timelineOf(state, moment);
    return partition;
  }
}
