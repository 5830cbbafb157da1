import type { Counter, Gauge, Metrics } from '../ports/metrics.ts';

/** What the relay counts. */
export interface Figures {
  /** Labels: kind (entry, exit, changed, due), audience (all, mirrors). */
  readonly triggers: Counter;
  /** Labels: reason (doubt, gap). */
  readonly restarts: Counter;
  /** Labels: reason (expired, lost, too-large). */
  readonly dropped: Counter;
  /** Labels: partition. */
  readonly behind: Gauge;
  /** Labels: type (join, merge, joined, event, forget, forgotten). */
  readonly parcels: Counter;
  /** Labels: partition. */
  readonly parcelsBehind: Gauge;
}

export function relayFigures(metrics: Metrics): Figures {
  return {
    triggers: metrics.counter(
      'shoal_relay_triggers_total',
      'Messages handed to shoal-triggers, by kind, and whether they announce or keep mirrors whole',
      ['kind', 'audience'],
    ),
    restarts: metrics.counter(
      'shoal_relay_restarts_total',
      'How often the relay looked anew at what it had published, by the reason',
      ['reason'],
    ),
    dropped: metrics.counter(
      'shoal_relay_dropped_transitions_total',
      'Transitions passed over: too old for a trigger, gone from the log, or too large a parcel',
      ['reason'],
    ),
    behind: metrics.gauge(
      'shoal_relay_behind_records',
      'Records of transitions that the relay has not read yet',
      ['partition'],
    ),
    parcels: metrics.counter(
      'shoal_parcels_total',
      'What has been carried from one partition to another, or to the stores, by its type',
      ['type'],
    ),
    parcelsBehind: metrics.gauge(
      'shoal_parcels_behind',
      'What of a partition has been read to be carried, and has not arrived yet',
      ['partition'],
    ),
  };
}
