import type { SegmentId } from '../base/id.ts';
import type { Count } from '../engine/effect.ts';

/**
 * What an owner tells of one partition: at most ten times a second what changed, now and then all.
 */
export interface PartitionStatus {
  readonly partition: number;
  /**
   * Grows by one with each status that one boot of the owner publishes; `boot` tells boots apart.
   * The answer to a question for it bears the number of the one that was published last.
   */
  readonly boot: string;
  readonly sequence: number;
  /** True when `counts` names every segment. */
  readonly full: boolean;
  /** False while the definitions that the owner was given are not in force yet. */
  readonly isCurrent: boolean;
  /** Stream time, ms since the epoch. */
  readonly atMs: number;
  /** From the broker's storing of the message that was applied last to its application, ms. */
  readonly lagMs: number;
  readonly events: number;
  readonly customers: number;
  /** When the oldest message that the log keeps was stored, ms since the epoch; once known. */
  readonly historyFromMs?: number | undefined;
  readonly counts: Readonly<Record<SegmentId, Count>>;
}

/** What a browser asks on `GET /v1/live`; `*` stands for every segment. */
export interface Subscribe {
  readonly type: 'subscribe';
  readonly segments: readonly string[];
  /** Asks for `totals` in each frame; without it they are left out. */
  readonly totals?: boolean | undefined;
}

/**
 * What it gets: first a frame with all it asked for, then at most ten a second with what changed.
 */
export interface CountsFrame {
  readonly type: 'counts';
  /** Stream time, ISO 8601: the latest of the partitions. */
  readonly at: string;
  /** The worst of the partitions, ms. */
  readonly lagMs: number;
  /** Over all partitions. */
  readonly counts: Readonly<Record<SegmentId, Count>>;
  /** Over all partitions: events applied since their owners began, customers known. */
  readonly totals?: { readonly events: number; readonly customers: number } | undefined;
}

/** What it gets when it asked for something that cannot be. */
export interface ErrorFrame {
  readonly type: 'error';
  readonly code: string;
  readonly message: string;
  readonly hint?: string | undefined;
}
