import type { Counter, Gauge, Metrics } from '../ports/metrics.ts';

/** What the relay counts. */
export interface Figures {
  /** Labels: kind (entry, exit, changed, due), audience (all, mirrors). */
  readonly triggers: Counter;
  /** Labels: reason (doubt, gap). */
  readonly restarts: Counter;
  /** Labels: reason (expired, lost). */
  readonly dropped: Counter;
  /** Labels: partition. */
  readonly behind: Gauge;
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
      'Transitions without a trigger: older than triggers are kept, or no longer in the log',
      ['reason'],
    ),
    behind: metrics.gauge(
      'shoal_relay_behind_records',
      'Records of transitions that the relay has not read yet',
      ['partition'],
    ),
  };
}
