import type { Counter, Metrics } from '../ports/metrics.ts';

/** What the mailer counts. */
export interface Figures {
  /** Labels: decision (send, skip), reason. */
  readonly decisions: Counter;
  /** Labels: outcome (sent, failed, unknown, refused), the SMTP stage that was reached. */
  readonly handovers: Counter;
}

export function mailerFigures(metrics: Metrics): Figures {
  return {
    decisions: metrics.counter(
      'shoal_mail_decisions_total',
      'Letters that were due, by what was decided and why',
      ['decision', 'reason'],
    ),
    handovers: metrics.counter(
      'shoal_mail_handovers_total',
      'Attempts to hand a letter over, by how they ended and at which SMTP stage',
      ['outcome', 'stage'],
    ),
  };
}
