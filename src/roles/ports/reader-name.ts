/*
 * The names under which those who read streams write down how far they have come: others ask what
 * everybody is past.
 */

/** Of the relay in `shoal-triggers`: up to there it holds only what the others cover. */
export const RELAY_SCANNED = 'relay';

/** Of the relay in the transitions of a partition. */
export function relayReader(partition: number): string {
  return `relay-${partition}`;
}

/** Of the mailer in the transitions of a partition. */
export function mailerReader(partition: number): string {
  return `mailer-${partition}`;
}
