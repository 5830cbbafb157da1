import type { DurationMs } from '../../base/time.ts';

/*
 * The constants of the protocol between an owner, its log and its store, each with its reason
 * (durability). What only shapes the owner's own work, a slice or a queue, stands where it is used.
 */

/** Liveness only: a partition whose owner died is taken over after so long. */
export const LEASE_MS: DurationMs = 6_000;
/** Three renewals fit into a lease: one lost answer does not end it. */
export const LEASE_RENEW_MS: DurationMs = 2_000;

/** An idle partition's last record is renewed long before any age that a stream may be given. */
export const MARK_AFTER_MS: DurationMs = 60_000;

/** An idle partition's time moves so often. */
export const TICK_AFTER_MS: DurationMs = 5_000;
/** Ticks come every 5 s: who hears nothing for longer does not read the stream that is written. */
export const READER_SILENCE_MS: DurationMs = 7_000;

/** NATS 2.9 syncs every two minutes: a power cut loses no record that is older than this. */
export const OUTBOX_MS: DurationMs = 150_000;
/** Bounds the outbox of a partition at full load; what is beyond it relies on the broker's disk. */
export const OUTBOX_BYTES_MAX = 16 * 1024 * 1024;

/** Fingerprints of earlier places: dense near the end, where a tail is lost, and few in all. */
export const FINGERPRINTS_MAX = 16;

/** How often an owner looks whether history is to be trimmed. */
export const RETENTION_EVERY_MS: DurationMs = 60_000;
/** Of `historyBytesMax`: above the first the log is trimmed to the second; ingest never waits. */
export const HISTORY_FILL_MAX = 0.9;
export const HISTORY_FILL_AFTER = 0.8;

/** A message that ended the process so often is put aside. */
export const ATTEMPTS_MAX = 3;
