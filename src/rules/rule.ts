import type { SegmentId } from '../base/id.ts';
import type { DurationMs, EpochMs } from '../base/time.ts';

/*
 * A rule as the rest of Shoal knows it: checked, normalised, without defaults left to guess.
 * `parse.ts` makes it from what the user wrote; contract section 3 says what it means.
 */

export type Rule =
  | { readonly kind: 'all'; readonly rules: readonly Rule[] }
  | { readonly kind: 'any'; readonly rules: readonly Rule[] }
  | { readonly kind: 'not'; readonly rule: Rule }
  | { readonly kind: 'segment'; readonly segment: SegmentId }
  | Condition;

/** A leaf of a rule. */
export type Condition =
  | EventCondition
  | LatestCondition
  | FirstCondition
  | AttributeCondition
  | SampleCondition;

/** Which events: any of these names, all names of `*`, that pass the filter. */
export interface EventFilter {
  /** Sorted, without repeats; `['*']` is any track, page or screen. */
  readonly events: readonly string[];
  readonly where: Filter;
}

export interface EventCondition extends EventFilter {
  readonly kind: 'event';
  readonly window: Window;
  readonly measure: Measure;
  readonly lines?: LineFilter | undefined;
  /** Only with `sum`: taken off, in the same window. */
  readonly minus?: SumOf | undefined;
  readonly comparison: Comparison;
}

/** The elements of an array of an event that pass a filter, whose paths are the element's. */
export interface LineFilter {
  readonly of: Path;
  readonly where: Filter;
}

export interface SumOf extends EventFilter {
  readonly lines?: LineFilter | undefined;
  readonly sum: Product;
}

export type Measure =
  | { readonly of: 'count' }
  | { readonly of: 'sum' | 'average' | 'min' | 'max'; readonly path: Product }
  | { readonly of: 'distinct'; readonly path: Path };

/** One path, or two that are multiplied. */
export type Product = readonly [Path] | readonly [Path, Path];

export type Window =
  | { readonly kind: 'ever' }
  /** At T: T − fromMs < t ≤ T − toMs. A plain duration has `toMs` 0. */
  | { readonly kind: 'rolling'; readonly fromMs: DurationMs; readonly toMs: DurationMs }
  /** afterAt ≤ t < beforeAt. */
  | {
      readonly kind: 'absolute';
      readonly afterAt?: EpochMs | undefined;
      readonly beforeAt?: EpochMs | undefined;
    }
  /** The current period, or the `ago`-th before it. */
  | {
      readonly kind: 'calendar';
      readonly period: 'day' | 'week' | 'month' | 'year';
      readonly ago: number;
    };

export interface LatestCondition extends EventFilter {
  readonly kind: 'latest';
  /** It lies in this window; `ever` when nothing was said. */
  readonly window: Window;
  /** It is at least this long ago; 0 when nothing was said. */
  readonly atLeastAgoMs: DurationMs;
  readonly followedBy?: EventFilter | undefined;
  readonly notFollowedBy?: EventFilter | undefined;
  /** What the latest one itself must pass; empty when nothing was said. */
  readonly having: Filter;
}

export interface FirstCondition extends EventFilter {
  readonly kind: 'first';
  readonly window: Window;
}

export interface AttributeCondition {
  readonly kind: 'attribute';
  /** Looked up as a whole, then as a dotted path. */
  readonly name: string;
  readonly test: AttributeTest;
}

export type AttributeTest =
  | { readonly of: 'value'; readonly matcher: Matcher }
  /** Whole years completed, in the configured time zone. */
  | { readonly of: 'age'; readonly comparison: Comparison }
  /** The next anniversary is at most so far ahead. */
  | { readonly of: 'anniversary'; readonly withinMs: DurationMs }
  /** The value's distance from now, ms, backwards or forwards. */
  | { readonly of: 'ago' | 'ahead'; readonly comparison: Comparison };

export interface SampleCondition {
  readonly kind: 'sample';
  /** Above 0, at most 100; fractions allowed. */
  readonly percent: number;
  readonly salt: string;
}

/** Numbers as they were written; `between` includes both ends. Durations are in ms. */
export type Comparison =
  | {
      readonly op: 'atLeast' | 'atMost' | 'moreThan' | 'lessThan' | 'equals';
      readonly value: number;
    }
  | { readonly op: 'between'; readonly low: number; readonly high: number };

/** Keys of own fields, outermost first. */
export type Path = readonly string[];

/** All must hold. Empty: every event passes. */
export type Filter = readonly FieldTest[];

export interface FieldTest {
  /** A first key `context` reads the event's context; lines and elements have no context. */
  readonly path: Path;
  readonly matcher: Matcher;
}

/** All must hold; never empty. */
export type Matcher = readonly MatcherTest[];

export type Scalar = string | number | boolean;

export type MatcherTest =
  | { readonly op: 'in' | 'notIn'; readonly values: readonly Scalar[] }
  | { readonly op: 'atLeast' | 'atMost' | 'moreThan' | 'lessThan'; readonly value: number | string }
  | { readonly op: 'between'; readonly low: number | string; readonly high: number | string }
  | { readonly op: 'contains'; readonly value: Scalar }
  | { readonly op: 'startsWith' | 'endsWith' | 'matches'; readonly value: string }
  | { readonly op: 'exists'; readonly value: boolean }
  | { readonly op: 'some'; readonly filter: Filter };

/** A named rule, and the set of customers that it defines. */
export interface Segment {
  readonly id: SegmentId;
  /** The id when the file gives none. */
  readonly name: string;
  readonly description?: string | undefined;
  readonly rule: Rule;
}
