import type { Counter, Gauge, Metrics } from '../ports/metrics.ts';

/** What an owner counts. */
export interface OwnerFigures {
  readonly messages: Counter;
  readonly replayed: Counter;
  readonly events: Counter;
  readonly skipped: Counter;
  readonly rejected: Counter;
  readonly rejectedLost: Counter;
  readonly unknown: Counter;
  readonly published: Counter;
  readonly ticks: Counter;
  readonly checkpoints: Counter;
  readonly checkpointBytes: Counter;
  readonly putAside: Counter;
  readonly regresses: Counter;
  readonly trimmed: Counter;
  readonly trimmedRecords: Counter;
  readonly erased: Counter;
  readonly pendingErasures: Gauge;
  readonly historyFirst: Gauge;
  readonly historySeconds: Gauge;
  readonly dedupForgotten: Counter;
  readonly dedupSeconds: Gauge;
  readonly lagMs: Gauge;
  readonly waiting: Gauge;
  readonly unstored: Gauge;
  readonly live: Gauge;
}

export function ownerFigures(metrics: Metrics): OwnerFigures {
  const byPartition = ['partition'];
  const byReason = ['reason'];
  const counter = (name: string, help: string, labels = byPartition): Counter =>
    metrics.counter(`shoal_owner_${name}_total`, help, labels);
  const gauge = (name: string, help: string): Gauge =>
    metrics.gauge(`shoal_owner_${name}`, help, byPartition);
  return {
    messages: counter('applied_messages', 'Messages of the log that were applied'),
    replayed: counter('replayed_messages', 'Messages that were read again after a start'),
    events: counter('applied_events', 'Events that were applied'),
    skipped: counter('skipped_events', 'Events that were passed over, by reason', byReason),
    rejected: counter(
      'rejected_events',
      'Entries of the log that are no events, by reason',
      byReason,
    ),
    rejectedLost: counter(
      'rejected_unpublished',
      'Rejections that were not published, by reason',
      byReason,
    ),
    unknown: counter('unknown_messages', 'Messages of a later version, passed over'),
    published: counter('published_outputs', 'Transitions and other outputs that were published'),
    ticks: counter('published_ticks', 'Ticks that were published'),
    checkpoints: counter('written_checkpoints', 'Checkpoints that were committed'),
    checkpointBytes: counter('written_checkpoint_bytes', 'Bytes of chunks that were sent'),
    putAside: counter('put_aside_messages', 'Messages that cannot be applied, passed over'),
    regresses: counter('log_regresses', 'Times that a log was found set back'),
    trimmed: counter('trimmed_messages', 'Messages of the log that were removed as too old'),
    trimmedRecords: counter('trimmed_records', 'Records of transitions removed as too old'),
    erased: counter('erased_messages', 'Messages that were erased with who is forgotten in them'),
    pendingErasures: gauge('pending_erasures', 'What is still to be erased, entry by entry'),
    historyFirst: gauge('history_first_sequence', 'The first message that the log still has'),
    historySeconds: gauge('history_seconds', 'How far back the log reaches'),
    dedupForgotten: metrics.counter(
      'shoal_dedup_forgotten_ids_total',
      'MessageIds that were forgotten before their time: a partition had too many of them',
      byPartition,
    ),
    dedupSeconds: metrics.gauge(
      'shoal_dedup_window_seconds',
      'For how long a messageId is remembered as things are',
      byPartition,
    ),
    lagMs: gauge('lag_ms', 'From the storing of the message applied last to its application'),
    waiting: gauge('waiting_outputs', 'Outputs that wait for being published'),
    unstored: gauge(
      'unstored_messages',
      'Messages that no checkpoint holds yet: a restart reads them again',
    ),
    live: gauge('live', '1 when the partition has caught up with its log'),
  };
}
